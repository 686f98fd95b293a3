"""A cohort with mid-way rounds: eight anonymous raters, a closed 360, two development areas, two workshops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time

from msgspec.structs import replace

from chalicelib.collect.questionnaire import parse_answer_link
from chalicelib.collect.save_page import save_page
from chalicelib.collect.submit_answers import submit
from chalicelib.core.ids import delegate_id
from chalicelib.core.model import (
    Cohort,
    Invitation,
    InvitationState,
    Programme,
    PulseRules,
    RaterEntry,
    RoundPlan,
    Wave,
    WaveState,
)
from chalicelib.core.schedule import SessionPlan
from chalicelib.forms.pulse import PULSE_PAGE, SUGGESTION
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.store import areas, debriefs, delegates, invitations, pulse_rounds, reports
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from chalicelib.store.pulse_rounds import Round, RoundResult
from chalicelib.store.reports import StoredReport
from chalicelib.store.table import scan
from tests.support import people
from tests.support.drain import drain

FIRST_WORKSHOP, SECOND_WORKSHOP = date(2026, 10, 6), date(2027, 1, 12)
CHECK = datetime.fromisoformat("2026-10-09T08:00:00Z")  # five working days before the opening
OPENS = datetime.fromisoformat("2026-10-16T08:00:00Z")
LATER = datetime.fromisoformat("2027-03-01T09:00:00Z")  # the second round is over, and the mean is final
ROTA = "Lets others plan the rota"
AREAS = (Area("1", "Listen before I decide"), Area("2", "Delegate the rota", others_text=ROTA, approved=ROTA))
WORDS = {area.id: area.words_for_others for area in AREAS}
RATERS = people.raters(4, 4)
EMAILS = tuple(rater.person.email for rater in RATERS)
PULSE = PulseRules((RoundPlan("leading_self", 10, 13), RoundPlan("leading_others", 10, 13)))


def programme(**changes: object) -> Programme:
    return replace(people.programme(), id="paced", **{"pulse": PULSE, **changes})


def session(milestone: str, day: date) -> SessionPlan:
    return SessionPlan(milestone, day, time(9, 30), time(16, 30), "Room 4")


SESSIONS = (session("leading_self", FIRST_WORKSHOP), session("leading_others", SECOND_WORKSHOP))


def load(
    clock,
    raters: tuple[RaterEntry, ...] = RATERS,
    names: tuple[str, ...] = ("dana delegate",),
    sessions: tuple[SessionPlan, ...] = (),
    **changes: object,
) -> None:  # type: ignore[no-untyped-def]
    """Load a cohort, ask its raters, close the 360 and release the reports."""
    rules = programme(**changes)
    cohort = Cohort(people.COHORT, "Autumn cohort", rules.id, rules.version, people.DATES, people.SPONSOR)
    entries = tuple(map(people.entry, names))
    chosen = {entry.person.email: raters for entry in entries}
    load_cohort(cohort, rules, entries, chosen, clock.now(), sessions=sessions or SESSIONS)
    drain(clock.now())
    drain(clock.to(people.OPENING))
    drain(clock.advance(minutes=1))
    for name in names:
        _release(id_of(name), clock.now())


def _release(delegate: str, now: datetime) -> None:
    report = StoredReport(delegate, Wave.BASELINE, "c" * 64, *people.documents_of(delegate), now)
    people.store_facts(report)
    held = Debrief(date(2026, 9, 15), tuple(WORDS))
    people.write(
        delegates.move_wave(delegate, Wave.BASELINE, WaveState.CLOSED, WaveState.OPEN),
        reports.add(report),
        *debriefs.save(delegate, Wave.BASELINE, held, AREAS),
    )
    people.write(reports.release(report, now))


def id_of(name: str = "dana delegate") -> str:
    return delegate_id(people.COHORT, people.person(name).email)


def hub(name: str = "dana delegate") -> str:
    return HUB.url(delegates.find(id_of(name)))


def found(wave: Wave = Wave.MIDWAY_1, name: str = "dana delegate") -> Round | None:
    return pulse_rounds.find_in(delegates.load_rows(id_of(name)), wave)


def result(wave: Wave = Wave.MIDWAY_1, name: str = "dana delegate") -> RoundResult | None:
    results = pulse_rounds.results_from(delegates.load_rows(id_of(name)))
    return next((round_result for round_result in results if round_result.wave is wave), None)


def approve(wave: Wave = Wave.MIDWAY_1, name: str = "dana delegate", words: dict[str, str] | None = None) -> None:
    """As if the delegate had ticked the areas."""
    planned = found(wave, name)
    checked = replace(planned, state="checked", checked=WORDS if words is None else words)
    people.write(pulse_rounds.change(planned, checked))


def asked(wave: Wave = Wave.MIDWAY_1, name: str = "dana delegate") -> list[Invitation]:
    return [
        invitation
        for invitation in invitations.of_delegate(id_of(name), wave)
        if invitation.state is not InvitationState.REVOKED
    ]


def answer(
    clock,
    wave: Wave = Wave.MIDWAY_1,
    name: str = "dana delegate",
    *,
    emails: Iterable[str] = EMAILS,
    rating: str = "6",
    suggestion: str = "",
    ratings: dict[str, str] | None = None,
) -> None:  # type: ignore[no-untyped-def]
    wanted = set(emails)
    for invitation in asked(wave, name):
        if invitation.rater.email in wanted:
            link = signing.token(
                "answer", invitation.delegate_id, wave.value, invitation.id, str(invitation.link_version)
            )
            answer_link = parse_answer_link(link)
            typed = (ratings or dict.fromkeys(WORDS, rating)) | (
                {SUGGESTION: f"{suggestion} {invitation.id}"} if suggestion else {}
            )
            save_page(answer_link, PULSE_PAGE, typed, clock.now())
            submit(answer_link, clock.now())


def hold(clock, wave: Wave = Wave.MIDWAY_1, name: str = "dana delegate", words=None, **answers) -> None:  # type: ignore[no-untyped-def]
    """Play one round of one delegate from the check to the result."""
    check, opens = (CHECK, OPENS) if wave is Wave.MIDWAY_1 else SECOND
    drain(clock.to(check))
    approve(wave, name, words or live_words(name))
    drain(clock.to(opens))
    drain(clock.advance(hours=1))
    answer(clock, wave, name, **answers)
    drain(clock.to(found(wave, name).closes_at))


def live_words(name: str) -> dict[str, str]:
    stored_areas = areas.from_rows(delegates.load_rows(id_of(name)), Wave.BASELINE)
    return {area.id: area.words_for_others for area in stored_areas if area.is_live}


SECOND = (datetime.fromisoformat("2027-01-15T09:00:00Z"), datetime.fromisoformat("2027-01-22T09:00:00Z"))


def emails(kind: str) -> list[str]:
    """Return who gets emails of a kind, sent or not."""
    return sorted(row["to"]["email"] for row in scan() if row["pk"].startswith(f"MAIL#pulse/{kind}#"))
