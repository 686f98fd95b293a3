"""HTTP routes of stories: the delegate's page, and the administrator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response

from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Delegate
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.sponsor.prepare.enter_costs import CohortUnknown
from chalicelib.sponsor.stories import acts
from chalicelib.sponsor.stories.acts import CHECKS, TAGS, Of
from chalicelib.sponsor.stories.candidates import MAX_STORY_CHARS
from chalicelib.store import cohorts, delegates, programmes, stories
from chalicelib.store.stories import Story, StoryState
from chalicelib.web import forms, readers
from chalicelib.web.holds import refuse_held
from chalicelib.web.page import GET, POST, page, page_handler, see_other
from chalicelib.web.readers import Role
from chalicelib.web.sessions import SignedIn, administrator

bp = Blueprint(__name__)

STORIES = "/admin/cohort/{cohort_id}/stories"


class Opened(Of, frozen=True):
    """A story with what its page needs."""

    story: Story


# --- the delegate ---------------------------------------------------------------------------------------------------


@bp.route("/hub/{token}/story", **GET)
@page_handler
def show_story(token: str) -> Response:
    return _delegates_page(token, _of_delegate(token))


@bp.route("/hub/{token}/story", **POST)
@page_handler
def change_story(token: str) -> Response:
    fields = forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    return _changed(token, _of_delegate(token), fields)


def _of_delegate(token: str) -> Opened:
    """Open a delegate's story. Raises LinkUnknown, LinkRevoked or AddressHeld."""
    link = HUB.open(token)
    delegate_id, version = link.parts
    delegate = delegates.find(delegate_id)
    own_stories = stories.of_delegates([delegate_id])
    if delegate is None or not own_stories:
        raise LinkUnknown
    if str(delegate.link_version) != version:
        raise LinkRevoked
    opened = _opened(own_stories[0], delegate)
    about = {"cohort": delegate.cohort_id, "delegate": delegate.id}
    reader = readers.reader(Role.DELEGATE, link.token, delegate.person, f"/hub/{link.token}", opened.programme, about)
    refuse_held(reader, clock.now())
    return opened


def _opened(story: Story, delegate: Delegate) -> Opened:
    cohort = cohorts.find(story.cohort_id)
    if cohort is None:
        raise CohortUnknown(story.cohort_id)
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    return Opened(delegate, cohort, programme, story)


def _changed(token: str, opened: Opened, fields: Mapping[str, str]) -> Response:
    if fields.get("go") == "withdraw":
        acts.withdraw(opened.story, opened, clock.now())
        log.info("story_withdrawn", cohort=opened.cohort.id)
        return see_other(signing.url(f"/hub/{token}/story?done=withdrawn"))
    faults = acts.approve(opened.story, fields, clock.now())
    if faults:
        return _delegates_page(token, opened, fields, faults)
    log.info("story_approved", cohort=opened.cohort.id)
    return see_other(signing.url(f"/hub/{token}/story?done=approved"))


def _delegates_page(
    token: str, opened: Opened, typed: Mapping[str, str] | None = None, faults: Sequence[FieldError] = ()
) -> Response:
    story = opened.story
    stored = {"text": story.text, "naming": story.naming.value} | {f"tag.{tag}": "yes" for tag in story.tags}
    return page(
        "sponsor/story",
        400 if faults else 200,
        token=token,
        opened=opened,
        programme=opened.programme,
        typed=stored if typed is None else typed,
        nonce=forms.nonce(HUB.verb, token),
        tags=TAGS,
        longest=MAX_STORY_CHARS,
        done=(bp.current_request.query_params or {}).get("done", ""),
        errors=faults,
        wrong={fault.field: fault.message for fault in faults},
    )


# --- administrators -------------------------------------------------------------------------------------------------


@bp.route(STORIES, **GET)
@page_handler
def show_stories(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _stories_page(admin, cohort_id)


@bp.route(f"{STORIES}/{{delegate_id}}/{{act}}", **POST)
@page_handler
def check_story(cohort_id: str, delegate_id: str, act: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    fields = admin.form(bp.current_request)
    return _checked(admin, _in_cohort(cohort_id, delegate_id), act, fields)


def _in_cohort(cohort_id: str, delegate_id: str) -> Opened:
    delegate, own_stories = delegates.find(delegate_id), stories.of_delegates([delegate_id])
    if delegate is None or not own_stories or own_stories[0].cohort_id != cohort_id:
        raise LinkUnknown
    return _opened(own_stories[0], delegate)


def _checked(admin: SignedIn, opened: Opened, act: str, fields: Mapping[str, str]) -> Response:
    by = admin.reader.person.email if admin.reader.person else ""
    change = {"review": acts.review, "correct": acts.correct}.get(act)
    if change is None:
        raise LinkUnknown
    faults = change(opened.story, opened, fields, by, clock.now())
    if faults:
        return _stories_page(admin, opened.cohort.id, opened.delegate.id, faults)
    log.info("story_checked", cohort=opened.cohort.id)
    return admin.see_other(signing.url(f"/admin/cohort/{opened.cohort.id}/stories?done=yes"))


def _stories_page(admin: SignedIn, cohort_id: str, wrong_at: str = "", faults: Sequence[FieldError] = ()) -> Response:
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    names = {line.delegate_id: line.name for line in cohorts.list_lines(cohort_id)}
    own_stories = stories.of_delegates(names)
    return admin.page(
        "sponsor/stories",
        400 if faults else 200,
        cohort=cohort,
        programme=programmes.load(cohort.programme_id, cohort.programme_version),
        to_check=[story for story in own_stories if story.state is StoryState.APPROVED],
        ready=[story for story in own_stories if story.state in (StoryState.REVIEWED, StoryState.PUBLISHED)],
        offered=sum(story.state is StoryState.OFFERED for story in own_stories),
        names=names,
        tags=TAGS,
        checks=CHECKS,
        longest=MAX_STORY_CHARS,
        done="done" in (bp.current_request.query_params or {}),
        errors=faults,
        wrong_at=wrong_at,
    )
