"""Who reads what people write, form by form and field by field, and under which rule. Pure.

"Who sees what" on pages is made of this. tests/forms/test_readers.py holds pages, commands and exports to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum

from msgspec import Struct

from chalicelib.core.formatting import in_words
from chalicelib.core.model import SELF_GROUP, Programme, RaterGroup, Wave
from chalicelib.forms.pulse import MIN_RATERS


class Reader(StrEnum):
    """Readers of an answer, in addition to the person who wrote it."""

    DELEGATE = "delegate"
    COACH = "coach"
    FACILITATOR = "facilitator"
    NEXT_COACH = "next coach"
    MANAGER = "line manager"
    RATER = "rater"
    APPROVER = "approver"
    TEAM = "programme team"  # administrators
    SPONSOR = "sponsor"


class Rule(StrEnum):
    """How it is shown to them, in the words of the form."""

    AS_WRITTEN = "{Readers} {see} {what}."
    OWN_REPORT = "{What} appear in your report as your own, next to what others say together. {Readers} read them."
    AS_GROUP = "{What} are shown as the {group}’s to {readers}, who will know that they are yours."
    WITH_NAME = (
        "{What} are shown with your name to {readers}, as “{Group}: {rater}”, on their own and never as an average with"
        " others of this group."
    )
    COMBINED = (
        "{What} are only shown in averages of at least {threshold} people, to {readers}. No one sees what you chose."
    )
    COMBINED_BY_CELL = (
        "{What} are only shown in averages, to {readers}. Competencies: your answers are added to those of at least"
        " {two} others. Each behaviour: to those of at least {three} others, in a group of {five} people or more."
        " No one sees what you chose."
    )
    COMBINED_AREAS = (
        "{What} are only shown in averages, to {readers}. Each area: your answers are added to those of at least"
        " {three} others, in a group of {five} people or more. All areas together: to those of at least {two} others."
        " No one sees what you chose."
    )
    ROUNDED = (
        "{What} are only shown in averages of at least {fewest} people, all raters together and rounded to half a"
        " point, to {readers}. No one sees what you chose."
    )
    WORD_FOR_WORD = (
        "{What} are shown word for word to {readers}, without your name and in mixed order. So write nothing that only"
        " you could have written."
    )
    SUGGESTED = (
        "{What} are shown word for word to {readers} once {fewest} people have answered, without names and in mixed"
        " order. So write nothing that only you could have written."
    )
    COACH_ALONE = "{What} are shown in the same way, but to {readers} alone."
    IN_PLACE = "{Readers} may open a list that waits for {approver}, to approve it in their place."
    BY_CONSENT = "{Readers} {see} {what} only if you say so at the end."
    BY_COHORT = "{Readers} and others in the programme see {what} only in figures for five or more delegates together."


class Field(Struct, frozen=True):
    """The first part of a field's name, what the form calls it, and its readers."""

    name: str
    words: str
    readers: Mapping[Reader, Rule]


def _rating(rule: Rule) -> Field:
    """Read what a rater chose. The report and the cohort's figures read it by the same rule."""
    readers = {Reader.DELEGATE: rule, Reader.COACH: rule, Reader.SPONSOR: Rule.BY_COHORT}
    return Field("rating", "your ratings", readers)


_BY_CONSENT = {Reader.SPONSOR: Rule.BY_CONSENT}
_BY_COHORT = {Reader.SPONSOR: Rule.BY_COHORT}
KEPT_FOR_COACH = Field("coach_only", "the comments that you keep for the coach", {Reader.COACH: Rule.COACH_ALONE})
SUGGESTIONS = Field("comment", "suggestions", {Reader.DELEGATE: Rule.SUGGESTED, Reader.COACH: Rule.SUGGESTED})


