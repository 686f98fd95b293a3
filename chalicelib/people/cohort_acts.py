"""The acts on a whole cohort that the console offers: the fields of each form, and the plan that they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.addresses import clean_address
from chalicelib.core.formatting import day
from chalicelib.people.acts import Field, PeopleActUnknown, choose_coach, read_day
from chalicelib.people.cohort import LoadedCohort, plan_date, plan_facilitator, plan_rename, plan_sponsor
from chalicelib.people.discard import plan_discard
from chalicelib.people.join import LABELS, plan_join, read_entry
from chalicelib.people.known_coaches import use_known
from chalicelib.people.planned import Asking, Planned
from chalicelib.people.typed import read_line, read_person
from chalicelib.programme.move_dates import Moved, date_of

Typed = Mapping[str, str]


class CohortAct(Struct, frozen=True):
    """One act on a cohort; see acts.DelegateAct.

    reason_goes_out   whether the emails say the reason, too
    """

    id: str
    title: str
    button: str
    done: str
    fields: Callable[[LoadedCohort], Sequence[Field]]
    plan: Callable[[LoadedCohort, Typed, Asking], Planned]
    danger: bool = False
    ends: bool = False  # whether the cohort is gone afterwards
    reason_goes_out: bool = False


def find_cohort_act(act_id: str) -> CohortAct:
    """Find an act. Raises PeopleActUnknown."""
    act = next((act for act in COHORT_ACTS if act.id == act_id), None)
    if act is None:
        raise PeopleActUnknown
    return act


def _join_fields(loaded: LoadedCohort) -> Sequence[Field]:
    fields = [
        Field(name, label.removeprefix("The ").capitalize(), "email" if name.endswith("email") else "text")
        for name, label in LABELS.items()
    ]
    place = list(LABELS).index("coach_name")
    return (*fields[:place], *choose_coach(loaded.cohort), *fields[place:])


def _rename_fields(loaded: LoadedCohort) -> Sequence[Field]:
    return (Field("title", "Name of the cohort", value=loaded.cohort.title),)


def _person_fields(loaded: LoadedCohort) -> Sequence[Field]:
    return (Field("name", "Name"), Field("email", "Email address", "email"))


def _facilitator_fields(loaded: LoadedCohort) -> Sequence[Field]:
    present = ((facilitator.person.email, facilitator.person.name) for facilitator in loaded.cohort.facilitators)
    options = (("", "No one: one more facilitator"), *present)
    return (Field("former", "In place of", "list", options=options), *_person_fields(loaded))


def _move(what: Moved) -> CohortAct:
    """Return the act that moves one date of the cohort."""

    def fields(loaded: LoadedCohort) -> Sequence[Field]:
        now = date_of(loaded.programme, loaded.cohort.dates, what)
        return (Field("to", "New day", "date", now.isoformat(), f"Now {day(now)}."),)

    def plan(loaded: LoadedCohort, typed: Typed, asking: Asking) -> Planned:
        return plan_date(loaded, what, read_day(typed, "to", "the new day"), asking)

    said = f"{what.words.capitalize()} is moved. Those concerned get an email by the next working morning."
    name, title = f"move-{what.value}", f"Move {what.words}"
    return CohortAct(name, title, "Move it", said, fields, plan, reason_goes_out=True)


def _none(loaded: LoadedCohort) -> Sequence[Field]:
    return ()


def _join(loaded: LoadedCohort, typed: Typed, asking: Asking) -> Planned:
    return plan_join(loaded.cohort.id, read_entry(use_known(loaded.cohort.id, typed)), asking)


def _rename(loaded: LoadedCohort, typed: Typed, asking: Asking) -> Planned:
    return plan_rename(loaded, read_line("title", "The name", typed.get("title", "")), asking)


def _sponsor(loaded: LoadedCohort, typed: Typed, asking: Asking) -> Planned:
    return plan_sponsor(loaded, read_person(typed.get("name", ""), typed.get("email", "")), asking)


def _facilitator(loaded: LoadedCohort, typed: Typed, asking: Asking) -> Planned:
    person = read_person(typed.get("name", ""), typed.get("email", ""))
    return plan_facilitator(loaded, clean_address(typed.get("former", "")), person, asking)


def _discard(loaded: LoadedCohort, typed: Typed, asking: Asking) -> Planned:
    return plan_discard(loaded, asking)


COHORT_ACTS: tuple[CohortAct, ...] = (
    CohortAct(
        "add",
        "Add a delegate",
        "Add them",
        "The delegate is added, and appears here within a minute.",
        _join_fields,
        _join,
    ),
    CohortAct(
        "facilitator",
        "Name a facilitator",
        "Name them",
        "The facilitator is named.",
        _facilitator_fields,
        _facilitator,
    ),
    CohortAct(
        "sponsor", "Change the sponsor", "Change the sponsor", "The sponsor is changed.", _person_fields, _sponsor
    ),
    *map(_move, Moved),
    CohortAct("rename", "Rename the cohort", "Rename it", "The cohort is renamed.", _rename_fields, _rename),
    CohortAct(
        "discard",
        "Discard the cohort",
        "Discard the cohort",
        "The cohort is being deleted.",
        _none,
        _discard,
        danger=True,
        ends=True,
    ),
)
