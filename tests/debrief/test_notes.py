"""A coach's notes: kept whenever the coach likes, and seen by nobody else."""

from __future__ import annotations

import pytest

from chalicelib import mailed_links
from chalicelib.admin.person import export
from chalicelib.ids import coach_id
from chalicelib.store import debriefs, delegates
from chalicelib.web import links
from tests.faults.test_faults import AREAS, ready_to_release
from tests.journey.conftest import visitor  # noqa: F401 (a fixture)
from tests.support import people

CLEO = coach_id(people.COHORT, people.person("cleo coach").email)
SECRET = "Speaks faster when the budget comes up"


@pytest.fixture
def case(visitor, clock):  # noqa: F811
    ready_to_release()
    clock.to(people.CLOSE)
    import chalicelib.clock

    chalicelib.clock.use(clock.now)
    visitor.let_in(people.person("cleo coach").email, clock.now())
    delegate = delegates.find(people.dana())
    return f"{links.make(*mailed_links.coach(delegate))}/{people.dana()}"


def test_notes_are_kept_before_and_after_the_release(visitor, clock, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    assert SECRET in visitor.page
    visitor.open(f"{case}/release").post(f"{case}/release")
    assert "Released" in visitor.page
    visitor.post(f"{case}/notes", {"notes-text": f"{SECRET}, still"})
    assert f"{SECRET}, still" in visitor.page


def test_notes_are_on_no_page_and_in_no_export_of_the_delegates(visitor, clock, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": SECRET})
    visitor.open(f"{case}/release").post(f"{case}/release")
    dana = people.person("dana delegate").email
    hub = links.make(*mailed_links.hub(delegates.find(people.dana())))

    pages = [visitor.open(hub).page, visitor.let_in(dana, clock.now()).open(f"{hub}/report").page]

    assert SECRET not in "".join(pages)
    assert SECRET not in repr(export(dana))
    assert debriefs.notes_from(delegates.partition(people.dana()), CLEO).text == SECRET


def test_notes_that_are_too_long_are_shown_again_and_not_kept(visitor, case):  # noqa: F811
    visitor.open(case).post(f"{case}/notes", {"notes-text": "x" * 4001})

    assert visitor.status == 400
    assert "shorten your notes to 4000 characters" in visitor.page
    assert "x" * 4001 in visitor.page
    assert debriefs.notes_from(delegates.partition(people.dana()), CLEO) is None


def test_what_was_agreed_cannot_be_changed_after_the_release(visitor, clock, case):  # noqa: F811
    visitor.open(f"{case}/release").post(f"{case}/release")
    areas = {f"{part}-{n}": "Changed" for n in (1, 2) for part in ("behaviour", "first_step")}
    visitor.post(f"{case}/debrief", {"held_on": clock.now().date().isoformat(), **areas})

    assert visitor.status == 409
    assert "has been released" in visitor.page
    assert [area.behaviour for area in debriefs.areas_from(delegates.partition(people.dana()))] == [
        area.behaviour for area in AREAS
    ]
