"""Collect the facts of a delegate's result from answers that are shown by name and from published figures. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction

from msgspec import Struct

from chalicelib.assignments.answers_shown import show_answers
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.thread import WorkState
from chalicelib.core import currency
from chalicelib.core.formatting import local_day
from chalicelib.core.impact_background import FIRST_EDITION
from chalicelib.core.model import Cohort, Delegate, Programme, PulseArea, Wave
from chalicelib.forms.fields import Kind, Question, Section
from chalicelib.forms.impact_answers import Measure, claim_of, lost_of, measures_of
from chalicelib.forms.impact_options import FACTORS, HELPED, LEVELS, PROPOSAL, WORK_DONE
from chalicelib.forms.pulse import AREAS
from chalicelib.forms.survey import sections_of
from chalicelib.impact.result.facts import (
    AnswerLine,
    AnswerPart,
    AreaResult,
    ChangedCourse,
    CompetencyView,
    FactorView,
    ItemChange,
    MeasureView,
    RatersView,
    ResultFacts,
    SumView,
    WorkView,
    sign,
)
from chalicelib.results.facts import Facts
from chalicelib.results.published import ALL_OTHERS, About
from chalicelib.store import debriefs
from chalicelib.store.areas import AreaState, progress_from
from chalicelib.store.areas import from_rows as areas_from_rows
from chalicelib.store.impact_surveys import ImpactSurvey, PulseResult, Role
from chalicelib.store.marshal import Row

Answers = Mapping[str, str]
LATEST_FIRST = (Wave.FOLLOWUP, Wave.BASELINE)  # an area that goes on in the follow-up is recorded in both
GIVEN_UP = (AreaState.DROPPED, AreaState.REPLACED)
ORDER = ("worse", "unchanged", "improved", "no_answer")  # of measures: those that did not work come first


class Sources(Struct, frozen=True):
    """Everything that a result is computed from. `rows`: of the delegate's partition."""

    programme: Programme
    delegate: Delegate
    cohort: Cohort | None
    rows: Sequence[Row]
    surveys: Mapping[Role, ImpactSurvey]
    pulse: PulseResult | None
    book: Book
    first_ratings: Mapping[str, str]  # own mean of each competency in the first 360, as its report shows it
    followup: Facts | None  # of the released follow-up

    def sent(self, role: Role) -> Answers:
        survey = self.surveys.get(role)
        return survey.answers if survey and survey.sent else {}

    @property
    def managers_words(self) -> Answers:
        """Return what the line manager answered, if their form named the delegate as its reader."""
        survey = self.surveys.get(Role.MANAGER)
        return self.sent(Role.MANAGER) if survey and survey.edition > FIRST_EDITION else {}

    @property
    def areas(self) -> tuple[PulseArea, ...]:
        survey = self.surveys.get(Role.DELEGATE)
        return survey.areas if survey else ()


def collect_facts(sources: Sources, issued: date) -> ResultFacts:
    """Return the facts. The same rows give the same facts, byte for byte."""
    own, delegate, code = sources.sent(Role.DELEGATE), sources.delegate, sources.programme.organisation.currency
    return sign(
        ResultFacts(
            delegate=delegate.person.name,
            programme=sources.programme.title,
            organisation=sources.programme.organisation.name,
            cohort=sources.cohort.title if sources.cohort else "",
            coach=delegate.coach.name,
            manager=delegate.manager.name,
            issued=issued,
            has_answered=bool(own),
            manager_answered=bool(sources.sent(Role.MANAGER)),
            manager_words=bool(sources.managers_words),
            raters_asked=sources.pulse is not None,
            areas=tuple(_area(sources, area) for area in sources.areas),
            together=_raters(sources, AREAS),
            changes=tuple(_changes(sources)),
            competencies=tuple(_competencies(sources)),
            work=tuple(_work(sources)),
            implemented=own.get("implemented", ""),
            decision=_decision(sources),
            effect=sources.managers_words.get("effect", ""),
            measures=tuple(_measures(sources)),
            sums=tuple(_sums(sources, code)),
            worse=own.get("negative", ""),
            lost=currency.whole_sum(lost_of(own), code) if "lost" in own else "",
            factors=tuple(_factors(own)),
            factors_why=own.get("factors_why", ""),
            answers=tuple(_answers(sources)),
            changed_course=tuple(_changed_course(sources)),
        )
    )


