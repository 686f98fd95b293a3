"""Expressions that are parsed once mean what they mean to moto."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.core.aws import AWS_ERRORS, client
from chalicelib.core.settings import settings as ours
from chalicelib.store.expressions import above, at_most, either, equals, missing, one_of, present
from chalicelib.store.table import Changed, Key, put, transact, update
from infra.local import expression_cache
from infra.local.memory import backend

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.made_up_rows]

ROW = Key("A", "row")
NAMES = ["n", "word", "map", "bytes", "list", "new", "due_shard", "pk"]
COPIED = [name for name in NAMES if name != "pk"]  # moto refuses a key as a source too, which AWS takes
VALUES = st.one_of(
    st.integers(-9, 9), st.sampled_from(["", "word", "0"]), st.binary(max_size=3), st.none(), st.booleans(),
    st.lists(st.integers(0, 3), max_size=2), st.dictionaries(st.sampled_from("ab"), st.integers(0, 3), max_size=2),
)  # fmt: skip
PATHS = st.sampled_from([*NAMES, "map.a", "map.c", "word.a", "new.a"])
CONDITIONS = st.one_of(
    st.builds(equals, st.sampled_from(NAMES), VALUES),
    st.builds(at_most, st.just("n"), st.integers(-9, 9)),
    st.builds(above, st.just("n"), st.integers(-9, 9)),
    st.builds(missing, st.sampled_from(NAMES)),
    st.builds(present, st.sampled_from(NAMES)),
    st.builds(one_of, st.just("word"), st.lists(st.sampled_from(["word", "0"]), min_size=1, max_size=2)),
    st.builds(either, st.just(equals("word", "word")), st.just(missing("n"))),
)
UPDATES = st.fixed_dictionaries(
    {},
    optional={
        "put": st.dictionaries(PATHS, VALUES, max_size=3),
        "add": st.dictionaries(st.sampled_from(["n", "word", "new", "map"]), st.integers(-9, 9), max_size=2),
        "remove": st.lists(st.sampled_from(NAMES), max_size=2),
        "copy": st.dictionaries(st.sampled_from(["new", "word"]), st.sampled_from(COPIED), max_size=1),
        "when": st.lists(CONDITIONS, max_size=3),
    },
).filter(lambda asked: any(asked.get(part) for part in ("put", "add", "remove", "copy")))


def row_now() -> Any:
    return {key.value: item.to_json() for keys in backend("dynamodb").tables[ours().table].items.values()
            for key, item in keys.items()}  # fmt: skip


def outcome(asked: dict[str, Any]) -> Any:
    """Return the answer or the refusal, and the row afterwards."""
    backend("dynamodb").tables[ours().table].items.clear()
    transact(
        [put({**ROW._asdict(), "n": 1, "word": "word", "map": {"a": 1}, "bytes": b"1", "list": [1], "due_at": "x"})]
    )
    params = {"TableName": ours().table, **copy.deepcopy(update(ROW, **asked, refusal=Changed).params)}
    try:
        answer = client("dynamodb").update_item(ReturnValues="ALL_NEW", **params)["Attributes"]
    except (*AWS_ERRORS, TypeError) as error:  # moto raises TypeError where it compares a text with a number
        answer = str(error)
    return answer, row_now()


@given(asked=UPDATES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_update_ends_the_same_when_its_expressions_were_parsed_before(asked):
    outcome(asked)
    cached = outcome(asked)
    expression_cache.undo()
    try:
        plain = outcome(asked)
    finally:
        expression_cache.apply()

    assert cached == plain


def test_one_shape_of_condition_is_tested_with_each_call_s_own_values():
    transact([put({**ROW._asdict(), "n": 1})])
    asked = {"TableName": ours().table, "KeyConditionExpression": "pk = :pk", "FilterExpression": "n = :n"}

    queries = [
        client("dynamodb").query(ExpressionAttributeValues={":pk": {"S": "A"}, ":n": {"N": n}}, **asked)["Count"]
        for n in ("1", "2", "1")
    ]

    assert queries == [1, 0, 1]
