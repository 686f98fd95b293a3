"""The demo: its cast, its reader of pages, its calendar, and a small run from CSV to sponsor's summary."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime

import pytest

from chalicelib.core.working_days import working_days
from infra.local.demo import SEED
from infra.local.demo.cast import Own, Reply, make_cast
from infra.local.demo.diary import Calendar
from infra.local.demo.output import MARK, NotOurFolder, clear, slug
from infra.local.demo.pages import NotOnThePage, read_page
from infra.local.demo.phrases import bank
from infra.local.example import example_dates, read_example
from tests.support import small_demo

PAGE = """
<p class="status">Part 1 of 2.</p><h1>Fish &amp; chips</h1>
<form method="post" action="/one"><input type="hidden" name="form" value="n0nce">
<input type="radio" name="rating" value="1"><input type="radio" name="rating" value="2" checked>
<input type="checkbox" name="fewer" value="yes"><textarea name="words">
As saved</textarea>
<select name="group"><option value="">–</option><option value="peer">Peers</option></select>
<button name="go" value="next">On</button><button name="go" value="later">Later</button></form>
<a href="/two">Carry on</a>
"""


@pytest.fixture(scope="module")
def players():
    programme, entries = read_example()
    return make_cast(programme, entries, SEED)


def test_the_same_seed_gives_the_same_people_and_answers(players):
    programme, entries = read_example()

    assert make_cast(programme, entries, SEED) == players
    assert make_cast(programme, entries, SEED + 1) != players


def test_the_cast_holds_everything_the_demo_is_to_show(players):
    replies = Counter(part.reply for player in players for part in player.parts)
    ratings = Counter(part.person.email for player in players for part in player.parts)

    assert len(players) == 12
    assert set(Reply) == set(replies)
    assert {player.way for player in players} == set(Own)
    assert replies[Reply.BOUNCES] == 1
    assert max(ratings.values()) > 2


def test_the_cast_is_plainly_invented_and_fits_the_programme(players):
    programme, _ = read_example()
    most = {group.id: group.max for group in programme.rater_groups}
    for player in players:
        emails = [part.person.email for part in player.parts]

        assert all(email.endswith("example.org") for email in emails)
        assert len(set(emails)) == len(emails)
        assert player.email not in emails
        assert all(count <= most[group] for group, count in Counter(part.group for part in player.parts).items())


def test_no_one_reads_the_same_comment_twice(players):
    for player in players:
        said = [part.answers[question.id].casefold() for part in player.parts for question in _asked(part.answers)]

        assert len(set(said)) == len(said)


@pytest.mark.parametrize("name", ["measures", "examples", "implemented", "evidence", "effects"])
def test_later_words_are_enough_for_everyone_and_all_different(name, players):
    listed = [str(words) for words in bank("later")[name]]
    each = 3 if name in ("examples", "evidence") else 1

    assert len(set(listed)) == len(listed) >= each * len(players)


def _asked(answers):
    return [question for question in read_example()[0].open_questions if question.id in answers]


def test_a_form_sends_what_a_browser_would():
    form = read_page(PAGE).form("/one")

    untouched = {"form": "n0nce", "rating": "2", "words": "As saved", "go": "next"}
    assert form.filled({}) == untouched
    assert form.filled({"fewer": "yes", "group": "peer"}, "later") == {
        **untouched,
        "fewer": "yes",
        "group": "peer",
        "go": "later",
    }


@pytest.mark.parametrize(
    ("answers", "button"),
    [
        pytest.param({"surprise": "1"}, None, id="a-field-it-lacks"),
        pytest.param({"rating": "9"}, None, id="an-option-it-lacks"),
        pytest.param({}, "release", id="a-button-it-lacks"),
    ],
)
def test_no_one_sends_what_a_page_does_not_have(answers, button):
    with pytest.raises(NotOnThePage):
        read_page(PAGE).form("/one").filled(answers, button)


def test_a_page_says_where_one_is_and_where_its_links_lead():
    page = read_page(PAGE)

    assert (page.status, page.heading, page.link("Carry on")) == ("Part 1 of 2.", "Fish & chips", "/two")


def test_people_act_on_working_days_by_their_own_clocks():
    calendar = Calendar(working_days(read_example(1)[0].organisation))
    friday_evening = datetime(2026, 3, 27, 20, 0, tzinfo=UTC)

    assert calendar.working_days_on(friday_evening, 1, 9 * 60) == datetime(2026, 3, 30, 8, 0, tzinfo=UTC)
    for share in (0, 0.5, 0.999):
        acts = calendar.within(friday_evening, date(2026, 4, 10), share)
        assert acts.weekday() < 5
        assert acts.date() not in (date(2026, 4, 3), date(2026, 4, 6)), "Good Friday and Easter Monday"
        assert friday_evening < acts < datetime(2026, 4, 11, tzinfo=UTC)


def test_the_example_opens_on_a_monday_and_ends_in_the_middle_of_a_week():
    for day in range(1, 15):
        dates = example_dates(date(2026, 1, day))

        assert (dates.opens.weekday(), dates.closes.weekday(), dates.ends.weekday()) == (0, 4, 2)
        assert 2 <= (dates.opens - date(2026, 1, day)).days <= 8


def test_a_folder_that_no_demo_made_is_kept(tmp_path):
    (tmp_path / "thesis.txt").write_text("ten years of work")

    with pytest.raises(NotOurFolder):
        clear(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_names_become_readable_folders():
    assert [slug(name) for name in ("Siobhán O'Dowd", "Łucja Nowicka", "Dr Anil W")] == [
        "siobhan-odowd",
        "lucja-nowicka",
        "dr-anil-w",
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return small_demo.played(tmp_path_factory) / "demo-output"


def test_the_demo_leaves_emails_reports_and_the_sponsors_summary(folder):
    assert sorted(path.name for path in (folder / "reports").iterdir()) == ["amara-osei", "daniel-prentice"]
    for report in (folder / "reports").iterdir():
        assert (report / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert json.loads((report / "facts.json").read_bytes())["comments"]
    assert (folder / "sponsor" / "summary.html").exists()
    assert (folder / MARK).exists()


def test_the_demo_shows_who_got_what_and_when(folder):
    summary = json.loads((folder / "summary.json").read_text())
    messages = list((folder / "mail").glob("*.eml"))

    assert f"({len(messages)} emails)" in (folder.parent / "printed.txt").read_text()
    assert len(messages) == sum(summary["mails"].values()) - sum(items - 1 for items in summary["digests"])
    assert summary["failures"] == []
    assert [delegate["email"] for delegate in summary["delegates"]] == [
        "amara.osei@example.org",
        "daniel.prentice@example.org",
    ]
    assert all(delegate["released"] > delegate["debriefed"] > delegate["report"] for delegate in summary["delegates"])