class Form(Enum):
    """A form, who fills it in, and its fields. What is not declared is shown to no one but the writer."""

    OWN = (
        Reader.DELEGATE,
        Field("rating", "your ratings", {Reader.COACH: Rule.OWN_REPORT, Reader.SPONSOR: Rule.BY_COHORT}),
        Field("comment", "your comments", {Reader.COACH: Rule.OWN_REPORT}),
    )
    NAMED_GROUP = (
        Reader.RATER,
        _rating(Rule.AS_GROUP),
        Field("comment", "your comments", {Reader.DELEGATE: Rule.AS_GROUP, Reader.COACH: Rule.AS_GROUP}),
        KEPT_FOR_COACH,
    )
    NAMED_PEOPLE = (
        Reader.RATER,
        _rating(Rule.WITH_NAME),
        Field("comment", "your comments", {Reader.DELEGATE: Rule.WITH_NAME, Reader.COACH: Rule.WITH_NAME}),
        KEPT_FOR_COACH,
    )
    ANONYMOUS_GROUP = (
        Reader.RATER,
        _rating(Rule.COMBINED),
        Field("comment", "your comments", {Reader.DELEGATE: Rule.WORD_FOR_WORD, Reader.COACH: Rule.WORD_FOR_WORD}),
        KEPT_FOR_COACH,
    )
    PULSE = (Reader.RATER, _rating(Rule.COMBINED))
    MIDWAY = (
        Reader.RATER,
        _rating(Rule.ROUNDED),
        SUGGESTIONS,
    )
    LIST = (
        Reader.DELEGATE,
        Field(
            "rater",
            "the names and addresses on your list",
            {Reader.APPROVER: Rule.AS_WRITTEN, Reader.TEAM: Rule.IN_PLACE},
        ),
        Field("asked", "the names and addresses of those who are asked", {Reader.TEAM: Rule.AS_WRITTEN}),
    )
    WORK = (
        Reader.DELEGATE,
        Field("draft", "your draft", {}),
        Field("submitted", "what you submit", dict.fromkeys((Reader.COACH, Reader.FACILITATOR), Rule.AS_WRITTEN)),
    )
    DEBRIEF = (
        Reader.COACH,
        Field(
            "behaviour",
            "the development areas",
            dict.fromkeys((Reader.DELEGATE, Reader.MANAGER, Reader.RATER), Rule.AS_WRITTEN),
        ),
        *(
            Field(name, words, {Reader.DELEGATE: Rule.AS_WRITTEN})
            for name, words in (
                ("when_i_will", "when and how they begin"),
                ("first_step", "the first steps"),
                ("support", "the support"),
                ("who_will_notice", "who will notice"),
                ("by_when", "the dates"),
                ("review_by", "the days to look at them again"),
            )
        ),
        Field(
            "others_text",
            "the words for others",
            dict.fromkeys((Reader.DELEGATE, Reader.MANAGER, Reader.RATER), Rule.AS_WRITTEN),
        ),
    )
    COACH_NOTES = (Reader.COACH, Field("text", "your notes", {}))
    HAND_OVER = (Reader.COACH, Field("text", "what you write here", {Reader.NEXT_COACH: Rule.AS_WRITTEN}))
    IMPACT_DELEGATE_BEFORE = (
        Reader.DELEGATE,
        Field("level", "how far your development areas have come", {Reader.COACH: Rule.AS_WRITTEN}),
        Field("example", "your examples", {Reader.SPONSOR: Rule.BY_CONSENT}),
        Field("implemented", "what was put into practice", {Reader.SPONSOR: Rule.BY_CONSENT}),
        Field("measure", "your measures", {Reader.SPONSOR: Rule.BY_CONSENT}),
        Field("negative", "what got worse", {Reader.SPONSOR: Rule.BY_CONSENT}),
        Field("", "everything else", {Reader.SPONSOR: Rule.BY_COHORT}),
    )
    IMPACT_MANAGER_BEFORE = (
        Reader.MANAGER,
        Field("change", "what change you have seen", {Reader.COACH: Rule.AS_WRITTEN}),
        Field("", "everything else", {Reader.SPONSOR: Rule.BY_COHORT}),
    )
    IMPACT_DELEGATE = (
        Reader.DELEGATE,
        Field("", "all that you answer", {Reader.COACH: Rule.AS_WRITTEN}),
        Field("line_to_manager", "your message to them", {Reader.MANAGER: Rule.AS_WRITTEN}),
        Field("measure", "your figures and sums", {Reader.MANAGER: Rule.AS_WRITTEN, **_BY_CONSENT}),
        Field("example", "your examples", _BY_CONSENT),
        Field("implemented", "what was put into practice", _BY_CONSENT),
        Field("factors_why", "what helped or hindered you most", _BY_CONSENT),
        Field("negative", "what got worse", _BY_CONSENT),
        *(
            Field(name, words, _BY_COHORT)
            for words, names in (
                ("how you rate the programme", ("relevance", "recommend", "useful")),
                ("how you rate yourself", ("then", "now")),
                ("how far your areas have come", ("level",)),
                ("what happened to your ideas", ("proposal",)),
                ("what your figures and sums add up to", ("share", "confidence", "lost")),
                ("how much each thing helped or hindered you", ("factor",)),
            )
            for name in names
        ),
    )
    IMPACT_MANAGER = (
        Reader.MANAGER,
        Field("", "all that you answer", {Reader.DELEGATE: Rule.AS_WRITTEN, Reader.COACH: Rule.AS_WRITTEN}),
        Field("change", "what change you have seen", _BY_COHORT),
        Field("share", "the shares that you give", _BY_COHORT),
    )

    def __init__(self, writer: Reader, *fields: Field) -> None:
        self.writer = writer
        self.fields = fields

    def readers_of(self, field: str) -> Mapping[Reader, Rule]:
        """Return who may be shown one answer. A figure of a cohort shows none."""
        names = ("", field.partition(".")[0])  # the field without a name speaks of every answer
        rules = {name: field.readers for name in names for field in self.fields if field.name == name}
        readers = {reader: rule for each in rules.values() for reader, rule in each.items()}
        return {reader: rule for reader, rule in readers.items() if rule is not Rule.BY_COHORT}


def form_of(group: RaterGroup) -> Form:
    """Return the questionnaire that people of a group fill in."""
    if group.id == SELF_GROUP:
        return Form.OWN
    if group.has_named_people:
        return Form.NAMED_PEOPLE
    return Form.NAMED_GROUP if group.named else Form.ANONYMOUS_GROUP


