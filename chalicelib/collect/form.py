"""The questionnaire as pages, and what counts as an answer to one of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.answers import NOT_ABLE, Answers
from chalicelib.model import SELF_GROUP, Programme

COMMENTS = "comments"  # id of the page with the open questions; competency ids cannot clash: see `pages`
LONGEST_COMMENT = 4000  # characters
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")

Saved = Mapping[str, str]  # question id -> "1".."top", "na" or a comment; a blank is absent


@dataclass(frozen=True)
class Question:
    id: str
    text: str
    is_comment: bool = False


@dataclass(frozen=True)
class Page:
    id: str
    title: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class AnswerFault:
    """One answer that cannot be kept. `field` is the question's id."""

    field: str
    message: str


def pages(programme: Programme, group: str) -> tuple[Page, ...]:
    """One competency a page, in the wording for this group, then the open questions."""
    own = group == SELF_GROUP
    rated = [
        Page(
            f"c-{competency.id}",
            competency.title,
            competency.definition,
            tuple(Question(item.id, item.self_wording if own else item.others_wording) for item in competency.items),
        )
        for competency in programme.competencies
    ]
    if not programme.open_questions:
        return tuple(rated)
    asked = tuple(Question(question.id, question.text, is_comment=True) for question in programme.open_questions)
    return (*rated, Page(COMMENTS, "In your own words", "", asked))


def read_page(page: Page, top: int, fields: Mapping[str, str]) -> tuple[Saved, list[AnswerFault]]:
    """What a posted page answers, and what cannot be kept; other fields of the form are not ours to judge.

    A sound answer is kept even where its neighbour is not.
    """
    saved: dict[str, str] = {}
    faults = []
    for question in page.questions:
        text = fields.get(question.id, "").replace("\r\n", "\n").strip()
        if not text:
            continue
        fault = _fault(question, text, top)
        if fault:
            faults.append(AnswerFault(question.id, fault))
        else:
            saved[question.id] = text
    return saved, faults


def _fault(question: Question, text: str, top: int) -> str:
    if not question.is_comment:
        on_scale = text == NOT_ABLE or text in {str(rating) for rating in range(1, top + 1)}
        return "" if on_scale else "Please choose one of the answers shown."
    if len(text) > LONGEST_COMMENT:
        return f"This is {len(text) - LONGEST_COMMENT} characters too long: please shorten it to {LONGEST_COMMENT}."
    return "Please remove the characters that cannot be printed." if UNPRINTABLE.search(text) else ""


def answers(saved_pages: Mapping[str, Saved], form: tuple[Page, ...]) -> Answers:
    """All pages of one rater as answers. What the form no longer asks is left out."""
    ratings: dict[str, int | None] = {}
    comments: dict[str, str] = {}
    for page in form:
        saved = saved_pages.get(page.id, {})
        for question in page.questions:
            text = saved.get(question.id, "")
            if question.is_comment and text:
                comments[question.id] = text
            elif text:
                ratings[question.id] = None if text == NOT_ABLE else int(text)
    return Answers(ratings, comments)


def left_blank(page: Page, saved: Saved) -> list[Question]:
    """The behaviours of a page without an answer; comments are always optional."""
    return [question for question in page.questions if not question.is_comment and question.id not in saved]
