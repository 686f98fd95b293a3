"""Change what is stored about a delegate: name, job title and service, line manager, coach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.admin.address_change import plan_change
from chalicelib.core.addresses import clean_address
from chalicelib.core.clock import stamp
from chalicelib.core.errors import FieldError
from chalicelib.core.ids import coach_id
from chalicelib.core.model import Delegate, InvitationState, Person
from chalicelib.core.name_order import replace_name
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import COACH
from chalicelib.people.hand_over import list_seats_to_come
from chalicelib.people.loaded import LoadedDelegate
from chalicelib.people.planned import ActRefused, Asking, Planned, list_former, plan, recipients
from chalicelib.programme.other_people import Loading, other_people
from chalicelib.store import audit_events, cohorts, delegates, emails, holds, invitations, jobs, waiting_emails
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.delegate_record import load_record
from chalicelib.store.emails import Email, EmailSettled
from chalicelib.store.jobs import Job
from chalicelib.store.marshal import fields
from chalicelib.store.table import Write, transact

MAX_RETRIES = 5  # another act may change an email between our read and our write

# --- coach and line manager ---------------------------------------------------------------------------


def plan_coach(loaded: LoadedDelegate, coach: Person, asking: Asking) -> Planned:
    """Plan another coach. Raises ActRefused."""
    before = loaded.delegate.coach
    _check_part(loaded, coach, "coach")
    after = replace(loaded.delegate, coach=coach, coach_link=cohorts.coach_link(loaded.cohort, coach))
    people = [
        ("new coach", coach, f"that they coach {loaded.name} now"),
        ("delegate", loaded.delegate.person, "that they have another coach"),
        *list_former("coach", [before], loaded.cohort.id, loaded.delegate.id),
    ]
    return plan(
        f"Change the coach of {loaded.name} from {before.name} to {coach.name}",
        [
            f"From now on {before.name} sees nothing about {loaded.name}. Their private notes remain theirs.",
            f"{coach.name} sees the report, the areas, the work, what was held, and hand-over notes.",
            "A meeting that is booked or offered waits for new times. One to come is cancelled in both calendars.",
            _says_hold(loaded, coach, asking),
        ],
        recipients(*people),
        [] if coach == before else _part_writes(loaded, after, asking, ["coach", "coach_link"]),
    )


def _says_hold(loaded: LoadedDelegate, coach: Person, asking: Asking) -> str:
    """Say that a new address gets sign-in codes a working day later: see decision 23."""
    known = any(line.coach.email == coach.email for line in cohorts.list_lines(loaded.cohort.id))
    scope = "for this delegate " if known else ""
    return f"Sign-in codes {scope}go to {coach.email} {holds.say_wait(asking.by)}."


def plan_manager(loaded: LoadedDelegate, manager: Person, asking: Asking) -> Planned:
    """Plan another line manager. Raises ActRefused."""
    before = loaded.delegate.manager
    _check_part(loaded, manager, "manager")
    after = replace(loaded.delegate, manager=manager)
    days = ", and the days of the workshops to come" if list_seats_to_come(loaded.delegate, asking.now) else ""
    people = [
        ("new line manager", manager, f"what is asked of them{days}"),
        ("delegate", loaded.delegate.person, "that another line manager is named"),
        *list_former("line manager", [before], loaded.cohort.id, loaded.delegate.id),
    ]
    return plan(
        f"Change the line manager of {loaded.name} from {before.name} to {manager.name}",
        [
            f"Areas that were shared with {before.name} are private again, until {loaded.name} shares them.",
            f"An answer that {before.name} gave in the 360 stays, by name, as the line manager at that time.",
            f"The six-month survey asks {manager.name}.",
        ],
        recipients(*people),
        [] if manager == before else _part_writes(loaded, after, asking, ["manager"]),
    )


def _check_part(loaded: LoadedDelegate, person: Person, part: str) -> None:
    loaded.refuse_gone()
    if person.email == loaded.delegate.person.email:
        raise ActRefused(FieldError(f"{part}_email", f"This is the address of {loaded.name}.", "delegates-own-address"))


def _part_writes(loaded: LoadedDelegate, after: Delegate, asking: Asking, names: Sequence[str]) -> list[Write]:
    """List the writes, with the same job as for a file that names another person."""
    coaches = frozenset(line.coach.email for line in cohorts.list_lines(loaded.cohort.id))
    loading = Loading(
        0, coaches, asking.by, loaded.days.a_day_after(asking.now), asking.reason, f"{stamp(asking.now)}.{names[0]}"
    )
    coach = {"coach": fields(after.coach), "coach_id": coach_id(after.cohort_id, after.coach.email)}
    same_person = _is_only_name(loaded.delegate, after)
    return [
        delegates.change(loaded.delegate, after, names),
        cohorts.change_line(after, put=coach),
        *(other_people(after, loading, asking.now) if not same_person else [_audit_name(loaded, after, asking)]),
    ]


def _is_only_name(before: Delegate, after: Delegate) -> bool:
    return (before.coach.email, before.manager.email) == (after.coach.email, after.manager.email)


def _audit_name(loaded: LoadedDelegate, after: Delegate, asking: Asking) -> Write:
    before = loaded.delegate
    changed = (COACH.verb, before.coach, after.coach) if before.coach != after.coach else None
    part, old, new = changed or ("line manager", before.manager, after.manager)
    return _audit(loaded, asking, f"the name of the {part}", {"before": old, "after": new})


# --- address ------------------------------------------------------------------------------------------


def plan_address(loaded: LoadedDelegate, address: str, asking: Asking) -> Planned:
    """Plan the change of the delegate's address in the whole cohort. Raises ReplaceRefused."""
    loaded.refuse_gone()
    before = loaded.delegate.person
    after = replace(before, email=clean_address(address))
    return plan(
        f"Change the address of {loaded.name}",
        [
            "Links and sessions of the old address end. A form that is begun starts empty.",
            "Answers that were sent count.",
            f"Sign-in codes go to the new address {holds.say_wait(asking.by)}.",
            "Calendar entries are cancelled at the old address and sent to the new one.",
        ],
        recipients(
            ("old address", before, "that the address was replaced"),
            ("new address", after, "the new link, and calendar entries"),
        ),
        plan_change(loaded.cohort.id, before.email, address, asking.now, asking.by, why=asking.why),
    )


