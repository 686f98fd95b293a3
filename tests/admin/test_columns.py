"""A column is declared once: the file shows every one, and the page those that say so."""

import csv
import html
import io
import re

from chalicelib.admin.columns import OF_DELEGATE, OF_GROUP, OF_WAITING, ON_PAGE
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.admin.waiting import load_board
from chalicelib.store import audit_events
from chalicelib.threads.model import Thread
from tests.support import people
from tests.support.cloud import BASE_URL

COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"


def test_every_column_is_in_the_file_and_those_of_the_page_on_the_page(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 2))
    admin = visitor.let_in_administrator(clock.now())
    dashboard = load_dashboard(people.COHORT, clock.now())
    (line,) = load_board(dashboard, dashboard.lines, clock.now()).lines
    heading, *rows = csv.reader(io.StringIO(admin.open(f"{COHORT}/progress").page.removeprefix("\ufeff")))
    own = [column.name for column in OF_DELEGATE]

    assert heading == [
        *own,
        *OF_GROUP,
        *(thread.value.lower() for thread in Thread),
        *(column.name for column in OF_WAITING),
    ]
    assert len(heading) == len({*heading}), "two columns have the same heading"
    assert {tuple(row[: len(own)]) for row in rows} == {tuple(column.words(line) for column in OF_DELEGATE)}
    assert ON_PAGE
    page = admin.open(COHORT).page
    name = re.search(r"<th [^>]*rowheader.*?</th>", page)
    head = re.findall(r'role="columnheader">(.*?)</th>', page)

    assert name, "the page lists the delegate"
    shown_words = html.unescape(re.sub(r"<[^>]*>", "|", name[0])).replace("|", " ").split()
    declared = " ".join([line.delegate.line.name, *(column.words(line) for column in ON_PAGE)]).split()
    assert shown_words == declared, "what is below a name is a line in OF_DELEGATE of admin/columns.py"
    assert head == ["Delegate", "Waits for", *(thread.value for thread in Thread)], (
        "the page's own columns are threads: a fact is a line in OF_DELEGATE of admin/columns.py"
    )


def test_downloading_the_file_leaves_no_line_in_the_trail(visitor, clock):
    """docs/privacy.md says so: the file shows what the page shows, and reading the page is not recorded either."""
    people.opened(clock, chosen=people.raters(4, 2))
    admin = visitor.let_in_administrator(clock.now())
    before = list(audit_events.of_cohort(people.COHORT))

    assert admin.open(f"{COHORT}/progress").status == 200
    assert admin.open(COHORT).status == 200
    assert list(audit_events.of_cohort(people.COHORT)) == before
