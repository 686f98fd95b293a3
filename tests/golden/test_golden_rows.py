"""Rows as every version has stored them are read by today's code, whole; rows of today's code have a golden row."""

from __future__ import annotations

import logging
from collections import defaultdict

import pytest
from chalice.test import Client
from msgspec import Struct
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.store import row_kinds, shapes
from chalicelib.store.marshal import item, row
from chalicelib.store.row_kinds import delegate_rows
from chalicelib.store.shapes import WrittenByLaterVersion
from chalicelib.store.table import Key, get, put, transact
from tests.faults import recording
from tests.golden import kept, readers, written
from tests.golden.shapes import kind_of, lost, paths_of

GOLDEN = kept.load()
ADD = "run `python -m tests.golden` and commit tests/golden/rows.jsonl"
READ = (
    "Users' tables hold such rows. Read them as before: keep the attribute, or add a step to `earlier` of the row's "
    "kind (chalicelib/store/shapes.py). Never change a golden row."
)


@pytest.mark.parametrize("place", range(len(GOLDEN)), ids=lambda place: f"{place + 1}-{kind_of(GOLDEN[place][1]).name}")
def test_a_row_of_every_version_is_read_whole(place):
    version, stored = GOLDEN[place]

    assert list(lost(stored)) == [], f"a row that version {version} wrote is not read as it was written. {READ}"


def test_every_kind_has_a_golden_row_and_a_reader():
    kinds = {kind.name for kind in row_kinds.all_kinds()}
    keys_alone = {"listed email", "email of a reader and day", "complete list of emails"}

    assert kinds - {kind_of(stored).name for _, stored in GOLDEN} == set(), ADD
    assert kinds - keys_alone - {*readers.TYPES, *readers.BY_NAME} == set(), "name its reader in readers.py"


def test_an_attribute_keeps_its_type_so_that_the_version_before_reads_it_too():
    """After a rollback earlier code meets these rows."""
    signs = defaultdict(set)
    for kind, path in {(kind_of(stored).name, path) for _, stored in GOLDEN for path in paths_of(stored)}:
        name, sign = path.rsplit(" ", 1)
        signs[kind, name] |= {sign} - {"NULL"}

    of_types = [place for place, types in signs.items() if len(types) > 1 and "*" not in place[1]]
    assert of_types == [], "give what has another type another name"


def test_what_is_stored_today_has_a_golden_row(aws, tmp_path_factory):
    """A change that adds an attribute is then held against this row by every later version."""
    from app import app

    logging.disable(logging.CRITICAL)
    with Client(app) as client:
        today = recording.rows(recording.shared_folder(tmp_path_factory), client.http)
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)

    new = kept.Shapes(stored for _, stored in GOLDEN).pick([*written.of_no_play(), *today])

    assert [f"{kind_of(stored_row).name}: {sorted(stored_row)}" for stored_row in new] == [], ADD


# --- a check that finds nothing is worth nothing ----------------------------------------------------------------------


class Renamed(Struct):
    delegate_id: str
    back_on: str = ""  # it was `until`


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (Renamed, "until: no one reads it"),
        (type("Retyped", (Struct,), {"__annotations__": {"delegate_id": str, "until": int}}), "Expected `int`"),
    ],
)
def test_an_attribute_that_is_renamed_or_of_another_type_is_found(monkeypatch, today, said):
    monkeypatch.setitem(readers.TYPES, "pause", today)
    (stored,) = [golden_row for _, golden_row in GOLDEN if kind_of(golden_row).name == "pause"]

    assert [said in why for why in lost(stored)] == [True]


def test_a_new_attribute_wants_a_golden_row():
    (stored,) = [golden_row for _, golden_row in GOLDEN if kind_of(golden_row).name == "pause"]
    shapes_before = kept.Shapes([stored])

    assert shapes_before.pick([stored]) == []
    assert shapes_before.pick([{**stored, "why": {"S": "Long leave"}}])


# --- a kind whose shape has changed -----------------------------------------------------------------------------------

PLACE = Key("PAUSED", "delegate-1")


def _name_the_day(before):
    return {"back_on": before["until"], **{name: value for name, value in before.items() if name != "until"}}


@pytest.fixture
def changed(monkeypatch):
    """Change the kind `pause` to a second shape, in which `until` is called `back_on`."""
    row_kinds.changed_kinds.cache_clear()
    monkeypatch.setattr(delegate_rows, "PAUSED", replace(delegate_rows.PAUSED, earlier=(_name_the_day,)))
    yield
    row_kinds.changed_kinds.cache_clear()


def test_a_row_of_the_earlier_shape_is_read_in_todays(aws, monkeypatch, changed):
    (stored,) = [golden_row for _, golden_row in GOLDEN if kind_of(golden_row).name == "pause"]
    monkeypatch.setitem(readers.TYPES, "pause", Renamed)

    assert list(lost(stored)) == []
    assert shapes.to_read(row(stored))["back_on"] == stored["until"]["S"]


def test_a_row_is_stored_with_the_number_of_its_shape_and_read_back(aws, changed):
    today = {**PLACE._asdict(), "delegate_id": "delegate-1", "back_on": "2026-11-02"}
    transact([put(today)])

    assert get(PLACE) == {**today, shapes.SHAPE: 2}


def test_a_row_of_a_later_shape_is_refused(aws, changed):
    with pytest.raises(WrittenByLaterVersion):
        shapes.to_read({**PLACE._asdict(), shapes.SHAPE: 3})


@pytest.mark.usefixtures("aws")
def test_a_row_of_a_later_shape_is_refused_by_code_that_knows_one():
    later = {**PLACE._asdict(), "delegate_id": "delegate-1", shapes.SHAPE: 2}
    transact([put(later)])

    with pytest.raises(WrittenByLaterVersion):
        get(PLACE)


def test_rows_of_kinds_that_never_changed_hold_no_number(aws):
    transact([put({**PLACE._asdict(), "delegate_id": "delegate-1", "until": "2026-11-02"})])

    assert shapes.SHAPE not in item(get(PLACE))
