"""Kinds of job: the label of each, the function that does it, and its queue.

A new kind is one line here and one function `(job, now) -> writes`. The function is named, not imported: pages add jobs
and run none, and a run imports only the stage it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from importlib import import_module
from typing import NamedTuple, cast

from chalicelib.core.clock import moment, stamp
from chalicelib.core.settings import Queue
from chalicelib.core.working_days import BEFORE_EMAILS
from chalicelib.store.due import EMAIL
from chalicelib.store.jobs import SCHEMA, Job
from chalicelib.store.table import Write

Handler = Callable[[Job, datetime], Sequence[Write]]
"""Do what the job asks and return the writes that record it; may run again after a crash."""


class _Kind(NamedTuple):
    handler: str  # `<module in chalicelib>:<function>`
    label: str  # for the administrator
    queue: Queue = Queue.WORK
    is_timely: bool = False  # opens or closes something at an hour that people know: hinted at before other jobs
    shows_rater: bool = False  # made by what one rater did: its id and the number of such jobs show who has answered
    personal: str = ""  # parts of `about`, set apart by spaces, that name a person or hold typed words


class JobKind(_Kind, Enum):
    """A kind of job. The member's name in lower case is the kind in a job's row, and begins the job's id."""

    ENROL = _Kind("programme.jobs:enrol", "Enrol the people of a cohort", personal="by")
    OPEN = _Kind("programme.jobs:open_wave", "Open a questionnaire", is_timely=True)
    APPLY_DATES = _Kind(
        "programme.apply_dates:apply_dates", "Give delegates the new dates of their cohort", personal="why"
    )
    FOLLOWUP = _Kind("programme.plan_followups:plan_followups", "Plan a follow-up")
    SEND_DATES = _Kind("workshops.jobs:send_dates", "Send the dates of workshops")
    INVITE = _Kind("nominate.jobs:invite", "Invite raters")
    ASK_APPROVER = _Kind("nominate.jobs:ask_approver", "Send a list of raters to its approver again")
    COMPLETE = _Kind(
        "collect.close_early:close_if_complete", "Close early because everyone has answered", shows_rater=True
    )
    COUNTS = _Kind("collect.count_answers:take_counts", "Count the answers of a cohort")
    CLOSE = _Kind("collect.close_wave:close_wave", "Close a questionnaire", is_timely=True)
    EMPTY = _Kind("collect.close_wave:empty_unreadable", "Remove answers that no one can read")
    TELL_EXTENDED = _Kind("collect.announce_extension:announce_extension", "Announce a later deadline")
    COHORT_FIGURES = _Kind("report.freeze_cohort:snapshot_cohort", "Make a cohort’s figures and start its reports")
    REPORT = _Kind("report.jobs:build_report", "Make a report", Queue.REPORT)
    PLAN = _Kind("areas.plan.jobs:make_plan", "Make the PDF of a development plan", Queue.REPORT)
    MORNING = _Kind("mornings.jobs:run_morning", "Send the emails that a cohort’s calendar plans")
    NEEDS = _Kind("admin.needs:send_needs", "Email administrators what needs them")
    MEETING = _Kind("meetings.jobs:run_meeting", "Remind of a meeting")
    IMPACT = _Kind("impact.jobs:start_impact", "Open an impact survey", is_timely=True)
    IMPACT_CLOSE = _Kind("impact.jobs:close_impact", "Close an impact survey", is_timely=True)
    IMPACT_RESULT = _Kind("impact.result.jobs:make_result", "Make a delegate’s six-month result", Queue.REPORT)
    RETURNED = _Kind("impact.returned.acts:send_returned", "Thank the raters of a delegate")
    PULSE_RESULTS = _Kind("impact.jobs:publish_pulse", "Publish the raters’ view of the change")
    ROUNDS = _Kind("pulse.jobs:prepare_rounds", "Prepare the mid-way rounds of a cohort")
    OPEN_ROUND = _Kind("pulse.jobs:open_round", "Open a mid-way round", is_timely=True)
    ROUND_RESULTS = _Kind("pulse.jobs:publish_round", "Publish a mid-way round")
    COHORT_START = _Kind("sponsor.jobs:make_start", "Make the page of a cohort at the start", Queue.REPORT)
    SUMMARY = _Kind("sponsor.jobs:make_summary", "Make the sponsor’s summary", Queue.REPORT)
    EDITION = _Kind("sponsor.jobs:make_next_edition", "Make another edition for the sponsor", Queue.REPORT)
    FORGET_STORY = _Kind("sponsor.stories.forget:forget_words", "Remove the words of a withdrawn story")
    MAKE_COPY = _Kind("ownership.copy_jobs:make_copy", "Make a copy of a person’s own data", Queue.REPORT)
    DROP_COPY = _Kind("ownership.copy_jobs:drop_copy", "Delete a copy of a person’s own data")
    RETENTION = _Kind("retention.jobs:remove_old_data", "Delete data whose time is over")
    CHASE_ALL = _Kind("admin.remind:chase_cohort", "Remind a cohort")
    CHASE = _Kind("admin.remind:chase_raters", "Remind raters")
    ACT_ON_MANY = _Kind("admin.many:act_on_each", "Make a change for several delegates", personal="by why")
    REMIND_SURVEY = _Kind("admin.survey_acts:send_survey_reminders", "Remind of an impact survey")
    WITHDRAW = _Kind("people.leave:finish_leaving", "Finish recording that a delegate has left")
    RENAME_COHORT = _Kind("people.cohort:show_new_title", "Update the name of a cohort")
    DISCARD = _Kind("people.discard:discard_cohort", "Discard a cohort")
    RENAME = _Kind("people.change:show_new_name", "Update the name of a delegate", personal="before")
    RETURN = _Kind("people.pause:return_when_due", "Bring a delegate back from a pause")
    RELEASE_EMAILS = _Kind("people.pause:release_emails", "Send the emails that waited for a delegate’s return")
    REPLACE = _Kind("admin.address_change_job:change_address_everywhere", "Change an address", personal="old new name")
    HANDOVER = _Kind(
        "people.hand_over:announce_hand_over",
        "Notify people about another coach or manager",
        personal="coach coach_named coach_name manager manager_named manager_name sponsor facilitator",
    )
    VOID = _Kind("admin.void_answers:void_answers", "Destroy answers and ask again")
    REVOKE_LINKS = _Kind("admin.revoke_links_job:revoke_links_everywhere", "Revoke links", personal="address send_as")
    UNDELIVERABLE = _Kind("waves.suppression:suppress_address", "Stop emails to an address", shows_rater=True)

    @property
    def id(self) -> str:
        return self.name.lower()

    def load_handler(self) -> Handler:
        module, function = self.handler.split(":")
        return cast(Handler, getattr(import_module(f"chalicelib.{module}"), function))

    def job_id(self, *subject: str) -> str:
        """Return the id of the job with this cause."""
        return "#".join((self.id, *subject))

    def job(self, *subject: str, due_at: datetime, **about: str) -> Job:
        """Make a job of this kind. Its id is derived from its cause, so that one cause cannot make two."""
        return Job(id=self.job_id(*subject), kind=self.id, due_at=due_at, about=about, schema=SCHEMA)

    def job_of_morning(self, *subject: str, morning: datetime, ahead: timedelta = BEFORE_EMAILS, **about: str) -> Job:
        """Make a job that writes emails for a morning: it runs before it, so that one digest carries all of them."""
        return self.job(*subject, due_at=morning - ahead, morning=stamp(morning), **about)


