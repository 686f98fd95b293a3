"""Every page that people reach from their links in the example, when the six-month survey is open."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from infra.local.gateway import STAGE_PREFIX
from infra.local.pictures.tour import Tour
from tests.browser.checks import (
    PHONES,
    assert_accessible,
    assert_bears_long_names,
    assert_fits,
    assert_words_are_whole,
)
from tests.browser.test_reading_pages import sign_in
from tests.support.served import Served, served

EXPECTED = {  # the first page of each role: that the walk has been through all of them
    "administrator /admin/cohort/{cohort_id}",
    "coach /coach/{token}/{delegate_id}",
    "delegate /hub/{token}/areas",
    "facilitator /facilitator/{token}/session/{session}",
    "manager /shared/{token}",
    "sponsor /sponsor/{token}",
}


@pytest.fixture(scope="module")
def six_months_on() -> Iterator[Served]:
    with served("--at", "impact") as server:
        yield server


def test_every_page_fits_on_a_phone_and_is_accessible(six_months_on, visit):
    said: list[str] = []

    @contextmanager
    def visitor():
        page = visit("about:blank")
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        page.on("console", lambda line: said.append(f"{page.url}: {line.text}") if is_fault(line) else None)
        yield page
        page.context.close()

    base_url = f"http://127.0.0.1:{six_months_on.port}{STAGE_PREFIX}"
    people = six_months_on.get("/_local/people.json").json
    tour = Tour(base_url, visitor, partial(sign_in, six_months_on))
    patterns, faults = set[str](), []
    for key, page in tour.pages(people):
        patterns.add(key)
        faults += faults_of(page, key)

    assert faults == []
    assert said == [], "errors of scripts and in the console"
    assert patterns >= EXPECTED


def is_fault(line) -> bool:
    """Return whether the console's line is about a fault: a page that answers 410 for a link that has ended is none."""
    return line.type == "error" and not line.text.startswith("Failed to load resource")


def faults_of(page, key: str) -> Iterator[str]:
    for check in (assert_words_are_whole, assert_fits):
        for width in PHONES:
            page.set_viewport_size({"width": width, "height": 844})
            yield from said_by(check, page, key)
    yield from said_by(assert_accessible, page, key)
    yield from said_by(assert_bears_long_names, page, key)


def said_by(check, page, key: str) -> list[str]:
    try:
        check(page)
    except AssertionError as fault:
        return [f"{key}: {fault}"]
    return []
