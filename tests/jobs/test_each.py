"""One row that cannot be worked with does not end the work of the others."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from chalicelib.core.model import Person
from chalicelib.core.settings import settings
from chalicelib.jobs.each import RowsBroken, each, each_or_fail
from chalicelib.store.table import MAX_ROW_BYTES, Key, get, put, transact
from chalicelib.store.unreadable import read_all, watch_rows
from tests.support.calls import watched_by
from tests.support.faults import Striking

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.made_up_rows]


def key(name: str) -> Key:
    return Key(f"DELEGATE#{name}", "META")


def store(name: str) -> None:
    """Store a delegate's comments; a large delegate has more than a row can hold."""
    transact([put({**key(name)._asdict(), "text": "x" * (2 * MAX_ROW_BYTES if name == "large" else 9)})])


def test_a_row_that_is_too_large_for_aws_is_left_out_and_the_others_are_done():
    done, left_out = each(["ann", "large", "zoe"], store, "test")

    assert set(done) == {"ann", "zoe"}
    assert list(left_out) == ["large"]
    assert get(key("zoe"))
    with pytest.raises(RowsBroken, match="large: "):
        each_or_fail(["large", "zoe", "ann"], store, "test")


def test_an_error_of_aws_that_may_pass_ends_the_work_for_a_later_attempt():
    settings()
    with watched_by(Striking({2: "throttled"})), pytest.raises(ClientError):
        each(["ann", "ben", "zoe"], store, "test")

    assert get(key("ann"))
    assert get(key("zoe")) is None


def test_a_row_that_was_left_out_of_a_list_before_the_work_began_fails_it_too():
    with watch_rows():
        read_all(Person, [{"pk": "COHORT#autumn", "sk": "DELEGATE#ann", "name": 1}])
        with pytest.raises(RowsBroken, match="COHORT#autumn DELEGATE#ann: ValidationError"):
            each_or_fail(["zoe"], store, "test")

    assert get(key("zoe"))
    each_or_fail(["zoe"], store, "test")
