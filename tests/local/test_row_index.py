"""An index of moto's rows holds what a look at every row would find, however the rows change."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.settings import settings as ours
from chalicelib.store.table import ConditionFailed, Key, delete, get, put, put_once, query, transact, update, update_one
from infra.local import row_index
from infra.local.memory import backend

pytestmark = [pytest.mark.usefixtures("aws", "index"), pytest.mark.made_up_rows]

KEYS = [Key("JOB#1", "JOB"), Key("JOB#2", "JOB"), Key("MAIL#1", "MAIL"), Key("OTHER", "x")]
ACTIONS = st.tuples(st.sampled_from(KEYS), st.sampled_from(["0", "1", "failed", ""]), st.sampled_from("PUD"))


@pytest.fixture
def index():
    """For one test only: others change rows past moto's methods."""
    row_index.keep()
    yield
    row_index.end()


def write(key: Key, shard: str, action: str):
    if action == "D":
        return delete(key)
    if action == "U":
        put_, remove = ({"due_shard": shard}, []) if shard else ({}, ["due_shard"])
        return update(key, put={**put_, "n": 1}, remove=remove, refusal=ConditionFailed)
    return put({**key._asdict(), **({"due_shard": shard} if shard else {})})


def shard_of(row) -> str | None:
    return row.attrs["due_shard"].value if "due_shard" in row.attrs else None


def table():
    return backend("dynamodb").tables[ours().table]


def found(shard: str) -> list[tuple[str, str]]:
    rows = row_index.find(table(), "shards", shard_of, [shard])
    assert all(row is table().items[row.hash_key][row.range_key] for row in rows)
    assert row_index.count(table(), "shards", shard_of, [shard]) == len(rows)
    return sorted((row.hash_key.value, row.range_key.value) for row in rows)


def looked_up(shard: str) -> list[tuple[str, str]]:
    rows = [row for group in table().items.values() for row in group.values() if shard_of(row) == shard]
    return sorted((row.hash_key.value, row.range_key.value) for row in rows)


@given(st.lists(st.lists(ACTIONS, min_size=1, max_size=3, unique_by=lambda act: act[0]), max_size=6), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_index_follows_every_write_and_every_refusal(steps, data):
    for step in steps:
        writes = [write(*action) for action in step]
        if data.draw(st.booleans()):
            writes.append(put_once({"pk": "there", "sk": "there"}, ConditionFailed))  # refused from the second time on
        with suppress(ConditionFailed):
            transact(writes)
        for shard in ("0", "1", "failed"):
            assert found(shard) == looked_up(shard)
    transact([delete(key) for key in KEYS])


def test_rows_put_in_place_of_all_others_are_found():
    transact([write(KEYS[0], "0", "P")])
    assert found("0") == [("JOB#1", "JOB")]

    table().items = defaultdict(dict)

    assert found("0") == []


def test_after_an_index_was_ended_a_new_one_finds_what_changed_in_between(index):
    transact([write(KEYS[0], "0", "P")])
    assert found("0") == [("JOB#1", "JOB")]

    row_index.end()
    assert not row_index.is_kept()
    transact([delete(KEYS[0]), write(KEYS[1], "0", "P")])
    assert found("0") == looked_up("0")
    row_index.keep()

    assert found("0") == looked_up("0") == [("JOB#2", "JOB")]


def test_a_row_that_was_read_is_read_again_after_each_kind_of_write():
    key = KEYS[3]
    transact([put({**key._asdict(), "n": 1})])
    assert get(key)["n"] == 1

    update_one(update(key, add={"n": 1}, refusal=ConditionFailed))
    assert get(key)["n"] == 2

    transact([update(key, add={"n": 1}, refusal=ConditionFailed)])
    assert [row["n"] for row in query(key.pk)] == [3]

    with suppress(ConditionFailed):
        transact(
            [
                update(key, add={"n": 1}, refusal=ConditionFailed),
                put_once({"pk": "JOB#1", "sk": "JOB"}, ConditionFailed),
            ]
        )
        transact(
            [
                update(key, add={"n": 1}, refusal=ConditionFailed),
                put_once({"pk": "JOB#1", "sk": "JOB"}, ConditionFailed),
            ]
        )
    assert get(key)["n"] == 4

    transact([put({**key._asdict(), "n": 9})])
    assert get(key)["n"] == 9