def form_of_wave(wave: Wave, group: RaterGroup) -> Form:
    """Return what people of a group fill in in a wave."""
    if wave.is_midway:
        return Form.MIDWAY
    return Form.PULSE if wave.is_pulse else form_of(group)


class Names(Struct, frozen=True):
    """What a form calls people and numbers; what its rules do not need may be left out."""

    delegate: str
    threshold: int = 0
    behaviours_from: int = 0  # 0: the first publishing rule, with one threshold for everything
    approver: str = ""
    group: str = ""
    rater: str = ""
    sponsor: str = "the sponsor"
    seen_by: tuple[str, ...] = ("coach", "facilitator")  # who reads an assignment once it is submitted
    has_coach_only: bool = False  # whether the programme lets raters keep comments for the coach
    has_suggestion: bool = True  # whether a mid-way round asks for a suggestion


def names_for(programme: Programme, delegate: str, group: RaterGroup, rater: str) -> Names:
    """Return what a questionnaire calls them. Raters know their organisation, but not who sponsors the programme."""
    sponsor = programme.organisation.name
    return Names(
        delegate,
        programme.threshold,
        programme.behaviours_from,
        group=group.title,
        rater=rater,
        sponsor=sponsor,
        has_coach_only=programme.coach_only_comments,
        has_suggestion=programme.pulse.suggestion,
    )


def sentences(form: Form, names: Names) -> tuple[str, ...]:
    """Return what the form says under "Who sees what": fields with the same readers in one sentence."""
    together: dict[tuple[Rule, tuple[Reader, ...]], list[str]] = {}
    left_out = {KEPT_FOR_COACH.words: not names.has_coach_only, SUGGESTIONS.words: not names.has_suggestion}
    fields = (field for field in form.fields if not left_out.get(field.words))
    for field in fields:
        for rule in dict.fromkeys(field.readers.values()):
            readers = tuple(
                reader for reader, its in field.readers.items() if its is rule and _reads(form, reader, rule, names)
            )
            if not readers:
                continue
            together.setdefault((rule, readers), []).append(field.words)
    said = [
        _sentence(form, rule, readers, list(dict.fromkeys(what)), names) for (rule, readers), what in together.items()
    ]
    return (*said, _last(form, is_alone=not said))


def _reads(form: Form, reader: Reader, rule: Rule, names: Names) -> bool:
    """Return whether a declared reader reads this form of this programme."""
    if reader is Reader.APPROVER or rule is Rule.IN_PLACE:
        return bool(names.approver)
    return form is not Form.WORK or reader.value in names.seen_by


def words_under(form: Form, rule: Rule) -> str:
    """Return what the form calls the fields that some reader sees under a rule: "your examples and your measures"."""
    return _join([field.words for field in form.fields if rule in field.readers.values()])


def _last(form: Form, *, is_alone: bool) -> str:
    if is_alone:
        return f"No one else sees {form.fields[0].words} on any page or in any report."
    if form.name.startswith("IMPACT_"):
        more = " and words that you approve for the sponsor" if form.writer is Reader.DELEGATE else ""
        return f"No one else is shown your answers. The programme team sees only whether you have sent them{more}."
    return "No one else is shown them."


def _sentence(form: Form, rule: Rule, readers: tuple[Reader, ...], what: list[str], names: Names) -> str:
    called = [_called(form, reader, names) for reader in readers]
    if rule is Rule.OWN_REPORT:
        called.insert(0, "you")
    people, listed = _join(called), _join(what)
    wording = _wording(form, rule, names)
    return wording.value.format(
        Readers=_capital(people),
        readers=people,
        What=_capital(listed),
        what=listed,
        see="see" if len(called) > 1 else "sees",
        group=names.group.lower(),
        Group=names.group,
        rater=names.rater,
        approver=names.approver,
        threshold=names.threshold,
        two=in_words(names.threshold - 1),
        three=in_words(names.behaviours_from - 2),
        five=in_words(names.behaviours_from),
        fewest=in_words(max(names.threshold, MIN_RATERS)),
    )


def _wording(form: Form, rule: Rule, names: Names) -> Rule:
    """Return the words for averages by the publishing rule that the wave keeps."""
    if rule is not Rule.COMBINED or not names.behaviours_from:
        return rule
    return Rule.COMBINED_AREAS if form is Form.PULSE else Rule.COMBINED_BY_CELL


def _called(form: Form, reader: Reader, names: Names) -> str:
    own = "your" if form.writer is Reader.DELEGATE else "the"
    return {
        Reader.DELEGATE: names.delegate,
        Reader.COACH: f"{own} coach",
        Reader.FACILITATOR: "the facilitator of the workshop",
        Reader.NEXT_COACH: "the next coach",
        Reader.MANAGER: f"{own} line manager",
        Reader.RATER: "the raters",
        Reader.APPROVER: names.approver,
        Reader.TEAM: "the programme team",
        Reader.SPONSOR: names.sponsor,
    }[reader]


def _join(parts: list[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
