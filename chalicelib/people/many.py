"""Do one act on several delegates that an administrator ticked: each is planned, shown and done like one alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.core.formatting import plural
from chalicelib.core.model import Standing
from chalicelib.people.acts import ACTS, DelegateAct, PeopleActUnknown, find_act
from chalicelib.people.loaded import LoadedDelegate, find
from chalicelib.people.planned import ActRefused, Asking, Planned, perform

MAX_AT_ONCE = 30  # each is read and planned by the page itself, before and after the preview

Typed = Mapping[str, str]


class LeftOut(Struct, frozen=True):
    """A delegate who does not fit the act, and why."""

    name: str
    why: str


class Several(Struct, frozen=True):
    """The delegates of one act."""

    act: DelegateAct
    each: tuple[LoadedDelegate, ...]  # who fit the act
    left_out: tuple[LeftOut, ...]

    @property
    def name(self) -> str:
        return plural(len(self.each), "delegate", "delegates")


class ManyPlanned(Struct, frozen=True):
    """What the act does to each, before it is done."""

    plans: tuple[Planned, ...]  # those that change something
    ids: tuple[str, ...]  # of their delegates: the confirmation is about these alone
    left_out: tuple[LeftOut, ...]

    @property
    def title(self) -> str:
        return plural(len(self.plans), "delegate", "delegates")


OF_TICKED = tuple(act for act in ACTS if act.of_ticked)


def find_act_of_several(act_id: str) -> DelegateAct:
    """Find an act that several delegates can share. Raises PeopleActUnknown."""
    act = find_act(act_id)
    if not act.of_ticked:
        raise PeopleActUnknown
    return act


def find_several(act: DelegateAct, cohort_id: str, ids: Iterable[str]) -> Several:
    """Find the delegates, and those who do not fit the act. Raises ActRefused if they are too many."""
    ids = list(dict.fromkeys(filter(None, ids)))
    if len(ids) > MAX_AT_ONCE:
        fault = f"Tick at most {MAX_AT_ONCE} delegates at a time; {len(ids)} are ticked. Nothing was changed."
        raise ActRefused(FieldError("", fault))
    all_loaded = [find(cohort_id, delegate_id) for delegate_id in ids]
    hindered = [LeftOut(loaded.name, why) for loaded in all_loaded if (why := _hindrance(act, loaded))]
    return Several(act, tuple(loaded for loaded in all_loaded if not _hindrance(act, loaded)), tuple(hindered))


def _hindrance(act: DelegateAct, loaded: LoadedDelegate) -> str:
    if not act.fits(loaded.standing):
        verb = "has" if loaded.standing is Standing.LEFT else "is"
        return f"this is not possible for someone who {verb} {loaded.standing.value}."
    return act.hindrance(loaded)


def plan_several(several: Several, typed: Typed, asking: Asking) -> ManyPlanned:
    """Plan the act for each. Raises FormInvalid if it can be done for no one."""
    plans, ids = list[Planned](), list[str]()
    left_out, refusals = list(several.left_out), list[FormInvalid]()
    for loaded in several.each:
        try:
            planned = several.act.plan(loaded, typed, asking)
        except FormInvalid as refused:
            refusals.append(refused)
            left_out.append(LeftOut(loaded.name, str(refused)))
            continue
        if planned.changes_nothing:
            left_out.append(LeftOut(loaded.name, "nothing differs from what is stored."))
        else:
            plans.append(planned)
            ids.append(loaded.delegate.id)
    if refusals and not plans:
        raise refusals[0]
    return ManyPlanned(tuple(plans), tuple(ids), tuple(left_out))


def perform_several(several: Several, typed: Typed, asking: Asking) -> Sequence[LeftOut]:
    """Do the act for each, planned again: the one before may have changed what it sees. Return those left out."""
    left_out = list(several.left_out)
    for loaded in several.each:
        try:
            perform(several.act.plan(find(loaded.cohort.id, loaded.delegate.id), typed, asking), asking.now)
        except FormInvalid as refused:
            left_out.append(LeftOut(loaded.name, str(refused)))
    return left_out
