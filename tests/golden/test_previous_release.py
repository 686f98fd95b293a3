"""After a rollback the release before this one meets the rows that today's code has stored, and reads them."""

from __future__ import annotations

import logging

import pytest
from chalice.test import Client

import chalicelib.core.clock
from chalicelib.emails.kinds import LATER_WORDS, load_kinds
from tests.faults import recording
from tests.golden import kept, previous, written
from tests.golden.shapes import kind_of

pytestmark = pytest.mark.skipif(not previous.is_here(), reason=f"this clone lacks {previous.COMMIT}: git fetch it")

GOLDEN = [stored for _, stored in kept.load()]
BROKEN = (
    "A rollback would meet such rows. Keep the attribute and its type and give the new meaning another name, or add a "
    "step to `earlier` of the row's kind, so that the release before refuses the row (chalicelib/store/shapes.py)."
)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """Its code, checked out."""
    folder = tmp_path_factory.mktemp("earlier")
    previous.check_out(folder)
    return folder


def test_the_release_before_reads_what_is_stored_today(aws, earlier, tmp_path_factory):
    from app import app

    logging.disable(logging.CRITICAL)
    with Client(app) as client:
        today = recording.rows(recording.shared_folder(tmp_path_factory), client.http)
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)

    assert previous.list_unread(earlier, [*GOLDEN, *written.of_no_play(), *today]) == [], BROKEN


def test_an_email_that_waits_since_the_release_before_has_every_word_of_its_kind(earlier):
    had = previous.list_words(earlier)
    kinds = {name: kind for name, kind in load_kinds().items() if name in had}
    lacking = {f"{word} of {name}" for name, kind in kinds.items() for word in kind.words - {*had[name], *LATER_WORDS}}

    assert not lacking, (
        f"emails that wait lack {', '.join(sorted(lacking)[:3])} ({len(lacking)} in all) and would fail: "
        "say in LATER_WORDS of emails/kinds.py what they show instead of the word"
    )
    assert len(kinds) > 40


def test_a_row_that_it_cannot_read_is_found(earlier):
    (pause,) = [row for row in GOLDEN if kind_of(row).name == "pause"]
    without = {name: typed for name, typed in pause.items() if name != "delegate_id"}
    retyped = {**pause, "until": {"N": "3"}}

    assert previous.list_unread(earlier, [pause, {**pause, "of_a_later_release": {"S": "x"}}]) == []
    assert len(previous.list_unread(earlier, [without, retyped])) == 2
