"""The pictures of a result say what their words say, and nothing where no one answered."""

from datetime import date

import pytest
from msgspec.structs import replace

from chalicelib.impact.result.document import build_document
from chalicelib.impact.result.facts import AreaResult, CompetencyView, RatersView, ResultFacts
from chalicelib.impact.result.render import html_of
from tests.support import people

RULES = people.programme()


def document_of(area: AreaResult, **more: object):  # type: ignore[no-untyped-def]
    facts = ResultFacts(
        delegate="Dana Delegate",
        programme=RULES.title,
        organisation="",
        cohort="Autumn",
        coach="Cleo Coach",
        manager="Mara Manager",
        issued=date(2027, 1, 4),
        has_answered=True,
        manager_answered=True,
        manager_words=True,
        raters_asked=True,
        areas=(area,),
    )
    return build_document(RULES, replace(facts, **more))


def strips(document) -> list[tuple[str, float | None]]:  # type: ignore[no-untyped-def]
    return [(strip.words, strip.at) for strip in document.chapters[0].cards[0].strips]


@pytest.mark.parametrize(("change", "at"), [("-3", 0.0), ("0", 0.5), ("3", 1.0)])
def test_a_change_lies_between_much_worse_and_much_better(change, at):
    area = AreaResult("a", "Listen", level="habit", manager_change=change, raters=RatersView("+0.0", 5, change))

    assert [place for _, place in strips(document_of(area))] == [1.0, at, at]


def test_where_no_one_answered_there_are_words_and_no_mark():
    document = document_of(AreaResult("a", "Listen", manager_change="not_seen"))

    assert [place for _, place in strips(document)] == [None, None, None]
    assert all(words for words, _ in strips(document))
    assert "<circle" not in html_of(document)


def test_a_rating_lies_on_the_scale_of_the_programme():
    rating = CompetencyView("Listening", "4.0", "1", "")
    document = document_of(AreaResult("a", "Listen"), competencies=(rating,))
    (table,) = [table for chapter in document.chapters for table in chapter.tables]

    assert table.points == ((3 / (len(RULES.scale) - 1), 0.0, None),)