def morning_of(job: Job, now: datetime) -> datetime:
    """Return when the emails of a job go out: on its morning, or now if that is over or it has none."""
    return max(now, moment(job.about["morning"])) if "morning" in job.about else now


BY_ID: Mapping[str, JobKind] = {kind.id: kind for kind in JobKind}
FORMER: Mapping[str, JobKind] = {"workshop_emails": JobKind.MORNING}  # in rows of earlier versions


def queue_of(kind: str) -> Queue:
    """Return the queue for hints about a due row of this kind. A kind of an earlier version goes to the work queue."""
    if kind == EMAIL:
        return Queue.EMAIL
    return BY_ID[kind].queue if kind in BY_ID else Queue.WORK


def is_timely(kind: str) -> bool:
    """Return whether a due row of this kind opens or closes something at an hour that people know."""
    return kind in BY_ID and BY_ID[kind].is_timely


def shows_rater(kind: str) -> bool:
    """Return whether a job of this kind, shown on its own, would show what a rater has done."""
    return kind in BY_ID and BY_ID[kind].shows_rater


def list_personal(kind: str) -> frozenset[str]:
    """Return the parts of `about` that a job of this kind loses when it is done: nothing reads them any more."""
    return frozenset(BY_ID[kind].personal.split()) if kind in BY_ID else frozenset()


def label_of(kind: str) -> str:
    known = FORMER.get(kind) or BY_ID.get(kind)
    return known.label if known else kind


class _Handlers(Mapping[str, Handler]):
    """Handlers by kind, each imported when it is asked for."""

    def __getitem__(self, kind: str) -> Handler:
        return (FORMER.get(kind) or BY_ID[kind]).load_handler()

    def __iter__(self) -> Iterator[str]:
        return iter(BY_ID)

    def __len__(self) -> int:
        return len(BY_ID)


HANDLERS = _Handlers()