# --- areas ----------------------------------------------------------------------------------------------------


def _area(sources: Sources, area: PulseArea) -> AreaResult:
    own, manager, zone = sources.sent(Role.DELEGATE), sources.managers_words, sources.programme.organisation.timezone
    recorded = [(wave, each) for wave in LATEST_FIRST for each in areas_from_rows(sources.rows, wave)]
    wave, agreed = next(((wave, each) for wave, each in recorded if each.id == area.id), (Wave.BASELINE, None))
    notes = reversed(progress_from(sources.rows, wave, area.id))
    return AreaResult(
        id=area.id,
        text=agreed.behaviour if agreed else area.text,
        notes=tuple(f"{local_day(note.at, zone)}: {_note(note.level, note.line)}" for note in notes),
        level=own.get(f"level.{area.id}", ""),
        example=own.get(f"example.{area.id}", ""),
        noticed=own.get(f"noticed.{area.id}", ""),
        manager_change=manager.get(f"change.{area.id}", ""),
        manager_evidence=manager.get(f"evidence.{area.id}", ""),
        raters=_raters(sources, area.id),
    )


def _changed_course(sources: Sources) -> Iterator[ChangedCourse]:
    listed = {area.id for area in sources.areas}
    for area in (area for wave in LATEST_FIRST for area in areas_from_rows(sources.rows, wave)):
        if area.state in GIVEN_UP and area.id not in listed:
            yield ChangedCourse(area.behaviour, area.why)
        listed.add(area.id)


def _note(level: str, line: str) -> str:
    return ": ".join(filter(None, [dict(LEVELS).get(level, ""), line]))


def _raters(sources: Sources, area: str) -> RatersView:
    figures = sources.pulse.figures if sources.pulse else ()
    figure = next((figure for figure in figures if (figure.area, figure.cell) == (area, ALL_OTHERS)), None)
    return RatersView(figure.display, figure.n, figure.change) if figure else RatersView()


def _changes(sources: Sources) -> Iterator[ItemChange]:
    """Yield the change of each behaviour of an area that both reports show for all others."""
    changes = {
        change.id: change
        for change in (sources.followup.changes if sources.followup else ())
        if (change.about, change.cell) == (About.ITEM.value, ALL_OTHERS)
    }
    words = {item.id: item.others_wording for item in sources.programme.items}
    for area in debriefs.areas_from(sources.rows):
        for change in (changes[item] for item in area.items if item in changes):
            yield ItemChange(
                area.id, words.get(change.id, change.id), change.before, change.after, change.display, change.noise
            )


# --- the delegate's own view ----------------------------------------------------------------------------------


def _competencies(sources: Sources) -> Iterator[CompetencyView]:
    own = sources.sent(Role.DELEGATE)
    for competency in sources.programme.competencies:
        then, now = own.get(f"then.{competency.id}", ""), own.get(f"now.{competency.id}", "")
        if then or now:
            yield CompetencyView(
                competency.title, sources.first_ratings.get(competency.id, ""), _point(then), _point(now)
            )


def _point(answer: str) -> str:
    return "not part of the work" if answer == "na" else answer


def _work(sources: Sources) -> Iterator[WorkView]:
    own, survey = sources.sent(Role.DELEGATE), sources.surveys.get(Role.DELEGATE)
    missed = survey.background.missed if survey else ()
    for task in sources.book.tasks:
        if task.milestone.id not in missed:
            answer = own.get(f"work.{task.milestone.id}.{task.id}", "")
            yield WorkView(task.assignment.title, _submitted(task), dict(WORK_DONE).get(answer, ""))


def _submitted(task: Task) -> str:
    if task.latest:
        return local_day(task.latest.at, task.zone)
    is_waived = task.work is not None and task.work.state == WorkState.WAIVED
    return "not asked for" if is_waived else "not submitted"


