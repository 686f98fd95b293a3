"""A coach ticks behaviours while reading a report; the debrief form offers them."""

from __future__ import annotations

import html
import re

import pytest

import chalicelib.core.clock
from chalicelib.core.ids import coach_id
from chalicelib.core.model import Wave
from chalicelib.report.render_html import render_html
from chalicelib.results.facts import build_facts, facts_bytes
from chalicelib.results.publish import publish
from chalicelib.store import debriefs, delegates, reports, ticks
from chalicelib.store.reports import StoredReport
from tests.faults import scene
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.report.example import example_wave, heading
from tests.support import people

PROGRAMME = people.programme()
FIRST, SECOND, THIRD, FOURTH = [item.id for item in PROGRAMME.items][:4]


@pytest.fixture
def case(visitor, clock):  # noqa: F811
    """Dana's report is ready, and her coach is signed in."""
    scene.open_wave()
    facts = build_facts(PROGRAMME, heading(), publish(PROGRAMME, example_wave(PROGRAMME), comment_key=b"k"))
    bodies = {"facts": facts_bytes(facts), "html": render_html(PROGRAMME, facts).encode(), "pdf": b"%PDF-1.7"}
    names = reports.save_documents(people.dana(), Wave.BASELINE, facts.checksum, bodies)
    made = StoredReport(people.dana(), Wave.BASELINE, facts.checksum, made_at=people.CLOSE, **names)
    people.write(reports.add(made))
    clock.to(people.CLOSE)
    chalicelib.core.clock.use(clock.now)
    visitor.let_in(people.person("cleo coach").email, clock.now())
    return f"{people.coach_url()}/{people.dana()}"


def kept() -> tuple[str, ...]:
    cleo = coach_id(people.COHORT, people.person("cleo coach").email)
    return ticks.from_rows(delegates.load_rows(people.dana()), Wave.BASELINE, cleo)


def boxes(page: str) -> dict[str, bool]:
    tick_boxes = re.findall(r'name="tick-([a-z0-9_-]+)" value="on"( checked)?>', page)
    assert len(tick_boxes) == len(dict(tick_boxes)), "a behaviour has two boxes: its form would be refused"
    return {behaviour: bool(checked) for behaviour, checked in tick_boxes}


def typed_in(page: str, field: str) -> str:
    return html.unescape(re.findall(rf'name="{field}"[^>]*>\n?([^<]*)</textarea>', page)[0])


def read(visitor, case):  # noqa: F811
    return visitor.open(case).post(f"{case}/report", {"kind": "html"})


def test_the_report_opens_on_a_page_of_ours_and_again_after_a_reload(visitor, case):  # noqa: F811
    read(visitor, case)
    assert visitor.status == 200
    assert f'<a href="{case}">' in visitor.page

    again = visitor.open(visitor.url)
    assert again.status == 200
    assert "unsafe-inline" not in again.headers["Content-Security-Policy"]


def test_a_page_of_another_session_leads_back_and_shows_nothing(visitor, case, clock):  # noqa: F811
    address = read(visitor, case).url
    visitor.cookies.clear()
    visitor.open(address)
    assert 'id="contents"' not in visitor.page

    visitor.open(f"{case}/report/{'a' * 26}")
    assert 'id="contents"' not in visitor.page


def test_every_behaviour_of_the_report_has_one_box(visitor, case):  # noqa: F811
    assert set(boxes(read(visitor, case).page)) == {item.id for item in PROGRAMME.items}


def test_ticks_are_kept_and_shown_again(visitor, case):  # noqa: F811
    read(visitor, case).post(f"{case}/ticks", {f"tick-{THIRD}": "on", f"tick-{FIRST}": "on"})

    assert kept() == (FIRST, THIRD)
    assert [behaviour for behaviour, ticked in boxes(visitor.page).items() if ticked] == [FIRST, THIRD]


def test_a_tick_that_is_taken_away_goes_and_one_of_another_page_stays(visitor, case):  # noqa: F811
    older = read(visitor, case).page
    visitor.post(f"{case}/ticks", {f"tick-{FIRST}": "on", f"tick-{SECOND}": "on"})
    visitor.post(f"{case}/ticks", {f"tick-{SECOND}": "on"})
    assert kept() == (SECOND,)

    visitor.page = older
    visitor.post(f"{case}/ticks", {f"tick-{THIRD}": "on"})
    assert kept() == (SECOND, THIRD)


def test_one_change_alone_leaves_the_others_as_they_are(visitor, case):  # noqa: F811
    """As the page's script sends it."""
    read(visitor, case).post(f"{case}/ticks", {f"tick-{FIRST}": "on", f"tick-{SECOND}": "on"})
    visitor.post(f"{case}/ticks", {f"tick-{THIRD}": "on", "shown": ""})
    assert kept() == (FIRST, SECOND, THIRD)

    visitor.post(f"{case}/ticks", {"shown": f"tick-{FIRST}=on"})
    assert kept() == (SECOND, THIRD)


def test_what_is_no_behaviour_is_not_kept(visitor, case):  # noqa: F811
    read(visitor, case).post(f"{case}/ticks", {"tick-invented": "on"})

    assert kept() == ()


def test_a_ticked_behaviour_starts_an_area_with_its_figures(visitor, case):  # noqa: F811
    read(visitor, case).post(f"{case}/ticks", {f"tick-{FIRST}": "on"})
    visitor.open(case)
    assert "ticked" in visitor.messages
    visitor.post(f"{case}/debrief", {"behaviour-1": "My own words", "use": FIRST})

    assert visitor.status == 200
    assert typed_in(visitor.page, "behaviour-1") == "My own words"
    assert typed_in(visitor.page, "behaviour-2") == next(PROGRAMME.items).self_wording
    assert re.search(r"Self \d\.\d.*, all others \d\.\d", typed_in(visitor.page, "evidence-2"))
    assert debriefs.areas_from(delegates.load_rows(people.dana())) == ()


def test_no_area_is_overwritten(visitor, case):  # noqa: F811
    read(visitor, case).post(f"{case}/ticks", {f"tick-{FIRST}": "on"})
    full = {f"behaviour-{number}": f"Words {number}" for number in (1, 2, 3)}
    visitor.open(case).post(f"{case}/debrief", {**full, "use": FIRST})

    assert visitor.faults == {"behaviour-3"}
    assert [typed_in(visitor.page, field) for field in full] == list(full.values())


def test_the_next_coach_and_the_delegate_see_no_tick(visitor, case):  # noqa: F811
    read(visitor, case).post(f"{case}/ticks", {f"tick-{FIRST}": "on"})
    rows = delegates.load_rows(people.dana())

    assert ticks.from_rows(rows, Wave.BASELINE, "another") == ()
    assert ticks.from_rows(rows, Wave.FOLLOWUP, coach_id(people.COHORT, people.person("cleo coach").email)) == ()
