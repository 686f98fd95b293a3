"""The desk at /_local/: clock, outbox and jobs of the embedded cloud, as pages and as JSON."""

from __future__ import annotations

import importlib
import json
import re
import traceback
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from chalicelib.core.calendar import MORNING, local_moment
from chalicelib.core.clock import stamp
from chalicelib.jobs.kinds import label_of
from chalicelib.store import due, emails
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.service_rows import EMAIL
from infra.local import memory, outbox, people, samples
from infra.local.clock import later, parse_moment
from infra.local.gateway import STAGE_PREFIX, Answer
from infra.local.job_failures import JOB_KINDS, KINDS
from infra.local.outbox import Accepted

if TYPE_CHECKING:
    from infra.local.cloud import Cloud

DESK = "/_local/"
BOUNCES = ("Permanent", "Transient", "Undetermined")
# every other one is done
EMAIL_STATES = {
    "queued": "waiting",
    "sending": "waiting",
    "refused": "failed",
    "undelivered": "failed",
}
FIRST = {"failed": 0, "waiting": 1, "done": 2}
AFTER_OPENING = timedelta(minutes=5)  # so that the emails of the opening have gone out
SHOWN = 100  # emails and jobs on the page; the JSON has all

Headers = dict[str, str]
Form = dict[str, Any]


class Wrong(Exception):
    """The request cannot be used; the text says why."""


class DevTools:
    """Answers for every path but the API's."""

    def __init__(self, cloud: Cloud):
        self.cloud = cloud
        self._routes: dict[tuple[str, str], Callable[[Form], Any]] = {
            ("GET", ""): self.page,
            ("GET", "mail.json"): self.list_emails,
            ("GET", "mails"): lambda _form: samples.page(_environment().get_template("email_kinds.html.j2")),
            ("GET", "people.json"): self.people,
            ("GET", "clock"): self.clock,
            ("POST", "clock"): self.move_clock,
            ("GET", "jobs.json"): self.jobs,
            ("POST", "jobs/fail"): self.fail_job,
            ("POST", "bounce"): self.bounce,
            ("POST", "demo"): self.demo,
        }

    def __call__(self, method: str, path: str, headers: Headers, body: bytes) -> Answer | None:
        where = urlsplit(path).path
        if where in ("/", "/_local"):
            return _redirect(DESK)
        if where == STAGE_PREFIX:
            return _redirect(f"{STAGE_PREFIX}/")
        if not where.startswith(DESK):
            return None
        try:
            return self._answer(method, where.removeprefix(DESK), headers, body)
        except Wrong as wrong:
            return _json({"error": str(wrong)}, HTTPStatus.BAD_REQUEST)
        except Exception as error:
            traceback.print_exc()
            return _json({"error": f"{type(error).__name__}: {error}"}, HTTPStatus.INTERNAL_SERVER_ERROR)

    def _answer(self, method: str, name: str, headers: Headers, body: bytes) -> Answer:
        method = "GET" if method == "HEAD" else method
        if method == "GET" and (match := re.fullmatch(r"mail/([\w-]+)\.eml", name)):
            return self._eml(match[1])
        if method == "GET" and (match := re.fullmatch(r"mails/([\w-]+)/(\w+)", name)):
            return samples.look(match[1], match[2]) or _json({"error": f"no email {name}"}, HTTPStatus.NOT_FOUND)
        if route := self._routes.get((method, name)):
            answer = route(_form(body) if method == "POST" else {})
            if isinstance(answer, Answer):
                return answer
            return _redirect(DESK) if method == "POST" and _wants_page(headers) else _json(answer)
        known = any(name == path for _method, path in self._routes)
        status = HTTPStatus.METHOD_NOT_ALLOWED if known else HTTPStatus.NOT_FOUND
        return _json({"error": f"{method} {DESK}{name}: {status.phrase.lower()}"}, status)

    # --- what is there ----------------------------------------------------------------------------------------------

    def clock(self, _form: Form) -> dict[str, str]:
        return {"now": stamp(self.cloud.clock.now())}

    def list_emails(self, _form: Form) -> list[dict[str, Any]]:
        return [_describe_email(email) for email in outbox.accepted()]

    def jobs(self, _form: Form) -> list[dict[str, Any]]:
        rows = memory.rows(self.cloud.table, "JOB#", "MAIL#")
        return sorted(map(_job, rows), key=lambda job: (FIRST[job["state"]], job["due_at"], job["id"]))

    def people(self, _form: Form) -> list[dict[str, Any]]:
        return people.everyone(self.cloud.table)

    def page(self, form: Form) -> Answer:
        emails = self.list_emails(form)
        jobs = self.jobs(form)
        body = (
            _environment()
            .get_template("desk.html.j2")
            .render(
                now=self.cloud.clock.now(),
                api=self.cloud.base_url,
                emails=emails[: -SHOWN - 1 : -1],
                email_count=len(emails),
                people=self.people(form),
                administrator=f"{self.cloud.base_url}/admin",
                kinds=sorted((_label(kind), kind) for kind in KINDS),
                label=_label,
                jobs=jobs[:SHOWN],
                job_counts={state: sum(job["state"] == state for job in jobs) for state in FIRST},
            )
        )
        return Answer(HTTPStatus.OK, {"Content-Type": "text/html; charset=utf-8"}, body.encode())

    def _eml(self, message_id: str) -> Answer:
        for email in outbox.accepted():
            if email.id == message_id:
                as_file = f'inline; filename="{email.id}.eml"'
                headers = {"Content-Type": "message/rfc822", "Content-Disposition": as_file}
                return Answer(HTTPStatus.OK, headers, email.raw.encode())
        return _json({"error": f"no email {message_id}"}, HTTPStatus.NOT_FOUND)

    # --- what can be done -------------------------------------------------------------------------------------------

    def move_clock(self, form: Form) -> dict[str, Any]:
        if ("advance" in form) == ("to" in form):
            raise Wrong('give either {"advance": "P14D"} or {"to": "<ISO 8601 moment>"}')
        try:
            now = self.cloud.clock.now()
            moment = later(now, str(form["advance"])) if "advance" in form else parse_moment(str(form["to"]))
            run = self.cloud.advance_to(moment)
        except ValueError as error:
            raise Wrong(str(error)) from error
        return {"now": stamp(self.cloud.clock.now()), "jobs_run": run}

    def bounce(self, form: Form) -> dict[str, str]:
        kind = form.get("type", BOUNCES[0])
        if kind not in BOUNCES:
            raise Wrong(f"type is one of {', '.join(BOUNCES)}")
        wanted = str(form.get("mail", ""))
        accepted = next((email for email in outbox.accepted() if wanted and wanted in (email.id, email.row)), None)
        if accepted is None:
            raise Wrong(f"no email {wanted!r}")
        self.cloud.bounce(outbox.bounce(accepted, self.cloud.clock.now(), kind))
        return {"mail": accepted.id, "type": kind}

    def fail_job(self, form: Form) -> dict[str, str]:
        kind, for_good = str(form.get("kind", "")), "for_good" in form
        try:
            self.cloud.failures.add(kind, for_good=for_good)
        except KeyError as error:
            raise Wrong(f"kind is one of {', '.join(sorted(JOB_KINDS if for_good else KINDS))}") from error
        then = (
            "until it is given up. Problems in the console lists it then"
            if for_good
            else "once. It is tried again later"
        )
        return {"kind": kind, "message": f"The {kind} job that runs next will fail {then}."}

    def demo(self, form: Form) -> Any:
        """Load the example. With `open`, step to its opening too, and lead to the first delegate's questionnaire."""
        example = importlib.import_module("infra.local.example")
        loaded = example.load_example(self.cloud)
        if "open" not in form:
            return loaded
        zone = example.read_example()[0].organisation.timezone
        opening = local_moment(date.fromisoformat(loaded["opens"]), MORNING, zone)
        if opening > self.cloud.clock.now():
            self.cloud.advance_to(opening + AFTER_OPENING)
        return _redirect(self._first_questionnaire())

    def _first_questionnaire(self) -> str:
        """Where the first delegate answers; the desk itself before anyone was asked."""
        delegates = [
            person for person in self.people({}) if person["role"] == "delegate" and "answer" in person["links"]
        ]
        return str(delegates[0]["links"]["answer"]) if delegates else DESK


