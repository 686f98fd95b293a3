"""The questionnaire as pages, and what counts as an answer to one of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from math import ceil

from msgspec import Struct

from chalicelib.core import merging
from chalicelib.core.answers import NOT_ABLE, Answers
from chalicelib.core.errors import FieldError
from chalicelib.core.formatting import minutes_for
from chalicelib.core.model import SELF_GROUP, OpenQuestion, Programme
from chalicelib.store.packing import pack

BLOCK = 512  # bytes; the sizes of pages are multiples of it
RATING_ROOM, COMMENT_ROOM = 16, 48  # bytes in addition to the id of a question
PACKED_ROOM = 64  # bytes that compression may add
COMMENTS = "comments"  # id of the page with the open questions; competency ids cannot clash: see `pages`
MAX_COMMENT_CHARS = 4000  # characters
MAX_COLLAPSED_CHARS = 1500  # of a comment on a competency: with all of them a row stays within DynamoDB's 400 kB
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
MAX_LABEL_WORD_CHARS = 9  # letters: "Sometimes" fits a fifth of a phone's width, "Consistently" does not
MAX_OPTIONS_IN_ROW = 5

Saved = Mapping[str, str]  # question id -> "1".."top", "na" or a comment; a blank is absent


class Question(Struct, frozen=True):
    id: str
    text: str
    is_comment: bool = False
    longest: int = MAX_COMMENT_CHARS  # characters of a comment
    may_be_coach_only: bool = False

    @property
    def coach_only(self) -> str:
        """Return the field that keeps a comment out of the report; ids contain no full stop."""
        return f"{self.id}.coach"


class Page(Struct, frozen=True):
    id: str
    title: str
    intro: str
    questions: tuple[Question, ...]

    @property
    def rated(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if not question.is_comment)

    @property
    def comments(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_comment)


def pages(programme: Programme, group: str) -> tuple[Page, ...]:
    """Make one page for each competency, in the wording for this group, with its own open question; then a page for
    the rest.
    """
    is_self = group == SELF_GROUP
    choice = programme.coach_only_comments and not is_self
    about = {question.competency: question for question in programme.open_questions}
    rated = []
    for competency in programme.competencies:
        items = [Question(item.id, item.self_wording if is_self else item.others_wording) for item in competency.items]
        folded = _asked([about[competency.id]], MAX_COLLAPSED_CHARS, choice) if competency.id in about else ()
        rated.append(Page(f"c-{competency.id}", competency.title, competency.definition, (*items, *folded)))
    general = [question for question in programme.open_questions if question.competency is None]
    closing = _asked(general, MAX_COMMENT_CHARS, choice)
    return (*rated, Page(COMMENTS, "In your own words", "", closing)) if closing else tuple(rated)


def _asked(questions: Iterable[OpenQuestion], longest: int, choice: bool) -> tuple[Question, ...]:
    return tuple(Question(question.id, question.text, True, longest, choice) for question in questions)


def read_page(page: Page, top: int, fields: Mapping[str, str]) -> tuple[Saved, list[FieldError]]:
    """Read a posted page: return its answers, and what cannot be kept; ignore other fields of the form.

    Keep a valid answer even if others are not.
    """
    saved: dict[str, str] = {}
    faults = []
    for question in page.questions:
        text = fields.get(question.id, "").replace("\r\n", "\n").strip()
        if not text:
            continue
        fault = _fault(question, text, top)
        if fault:
            faults.append(FieldError(question.id, fault))
        else:
            saved[question.id] = text
            if question.may_be_coach_only and fields.get(question.coach_only):
                saved[question.coach_only] = "yes"
    while len(pack(saved)) > room(page):
        longest = max(page.comments, key=lambda question: len(saved.get(question.id, "").encode()))
        faults.append(FieldError(longest.id, "This is too long to keep. Please shorten it to half its length."))
        saved = {name: text for name, text in saved.items() if name not in (longest.id, longest.coach_only)}
    return saved, faults


def merge_page(
    page: Page, stored: Saved, posted: Saved, faults: Iterable[FieldError], displayed: Mapping[str, str]
) -> Saved:
    """Merge a posted page into the stored one, if its sender may not have seen all of that. See core/merging.py.

    A rater cannot remove a rating. An answer that cannot be kept leaves the previous one in place.
    """
    faulty = {fault.field for fault in faults}
    names = [question.id for question in page.questions if question.id not in faulty]
    flags = [question.coach_only for question in page.comments if question.may_be_coach_only]
    merged = merging.merge(stored, posted, displayed, [*names, *flags], {question.id for question in page.rated})
    orphans = {question.coach_only for question in page.comments if question.id not in merged}
    return {name: text for name, text in merged.items() if name not in orphans}


def seen_fields(saved: Saved, at: int) -> dict[str, str]:
    """Return the fields by which a page says, when posted, which save and which answers it has seen."""
    return {"seen": str(at), merging.SHOWN: merging.marks(saved)}


def _fault(question: Question, text: str, top: int) -> str:
    if not question.is_comment:
        on_scale = text == NOT_ABLE or text in {str(rating) for rating in range(1, top + 1)}
        return "" if on_scale else "Please choose one of the answers shown."
    if len(text) > question.longest:
        return f"This is {len(text) - question.longest} characters too long: please shorten it to {question.longest}."
    return "Please remove the characters that cannot be printed." if UNPRINTABLE.search(text) else ""


def answers(saved_pages: Mapping[str, Saved], form: tuple[Page, ...]) -> Answers:
    """Return all pages of a rater as answers, without questions that the form no longer asks."""
    ratings: dict[str, int | None] = {}
    comments: dict[str, str] = {}
    coach_only: list[str] = []
    for page in form:
        saved = saved_pages.get(page.id, {})
        for question in page.questions:
            text = saved.get(question.id, "")
            if question.is_comment and text:
                comments[question.id] = text
                coach_only += [question.id] if question.may_be_coach_only and question.coach_only in saved else []
            elif text:
                ratings[question.id] = None if text == NOT_ABLE else int(text)
    return Answers(ratings, comments, tuple(coach_only))


def is_empty(page: Page, saved: Saved) -> tuple[FieldError, ...]:
    """Return why one page alone is nothing to send: every behaviour is blank or "not able to comment"."""
    rated = [saved[question.id] for question in page.rated if question.id in saved]
    if any(text != NOT_ABLE for text in rated):
        return ()
    if rated:
        words = "If you cannot comment on any of these, choose “I cannot take part” below."
        return (FieldError("", words, "only-not-able"),)
    return (FieldError("", "Please answer at least one of these.", "all-blank"),)


def room(page: Page) -> int:
    """Return the bytes that hold any answers to a page, compressed: the size of every encrypted version of that page.

    A behaviour needs its id and a rating. A comment of the maximum length needs half its characters in bytes in any
    European language; the page of comments has space for three fifths, and `read_page` refuses what needs more.
    """
    rated = sum(len(question.id.encode()) + RATING_ROOM for question in page.rated)
    comments = sum(2 * len(question.id.encode()) + COMMENT_ROOM for question in page.comments)
    texts = sum(question.longest * 3 // 5 for question in page.comments)
    return ceil((rated + comments + texts + PACKED_ROOM) / BLOCK) * BLOCK


def list_unanswered(page: Page, saved: Saved) -> list[Question]:
    """List the behaviours of a page without an answer; comments are always optional."""
    return [question for question in page.rated if question.id not in saved]


def find_first_unanswered_page(form: tuple[Page, ...], saved_pages: Mapping[str, Saved]) -> int:
    """Return where to continue: the first page not begun, or the previous one if it has blanks; `len(form)` is the
    review.
    """
    places = range(len(form))
    new = next((place for place in places if not saved_pages.get(form[place].id)), len(form))
    before = form[new - 1]
    return new - 1 if new and list_unanswered(before, saved_pages[before.id]) else new


def minutes_left(form: Iterable[Page]) -> int:
    """Estimate the minutes of a careful rater for these pages."""
    remaining = list(form)
    at_the_end = [page.comments for page in remaining if not page.rated]
    return minutes_for(sum(len(page.rated) for page in remaining), sum(map(len, at_the_end)))


def fits_in_a_row(labels: Sequence[str]) -> bool:
    """Return whether a scale's buttons fit side by side on a phone; otherwise they are a list there."""
    words = [word for label in labels for word in re.split(r"[\s-]", label)]
    return len(labels) <= MAX_OPTIONS_IN_ROW and max(map(len, words)) <= MAX_LABEL_WORD_CHARS
