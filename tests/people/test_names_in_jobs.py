"""A job that is done names no one: its row is kept for as long as the deployment, other rows about a person are not."""

from __future__ import annotations

import re

import pytest

from chalicelib.admin import address_change, revoke_links
from chalicelib.jobs.kinds import BY_ID, list_personal
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking, perform
from chalicelib.programme.move_dates import Moved, move, plan
from chalicelib.store.jobs import JobState
from chalicelib.store.marshal import Row
from chalicelib.store.table import scan
from tests.people import scene
from tests.support import people

WHY = "Petra Petersen asked for it"
NEW = "new.mailbox@example.org"
SAID = re.compile(rf"@|{WHY}|Nora New|Dana|Newly Named")  # addresses, and every name and reason of these acts


def job_rows() -> list[Row]:
    return [row for row in scan() if row["sk"] == "JOB"]


def naming(rows: list[Row]) -> dict[str, dict[str, str]]:
    """Return the parts of these jobs that name someone, by job."""
    return {row["id"]: named for row in rows if (named := {k: v for k, v in row["about"].items() if SAID.search(v)})}


def about_cohort(clock, act: str) -> None:
    typed = {"name": "Nora New", "email": scene.NORA, "former": people.FACILITATOR.person.email}
    asking = Asking(scene.BY, clock.now(), WHY)
    perform(find_cohort_act(act).plan(find_cohort(people.COHORT), typed, asking), clock.now())


ACTS = {
    "rename": lambda clock: scene.change(clock, "details", WHY, name="Newly Named", job_title="Lead", service="Wards"),
    "handover of a coach": lambda clock: scene.change(clock, "coach", WHY, **scene.NEW_COACH),
    "handover of a manager": lambda clock: scene.change(clock, "manager", WHY, **scene.NEW_MANAGER),
    "handover of a sponsor": lambda clock: about_cohort(clock, "sponsor"),
    "handover of a facilitator": lambda clock: about_cohort(clock, "facilitator"),
    "replace": lambda clock: address_change.change_address(
        people.COHORT, people.person("p0").email, NEW, clock.now(), scene.BY, name="Newly Named", why=WHY
    ),
    "revoke_links": lambda clock: revoke_links.revoke_links(
        people.COHORT, people.person("p0").email, clock.now(), scene.BY, send=True
    ),
    "apply_dates": lambda clock: move(
        plan(people.COHORT, Moved.CLOSES, people.DATES.closes.replace(day=9), clock.now()), WHY, scene.BY, clock.now()
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_job_that_is_done_names_no_one(visitor, clock, act):
    scene.open_cohort(clock, chosen=people.raters(4, 4))
    ACTS[act](clock)
    scene.settle(clock)

    rows = job_rows()
    kinds = {row["kind"] for row in rows if row["state"] == JobState.DONE}
    assert act.partition(" ")[0] in kinds
    assert naming([row for row in rows if row["state"] == JobState.DONE]) == {}


def test_what_a_job_needs_to_run_is_there_until_it_is_done(visitor, clock):
    scene.open_cohort(clock, chosen=people.raters(4, 4))
    ACTS["replace"](clock)

    (parts,) = naming(job_rows()).values()
    assert parts.keys() == list_personal("replace")


def test_a_kind_of_an_earlier_version_loses_nothing():
    assert "from_before" not in BY_ID
    assert list_personal("from_before") == frozenset()
