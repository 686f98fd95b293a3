"""The acts on people that the console offers: the fields of each form, and the plan that they become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from chalicelib.core.cell_values import find_group_id
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.model import Cohort, Person, Standing
from chalicelib.core.state_machine import By
from chalicelib.nominate.rater_list import RaterList
from chalicelib.nominate.seen_list import SEEN
from chalicelib.people import add_rater, approve, pause, raters, settle
from chalicelib.people.change import plan_coach, plan_details, plan_manager
from chalicelib.people.hold import is_held, plan_end_of_hold, plan_hold
from chalicelib.people.known_coaches import KNOWN, list_options, use_known
from chalicelib.people.leave import plan_leave
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.pause import Reason, plan_pause, plan_return
from chalicelib.people.planned import ActRefused, Asking, Planned
from chalicelib.people.standing import LEAVE, PAUSE, RETURN, STANDING, TRANSFER
from chalicelib.people.transfer import plan_transfer
from chalicelib.people.typed import read_line, read_person
from chalicelib.store import catalogue
from chalicelib.store.catalogue import CohortEntry
from chalicelib.waves.emails.without_key import Outcome

Typed = Mapping[str, str]


class NoRaters(ActRefused):
    """No rater fits the act."""


class PeopleActUnknown(Refusal):
    """An address that no page of ours links to."""

    status = 404
    title = "There is no such page"

    def __init__(self) -> None:
        super().__init__("Open the delegate again and use the links there.")


class Field(Struct, frozen=True):
    """One field of a form.

    kind      text, email or date; `choice` for a few options, `list` for many
    options   value and label of each
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()


class DelegateAct(Struct, frozen=True):
    """One act on a delegate.

    button   of the preview, which does it
    done     the notice on the delegate's page afterwards
    step     of the standing's machine that it makes; empty for an act that the standing allows as long as they are here
    hindrance  why it cannot be done now although the standing allows it; empty if it can
    of_ticked  the button for several delegates at once; empty for an act that concerns one alone
    is_about_data  whether it can be done after they have left
    concerns   whether it is of any use for this delegate: otherwise no page offers it
    was_done   whether the delegate's rows show that the act, as typed, was done before
    choice     the list of raters that the form shows. Raises ActRefused
    """

    id: str
    title: str
    button: str
    done: str
    fields: Callable[[LoadedDelegate], Sequence[Field]]
    plan: Callable[[LoadedDelegate, Typed, Asking], Planned]
    step: str = ""
    danger: bool = False
    hindrance: Callable[[LoadedDelegate], str] = lambda _loaded: ""
    of_ticked: str = ""
    concerns: Callable[[LoadedDelegate], bool] = lambda _loaded: True
    is_about_data: bool = False
    was_done: Callable[[LoadedDelegate, Typed], bool] = lambda _loaded, _typed: False
    choice: Callable[[LoadedDelegate, datetime], RaterList] | None = None

    def is_done(self, loaded: LoadedDelegate, typed: Typed) -> bool:
        """Return whether it was done before, as far as this can be seen: the form was confirmed twice."""
        is_past_step = bool(self.step) and not self.fits(loaded.standing)
        return is_past_step or not self.concerns(loaded) or self.was_done(loaded, typed)

    def fits(self, standing: Standing) -> bool:
        if self.step:
            return STANDING.allows(standing, self.step, By.ADMINISTRATOR)
        if self.is_about_data:
            return standing is not Standing.TRANSFERRED
        return standing in (Standing.ACTIVE, Standing.PAUSED)


def find_act(act_id: str) -> DelegateAct:
    """Find an act. Raises PeopleActUnknown."""
    act = next((act for act in ACTS if act.id == act_id), None)
    if act is None:
        raise PeopleActUnknown
    return act


def list_acts(loaded: LoadedDelegate) -> list[tuple[DelegateAct, str]]:
    """Return the acts that the standing allows, each with what hinders it now."""
    fitting = [act for act in ACTS if act.fits(loaded.standing) and act.concerns(loaded)]
    return [(act, act.hindrance(loaded)) for act in fitting]


def read_day(typed: Typed, name: str, label: str) -> date:
    """Read a day. Raises ActRefused."""
    try:
        return date.fromisoformat(typed.get(name, "").strip())
    except ValueError:
        raise ActRefused(FieldError(name, f"Give {label} as a date.")) from None


# --- who they are, and who has a part with them -------------------------------------------------------


def _details_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    delegate = loaded.delegate
    return (
        Field("name", "Name", value=delegate.person.name),
        Field("job_title", "Job title", value=delegate.job_title),
        Field("service", "Service", value=delegate.service),
    )


