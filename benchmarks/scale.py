"""Check that a delegate costs the same with 30 others as with 50,000; real code over stand_in.py.

Each size in a process of its own: a cohort is loaded, asked, closed and reported while the table holds the rows of
all the others, who wait for their own reminders; then one sweep finds all of them at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from benchmarks.row import Row

if TYPE_CHECKING:
    from benchmarks.stand_in import StandIn
    from chalicelib.core.model import DelegateEntry, RaterEntry

SIZES = (30, 300, 3_000, 50_000)  # delegates in the table
MEASURED = 4  # of them, gone through with
IN_A_COHORT = 30
IN_A_FILE = 250  # delegates with their raters: a load of more than 400 kB is refused
WAITING = 4  # rows of each other delegate that wait on the index
RATE = 14  # emails a second that SES takes
SECONDS_BETWEEN = 300  # two sweeps
MAX_SWEEP_PAGES = 40  # of 1 MB: 200,000 due rows and 9 shards
OVERVIEW = "needs"  # each morning's email to administrators: a query for each cohort, and none for a delegate
TABLE = "fullcircle-bench"
LATER = "2030-01-01T09:00:00Z"
QUEUES = {name: f"https://queues.example.org/{name}" for name in ("work", "report", "mail")}
SETTINGS = {
    "bucket": "documents",
    "queues": QUEUES,
    "configuration_set": "bench",
    "base_url": "https://fullcircle.example.org/api",
    "sender": "Fullcircle <feedback@programmes.example.org>",
    "reply_to": "administrator@programmes.example.org",
    "link_keys": ["a key for links that only open pages of this process"],
    "administrators": ["administrator@programmes.example.org"],
    "mails_per_second": 1e9,  # the pace is another subject
}
ENVIRONMENT = {
    "FULLCIRCLE_STAGE": "bench",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": "eu-west-2",
    "AWS_EC2_METADATA_DISABLED": "true",
}


def rows() -> list[Row]:
    measured = {size: _in_a_process(size) for size in SIZES}
    few, many = measured[SIZES[0]], measured[SIZES[-1]]
    return [
        Row(f"AWS calls of a delegate, with {SIZES[0]} others", few["calls"], "calls", None),
        Row(f"the same, with up to {SIZES[-1]:,}, over that", _most(measured, "calls"), "times", 1.02),
        Row("DynamoDB units of a delegate, in money, over the same", _most(measured, "money"), "times", 1.02),
        Row(f"a sweep when all of {SIZES[-1]:,} wait: emails hinted at", many["hinted"], "", RATE * SECONDS_BETWEEN),
        Row("the same: pages read of the index", many["sweep_pages"], "pages", MAX_SWEEP_PAGES),
        Row(f"a dashboard of {IN_A_COHORT} among {SIZES[-1]:,}: pages read", many["board_pages"], "pages", 1),
        Row(f"list of all {SIZES[-1] // IN_A_COHORT:,} cohorts: pages read", many["home_pages"], "pages", None),
        Row("the morning's overview of them for administrators", many["overview_pages"], "pages", None),
    ]


def _most(measured: dict[int, dict[str, float]], what: str) -> float:
    figures = [figure[what] for figure in measured.values()]
    return max(figures) / min(figures)


def _in_a_process(size: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.scale", str(size)]
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **ENVIRONMENT})  # noqa: S603
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def measure(size: int) -> dict[str, float]:
    """Figures of one size, in a process that has made no client yet."""
    import logging

    from benchmarks.acts import PRICES
    from benchmarks.stand_in import StandIn
    from benchmarks.units import Meter
    from chalicelib.core import aws

    logging.disable(logging.WARNING)
    cloud = StandIn(SETTINGS)
    cloud.take(aws.session())
    cohort = Cohort(cloud, left_out=[OVERVIEW])
    cohort.go("pattern", 1)
    _fill(cloud, size)
    cloud.meter = Meter()
    cohort.go("measured", MEASURED)
    meter = cloud.meter
    money = meter.writes * PRICES["dynamodb_write_unit"] + meter.reads * PRICES["dynamodb_read_unit"]
    figures = {"calls": meter.calls.total() / MEASURED, "money": money / MEASURED}
    return figures | _bounds(cloud)


def _bounds(cloud: StandIn) -> dict[str, float]:
    from chalicelib.admin.dashboard import load_dashboard
    from chalicelib.admin.home import list_needs
    from chalicelib.jobs.sweep import sweep
    from chalicelib.store import catalogue
    from tests.support import people

    now = datetime.fromisoformat(LATER) + timedelta(days=1)
    load_dashboard("cohort-0", now)
    bounds: dict[str, float] = {}
    for name, act in (
        ("board_pages", lambda: load_dashboard("cohort-0", now)),
        ("home_pages", catalogue.everything),
        ("overview_pages", lambda: list_needs(people.CLOSE)),
        ("sweep_pages", lambda: sweep(now, emails_per_second=RATE)),
    ):
        cloud.queries.clear()
        act()
        bounds[name] = cloud.queries.total()
    return bounds | {"hinted": sum(hint.startswith("MAIL#") for hint in cloud.hinted)}


def _fill(cloud: StandIn, size: int) -> None:
    """Add the rows of all other delegates, copied from one who completed the programme."""
    table = cloud.rows[TABLE]
    meta, line = table["COHORT#pattern"]["META"], next(_starting(table["COHORT#pattern"], "DELEGATE#"))
    delegate = next(rows["META"] for pk, rows in table.items() if pk.startswith("DELEGATE#"))
    waiting = next(rows["MAIL"] for pk, rows in table.items() if pk.startswith("MAIL#"))
    entry = table["REGISTER"]["COHORT#pattern"]
    for number in range(size - MEASURED):
        cohort = f"cohort-{number // IN_A_COHORT}"
        if number % IN_A_COHORT == 0:
            table[f"COHORT#{cohort}"]["META"] = {**meta, "pk": {"S": f"COHORT#{cohort}"}, "id": {"S": cohort}}
            table["REGISTER"][f"COHORT#{cohort}"] = {**entry, "sk": {"S": f"COHORT#{cohort}"}, "id": {"S": cohort}}
        key = {"pk": {"S": f"COHORT#{cohort}"}, "sk": {"S": f"DELEGATE#d{number}"}}
        table[f"COHORT#{cohort}"][f"DELEGATE#d{number}"] = {**line, **key, "delegate_id": {"S": f"d{number}"}}
        table[f"DELEGATE#d{number}"]["META"] = {**delegate, "pk": {"S": f"DELEGATE#d{number}"}}
        for reminder in range(WAITING):
            pk, shard = f"MAIL#d{number}#{reminder}", str((number + reminder) % 8)
            on_the_index = {"pk": {"S": pk}, "due_shard": {"S": shard}, "due_at": {"S": LATER}}
            table[pk]["MAIL"] = {**waiting, **on_the_index}
            cloud.index[shard].append((LATER, pk, "MAIL"))
    for line_of_shard in cloud.index.values():
        line_of_shard.sort()


def _delegate(cohort: str, number: int) -> tuple[DelegateEntry, tuple[RaterEntry, ...]]:
    """Return a delegate and the 12 raters that a file names; the line manager is one more rater."""
    from chalicelib.core.model import DelegateEntry, RaterEntry
    from tests.support import people

    names = (f"{cohort} {part}" for part in (f"delegate{number}", f"manager{number}", "coach"))
    person, manager, coach = map(people.person, names)
    raters = people.raters(peers=5, reports=5, others=2)
    return DelegateEntry(person, "Team lead", "Community nursing", manager, coach), tuple(
        RaterEntry(rater.group, people.person(f"{cohort} {number} {rater.person.name.lower()}")) for rater in raters
    )


def _starting(rows: dict[str, Any], prefix: str) -> Iterator[Any]:
    return (row for sk, row in rows.items() if sk.startswith(prefix))


class Cohort:
    """Take people through a programme by the actions behind the pages, and run the hinted rows.

    left_out   kinds of job that are not run
    """

    def __init__(self, cloud: StandIn, left_out: Sequence[str] = ()) -> None:
        self.cloud = cloud
        self._left_out = tuple(f"{kind}#" for kind in left_out)
        self._runs = 0

    def go(self, name: str, delegates: int) -> None:
        """Enrols, asks 13 raters each, who all answer, closes and reports."""
        from tests.support import people

        opening, close = people.OPENING, people.CLOSE
        self.open(name, delegates, opening)
        self._answer(name, opening + timedelta(days=1))
        self._let_pass(close)
        self._let_pass(close + timedelta(minutes=10))

    def open(self, name: str, delegates: int, opening: datetime) -> None:
        """Enrol the delegates, open the wave and send the first emails."""
        self._load(name, delegates, opening - timedelta(days=7))
        self._let_pass(opening)
        self._let_pass(opening + timedelta(minutes=10))

    def _load(self, name: str, delegates: int, now: datetime) -> None:
        """Load everyone by as many files as a large cohort needs."""
        from chalicelib.core.model import Cohort as Dates
        from chalicelib.programme.load_cohort import load_cohort
        from tests.support import people

        rules = people.programme()
        cohort = Dates(name, name.title(), rules.id, rules.version, people.DATES, people.SPONSOR)
        for first in range(0, delegates, IN_A_FILE):
            numbers = range(first, min(first + IN_A_FILE, delegates))
            entries, raters = zip(*(_delegate(name, number) for number in numbers), strict=True)
            addresses = (entry.person.email for entry in entries)
            load_cohort(cohort, rules, entries, dict(zip(addresses, raters, strict=True)), now)
            self._work(now)

    def _answer(self, name: str, now: datetime) -> None:
        from chalicelib.collect.questionnaire import open_questionnaire, parse_answer_link
        from chalicelib.collect.save_page import save_page
        from chalicelib.collect.submit_answers import submit
        from chalicelib.links import signing

        for delegate_id, invitation in list(self.invitations(name)):
            parts = delegate_id, "baseline", invitation["id"]["S"], invitation["link_version"]["N"]
            answer_link = parse_answer_link(signing.token("answer", *parts))
            for page in open_questionnaire(answer_link, now).pages:
                typed = {
                    question.id: "Keeps us informed." if question.is_comment else "4" for question in page.questions
                }
                save_page(answer_link, page.id, typed, now)
            submit(answer_link, now)
        self._work(now)

    def invitations(self, name: str) -> Iterator[tuple[str, Any]]:
        table = self.cloud.rows[TABLE]
        for sk in [sk for sk in table[f"COHORT#{name}"] if sk.startswith("DELEGATE#")]:
            for invitation in _starting(table[sk], "INVITATION#baseline#"):
                yield sk.removeprefix("DELEGATE#"), invitation

    def _let_pass(self, now: datetime) -> None:
        """As the schedule does, until nothing is due."""
        from chalicelib.jobs.sweep import sweep

        while sweep(now) and self._work(now):
            pass

    def _work(self, now: datetime) -> int:
        """Run the hinted rows and those they cause; return how many were run."""
        from chalicelib.emails import send
        from chalicelib.jobs import run
        from chalicelib.jobs.kinds import HANDLERS

        run_before = self._runs
        while self.cloud.hinted:
            kind, row_id = self.cloud.hinted.popleft().split("#", 1)
            if row_id.startswith(self._left_out):
                continue
            self._runs += 1
            if kind == "MAIL":
                send.send(row_id, f"attempt-{self._runs}", now)
            else:
                run.run_job(row_id, HANDLERS, f"attempt-{self._runs}", now)
        return self._runs - run_before


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]))) + "\n")
