"""Every kind of row is complete, and no key is of two kinds."""

from __future__ import annotations

import re
from itertools import permutations

import pytest

from chalicelib.store.row_kinds import all_kinds, kinds_of
from chalicelib.store.row_kinds.row_kind import Erasure, RowKind
from chalicelib.store.table import Key

KINDS = {kind.name: kind for kind in all_kinds()}


def example(kind: RowKind) -> Key:
    parts = re.findall(r"\{(\w+)(\*?)\}", kind.pk + kind.sk)
    return kind.key(**{name: "a#b" if many else f"{name}-1" for name, many in parts})


def test_names_are_taken_once():
    assert len(KINDS) == len(all_kinds()) > 30


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_kind_says_what_it_is_and_why_it_is_kept(name):
    kind = KINDS[name]

    assert kind.what
    assert kind.why or kind.erasure is not Erasure.KEEP, "say why the row is kept when its owner is erased"
    assert kind.readers == tuple(dict.fromkeys(kind.readers))


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_key_is_of_one_kind_and_gives_its_parts_back(name):
    kind = KINDS[name]
    key = example(kind)

    assert kinds_of(key) == [kind]
    assert kind.key(**kind.parts(key)) == key


@pytest.mark.parametrize(
    "key", [Key("DELEGATE#a", "SECRET"), Key("DELEGATE#a#b", "META"), Key("", ""), Key("JOB#", "JOB")]
)
def test_an_undeclared_key_is_of_no_kind(key):
    assert kinds_of(key) == []


def test_a_key_of_another_kind_is_refused():
    row_kind, other = next(permutations(all_kinds(), 2))

    with pytest.raises(ValueError, match=row_kind.name):
        row_kind.parts(example(other))


def test_a_part_that_is_missing_is_refused():
    with pytest.raises(KeyError):
        KINDS["delegate"].key(cohort="c")
