"""What people do with a story: the delegate approves, changes or withdraws; an administrator checks or corrects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.addresses import clean_text
from chalicelib.core.errors import FieldError, Refusal
from chalicelib.core.model import Cohort, Delegate, Programme
from chalicelib.core.state_machine import By, NotAllowed
from chalicelib.core.working_days import working_days
from chalicelib.jobs.commit import commit
from chalicelib.jobs.kinds import JobKind
from chalicelib.sponsor.emails.about_stories import named_email, offered_email, withdrawn_email
from chalicelib.sponsor.stories.candidates import MAX_STORY_CHARS
from chalicelib.sponsor.stories.forget import FORGET_AFTER, forget_job
from chalicelib.sponsor.stories.thread import APPROVE, ASK_AGAIN, CORRECT, REVIEW, STORY, WITHDRAW
from chalicelib.store import audit_events, emails, jobs, stories, withdrawals
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.stories import Naming, Story, StoryState
from chalicelib.store.table import Write
from chalicelib.store.withdrawals import What

TAGS: Mapping[str, str] = {
    "promotion": "Promotion",
    "tender": "Tender won",
    "award": "Award",
    "pathway": "Care pathway",
    "accreditation": "Accreditation",
}
CHECKS: Mapping[str, str] = {
    "no_patient": "It names no patient, and no patient can be recognised.",
    "no_third_person": "It names no other person, and says nothing that another person said in confidence.",
    "no_others_figures": "It gives no figure about another person.",
}


class StoryRefused(Refusal):
    """The story is in another state."""

    status = 409
    title = "The story was not changed"


class Of(Struct, frozen=True):
    """Whose story it is."""

    delegate: Delegate
    cohort: Cohort
    programme: Programme


def approve(story: Story, fields: Mapping[str, str], now: datetime) -> list[FieldError]:
    """Store the exact words that the delegate approves, or return what is wrong with them."""
    text = clean_text(fields.get("text", "")).strip()
    naming = fields.get("naming", "")
    faults = [*_text_faults(text)]
    if naming not in [naming.value for naming in Naming]:
        faults.append(FieldError("naming", "Please choose how you want to be named."))
    if faults:
        return faults
    tags = tuple(tag for tag in TAGS if fields.get(f"tag.{tag}"))
    after = replace(story, text=text, naming=Naming(naming), tags=tags)
    if story.state is StoryState.APPROVED and after == story:
        return []  # pressed twice
    _move(story, after, APPROVE, By.DELEGATE, "delegate", now)
    return []


def withdraw(story: Story, of: Of, now: datetime) -> None:
    """Withdraw the story. If it was published, make an edition without it and remove it from earlier editions."""
    if story.state is StoryState.WITHDRAWN:
        return
    after = replace(story, text="", tags=())
    more: list[Write] = []
    if story.state is StoryState.PUBLISHED:
        subject = (of.cohort.id, story.id, str(story.revision))
        more = [jobs.add(JobKind.EDITION.job(*subject, due_at=now, cohort=of.cohort.id, why="withdrawn"))]
        more.append(jobs.add(forget_job(of.cohort.id, f"{story.id}.{story.revision}", now + FORGET_AFTER)))
        more += emails.add(withdrawn_email(of.programme, of.cohort, story, now)) if of.cohort.sponsor else []
    _move(story, after, WITHDRAW, By.DELEGATE, "delegate", now, more)


def review(story: Story, of: Of, fields: Mapping[str, str], by: str, now: datetime) -> list[FieldError]:
    """Accept a story for the next edition. The administrator must have ticked every check."""
    missing = [FieldError(name, "Please check this first.") for name in CHECKS if not fields.get(name)]
    if missing:
        return missing
    if story.state is StoryState.REVIEWED:
        return []  # pressed twice
    _as_shown(story, fields)
    named = named_email(
        of.programme, of.delegate, story, working_days(of.programme.organisation, of.cohort.dates.closed).soon(now)
    )
    notice = emails.add(named) if story.naming is Naming.NAMED else []
    _move(story, story, REVIEW, By.ADMINISTRATOR, by, now, notice)
    return []


def correct(story: Story, of: Of, fields: Mapping[str, str], by: str, now: datetime) -> list[FieldError]:
    """Correct typing errors. The delegate then reads and approves the words again."""
    text = clean_text(fields.get("text", "")).strip()
    if faults := [*_text_faults(text)]:
        return faults
    if story.state is StoryState.OFFERED and story.text == text:
        return []  # pressed twice
    _as_shown(story, fields)
    after = replace(story, text=text, revision=story.revision + 1)
    due_at = working_days(of.programme.organisation, of.cohort.dates.closed).soon(now)
    asked = emails.add(offered_email(of.programme, of.delegate, after, due_at))
    _move(story, replace(story, text=text), CORRECT, By.ADMINISTRATOR, by, now, asked)
    return []


def ask_again(story: Story, of: Of, now: datetime) -> None:
    """Ask the delegate to approve again, because a restored table holds words that they have changed since."""
    after = replace(story, revision=story.revision + 1)
    asked = emails.add(
        offered_email(
            of.programme, of.delegate, after, working_days(of.programme.organisation, of.cohort.dates.closed).soon(now)
        )
    )
    _move(story, story, ASK_AGAIN, By.SYSTEM, "restore", now, asked)


def _text_faults(text: str) -> Sequence[FieldError]:
    if not text:
        return [FieldError("text", "Please write the words that may be used, or press “Do not use it”.")]
    if len(text) > MAX_STORY_CHARS:
        return [FieldError("text", f"It has {len(text)} characters. At most {MAX_STORY_CHARS} fit on the page.")]
    return []


def _as_shown(story: Story, fields: Mapping[str, str]) -> None:
    """Refuse to accept words that the administrator has not seen."""
    if fields.get("seen") != str(story.revision):
        raise StoryRefused("The delegate changed the story in the meantime. Read it again.")


def _move(before: Story, after: Story, act: str, by: By, who: str, now: datetime, more: Sequence[Write] = ()) -> None:
    try:
        state = STORY.move(before.state, act, by)
    except NotAllowed:
        raise StoryRefused("It has changed since you opened the page. Open the page again.") from None
    event = audit_events.add(
        before.cohort_id,
        AuditEvent.CHANGED_STORY,
        who,
        before.delegate_id,
        now,
        act=act,
        before=before.state.value,
        after=state.value,
    )
    if what := _taken_back(before, act):
        event = withdrawals.outlive(event, what, now, cohort=before.cohort_id, delegate=before.delegate_id)
    commit([stories.save(replace(after, state=state, changed_at=now), before), event, *more], now)


def _taken_back(before: Story, act: str) -> What | None:
    """Return what must be repeated after a restore. To change an approval is to withdraw the former one."""
    if act == WITHDRAW:
        return What.STORY
    return What.STORY_WORDS if act == APPROVE and before.state is not StoryState.OFFERED else None