def _details(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    name = read_person(typed.get("name", ""), loaded.delegate.person.email).name
    job_title = read_line("job_title", "The job title", typed.get("job_title", ""))
    service = read_line("service", "The service", typed.get("service", ""))
    return plan_details(loaded, name, job_title, service, asking)


def _coach_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    return (*choose_coach(loaded.cohort), *_person_fields("coach_", "Coach’s", loaded.delegate.coach))


def choose_coach(*of: Cohort | CohortEntry) -> tuple[Field, ...]:
    """Return the field with which a coach of a cohort is chosen; none if there is none."""
    people = list_options(of)
    options = (("", "Someone else, named below"), *people)
    return (Field(KNOWN, "Coach", "list", options=options),) if people else ()


def _manager_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    return _person_fields("manager_", "Line manager’s", loaded.delegate.manager)


def _person_fields(prefix: str, whose: str, person: Person) -> tuple[Field, Field]:
    return (
        Field(f"{prefix}name", f"{whose} name", value=person.name),
        Field(f"{prefix}email", f"{whose} email address", "email", person.email),
    )


def _coach(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    typed = use_known(loaded.cohort.id, typed)
    coach = read_person(typed.get("coach_name", ""), typed.get("coach_email", ""), "coach_")
    return plan_coach(loaded, coach, asking)


def _manager(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    manager = read_person(typed.get("manager_name", ""), typed.get("manager_email", ""), "manager_")
    return plan_manager(loaded, manager, asking)


# --- raters -------------------------------------------------------------------------------------------


def _without_raters(loaded: LoadedDelegate) -> str:
    if raters.list_raters(loaded):
        return ""
    return "There is no rater to change: no list was sent and approved, or no questionnaire is open or to come."


def _rater_field(loaded: LoadedDelegate) -> Field:
    options = tuple(
        (rater.entry.person.email, f"{rater.entry.person.name}, {loaded.programme.group(rater.group).title}")
        for rater in raters.list_raters(loaded)
    )
    if not options:
        raise NoRaters(FieldError("", _without_raters(loaded)))
    hint = "Raters that were asked or will be, of the questionnaire that is open or next."
    return Field("rater", "Rater", "list", hint=hint, options=options)


def _removal_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    return (_rater_field(loaded),)


def _removal(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    return raters.plan_removal(loaded, raters.find_rater(loaded, typed.get("rater", "")), asking)


def _was_removed(loaded: LoadedDelegate, typed: Typed) -> bool:
    return raters.is_removed(loaded, typed.get("rater", ""))


def _regrouping_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    groups = tuple((group.id, group.title) for group in loaded.programme.rater_groups)
    return (_rater_field(loaded), Field("group", "Group from now on", "list", options=groups))


def _regrouping(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    rater = raters.find_rater(loaded, typed.get("rater", ""))
    group = find_group_id(loaded.programme, typed.get("group", ""))
    return raters.plan_regrouping(loaded, rater, group, asking)


def _correction_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    return (
        _rater_field(loaded),
        Field("name", "Right name", hint="Leave it empty to keep the name."),
        Field("email", "Right email address", "email", hint="Leave it empty to keep the address."),
    )


def _correction(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    rater = raters.find_rater(loaded, typed.get("rater", ""))
    before = rater.entry.person
    right = read_person(typed.get("name", "") or before.name, typed.get("email", "") or before.email)
    return raters.plan_correction(loaded, rater, right.name, right.email, asking)


def _addition_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    groups = tuple(
        (group.id, group.title) for group in loaded.programme.rater_groups if group.id not in add_rater.NOT_ADDED
    )
    if hindrance := add_rater.why_none(loaded):
        raise NoRaters(FieldError("", hindrance))
    return (
        Field("name", "Name"),
        Field("email", "Email address", "email"),
        Field("group", "Group", "list", options=groups),
    )


# --- after a restore ----------------------------------------------------------------------------------


def _settle_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    options = tuple((outcome.value, settle.WORDS[outcome]) for outcome in settle.list_outcomes(loaded))
    return (Field("outcome", "What counts", "choice", options=options),)


def _settle(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    if typed.get("outcome") not in settle.WORDS:
        raise ActRefused(FieldError("outcome", "Choose what counts."))
    return settle.plan_settle(loaded, Outcome(typed["outcome"]), asking)


# --- standing -----------------------------------------------------------------------------------------


def _pause_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    return (
        Field("until", "Day of the return", "date"),
        Field("reason", "Why", "choice", options=tuple((reason.value, reason.label) for reason in pause.Reason)),
    )


def _pause(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    until = read_day(typed, "until", "the day of the return")
    if typed.get("reason") not in set(Reason):
        raise ActRefused(FieldError("reason", "Choose why they are paused."))
    return plan_pause(loaded, until, Reason(typed["reason"]), asking)


def _other_cohorts(loaded: LoadedDelegate) -> list[CohortEntry]:
    """Return the other cohorts of the same programme and version."""
    here = loaded.cohort
    return [
        entry
        for entry in catalogue.everything().cohorts
        if entry.id != here.id
        and (entry.programme_id, entry.programme_version) == (here.programme_id, here.programme_version)
    ]


def _without_other_cohorts(loaded: LoadedDelegate) -> str:
    if _other_cohorts(loaded):
        return ""
    return "There is no other cohort of this programme and version. Start one first."


def _transfer_fields(loaded: LoadedDelegate) -> Sequence[Field]:
    others = _other_cohorts(loaded)
    if not others:
        raise ActRefused(FieldError("", _without_other_cohorts(loaded)))
    return (
        Field("cohort", "To cohort", "list", options=tuple((entry.id, entry.title) for entry in others)),
        *choose_coach(*others),
        Field("coach_name", "Coach’s name there", value=loaded.delegate.coach.name, hint=KEEP_COACH),
        Field("coach_email", "Coach’s email address there", "email", loaded.delegate.coach.email),
    )


KEEP_COACH = "Leave name and address empty to keep the coach."


def _transfer(loaded: LoadedDelegate, typed: Typed, asking: Asking) -> Planned:
    typed = use_known(typed.get("cohort", ""), typed, began_with=loaded.delegate.coach.email)
    name, address = typed.get("coach_name", ""), typed.get("coach_email", "")
    coach = read_person(name, address, "coach_") if name.strip() or address.strip() else loaded.delegate.coach
    return plan_transfer(loaded, typed.get("cohort", ""), coach, asking)


def _none(loaded: LoadedDelegate) -> Sequence[Field]:
    return ()


ACTS: tuple[DelegateAct, ...] = (
    DelegateAct(
        "details",
        "Change name, job title or service",
        "Change the details",
        "The details are changed.",
        _details_fields,
        _details,
    ),
    DelegateAct(
        "coach",
        "Change the coach",
        "Change the coach",
        "The coach is changed.",
        _coach_fields,
        _coach,
        of_ticked="Give them another coach",
    ),
    DelegateAct(
        "manager",
        "Change the line manager",
        "Change the line manager",
        "The line manager is changed.",
        _manager_fields,
        _manager,
        of_ticked="Give them another line manager",
    ),
    DelegateAct(
        "rater-approve",
        "Approve their list of raters in the approver’s place",
        "Approve the list",
        "The list is approved, and the raters are asked.",
        _none,
        lambda loaded, typed, asking: approve.plan_approval(loaded, typed.get(SEEN, ""), asking),
        concerns=approve.waits,
        choice=approve.load_waiting,
    ),
    DelegateAct(
        "rater-add",
        "Add a rater",
        "Add the rater",
        "The rater is added, and is asked.",
        _addition_fields,
        add_rater.plan_rater,
        hindrance=add_rater.why_none,
        was_done=add_rater.was_added,
    ),
    DelegateAct(
        "rater-correct",
        "Correct a rater’s name or address",
        "Correct it",
        "The rater is being corrected.",
        _correction_fields,
        _correction,
        hindrance=_without_raters,
    ),
    DelegateAct(
        "rater-group",
        "Move a rater to another group",
        "Move the rater",
        "The rater is in the other group.",
        _regrouping_fields,
        _regrouping,
        hindrance=_without_raters,
    ),
    DelegateAct(
        "rater-remove",
        "Remove a rater",
        "Remove the rater",
        "The rater is removed.",
        _removal_fields,
        _removal,
        danger=True,
        hindrance=_without_raters,
        was_done=_was_removed,
    ),
    DelegateAct(
        "settle",
        "Settle answers that a restore has lost",
        "Settle them",
        "It is settled.",
        _settle_fields,
        _settle,
        danger=True,
        concerns=settle.is_without_key,
    ),
    DelegateAct(
        "pause",
        "Pause",
        "Pause them",
        "They are paused.",
        _pause_fields,
        _pause,
        step=PAUSE,
        of_ticked="Pause them",
    ),
    DelegateAct(
        "return",
        "Bring back from the pause",
        "Bring them back",
        "They are back.",
        _none,
        lambda loaded, typed, asking: plan_return(loaded, asking),
        step=RETURN,
        of_ticked="Bring them back from the pause",
    ),
    DelegateAct(
        "transfer",
        "Transfer to another cohort",
        "Transfer them",
        "They are in the other cohort.",
        _transfer_fields,
        _transfer,
        step=TRANSFER,
        hindrance=_without_other_cohorts,
        of_ticked="Transfer them to another cohort",
    ),
    DelegateAct(
        "hold",
        "Keep their data past its deletion date",
        "Keep the data",
        "Their data is on hold.",
        _none,
        lambda loaded, typed, asking: plan_hold(loaded, asking),
        concerns=lambda loaded: not is_held(loaded),
        is_about_data=True,
    ),
    DelegateAct(
        "hold-end",
        "End the hold on their data",
        "End the hold",
        "Their data is no longer on hold.",
        _none,
        lambda loaded, typed, asking: plan_end_of_hold(loaded, asking),
        danger=True,
        concerns=is_held,
        is_about_data=True,
    ),
    DelegateAct(
        "leave",
        "Record that they have left",
        "Record that they have left",
        "It is recorded that they have left.",
        _none,
        lambda loaded, typed, asking: plan_leave(loaded, asking),
        step=LEAVE,
        danger=True,
    ),
)
