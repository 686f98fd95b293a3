"""The sponsor's documents: their pages, their standards, their words, and the same bytes for the same facts."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.sponsor.documents.figures_csv import figures_csv
from chalicelib.sponsor.documents.html import render_start, render_summary
from chalicelib.sponsor.documents.pdf import render_pdf
from chalicelib.sponsor.documents.start import Start, build_start, start_content, start_headline
from chalicelib.sponsor.editions import render_documents
from chalicelib.sponsor.final.build import Prepared, build_final
from chalicelib.sponsor.final.counts import count_reviews
from chalicelib.sponsor.final.facts import Final, Late, final_bytes
from chalicelib.sponsor.final.words import say_again
from tests.report.standards import faults
from tests.sponsor.final_example import ASKS, COSTS, MADE, STORIES, cohort, everyone, final, frozen
from tests.support import people

RULES = people.programme()
MINUS = "\N{MINUS SIGN}"
NO_WORDS = re.compile(r"<style.*?</style>|<[^>]+>", re.DOTALL)
PAGES = {"board": 2, "slides": 5, "method": 1}


@pytest.fixture(scope="module")
def documents() -> dict[str, bytes]:
    return render_documents(RULES, final(followup=frozen(seed=3)))


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_same_facts_give_the_same_bytes(documents):
    assert render_documents(RULES, final(followup=frozen(seed=3))) == documents


@pytest.mark.parametrize("name", PAGES)
def test_each_pdf_has_its_pages_and_keeps_the_standards(documents, name):
    pages = PdfReader(io.BytesIO(documents[name])).pages
    assert len(pages) == PAGES[name]
    assert faults(documents[name]) == []
    if name == "slides":
        assert round(float(pages[0].mediabox.width / pages[0].mediabox.height), 2) == 1.78


def test_the_summary_speaks_of_no_chart_because_it_has_none(documents):
    assert "grey band" in text_of(documents["board"])
    summary = NO_WORDS.sub(" ", render_summary(RULES, final(followup=frozen(seed=3))))
    assert not re.search(r"\b(bars?|band|rings?)\b", summary)


def test_what_helped_or_hindered_is_marked_where_it_is_too_close_to_call(documents):
    made = final(followup=frozen(seed=3))
    close = sum(not line.mean.clear for line in made.survey.factors)
    assert 0 < close < len(made.survey.factors)

    board = text_of(documents["board"]).partition("What helped and hindered")[2]
    summary = NO_WORDS.sub(" ", render_summary(RULES, made)).partition("What helped and hindered")[2]
    assert board.count("too close to call") == close
    assert summary.partition("What we ask of you")[0].count("too close to call") == close


def test_a_mean_does_not_read_as_a_number_of_delegates(documents):
    """“8.0 of 10” next to “11 of 12” would say that eight of ten delegates would recommend the programme."""
    from chalicelib.sponsor.documents.content import board_content

    made = final(followup=frozen(seed=3))
    mean = made.survey.reaction.recommend
    numbers = [number for number, _ in board_content(RULES, made)["boxes"]]
    assert numbers[-1] == mean.display
    assert f"{mean.display} of" not in text_of(documents["slides"])


def test_each_table_of_counts_says_of_how_many_and_of_how_many_delegates(documents):
    survey = final().survey
    captions = re.findall(r'<table class="counts"><caption>(.*? delegates)</caption>', documents["html"].decode())
    spreads = [spread for spread in (survey.areas, survey.proposals, survey.measures, survey.named) if spread.parts]
    assert len(captions) == len(spreads) > 1
    for caption, spread in zip(captions, spreads, strict=True):
        assert NUMBER.findall(caption)[-2:] == [str(spread.things), str(spread.delegates)]


def thrice(lines):
    return tuple(replace(line, id=f"{line.id}{n}") for n in range(3) for line in lines)


def crowded() -> Final:
    """As much as there may be: many competencies, a follow-up, long stories and requests."""
    made = final(followup=frozen(seed=3))
    long_story = "Waiting time fell because one person may change the list. " * 5
    return replace(
        made,
        reviews=count_reviews({f"d{place}": ["done", "kept", "changed", "given_up"] for place in range(12)}),
        late=Late(6, made.survey),
        stories=tuple(replace(story, text=long_story.strip()) for story in STORIES),
        asks=tuple((ask * 3)[:200] for ask in (*ASKS, ASKS[0])),
        followup=thrice(made.followup),
        survey=replace(made.survey, changes=thrice(made.survey.changes)),
    )


@pytest.mark.parametrize("name", ["board", "slides"])
def test_a_crowded_edition_keeps_its_pages(name):
    from chalicelib.sponsor.documents.content import board_content

    pdf = render_pdf(name, board_content(RULES, crowded()), MADE)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == PAGES[name]


def of_four() -> Final:
    """Finish a cohort of four: no figure may be shown, but stories and requests may."""
    return build_final(RULES, cohort(), everyone(5), MADE, baseline=frozen(4), prepared=Prepared(COSTS, ASKS, STORIES))


def test_too_few_delegates_leave_stories_and_requests_and_no_empty_claim():
    made = render_documents(RULES, of_four())
    board, slides = text_of(made["board"]), text_of(made["slides"])
    sentences = [*ASKS, *(" ".join(story.text.split()) for story in STORIES)]

    assert all(sentence in board and sentence in slides for sentence in sentences)
    assert "no competencies" not in slides
    assert "all of them" not in slides
    assert faults(made["board"]) == faults(made["slides"]) == []
    assert all(len(page.extract_text().split()) > 25 for page in PdfReader(io.BytesIO(made["slides"])).pages)


def test_a_follow_up_reaches_every_document_also_without_a_survey():
    """Too few answered the survey, and the same people were asked the questions of the 360 again."""
    made = build_final(RULES, cohort(), everyone(5), MADE, baseline=frozen(9), followup=frozen(9, 3))
    assert (made.survey, len(made.followup)) == (None, len(RULES.competencies))
    documents = render_documents(RULES, made)
    html = " ".join(NO_WORDS.sub(" ", documents["html"].decode()).split())

    for text in (text_of(documents["board"]), html):
        assert all(line.title in text and line.change.display in text for line in made.followup)
    assert made.headline[0] == say_again(made.followup)
    assert made.headline[0].rstrip(".") in text_of(documents["slides"])
    assert faults(documents["board"]) == faults(documents["slides"]) == []


def test_the_slides_say_what_the_follow_up_shows(documents):
    assert say_again(final(followup=frozen(seed=3)).followup) in text_of(documents["slides"])


def test_the_board_reads_what_changed_how_sure_we_are_and_what_is_asked(documents):
    text, made = text_of(documents["board"]), final(followup=frozen(seed=3))
    for sentence in (*made.headline, *made.asks):
        assert sentence in text
    order = ["1 What others saw", "2 Change since the first 360", "3 What is now done", "4 What it may be worth"]
    places = [text.index(title) for title in order]
    assert places == sorted(places)
    assert "too close to call" in text
    worth = text[text.index(order[-1]) :]  # the headline says who began, too
    behind = "answered after six months"
    assert worth.index(behind) < worth.index(made.value.claimed.display), "who is behind the sum comes before the sum"
    assert not re.search(r"\bICC\b|Hedges|p-value", text)


@pytest.mark.parametrize("name", ["board", "slides", "html"])
def test_every_document_shows_the_totals_and_the_return(documents, name):
    value = final().value
    text = documents[name].decode() if name == "html" else text_of(documents[name])
    for figure in (value.claimed.display, value.confident.display, value.cost, value.ratio, value.percent):
        assert figure in text


@pytest.mark.parametrize("name", ["board", "slides", "html", "csv"])
def test_every_document_shows_what_the_reviews_agreed(name):
    agreed = {f"d{place}": ["done", "kept", "given_up"] for place in range(8)}
    made = build_final(RULES, cohort(), everyone(), MADE, frozen(), prepared=Prepared(COSTS, ASKS, STORIES, agreed))
    document = render_documents(RULES, made)[name]
    text = text_of(document) if name in PAGES else document.decode()
    assert [part.count for part in made.reviews.parts] == [8, 8, 8]
    assert "kept or kept in other words" in text.lower()


NUMBER = re.compile(rf"[+{MINUS}]?\d+(?:,\d{{3}})*(?:\.\d+)?")
OF_TEMPLATES = {"360", "+2", "+3", f"{MINUS}2", f"{MINUS}3", "10", *"123456"}  # ends of scales, parts and slides


@pytest.mark.parametrize("name", ["board", "slides", "html"])
def test_no_document_has_a_number_that_is_not_in_the_facts(name):
    """The facts are computed again from raw answers: test_recomputed.py, and for the demo test_demo_recomputed.py."""
    agreed = {f"d{place}": ["done", "kept", "given_up"] for place in range(8)}
    prepared = Prepared(COSTS, ASKS, STORIES, agreed)
    made = build_final(RULES, cohort(), everyone(), MADE, frozen(), frozen(seed=3), prepared)
    document = render_documents(RULES, made)[name]
    text = text_of(document) if name in PAGES else NO_WORDS.sub(" ", document.decode())
    known = set(NUMBER.findall(json.dumps(json.loads(final_bytes(made)), ensure_ascii=False)))
    numbers = set(NUMBER.findall(text))
    assert len(numbers) > 20
    assert numbers - known - OF_TEMPLATES == set()


def test_without_costs_no_return_is_stated():
    from chalicelib.sponsor.final.build import Prepared

    text = render_summary(RULES, final(prepared=Prepared()))
    assert "costs are not entered, so no return is stated" in text
    assert "Return on investment" not in text


def test_the_table_has_every_printed_figure(documents):
    made = final(followup=frozen(seed=3))
    rows = list(csv.DictReader(io.StringIO(documents["csv"].decode("utf-8-sig"))))
    figures = {(row["part"], row["id"], row["what"]): row["shown"].lstrip("'") for row in rows}
    for line in made.survey.changes:
        assert figures["own", line.id, "since the first 360"] == line.since_first.display
        assert figures["own", line.id, "looking back"] == line.looking_back.display
    for line in made.followup:
        assert figures["all others", line.id, "change"] == line.change.display
    assert figures["value", "confident", "sum"] == made.value.confident.display
    assert {row["shown"] for row in rows if row["part"] == "areas"} == {
        str(part.count) for part in made.survey.areas.parts
    }


def test_no_cell_of_the_table_is_a_formula():
    odd = replace(final().survey.factors[0], label="=HYPERLINK(1)")
    made = final()
    data = figures_csv(replace(made, survey=replace(made.survey, factors=(odd,)))).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(data)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "\t")]
    assert not [cell for cell in cells if cell[:1] in ("+", "-") and not re.fullmatch(r"[+-][0-9.]+", cell)]


class Checked(HTMLParser):
    """Open and close tags of a page."""

    VOID = ("meta", "img", "br", "input", "link")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_pages_are_well_formed_and_hold_no_script(documents):
    for page in (documents["html"].decode(), render_start(RULES, start())):
        checked = Checked()
        checked.feed(page)
        assert checked.open == []
        assert "<script" not in page


# --- the cohort at the start --------------------------------------------------------------------------------


def start(delegates: int = 12) -> Start:
    return build_start(RULES, cohort(), frozen(delegates), MADE)


def test_the_start_shows_each_workshop_and_five_behaviours_at_each_end():
    opening = start()
    titles = [row.title for part in opening.workshops for row in part.rows]
    assert titles == [competency.title for competency in RULES.competencies]
    assert [part.title for part in opening.workshops] == [step.title for step in RULES.milestones]
    assert len(opening.highest) == len(opening.lowest) == 5
    assert max(row.others.value for row in opening.lowest) <= min(row.others.value for row in opening.highest)


def test_the_start_says_only_what_is_clear():
    sentences = list(start_headline(start()))
    gaps = [row.gap for part in start().workshops for row in part.rows if row.gap]
    assert any(gap.clear for gap in gaps)
    assert "see themselves" in sentences[1]
    parts = [replace(part, rows=tuple(replace(row, gap=None) for row in part.rows)) for part in start().workshops]
    together = replace(start(), workshops=tuple(parts))
    assert "clearly apart" in list(start_headline(together))[1]


def test_the_start_is_one_page_that_keeps_the_standards():
    pdf = render_pdf("start", start_content(RULES, start()), MADE)
    assert pdf == render_pdf("start", start_content(RULES, start()), MADE)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert faults(pdf) == []
