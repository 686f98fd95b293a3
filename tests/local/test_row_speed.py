"""Rows weighed, copied and written out in fewer steps give what moto gives."""

from __future__ import annotations

import copy
import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.utilities import dynamo_to_dict

from infra.local import moto_patches, row_speed

moto_patches.apply()

TEXTS = st.text(max_size=12)
LEAVES = st.one_of(
    TEXTS.map(lambda text: {"S": text}),
    st.integers(-999, 999).map(lambda number: {"N": str(number)}),
    st.booleans().map(lambda truth: {"BOOL": truth}),
    st.just({"NULL": True}),
    st.binary(max_size=9).map(lambda data: {"B": data}),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.dictionaries(TEXTS, inner, max_size=3).map(lambda entries: {"M": entries})
        | st.lists(inner, max_size=3).map(lambda elements: {"L": elements})
    ),
    max_leaves=8,
)
ROWS = st.dictionaries(TEXTS, VALUES, max_size=5)


def row_of(values: dict[str, Any]) -> Item:
    return Item(DynamoType({"S": "a"}), DynamoType({"S": "b"}), values)


@given(ROWS)
def test_a_row_weighs_as_much_as_moto_says(values):
    weights = {name: DynamoType(value) for name, value in values.items()}

    assert row_of(values).size() == sum(len(name.encode()) + weigh(value) for name, value in weights.items())


def weigh(value: DynamoType) -> int:
    """As `DynamoType.size` of moto 5.2.5."""
    if value.is_list():
        return sum(weigh(inner) for inner in value.value)
    if value.is_map():
        return sum(len(name.encode()) + weigh(inner) for name, inner in value.value.items())
    if isinstance(value.value, bool):
        return 1
    return len(value.value if isinstance(value.value, bytes) else value.value.encode())


@given(ROWS)
def test_an_answer_is_what_moto_makes_of_its_rows(values):
    answer = {"Items": [row_of(values).attrs], "Count": 1, "LastEvaluatedKey": None}

    assert row_speed._to_plain(answer) == dynamo_to_dict(answer)
    assert row_speed._to_plain(answer)["Items"] == [values]


@given(ROWS)
def test_a_row_is_written_out_as_it_was_put_in(values):
    row = row_of(values)

    assert {name: value.to_regular_json() for name, value in row.attrs.items()} == values


@given(ROWS, ROWS)
def test_values_are_equal_when_they_were_put_in_alike(left, other):
    for first, second in itertools.product(left.values(), other.values()):
        assert (DynamoType(first) == DynamoType(second)) == (first == second)
        assert first != second or hash_of(first) == hash_of(second)


def hash_of(value: dict[str, Any]) -> int:
    return hash(DynamoType(value)) if not {"M", "L"} & value.keys() else 0


@given(ROWS)
def test_a_copy_of_a_row_shares_nothing_that_may_change(values):
    row = row_of(values)
    copied = copy.deepcopy(row)
    for value in copied.attrs.values():
        if value.is_map():
            value.value["more"] = DynamoType({"S": "x"})
        if value.is_list():
            value.value.append(DynamoType({"S": "x"}))
        value.type = "S"
    copied.attrs["more"] = DynamoType({"S": "x"})

    assert row_speed._to_plain(row.attrs) == values