# --- name, job title, service -------------------------------------------------------------------------


def plan_details(loaded: LoadedDelegate, name: str, job_title: str, service: str, asking: Asking) -> Planned:
    """Plan another name, job title or service.

    Raises ActRefused for a delegate who does not take part here any more.
    """
    loaded.refuse_gone()
    before = loaded.delegate
    after = replace(before, person=replace(before.person, name=name), job_title=job_title, service=service)
    changes = {
        "the name": (before.person.name, name),
        "the job title": (before.job_title, job_title),
        "the service": (before.service, service),
    }
    changed = {what: pair for what, pair in changes.items() if pair[0] != pair[1]}
    return plan(
        f"Change the details of {loaded.name}",
        [
            *(f"{what.capitalize()} changes from “{old}” to “{new}”." for what, (old, new) in changed.items()),
            "Raters, emails that wait and every page show the new name. A report that is made keeps the old one."
            if "the name" in changed
            else "",
            "Nothing differs." if not changed else "",
        ],
        [],
        _details_writes(loaded, after, changed, asking) if changed else [],
    )


def _details_writes(
    loaded: LoadedDelegate, after: Delegate, changed: dict[str, tuple[str, str]], asking: Asking
) -> Iterator[Write]:
    yield delegates.change(loaded.delegate, after, ["person", "job_title", "service"])
    yield cohorts.change_line(after, put={"name": after.person.name, "service": after.service})
    for what, (old, new) in changed.items():
        if what == "the name":
            yield _audit(loaded, asking, what, {"before": loaded.delegate.person, "after": after.person})
        else:
            yield _audit(loaded, asking, what, {}, before=old or "nothing", after=new or "nothing")
    if "the name" in changed:
        about = {"delegate": after.id, "before": loaded.delegate.person.name}
        yield jobs.add(JobKind.RENAME.job(after.id, stamp(asking.now), due_at=asking.now, **about))


def _audit(loaded: LoadedDelegate, asking: Asking, what: str, people: dict[str, Person], **words: str) -> Write:
    event, delegate = AuditEvent.CHANGED_PERSON, loaded.delegate
    parts = {"what": what, "why": asking.reason, **words}
    return audit_events.add_naming(loaded.cohort.id, event, asking.by, delegate.id, asking.now, people, **parts)


def show_new_name(job: Job, now: datetime) -> Sequence[Write]:
    """Run the job: raters' own pages and emails that wait show the delegate's new name. May be repeated."""
    record = load_record(job.about["delegate"])
    delegate = record.delegate
    for invitation in record.invitations():
        if invitation.state is not InvitationState.REVOKED:
            transact([invitations.add_to_inbox(invitation, delegate)])
    for email in waiting_emails.list_waiting(delegate.id):
        _show_in_email(email, job.about["before"], delegate.person.name, now)
    return []


def _renamed(words: Mapping[str, str], before: str, after: str) -> dict[str, str]:
    return {word: replace_name(text, before, after) for word, text in words.items()}


def _show_in_email(waiting: Email, before: str, after: str, now: datetime) -> None:
    """Show the new name in an email, and read it again if another act changed its words meanwhile."""
    email: Email | None = waiting
    for left in reversed(range(MAX_RETRIES)):
        if email is None or not email.is_waiting:
            return  # it was sent meanwhile
        writes = emails.reword(email, _renamed(email.words, before, after))
        if not writes:
            return  # it shows the new name, or never showed the old one
        try:
            commit(writes, now)
            return
        except EmailSettled:
            if not left:
                raise
            email = emails.find(waiting.id)
