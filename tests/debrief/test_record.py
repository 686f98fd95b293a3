"""The record of a debrief: areas from the report's behaviours, kept as they are typed."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

import chalicelib.core.clock
from chalicelib.areas.form import MAX_AHEAD, PARTS, item_field
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Wave
from chalicelib.debrief.debrief_form import read_debrief
from chalicelib.store import areas, debriefs, delegates
from chalicelib.store.areas import Area
from chalicelib.store.debriefs import Debrief
from tests.debrief.test_ticks import case, typed_in  # noqa: F401 (a fixture)
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.support import people

PROGRAMME = people.programme()
ITEMS = [item.id for item in PROGRAMME.items]
TODAY = date(2026, 10, 5)
TYPED = people.areas_typed(TODAY)


def agreed() -> list[Area]:
    return list(areas.from_rows(delegates.load_rows(people.dana()), Wave.BASELINE))


def typed(clock, **more):
    today = local_date(clock.now(), PROGRAMME.organisation.timezone)
    return {"held_on": today.isoformat(), **people.areas_typed(today), **more}


def faults(**changes: str) -> list[tuple[str, str]]:
    fields = {"held_on": TODAY.isoformat(), **TYPED, **changes}
    return [(fault.field, fault.message) for fault in read_debrief(fields, ITEMS, TODAY, TODAY).faults]


def chosen(page: str) -> list[str]:
    return re.findall(r'name="use" value="([a-z0-9_]+)"', page)


# --- what is refused ------------------------------------------------------------------------------------------------


def test_a_complete_form_has_no_fault():
    assert faults() == []


@pytest.mark.parametrize("part", ["behaviour", "when_i_will", "first_step", "review_by"])
def test_what_an_area_needs_is_named(part):
    assert [field for field, _ in faults(**{f"{part}-2": ""})] == [f"{part}-2"]


@pytest.mark.parametrize("day", ["soon", "2026-02-31", "2026-10-04", (TODAY + MAX_AHEAD + timedelta(1)).isoformat()])
def test_the_day_to_look_at_an_area_again_is_a_real_one_ahead(day):
    ((field, message),) = faults(**{"review_by-1": day})
    assert field == "review_by-1"
    assert "review date" in message


def test_an_area_about_no_behaviour_says_why():
    assert [field for field, _ in faults(**{"why_no_item-1": ""})] == ["why_no_item-1"]
    assert faults(**{"why_no_item-1": "", item_field(1, ITEMS[3]): "on"}) == []


def test_an_area_is_about_three_behaviours_at_most():
    four = {item_field(1, item): "on" for item in ITEMS[:4]}
    assert "at most 3 behaviours; 4 are chosen" in faults(**four)[0][1]


# --- choosing -------------------------------------------------------------------------------------------------------


def test_behaviours_are_offered_lowest_first_and_the_coachs_ticks_before_them(visitor, case):  # noqa: F811
    offered = list(dict.fromkeys(chosen(visitor.open(case).page)))
    assert sorted(offered) == sorted(ITEMS)
    last = offered[-1]
    visitor.post(f"{case}/report", {"kind": "html"}).post(f"{case}/ticks", {f"tick-{last}": "on"})

    assert list(dict.fromkeys(chosen(visitor.open(case).page))) == [last, *offered[:-1]]


def test_a_chosen_behaviour_and_its_figures_are_kept_with_the_area(visitor, case, clock):  # noqa: F811
    first, second = ITEMS[:2]
    visitor.open(case).post(f"{case}/debrief", {"use": first})
    assert re.search(r"Self \d\.\d.*, all others \d\.\d", typed_in(visitor.page, "evidence-1"))
    visitor.post(f"{case}/debrief", {"use": f"{second}@1"})
    more = {item_field(1, first): "on", item_field(1, second): "on", "why_no_item-1": ""}
    visitor.post(f"{case}/debrief", typed(clock, **more))

    assert [area.items for area in agreed()] == [(first, second), ()]


def test_a_behaviour_that_is_not_in_the_report_starts_nothing(visitor, case):  # noqa: F811
    visitor.open(case).post(f"{case}/debrief", {"use": "invented"})
    assert visitor.status == 200
    assert agreed() == []


# --- ids ------------------------------------------------------------------------------------------------------------


def test_areas_get_random_ids_that_stay(visitor, case, clock):  # noqa: F811
    visitor.open(case).post(f"{case}/debrief", typed(clock))
    before = [area.id for area in agreed()]
    visitor.open(case).post(f"{case}/debrief", typed(clock, **{"behaviour-1": "In other words"}))

    assert [area.id for area in agreed()] == before
    assert all(re.fullmatch(r"[a-z2-7]{8}", area_id) for area_id in before)
    assert agreed()[0].behaviour == "In other words"


def test_an_area_that_was_taken_out_leaves_its_id_behind(visitor, case, clock):  # noqa: F811
    three = people.areas_typed(clock.now().date(), count=3)
    visitor.open(case).post(f"{case}/debrief", typed(clock, **three))
    _, second, third = (area.id for area in agreed())
    without = dict.fromkeys([f"{part}-2" for part in PARTS], "")
    visitor.open(case).post(f"{case}/debrief", typed(clock, **{**three, **without}))
    assert [area.number for area in agreed()] == [1, 3]
    assert agreed()[1].id == third

    visitor.open(case).post(f"{case}/debrief", typed(clock, **three))
    assert second not in [area.id for area in agreed()]
    assert len(agreed()) == 3


def test_areas_of_an_earlier_version_keep_their_ids(visitor, case, clock):  # noqa: F811
    old = [Area(str(n), f"Old {n}", "", "Step", "", "", "By summer") for n in (1, 2)]
    people.write(*debriefs.save(people.dana(), Wave.BASELINE, Debrief(clock.now().date(), ("1", "2")), old))
    assert [area.number for area in agreed()] == [1, 2]
    visitor.open(case).post(f"{case}/debrief", typed(clock))

    assert [(area.id, area.by_when) for area in agreed()] == [("1", "By summer"), ("2", "By summer")]


# --- nothing typed is lost ------------------------------------------------------------------------------------------


def test_what_is_typed_is_saved_before_it_is_recorded(visitor, case):  # noqa: F811
    visitor.open(case).post(f"{case}/debrief", {"behaviour-1": "Half a sen", "by": "script"})
    assert visitor.status == 200

    assert "Half a sen" in visitor.open(case).page
    assert agreed() == []


def test_a_form_with_faults_is_kept_too(visitor, case):  # noqa: F811
    visitor.open(case).post(f"{case}/debrief", {"behaviour-1": "Ask first"})
    assert visitor.status == 400

    assert "Ask first" in visitor.open(case).page


def test_recording_ends_the_draft(visitor, case, clock):  # noqa: F811
    visitor.open(case).post(f"{case}/debrief", {"behaviour-2": "A draft", "by": "script"})
    visitor.open(case).post(f"{case}/debrief", typed(clock))

    rows = [row["sk"] for row in delegates.load_rows(people.dana())]
    assert not [sk for sk in rows if sk.startswith("DRAFT#")]
    assert "draft" not in visitor.open(case).messages


def test_an_older_window_undoes_nothing(visitor, case):  # noqa: F811
    older = visitor.open(case).page
    visitor.post(f"{case}/debrief", {"behaviour-1": "On the laptop", "by": "script"})
    visitor.page = older
    visitor.post(f"{case}/debrief", {"first_step-1": "On the phone", "by": "script"})

    page = visitor.open(case).page
    assert "On the laptop" in page
    assert "On the phone" in page


def test_the_next_coach_sees_no_draft(visitor, case, clock):  # noqa: F811
    visitor.open(case).post(f"{case}/debrief", {"behaviour-1": "Only mine", "by": "script"})
    from msgspec.structs import replace

    before = delegates.find(people.dana())
    people.write(delegates.change_addresses(before, replace(before, coach=people.person("new coach"))))
    visitor.let_in(people.person("new coach").email, clock.now())

    page = visitor.open(f"{people.coach_url()}/{people.dana()}").page
    assert "Only mine" not in page
    assert 'id="record"' in page


def test_after_the_release_nothing_is_recorded(visitor, case, clock):  # noqa: F811
    visitor.open(case).post(f"{case}/report", {"kind": "pdf"})
    visitor.open(case).post(f"{case}/debrief", typed(clock))
    visitor.open(f"{case}/release").post(f"{case}/release")
    visitor.post(f"{case}/debrief", typed(clock, by="script"))

    assert visitor.status == 409


@pytest.fixture(autouse=True)
def _real_clock():
    yield
    chalicelib.core.clock.use(None)
