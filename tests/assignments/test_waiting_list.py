"""Work that waits for a reader: in the order of the programme, folded where it is long."""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from chalicelib.assignments.coach_view import Waiting
from chalicelib.web.templating import render

AT = datetime.fromisoformat("2026-03-11T17:00:00Z")
TITLES = ("Write a vision", "Engage stakeholders", "Analyse the service")


def shown(people: int) -> str:
    waiting = [
        Waiting(f"d{who}", f"Delegate {who}", f"w{place}", title, place, "11 March", AT)
        for who in range(people)
        for place, title in reversed([*enumerate(TITLES)])
    ]
    return render("assignments/_waiting", waiting=waiting, each_url="/facilitator/t")


@pytest.mark.parametrize("people", [1, 2, 3, 12])
def test_tasks_are_in_the_order_of_the_programme_and_a_long_list_is_folded(people):
    page = shown(people)
    assert re.findall(r"<summary>(.+?) <", page) == [*TITLES]
    assert page.count("<details open>") == (3 if 3 * people <= 8 else 1)
    assert page.count("<li>") == 3 * people
