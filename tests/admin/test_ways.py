"""The cohort's page leads to everything that can be done with a cohort, in groups that a phone folds."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Approver
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.web.rules import RULES

COHORT = "/admin/cohort/{cohort_id}"
PAGE = f"{BASE_URL}{COHORT.format(cohort_id=people.COHORT)}"
ELSEWHERE = {  # reached from somewhere else
    "chosen": "the buttons below the list",
    "many": "the buttons below the list",
    "confirm": "a notice while an address waits",
}


@pytest.fixture
def page(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    return visitor.let_in_administrator(clock.now()).open(PAGE)


def ways(page) -> list[str]:
    """Return where the groups lead, below the cohort's page."""
    groups = page.page.partition('<nav class="groups"')[2].partition("</nav>")[0]
    return [url.removeprefix(f"{PAGE}/") for url in re.findall(r'href="([^"]+)"', groups)]


def test_every_page_of_a_cohort_is_in_one_group(page):
    below = {path.removeprefix(f"{COHORT}/") for method, path in RULES if method == "GET" and path.startswith(COHORT)}
    own = {path for path in below if "/" not in path and "{" not in path} - ELSEWHERE.keys()
    listed = ways(page)

    assert own <= set(listed)
    assert len(listed) == len(set(listed))


def test_every_way_opens(page):
    assert {page.open(f"{PAGE}/{way}").status for way in ways(page)} == {200}


def test_a_group_says_what_is_in_it_and_none_is_long(page):
    groups = re.findall(r'<details data-ways="(\w+)"><summary>(.*?)</summary>(.*?)</details>', page.page, re.DOTALL)

    assert [group for group, _, _ in groups] == ["people", "dates", "sponsor", "records"]
    assert all('class="quiet"' in summary for _, summary, _ in groups)
    assert all(inside.count("<li>") <= 7 for _, _, inside in groups)


@pytest.mark.parametrize(
    ("approver", "show", "name"),
    [(Approver.MANAGER, "manager", "mara manager"), (Approver.COACH, "coach", "cleo coach")],
)
def test_a_list_that_waits_for_approval_waits_for_its_approver_and_not_for_the_delegate(
    visitor, clock, approver, show, name
):
    people.opened(clock, rules=replace(people.programme(), id="approved", raters_approved_by=approver))
    admin = visitor.let_in_administrator(clock.now())
    assert shown(admin) == "delegate"

    choose = people.link("dana delegate", "nominate")
    admin.open(choose).post(choose, {"group": "peer", "list": "P9 <p9@example.org>"})
    admin.open(f"{choose}/check").post(f"{choose}/send", {"fewer": "yes"})
    assert shown(admin) == show

    (link,) = [url for url in admin.links("/link?") if "delegate=" in url]
    assert f'value="{people.person(name).email}"' in admin.open(link).page


def shown(admin) -> str:
    """Return who the only delegate of the page waits for."""
    filters = re.findall(r"\?show=(\w+)#waiting", admin.open(PAGE).page)
    (chosen,) = {*filters} - {"all"}
    return chosen
