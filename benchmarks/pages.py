"""What a first view weighs, and how long a questionnaire's page takes to render."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from statistics import median, quantiles

from benchmarks.aws import small_cloud
from benchmarks.row import Row
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.visitor import Visitor

TIMES = 300  # renders, after some that fill the caches
FIRST_VIEW = "first view of a questionnaire, gzip, with style and script"


def rows(times: int = TIMES) -> list[Row]:
    """Measure the weight and the time of a page. `times`: renders behind each figure of time."""
    with small_cloud() as (visitor, clock):
        people.opened(clock, chosen=people.raters())
        link = people.link("p0", "answer")
        page = f"{link}/page/c-{people.programme().competencies[0].id}"
        return [
            Row(FIRST_VIEW, _weight(visitor, link), "bytes", 10_000),
            Row("its first page of questions after that", _weight(visitor, page, less=link), "bytes", None),
            Row("render of a questionnaire page, warm", 1000 * _render(link, clock.now, times), "ms", 1.0),
            Row("the whole request for it, AWS apart", 1000 * _request(visitor, page, times), "ms", None),
        ]


def _weight(visitor: Visitor, url: str, less: str = "") -> int:
    known = _files(visitor, less) if less else {}
    return sum(size for name, size in _files(visitor, url).items() if name not in known)


def _files(visitor: Visitor, url: str) -> dict[str, int]:
    """List what a browser loads for a page, by address, with the bytes that travel."""
    files = {url: visitor.open(url).page}
    for asset in re.findall(r'(?:href|src)="([^"]+\.(?:css|js))"', visitor.page):
        files[asset] = visitor.client.get(asset.removeprefix(BASE_URL)).body.decode()
    return {name: len(gzip.compress(body.encode())) for name, body in files.items()}


def _render(link: str, now: Callable[..., object], times: int) -> float:
    """Return processor seconds from the opened questionnaire to the page: links are signed, the template is filled."""
    from chalicelib.collect import routes
    from chalicelib.collect.questionnaire import open_questionnaire, parse_answer_link

    questionnaire = open_questionnaire(parse_answer_link(link.rsplit("/", 1)[1]), now())  # type: ignore[arg-type]
    return _usual(lambda: routes._questions(questionnaire, 0), times)


def _request(visitor: Visitor, page: str, times: int) -> float:
    """Processor seconds of the whole request, less its one call, whose answer takes moto as long as it takes."""
    from chalicelib.collect import routes
    from chalicelib.collect.questionnaire import open_questionnaire

    opened: list[float] = []

    def measured(*args: object) -> object:
        started = time.process_time()
        try:
            return open_questionnaire(*args)  # type: ignore[arg-type]
        finally:
            opened.append(time.process_time() - started)

    routes.open_questionnaire = measured  # type: ignore[assignment]
    try:
        whole = _usual(lambda: visitor.client.get(page.removeprefix(BASE_URL)), times)
    finally:
        routes.open_questionnaire = open_questionnaire
    return whole - median(opened)


def _usual(act: Callable[[], object], times: int) -> float:
    """Processor seconds of the quickest fifth: what others do on the machine only adds."""
    for _ in range(20):
        act()
    taken = []
    for _ in range(times):
        started = time.process_time()
        act()
        taken.append(time.process_time() - started)
    return quantiles(taken, n=5)[0]


if __name__ == "__main__":
    for row in rows():
        print(row)  # noqa: T201