@cache
def _describe_email(email: Accepted) -> dict[str, Any]:
    message = email.message
    return {
        "id": email.id,
        "mail": email.row,
        "to": str(message["To"]),
        "from": str(message["From"]),
        "subject": str(message["Subject"]),
        "sent_at": stamp(email.sent_at) if email.sent_at else "",
        "text": email.part("plain"),
        "html": email.part("html"),
        "links": email.links,
        "attachments": email.attachments,
        "items": _items(email),
    }


def _items(email: Accepted) -> list[str]:
    """Name the kinds of email that a digest carries, in its order; an email by itself carries its own."""
    row = emails.find(email.row) if email.row else None
    ids = row.items if row and row.items else [email.row]
    return [email_id.partition("#")[0] for email_id in ids]


def _job(row: Row) -> dict[str, Any]:
    is_email = EMAIL.has(row)
    state = "done" if row.get("cancelled") else EMAIL_STATES.get(row["state"], "done") if is_email else row["state"]
    return {
        "id": row["id"],
        "kind": due.EMAIL if is_email else row["kind"],
        "due_at": row["due_at"],
        "state": state,
        "attempts": row.get("attempts", 0),
        "error": row.get("reason" if is_email else "error", ""),
    }


def _label(kind: str) -> str:
    return "Email" if kind == due.EMAIL else label_of(kind)


def _form(body: bytes) -> Form:
    """Read JSON or a form, recognised by the body itself: `curl -d '{..}'` says form and sends JSON."""
    try:
        text = body.decode().strip()
        fields = json.loads(text) if text.startswith(("{", "[")) else dict(parse_qsl(text, strict_parsing=bool(text)))
    except ValueError as error:
        raise Wrong(f"the body is neither JSON nor a form: {error}") from error
    if not isinstance(fields, dict):
        raise Wrong("the body is not a JSON object")
    return fields


def _wants_page(headers: Headers) -> bool:
    return "text/html" in {name.lower(): value for name, value in headers.items()}.get("accept", "")


def _json(value: Any, status: int = HTTPStatus.OK) -> Answer:
    body = json.dumps(value, ensure_ascii=False, indent=1).encode()
    return Answer(status, {"Content-Type": "application/json"}, body)


def _redirect(to: str) -> Answer:
    return Answer(HTTPStatus.SEE_OTHER, {"Location": to, "Content-Type": "text/plain"}, b"")


def _environment() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
