"""Kinds of row: each is declared once, in the module of what it is about.

docs/rows.md is made from these declarations. The modules of chalicelib/store make the keys; tests hold every row that
they store to exactly one declaration.
"""

from __future__ import annotations

from functools import cache

from chalicelib.store.row_key import Key
from chalicelib.store.row_kinds import (
    coaching_rows,
    cohort_rows,
    delegate_rows,
    rater_rows,
    service_rows,
    work_rows,
)
from chalicelib.store.row_kinds.row_kind import RowKind

MODULES = (delegate_rows, coaching_rows, work_rows, rater_rows, cohort_rows, service_rows)
ERASURES = "erasures/"  # the folder of the log of erasures: store/erasure_log.py
WITHDRAWALS = "withdrawals/"  # the folder of the log of what was taken back: store/withdrawals.py
RESTORES = "restores/"  # the folder of the mark of a restore that is not finished: store/unfinished_restore.py


def all_kinds() -> tuple[RowKind, ...]:
    """Return every kind, in the order of the modules."""
    return tuple(value for module in MODULES for value in vars(module).values() if isinstance(value, RowKind))


@cache
def changed_kinds() -> tuple[RowKind, ...]:
    """Return the kinds whose rows may be stored in an earlier shape: every row that is read is held against these."""
    return tuple(kind for kind in all_kinds() if kind.earlier)


def folders() -> tuple[str, ...]:
    """Return where the bucket keeps documents: those of rows, and the logs that outlive the table."""
    return (*(kind.folder for kind in all_kinds() if kind.folder), ERASURES, WITHDRAWALS, RESTORES)


def kinds_of(key: Key) -> list[RowKind]:
    """Return the kinds that a key may be of: exactly one, or the row is unknown or a template is ambiguous."""
    return [kind for kind in all_kinds() if kind.matches(key)]