def _decision(sources: Sources) -> str:
    """Return the Board's decision as the facilitator noted it, and the delegate's answer in the survey."""
    task = sources.book.find("board")
    said = []
    if task and task.part and task.part.submitted_at:
        fields = [field for field in task.assignment.by_facilitator if field.id == "decision"]
        answers = show_answers(fields, task.part.values, sources.book.context(task, task.part.submitted_at))
        said = [f"The Board’s decision: {' '.join(answer.lines)}." for answer in answers if answer.lines]
    now = dict(PROPOSAL).get(sources.sent(Role.DELEGATE).get("proposal", ""), "")
    return " ".join([*said, f"At six months: {now}." if now else ""]).strip()


def _factors(own: Answers) -> Iterator[FactorView]:
    words = dict(HELPED)
    for name, title in FACTORS.items():
        answer = own.get(f"factor.{name}", "")
        ticked = [word for word in ("helped", "hindered") if f"{word}.{name}" in own]  # the first edition
        if answer or ticked:
            yield FactorView(title, words.get(answer, "") or " and ".join(ticked).capitalize())


def _answers(sources: Sources) -> Iterator[AnswerPart]:
    own = sources.sent(Role.DELEGATE)
    for section in sections_of(sources.programme, sources.surveys[Role.DELEGATE]) if own else ():
        lines = tuple(answer_lines(section, own))
        if lines:
            yield AnswerPart(section.title, lines)


def answer_lines(section: Section, answers: Answers) -> Iterator[AnswerLine]:
    """Return each question of a section that was answered, with the answer in words."""
    for block in section.blocks:
        for question in block.questions:
            if question.field in answers:
                asked = f"{block.title}: {question.text}" if block.title else question.text
                yield AnswerLine(asked, answer_in_words(question, answers[question.field]))


def answer_in_words(question: Question, answer: str) -> str:
    """Return an answer in the words of the form."""
    words = dict(question.options).get(answer, "")
    if question.kind is Kind.POINTS and answer != "na":
        return f"{answer} ({words})" if words else answer
    if question.kind is Kind.PERCENT:
        return f"{answer} %"
    if question.kind is Kind.MONEY:
        return currency.whole_sum(Fraction(answer), question.currency)
    return "Yes" if question.kind is Kind.TICK else words or answer


# --- figures of the service -----------------------------------------------------------------------------------


def _measures(sources: Sources) -> Iterator[MeasureView]:
    """Yield every measure, also one that was named during the programme and that the survey does not answer."""
    named = {measure.number: measure for measure in measures_of(sources.sent(Role.DELEGATE)) if measure.name}
    survey = sources.surveys.get(Role.DELEGATE)
    for number, earlier in enumerate(survey.background.measures if survey else (), start=1):
        agreed = Measure(number, earlier.name, earlier.unit, baseline=earlier.value, source=earlier.source)
        named.setdefault(number, agreed)
    for named_measure in sorted(named.values(), key=lambda measure: ORDER.index(measure.outcome)):
        yield MeasureView(
            named_measure.name,
            named_measure.unit,
            named_measure.baseline,
            named_measure.now,
            named_measure.outcome,
            named_measure.period,
            named_measure.source,
        )


def _sums(sources: Sources, code: str) -> Iterator[SumView]:
    for measure in measures_of(sources.sent(Role.DELEGATE)):
        if measure.money:
            yield _sum(measure, sources, code)


def _sum(measure: Measure, sources: Sources, code: str) -> SumView:
    """Return the sum as shown. The line manager's share always counts, but is shown only if their form said so."""
    claim = claim_of(measure, sources.sent(Role.MANAGER))
    assert claim  # noqa: S101 it has a sum
    has_words = bool(sources.managers_words)
    return SumView(
        name=measure.name or "Everything together",
        money=currency.whole_sum(claim.money, code),
        own_share=_percent(claim.own_share),
        manager_share=_percent(claim.manager_share) if has_words else "",
        counted=claim.counted if has_words else "",
        confidence=_percent(claim.confidence),
        used=currency.whole_sum(claim.confident, code) if has_words else "",
    )


def _percent(share: Fraction | None) -> str:
    return "" if share is None else f"{float(100 * share):g} %"
