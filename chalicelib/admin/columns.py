"""The facts about a cohort's delegates, each declared once: for the CSV file and for the list on the cohort's page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from chalicelib.admin.csv_export import render_csv
from chalicelib.admin.delegate_status import Count, DelegateStatus
from chalicelib.admin.waiting import Board, BoardLine
from chalicelib.threads.model import Thread


class Column(Struct, frozen=True):
    """A fact about a delegate in words. The file shows every one.

    name     heading in the file
    words    made from `line.delegate.line`, the row of the dashboard. What other rows say is in the words of its thread
             (threads/describe.py), a column already: an administrator reads how many areas are done, not the areas
    on_page  whether the page shows the words below the delegate's name: without the heading
    """

    name: str
    words: Callable[[BoardLine], str]
    on_page: bool = False


OF_DELEGATE = (
    Column("delegate", lambda line: line.delegate.line.name),
    Column("email", lambda line: line.delegate.line.email),
    Column("service", lambda line: line.delegate.line.service, on_page=True),
    Column("coach", lambda line: line.delegate.line.coach.name),
    Column("status", lambda line: line.delegate.status.words),
    Column("raters_chosen", lambda line: "yes" if line.delegate.line.nominated else "no"),
)
OF_GROUP = ("group", "invited", "answered")
OF_WAITING = (
    Column("waits_for", lambda line: line.first.who if line.first else ""),
    Column("to_do", lambda line: line.first.what if line.first else ""),
    Column("waits_since", lambda line: line.first.since.isoformat() if line.first and line.first.since else ""),
)
ON_PAGE = tuple(column for column in OF_DELEGATE if column.on_page)


def render_progress_csv(board: Board) -> str:
    """Write a line for each delegate and rater group; each repeats the facts of the delegate."""
    names = [column.name for column in OF_DELEGATE]
    after = [*(thread.value.lower() for thread in Thread), *(column.name for column in OF_WAITING)]
    return render_csv([*names, *OF_GROUP, *after], (row for line in board.lines for row in _rows(line)))


def _rows(line: BoardLine) -> Iterator[list[str]]:
    before = [column.words(line) for column in OF_DELEGATE]
    views = {view.thread: view.words for view in line.threads.views}
    after = [*(views.get(thread, "") for thread in Thread), *(column.words(line) for column in OF_WAITING)]
    return ([*before, *cells, *after] for cells in _groups(line.delegate))


def _groups(delegate: DelegateStatus) -> Iterator[tuple[str, str, str]]:
    yield from map(_group, delegate.counts)
    if delegate.hidden or not delegate.counts:
        yield "others are not counted yet" if delegate.hidden else "", "", ""


def _group(count: Count) -> tuple[str, str, str]:
    return count.title, str(count.invited), count.words
