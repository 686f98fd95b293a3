"""HTTP routes for delegates: their own page, each workshop, the released report."""

from __future__ import annotations

from datetime import datetime

from chalice import Blueprint, Response
from msgspec.structs import replace

from chalicelib.assignments.say import list_work
from chalicelib.core import clock
from chalicelib.core.model import Milestone
from chalicelib.links import signing
from chalicelib.milestones import hub as hubs
from chalicelib.milestones import on_hub
from chalicelib.milestones.hub import Hub
from chalicelib.store import objects
from chalicelib.store.reports import StoredReport
from chalicelib.web.holds import find_hold, refuse_held
from chalicelib.web.page import GET, POST, page, page_handler, text_file
from chalicelib.web.sessions import SignedIn, signed_in
from chalicelib.web.timeline import HubView, Timeline, leave_out_pause, load_items, make_timeline
from chalicelib.workshops import joining
from chalicelib.workshops.visits import list_recorded

bp = Blueprint(__name__)


@bp.route("/hub/{token}", **GET)
@page_handler
def hub(token: str) -> Response:
    opened = _without_held_areas(_open(token), clock.now())
    view = opened.view(clock.now())
    return page("milestones/hub", hub=opened, programme=opened.programme, timeline=_timeline(opened, view))


@bp.route("/hub/{token}/calendar/{session}", **GET)
@page_handler
def add_to_calendar(token: str, session: str) -> Response:
    opened = _open(token)
    file = joining.make_calendar_file(opened.programme, opened.delegate, session, clock.now())
    return text_file(file.name, "text/calendar", file.text)


@bp.route("/hub/{token}/report", **GET)
@page_handler
def report(token: str) -> Response:
    opened = _open(token)
    delegate = signed_in(bp.current_request, opened.reader, clock.now())
    return delegate.page_with_documents("milestones/report", hub=opened, programme=opened.programme)


@bp.route("/hub/{token}/report", **POST)
@page_handler
def open_report(token: str) -> Response:
    opened = _open(token)
    delegate = signed_in(bp.current_request, opened.reader, clock.now())
    kind = "html" if delegate.form(bp.current_request).get("kind") == "html" else "pdf"
    report = hubs.open_report(opened, kind, clock.now())
    return delegate.see_other(objects.link(report.pdf) if kind == "pdf" else _reading_url(delegate, opened, report))


@bp.route("/hub/{token}/report/{given}", **GET)
@page_handler
def read_report(token: str, given: str) -> Response:
    """Show the report that was opened in this session. `given`: the session's pass to it."""
    opened = _open(token)
    delegate = signed_in(bp.current_request, opened.reader, clock.now())
    has_pass = opened.report is not None and delegate.has_pass_to(opened.report.html, given)
    return _reading_page(delegate, opened) if has_pass else delegate.see_other(opened.reader.home)


@bp.route("/hub/{token}/milestone/{milestone}", **GET)
@page_handler
def milestone(token: str, milestone: str) -> Response:
    opened = _open(token)
    refuse_held(opened.reader, clock.now())
    return _milestone_page(opened, hubs.find_milestone(opened, milestone))


def _timeline(opened: Hub, view: HubView) -> Timeline:
    items = [*on_hub.list_items(opened, view), *load_items(view)]
    pause = opened.delegate.pause
    return make_timeline(leave_out_pause(items, pause.until) if pause else items)


def _reading_url(delegate: SignedIn, opened: Hub, report: StoredReport) -> str:
    return signing.url(f"/hub/{opened.token}/report/{delegate.pass_to(report.html)}")


def _reading_page(delegate: SignedIn, opened: Hub) -> Response:
    assert opened.report  # noqa: S101 the caller has looked
    back = signing.url(f"/hub/{opened.token}")
    return delegate.reading_page(objects.load(opened.report.html).decode(), back, "Your programme")


def _open(token: str) -> Hub:
    opened = hubs.open_hub(token)
    signing.refuse_ended(opened.programme, opened.ends_at, clock.now())
    return opened


def _without_held_areas(opened: Hub, now: datetime) -> Hub:
    """Leave out what was agreed from the report while a new address waits, as the report does."""
    hold = find_hold(opened.reader, now) if opened.areas else None
    return replace(opened, areas=(), areas_open_at=hold.until) if hold else opened


def _milestone_page(opened: Hub, milestone: Milestone) -> Response:
    return page(
        "milestones/milestone",
        hub=opened,
        programme=opened.programme,
        milestone=milestone,
        joining=joining.list_joining(opened.sessions, opened.programme, clock.now()),
        recorded=list_recorded(opened.attendance),
        work=list_work(opened.tasks(milestone), clock.now()),
    )
