"""AWS calls and DynamoDB units of what happens most often, and of a delegate's whole journey with its price.

Everything is the real code, asked as browsers, queues and SES ask it. Calls are those of warm functions.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import yaml

from benchmarks.aws import small_cloud
from benchmarks.meter import metered
from benchmarks.row import Row
from benchmarks.units import Meter
from chalicelib.emails.ses_tags import read_tag
from tests.support import people
from tests.support.clock import Clock
from tests.support.cloud import BASE_URL
from tests.support.drain import drain, run_row
from tests.support.emails import publish_email_events, sent_emails
from tests.support.visitor import FORM, Visitor, newest_code

RATERS = people.raters(peers=5, reports=5, others=2)  # and the line manager: 13
PRICES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "prices.yaml").read_text())
STACK = (Path(__file__).parents[1] / "infra" / "stack.yaml").read_text()
ALARMS = STACK.count("Type: AWS::CloudWatch::Alarm")
DASHBOARDS = STACK.count("Type: AWS::CloudWatch::Dashboard")
FIGURES = len(set(re.findall(r"MetricNamespace: [^,]+, MetricName: (\w+)", STACK)))
QUEUES = 3  # of infra/stack.yaml, that a function takes messages from
MINUTES = 30 * 24 * 60  # in a month
SWEEPS = MINUTES // 5
CONFIG = json.loads((Path(__file__).parents[1] / ".chalice" / "config.json").read_text())
MEGABYTES = CONFIG["lambda_memory_size"]  # more for reports, which are one in a thousand calls
PAGES_MEGABYTES = CONFIG["stages"]["prod"]["lambda_functions"]["api_handler"]["lambda_memory_size"]
WHOLE_PROCESSOR = 1769  # megabytes; a function with less has as much less of one
MAX_MORE_FOR_PAGES = 2.0  # per cent of a journey's price: what the memory of pages may add to it
CALL_SECONDS = 0.008  # that a function waits for an answer of AWS
MAX_REFUSED = 160  # writes of a journey: a hint for an email that a digest has taken along is refused twice
ITEMS = len(tuple(people.programme().items))
MAX_CENTS = 1.0  # of a journey: missed, see docs/decisions/0056
MAX_REQUESTS = 30  # of a rater
MAX_ROUND_TRIPS = 2  # to the first page with questions, one after the other
AT_ONCE = 6  # answer within a day, with the first rater: half of all; the others after their last reminder
FILES = 3  # style and two scripts, which a browser asks for once
LOG_BYTES = 1200  # of each invocation: START, END, REPORT and our own line


def rows() -> list[Row]:
    with small_cloud() as (visitor, clock):
        journey = Journey(visitor, clock)
        acts = list(journey.act_by_act())
        kinds = [read_tag(email.tags["mail"][0]).partition("#")[0] for email in sent_emails()]
        cost, of_little_memory = (journey.price(len(kinds), megabytes) for megabytes in (PAGES_MEGABYTES, MEGABYTES))
    return [
        *acts,
        Row("a delegate's journey, 13 raters: AWS calls", journey.total.calls.total(), "calls", None),
        Row("the same, DynamoDB writes", journey.total.writes, "units", None),
        Row("the same, DynamoDB reads", journey.total.reads, "units", None),
        Row("the same, refused writes", journey.total.refused, "", MAX_REFUSED),
        Row("the same, emails", len(kinds), "", None),
        Row("of these, reminders", sum(kind.endswith("reminder") for kind in kinds), "", None),
        Row("of these, sign-in codes", kinds.count("web/code"), "", None),
        Row(f"the same journey, at list prices of {PRICES['as_of']}", 100 * cost, "cents", MAX_CENTS),
        Row(
            f"what pages of {PAGES_MEGABYTES:,} MB add to it, over {MEGABYTES} MB",
            100 * (cost / of_little_memory - 1),
            "%",
            MAX_MORE_FOR_PAGES,
        ),
        Row(f"requests of a rater of {ITEMS} behaviours", journey.of_a_rater, "", MAX_REQUESTS),
        Row("round trips of a rater to the first page of questions", journey.round_trips, "", MAX_ROUND_TRIPS),
        Row("an idle month, less what AWS gives to each account", idle_month(PRICES["free_each_month"]), "$", 1.0),
        Row("the same, where other systems have used that up", idle_month({}), "$", None),
    ]


class Running(NamedTuple):
    """What functions do: seconds of a whole processor, and calls of AWS, whose answers they wait for."""

    seconds: float
    calls: int

    def gb_seconds(self, megabytes: int) -> float:
        waited = self.calls * CALL_SECONDS
        return (self.seconds * WHOLE_PROCESSOR / megabytes + waited) * megabytes / 1024


NOTHING = Running(0, 0)


def price(
    used: Meter,
    requests: int,
    hints: int,
    emails: int,
    seconds: float,
    pages: Running = NOTHING,
    pages_megabytes: int = PAGES_MEGABYTES,
) -> float:
    """Price in dollars. An email is two more invocations, for SES's Send and Delivery events. A hint is three calls.

    pages   the part of all seconds and calls that is the pages' function's
    """
    invocations = requests + hints + 2 * emails
    calls = used.calls
    others = Running(seconds - pages.seconds, calls.total() - pages.calls)
    running = pages.gb_seconds(pages_megabytes) + others.gb_seconds(MEGABYTES)
    return float(
        used.writes * PRICES["dynamodb_write_unit"]
        + used.reads * PRICES["dynamodb_read_unit"]
        + invocations * (PRICES["lambda_request"] + LOG_BYTES / 1e9 * PRICES["log_gb"])
        + running * PRICES["lambda_gb_second"]
        + requests * PRICES["api_request"]
        + 3 * hints * PRICES["queue_request"]
        + emails * PRICES["mail"]
        + calls["PutObject"] * PRICES["object_put"]
        + calls["GetObject"] * PRICES["object_get"]
    )


def idle_month(free: dict[str, float]) -> float:
    """Dollars: sweeps of 9 queries each that open the front page, alarms, figures, dashboard, and the empty queues.

    AWS asks those by itself, in three 20-second polls of 5 at a time a minute (Lambda Developer Guide, "Using Lambda
    with Amazon SQS").

    free   what costs nothing in each month
    """
    sweeping, opening = (SWEEPS * 0.1 * megabytes / 1024 for megabytes in (MEGABYTES, PAGES_MEGABYTES))
    used = {
        "lambda_request": 2 * SWEEPS,
        "lambda_gb_second": sweeping + opening,
        "api_request": SWEEPS,
        "dynamodb_read_unit": SWEEPS * 9 * 0.5,
        "log_gb": 2 * SWEEPS * LOG_BYTES / 1e9,
        "queue_request": QUEUES * 15 * MINUTES,
        "alarm_month": ALARMS,
        "figure_month": FIGURES,
        "dashboard_month": DASHBOARDS,
    }
    return float(sum(max(0.0, much - free.get(what, 0.0)) * PRICES[what] for what, much in used.items()))


class Journey:
    """One delegate from enrolment to the six-month answers, with 13 raters who all answer."""

    def __init__(self, visitor: Visitor, clock: Clock) -> None:
        self.visitor, self.clock = visitor, clock
        self.requests = self.hints = self.of_a_rater = self.round_trips = 0
        self.seconds = 0.0
        self.pages = Running(0.0, 0)
        self.total = Meter()
        visitor.client = _Counted(visitor.client, self)

    def price(self, emails: int, pages_megabytes: int) -> float:
        return price(self.total, self.requests, self.hints, emails, self.seconds, self.pages, pages_megabytes)

    def act_by_act(self) -> Iterator[Row]:
        """Goes the whole way; of what happens most often, a row of its calls and one of its units."""
        with metered() as self.total:
            started = time.process_time()
            people.load(self.clock.now(), chosen=RATERS)
            self._drain()
            self.clock.to(people.OPENING)
            yield from self._emailing()
            self._drain()
            yield from self._answering()
            self.round_trips = self._round_trips(people.link("dana delegate", "answer"))
            others = ["dana delegate", "mara manager", *(entry.person.name.lower() for entry in RATERS[1:])]
            self._answer_each(others[:AT_ONCE])
            self._let_pass(people.CLOSE - timedelta(days=1))
            self._answer_each(others[AT_ONCE:])
            yield from self._closing()
            self._after()
            publish_email_events(self.clock.now())
            publish_email_events(self.clock.now(), "Delivery")
            self.seconds = time.process_time() - started

    def _emailing(self) -> Iterator[Row]:
        """Open the wave; the first of its emails is looked at by itself."""
        from chalicelib.store.due import list_due

        for row in [row for row in list_due(self.clock.now()) if row["kind"] != "mail"]:
            self._run(row)
        first = next(row for row in list_due(self.clock.now()) if row["kind"] == "mail")
        with metered() as used:
            self._run(first)
        yield from _rows_of("send an email", used, 3)

    def _answering(self) -> Iterator[Row]:
        link = people.link(RATERS[0].person.name.lower(), "answer")
        competency = people.programme().competencies[0]
        page = f"{link}/page/c-{competency.id}"
        self.visitor.open(link)
        with metered() as used:
            self.visitor.open(page)
        yield from _rows_of("open a questionnaire page", used, 1)
        with metered() as used:
            self._save(page, {competency.items[0].id: "4"})
        yield from _rows_of("save an answer", used, 1)
        self._answer(link, send=False)
        self.visitor.open(f"{link}/review")
        with metered() as used:
            self._post(f"{link}/send", {})
        yield from _rows_of("send the answers", used, 3)
        self.visitor.open(f"{link}/thanks")
        admin = Visitor(self.visitor.client).let_in_administrator(self.clock.now())
        with metered() as used:
            admin.open(f"{BASE_URL}/admin/cohort/{people.COHORT}")
        used.calls["GetItem"] -= 1  # the session's
        yield from _rows_of("open the dashboard, besides its session", used, 1)

    def _answer_each(self, names: Iterable[str]) -> None:
        for name in names:
            before = self.requests
            self._answer(people.link(name, "answer"))
            self.of_a_rater = self.requests - before + FILES

    def _let_pass(self, until: datetime) -> None:
        """Go from day to day, so that those who have not answered get every reminder on its day."""
        while self.clock.now() < until:
            self.clock.advance(days=1)
            self._drain()

    def _closing(self) -> Iterator[Row]:
        """Run what the close causes, one job after the other, and look at the report by itself."""
        from chalicelib.store.due import list_due

        self.clock.to(people.CLOSE)
        while row := next(iter(list_due(self.clock.now())), None):
            with metered() as used:
                self._run(row)
            if row["kind"] == "report":
                yield from _rows_of("make and store a report", used, 6)
        self.clock.advance(minutes=2)
        self._drain()

    def _after(self) -> None:
        """Play the coach and the delegate, who sign in with codes, and, six months later, all who are asked."""
        visitor, clock = self.visitor, self.clock
        coach = people.coach_url()
        case = f"{coach}/{people.dana()}"
        day = clock.advance(days=3).date().isoformat()
        self._sign_in(coach, "cleo.coach@example.org")
        visitor.open(case)
        areas = people.areas_typed(clock.now().date())
        visitor.post(f"{case}/report", {"kind": "pdf"})
        visitor.open(case).post(f"{case}/debrief", {"held_on": day, **areas})
        visitor.open(f"{case}/release").post(f"{case}/release")
        self._drain()
        report = f"{people.link('dana delegate', 'hub')}/report"
        self._sign_in(report, "dana.delegate@example.org")
        visitor.post(report, {"kind": "pdf"})
        clock.to(clock.now().replace(year=2027, month=5, day=31, hour=9))
        self._drain()
        for name in ("dana delegate", "mara manager"):
            impact = people.link(name, "impact")
            visitor.open(impact)
            visitor.open(f"{impact}/review").post(f"{impact}/send")
        for rater in RATERS:
            pulse = people.link(rater.person.name.lower(), "answer")
            visitor.open(pulse).post(f"{pulse}/pulse", dict(zip(people.area_ids(), ("5", "6"), strict=True)))
        self._let_pass(clock.now() + timedelta(days=40))

    def _sign_in(self, url: str, to: str) -> None:
        """Have a code emailed, and type it."""
        self.visitor.open(url)
        self.visitor.post(self.visitor.links("/sign-in/")[0])
        self._drain()
        self.visitor.post(self.visitor.links("/sign-in/")[0], {"code": newest_code(to)})

    def _round_trips(self, link: str) -> int:
        """Return the requests that wait for one another until the first question can be answered."""
        self.visitor.open(link)
        trips = 1
        while 'type="radio"' not in self.visitor.page:
            (following, *_) = re.findall(r'href="([^"]+/page/[^"]+)"', self.visitor.page)
            self.visitor.open(following)
            trips += 1
        return trips + ('rel="stylesheet"' in self.visitor.page)

    def _answer(self, link: str, *, send: bool = True) -> None:
        """Every page: the first answer saved by the script, the others with the button, as browsers do (answer.js)."""
        rules = people.programme()
        for place, competency in enumerate(rules.competencies):
            page = f"{link}/page/c-{competency.id}"
            self.visitor.open(page if place else link)
            self._save(page, {competency.items[0].id: "4"})
            self._post(page, {**{item.id: "4" for item in competency.items}, "by": "script", "go": "next"})
        self.visitor.open(f"{link}/page/comments")
        words = "Keeps us informed, and asks before deciding. " * 8
        typed = {question.id: words for question in rules.open_questions}
        self._save(f"{link}/page/comments", typed)
        self._post(f"{link}/page/comments", {**typed, "by": "script", "go": "next"})
        if send:
            self.visitor.open(f"{link}/review").post(f"{link}/send")

    def _save(self, page: str, typed: dict[str, str]) -> None:
        self._post(page, {**typed, "by": "script", "go": "keep"})

    def _post(self, url: str, typed: dict[str, str]) -> None:
        """Without following the redirect."""
        body = urlencode({"form": self.visitor.nonce, **typed}).encode()
        self.visitor.client.post(url.removeprefix(BASE_URL), headers=FORM, body=body)

    def _drain(self) -> None:
        self.hints += drain(self.clock.now())

    def _run(self, row: dict[str, Any]) -> None:
        run_row(row, self.clock.now())
        self.hints += 1


class _Counted:
    """chalice.test's client, its requests counted; a page that is opened first brings its style and its script."""

    def __init__(self, client: Any, journey: Journey) -> None:
        self._client, self._journey = client, journey

    def __getattr__(self, verb: str) -> Any:
        return partial(self._ask, getattr(self._client, verb))

    def _ask(self, ask: Callable[..., Any], *args: Any, **more: Any) -> Any:
        journey, calls, started = self._journey, self._journey.total.calls.total(), time.process_time()
        journey.requests += 1
        answer = ask(*args, **more)
        used = Running(time.process_time() - started, journey.total.calls.total() - calls)
        journey.pages = Running(journey.pages.seconds + used.seconds, journey.pages.calls + used.calls)
        return answer


def _rows_of(name: str, used: Meter, budget: int) -> Iterator[Row]:
    yield Row(f"{name}: AWS calls", used.calls.total(), "calls", budget)
    yield Row(f"{name}: DynamoDB", used.writes, f"writes, {used.reads:g} reads", None)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([row._asdict() for row in rows()]) + "\n")
