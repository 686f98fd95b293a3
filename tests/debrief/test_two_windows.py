"""A coach who works in two windows at the same moment: nothing that one of them saved is lost."""

from __future__ import annotations

from chalicelib.core import merging
from chalicelib.core.formatting import local_date
from chalicelib.core.model import Wave
from chalicelib.debrief.caseload import Case, open_case
from chalicelib.debrief.notes import save_notes, stored_fields
from chalicelib.debrief.release_report import ReleaseRefused, record_debrief
from chalicelib.debrief.ticks import save_ticks
from chalicelib.store import debriefs, delegates
from tests.debrief.test_ticks import FIRST, PROGRAMME, SECOND, case, kept  # noqa: F401 (a fixture)
from tests.support import people
from tests.support.turns import each_turn


def opened() -> Case:
    return open_case(people.coach_url().rpartition("/")[2], people.dana())


def test_two_ticks_at_once_are_both_kept(case, clock):  # noqa: F811
    def tick(behaviour: str) -> object:
        return save_ticks(opened(), {f"tick-{behaviour}": "on", "shown": ""}, clock.now())

    for when, outcomes in each_turn(lambda: tick(FIRST), lambda: tick(SECOND)):
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == [], when
        assert kept() == (FIRST, SECOND), when


def test_a_window_that_changed_no_note_brings_no_older_note_back(case, clock):  # noqa: F811
    """Pressing "Save" there posts the text as that window shows it."""
    save_notes(opened(), {"notes-text": "As it was."}, clock.now())
    seen = merging.marks({"notes-text": "As it was."})

    def save(text: str) -> object:
        return save_notes(opened(), {"notes-text": text, "shown": seen}, clock.now())

    for when, outcomes in each_turn(lambda: save("Written just now."), lambda: save("As it was.")):
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == [], when
        assert stored_fields(opened())["notes-text"] == "Written just now.", when


def test_of_two_records_at_once_one_is_refused_and_no_area_of_it_stays(case, clock):  # noqa: F811
    """The record has three areas in one window, and two others in the other."""
    today = local_date(clock.now(), PROGRAMME.organisation.timezone)
    typed = {"held_on": today.isoformat(), **people.areas_typed(today)}
    assert record_debrief(opened(), typed, clock.now()).faults == ()
    third = {name.replace("-2", "-3"): text for name, text in people.areas_typed(today).items() if name.endswith("-2")}
    clock.advance(minutes=1)

    def record(**more: str) -> object:
        return record_debrief(opened(), {**typed, **more}, clock.now())

    acts = (lambda: record(**third), lambda: record(**{"behaviour-1": "Other words"}))
    for when, outcomes in each_turn(*acts):
        refused = [isinstance(outcome, ReleaseRefused) for outcome in outcomes]
        debrief, areas = debriefs.from_rows(delegates.load_rows(people.dana()), Wave.BASELINE)
        assert [area.id for area in areas] == list(debrief.areas), when
        assert sum(refused) <= 1, when
        assert not refused[1] or areas[0].behaviour != "Other words", when
