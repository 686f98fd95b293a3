"""Reading and writing rows under conditions, alone and in transactions."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.store.expressions import above, at_most, either, equals, missing, one_of, present
from chalicelib.store.table import (
    MAX_TRANSACTION_WRITES,
    AlreadyExists,
    Changed,
    ConditionFailed,
    Key,
    Missing,
    check,
    count,
    delete,
    get,
    get_many,
    put,
    put_all,
    put_once,
    query,
    transact,
    update,
    update_one,
    write_all,
)
from tests.support.calls import count_calls, watched_by

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.made_up_rows]

ROW = Key("COHORT#1", "META")


def row(sk: str = "META", **values: object) -> dict[str, object]:
    return {"pk": "COHORT#1", "sk": sk, **values}


def test_a_row_comes_back_as_it_was_stored():
    stored = row(title="Spring", size=24, open=True, brand=None, sealed=b"\x00\xff", tags=["a", "b"], counts={"m": 1})

    transact([put(stored)])

    assert get(ROW) == stored


def test_a_row_that_was_never_stored_is_none():
    assert get(ROW) is None


def test_a_row_put_once_is_not_replaced():
    transact([put_once(row(title="first"), AlreadyExists)])

    with pytest.raises(ConditionFailed):
        transact([put_once(row(title="second"), AlreadyExists)])

    assert get(ROW) == row(title="first")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        pytest.param(equals("state", "open"), True, id="equal"),
        pytest.param(equals("state", "closed"), False, id="not-equal"),
        pytest.param(one_of("state", ["held", "open"]), True, id="one-of"),
        pytest.param(one_of("state", ["held"]), False, id="none-of"),
        pytest.param(at_most("size", 24), True, id="at-most-the-same"),
        pytest.param(at_most("size", 23), False, id="at-most-less"),
        pytest.param(above("size", 23), True, id="above"),
        pytest.param(above("size", 24), False, id="above-the-same"),
        pytest.param(above("absent", 0), False, id="above-of-nothing"),
        pytest.param(missing("absent"), True, id="missing"),
        pytest.param(missing("state"), False, id="not-missing"),
        pytest.param(present("state"), True, id="present"),
        pytest.param(present("draft.vision"), True, id="present-inside"),
        pytest.param(present("draft.legacy"), False, id="absent-inside"),
        pytest.param(either(equals("state", "closed"), missing("absent")), True, id="either"),
        pytest.param(either(equals("state", "closed"), missing("state")), False, id="neither"),
    ],
)
def test_a_condition_decides_whether_a_write_happens(condition, holds):
    transact([put(row(state="open", size=24, draft={"vision": b"x"}))])

    if holds:
        transact([update(ROW, put={"seen": True}, when=[condition], refusal=Changed)])
    else:
        with pytest.raises(ConditionFailed):
            transact([update(ROW, put={"seen": True}, when=[condition], refusal=Changed)])

    assert ("seen" in get(ROW)) is holds


def test_an_update_puts_adds_copies_and_removes_at_once():
    transact([put(row(state="open", size=24, draft={"vision": b"x"}, note="n"))])

    changed = update_one(
        update(
            ROW,
            put={"state": "held"},
            add={"size": 2, "tries": 1},
            copy={"sent": "draft"},
            remove=["note"],
            refusal=Changed,
        )
    )

    assert changed == row(state="held", size=26, tries=1, draft={"vision": b"x"}, sent={"vision": b"x"})


class Answers:
    """What each update asks DynamoDB to return."""

    def __init__(self):
        self.asked = []

    def before(self, _service, operation, context):
        if operation == "UpdateItem":
            self.asked.append(context["asked"]["ReturnValues"])

    def after(self, _service, _operation, _context):
        pass


def test_an_update_returns_the_row_to_those_who_read_it_alone():
    transact([put({**ROW._asdict(), "n": 1})])

    with watched_by(answers := Answers()):
        assert update_one(update(ROW, add={"n": 1}, refusal=Changed))["n"] == 2
        write_all([update(ROW, add={"n": 1}, refusal=Changed)])

    assert answers.asked == ["ALL_NEW", "NONE"]
    assert get(ROW)["n"] == 3


def test_an_update_of_a_row_that_is_not_there_makes_none():
    with pytest.raises(ConditionFailed):
        transact([update(ROW, put={"state": "held"}, refusal=Changed)])

    assert get(ROW) is None


def test_an_update_makes_the_row_when_asked_to():
    update_one(count(ROW, {"size": 1}))

    assert get(ROW) == row(size=1)


def test_a_transaction_that_is_refused_writes_nothing_and_says_which_writes_refused():
    transact([put(row("DELEGATE#1", answered=3)), put(row("DELEGATE#2", answered=4))])

    with pytest.raises(ConditionFailed) as refused:
        transact(
            [
                update(Key("COHORT#1", "DELEGATE#1"), add={"answered": 1}, refusal=Changed),
                put_once(row("DELEGATE#2"), AlreadyExists),
                delete(Key("COHORT#1", "DELEGATE#3")),
                check(Key("COHORT#1", "META"), [present("pk")], Missing),
            ]
        )

    assert type(refused.value) is AlreadyExists, "the first write that refused decides"
    assert refused.value.failed == (1, 3)
    assert refused.value.refusals == (AlreadyExists, Missing)
    assert refused.value.includes(Missing)
    assert not refused.value.includes(Changed)
    assert [stored_row["answered"] for stored_row in query("COHORT#1")] == [3, 4]


def test_a_write_may_name_another_that_takes_its_place():
    transact([put(row(state="held"))])
    swapped = replace(
        update(ROW, put={"done": "first"}, when=[equals("state", "open")], refusal=Changed),
        otherwise=update(ROW, put={"done": "other"}, refusal=Missing),
    )

    transact([put(row("DELEGATE#1")), swapped])
    assert get(ROW) == row(state="held", done="other")
    assert get(Key("COHORT#1", "DELEGATE#1"))
    assert (
        update_one(replace(swapped, otherwise=update(ROW, put={"done": "alone"}, refusal=Missing)))["done"] == "alone"
    )


def test_another_write_takes_no_place_where_a_further_one_refuses():
    transact([put(row(state="held"))])
    swapped = replace(
        update(ROW, put={"done": "first"}, when=[equals("state", "open")], refusal=Changed),
        otherwise=update(ROW, put={"done": "other"}, refusal=Missing),
    )

    with pytest.raises(Missing):
        transact([update(Key("COHORT#1", "none"), put={"a": 1}, refusal=Missing), swapped])
    assert get(ROW) == row(state="held")


def test_a_transaction_beyond_the_limit_is_an_error_before_any_call():
    with count_calls() as calls, pytest.raises(ValueError, match="101 writes"):
        transact([put(row(f"DELEGATE#{n}")) for n in range(MAX_TRANSACTION_WRITES + 1)])

    assert calls.total() == 0


def test_a_transaction_without_writes_makes_no_call():
    with count_calls() as calls:
        transact([])

    assert calls.total() == 0


def test_a_deleted_row_is_gone():
    transact([put(row())])

    transact([delete(ROW)])

    assert get(ROW) is None


def test_a_query_finds_a_partition_in_order_and_by_prefix():
    transact([put(row(sk)) for sk in ("META", "DELEGATE#b", "DELEGATE#a", "COACH#c")])
    transact([put({"pk": "COHORT#2", "sk": "DELEGATE#z"})])

    assert [stored_row["sk"] for stored_row in query("COHORT#1")] == ["COACH#c", "DELEGATE#a", "DELEGATE#b", "META"]
    assert [stored_row["sk"] for stored_row in query("COHORT#1", "DELEGATE#")] == ["DELEGATE#a", "DELEGATE#b"]


def test_a_query_reads_every_page_of_a_large_partition():
    put_all(row(f"RESPONSE#{n:02}", text="x" * 100_000) for n in range(25))

    with count_calls() as calls:
        sks = [each["sk"] for each in query("COHORT#1")]

    assert sks == [f"RESPONSE#{n:02}" for n in range(25)]
    assert calls["Query"] > 1


def test_many_rows_of_both_tables_come_in_one_call():
    transact([put(row()), put(row("DELEGATE#1"))])
    keys = [ROW, Key("COHORT#1", "DELEGATE#1"), Key("COHORT#1", "absent"), ROW]

    with count_calls() as calls:
        rows = get_many(keys, ["absent"])

    assert rows == {keys[0]: row(), keys[1]: row("DELEGATE#1")}
    assert calls == {"BatchGetItem": 1}


def test_rows_stored_by_the_batch_replace_what_is_there():
    transact([put(row("RESPONSE#03", text="old"))])

    put_all(row(f"RESPONSE#{n:02}", text="new") for n in range(60))

    assert [stored_row["text"] for stored_row in query("COHORT#1", "RESPONSE#")] == ["new"] * 60
