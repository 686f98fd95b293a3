"""Measure how long reports take, how large they are, and whether memory grows with many of them.

`rows()` measures and returns; `python -m benchmarks.report` prints. A report's time is elapsed time. Next to it are the
processor time of all threads, and the elapsed time scaled to the machine on which the budget was set. WeasyPrint has
one thread, so its PDF is compared by processor time.
"""

from __future__ import annotations

import gzip
import os
import sys
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.row import Row
from benchmarks.yardstick import PACE
from benchmarks.yardstick import waited as yardstick_waited
from chalicelib.core.answers import NOT_ABLE, Answers, Response
from chalicelib.core.model import Programme
from chalicelib.report.document import build_document
from chalicelib.report.render import documents
from chalicelib.report.render_html import html_of
from chalicelib.report.render_pdf import pdf_of
from chalicelib.results.facts import Facts, ReportHeading, build_facts
from chalicelib.results.publish import publish
from infra.local.demo.cast import ANSWERS, Player, make_cast
from infra.local.example import read_example

TIMED = 24  # reports, after the many; each is another one, for typst remembers what it has laid out
WEASYPRINT_RUNS = 3
MANY, SETTLED = 500, 100  # reports in one process, and after how many its caches are full
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")


def rows(many: int = MANY) -> list[Row]:
    """Measures in this process; `many` reports take a minute or two.

    WeasyPrint's rows are left out where it is not installed (requirements-bench.txt) or finds no Pango.
    """
    programme, _ = read_example()
    reports = different_reports(programme)
    memory = _memory(programme, reports, many)
    timed = _times(programme, list(islice(reports, TIMED)))
    html = timed.html.encode()
    waited, yard = median(timed.waited), median(timed.yardstick)
    return [
        Row("report, HTML and PDF, warm, waited here", 1000 * waited, "ms", 120.0),
        Row("the same at the pace the budget was set at", 1000 * waited * PACE / yard, "ms", 120.0),
        Row("yardstick, waited here", 1000 * yard, "ms", None),
        Row("yardstick, at the pace the budget was set at", 1000 * PACE, "ms", None),
        Row("report, processor time of all threads", 1000 * median(timed.worked), "ms", None),
        Row("report, its PDF alone, processor time", 1000 * median(timed.pdfs), "ms", None),
        *_compare_with_weasyprint(timed.html, median(timed.pdfs)),
        Row("report, size of the PDF", timed.pdf_size / 1000, "kB", 200.0),
        Row("report, size of the page, gzip", len(gzip.compress(html)) / 1000, "kB", None),
        *memory,
    ]


def different_reports(programme: Programme) -> Iterator[Facts]:
    """Facts without end, of the demo's delegates and of answers that never repeat."""
    _, entries = read_example()
    seed = 0
    while True:
        seed += 1
        yield from (_facts(programme, player) for player in make_cast(programme, entries, seed))


class Times(NamedTuple):
    """Seconds of each report, of each yardstick between them, and what the last report was."""

    waited: list[float]
    worked: list[float]
    pdfs: list[float]
    yardstick: list[float]
    html: str
    pdf_size: int


def _times(programme: Programme, reports: list[Facts]) -> Times:
    """By turns with the yardstick, so that both meet the same machine."""
    times = Times([], [], [], [], "", 0)
    for seed, facts in enumerate(reports):
        start, start_worked = time.perf_counter(), time.process_time()
        document = build_document(programme, facts)
        html = html_of(document)
        html.encode()
        before_pdf = time.process_time()
        pdf = pdf_of(document, facts)
        times.waited.append(time.perf_counter() - start)
        times.worked.append(time.process_time() - start_worked)
        times.pdfs.append(time.process_time() - before_pdf)
        times.yardstick.append(yardstick_waited(seed))
        times = times._replace(html=html, pdf_size=len(pdf))
    return times


def _compare_with_weasyprint(html: str, ours: float) -> list[Row]:
    try:
        from weasyprint import HTML
    except (ImportError, OSError):
        return []
    theirs = min(_seconds(partial(_weasyprint, HTML, html)) for _ in range(WEASYPRINT_RUNS))
    return [
        Row("WeasyPrint, PDF of the same page", 1000 * theirs, "ms", None),
        Row("our PDF's time as a share of WeasyPrint's", 100 * ours / theirs, "%", 100 / 15),
    ]


def _weasyprint(html_class: Any, html: str) -> None:
    html_class(string=html).write_pdf()


def _seconds(act: partial[None]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


def _memory(programme: Programme, reports: Iterator[Facts], many: int) -> list[Row]:
    """Resident memory over many reports; the process must not grow once its caches are full."""
    settled = peak = 0.0
    for number, facts in enumerate(islice(reports, many), start=1):
        documents(programme, facts)
        peak = max(peak, _resident())
        if number == min(SETTLED, many):
            settled = _resident()
    return [
        Row(f"memory at most, over {many} reports", peak, "MB", 512.0),
        Row(f"growth from report {min(SETTLED, many)} to {many}", 100 * (_resident() - settled) / settled, "%", 10.0),
    ]


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_SIZE / 1e6


def _facts(programme: Programme, player: Player) -> Facts:
    entry = player.entry
    heading = ReportHeading(
        delegate=entry.person.name,
        job_title=entry.job_title,
        service=entry.service,
        cohort="Cohort 1, 2026",
        programme=programme.title,
        organisation=programme.organisation.name,
        coach=entry.coach.name,
        wave="baseline",
        issued=date(2026, 12, 18),
    )
    all_answers = [
        ("self", player.answers),
        *((part.group, part.answers) for part in player.parts if part.reply in ANSWERS),
    ]
    responses = [Response(group, _answers(programme, answers)) for group, answers in all_answers]
    return build_facts(programme, heading, publish(programme, responses, comment_key=b"benchmark"))


def _answers(programme: Programme, answers: Any) -> Answers:
    items, questions = {i.id for i in programme.items}, {q.id for q in programme.open_questions}
    ratings = {field: None if cell == NOT_ABLE else int(cell) for field, cell in answers.items() if field in items}
    return Answers(ratings, {field: cell for field, cell in answers.items() if field in questions})


def main(arguments: list[str]) -> None:
    for row in rows(int(arguments[0]) if arguments else MANY):
        budget = "" if row.budget is None else f"  (at most {row.budget:.0f})"
        print(f"{row.name:45} {row.figure:8.1f} {row.unit}{budget}")  # noqa: T201 it is a command


if __name__ == "__main__":
    main(sys.argv[1:])
