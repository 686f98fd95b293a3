"""Number the shapes of rows: a row of an earlier shape is read in today's, and one of a later shape is refused.

Most changes need no number: a new attribute has a default that means what rows without it mean. If the meaning, the
name or the type of an attribute changes, add a step to `earlier` of the row's kind: a function that turns a row of the
shape before into the new one. From then on rows are stored with the new number; a row without a number has shape 1. An
update leaves the number as it is, so a step also gets rows in which an update has changed some attributes already, and
must leave those alone.
"""

from __future__ import annotations

from chalicelib.store import row_kinds
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.row_kind import RowKind

SHAPE = "row_shape"  # the attribute


class WrittenByLaterVersion(Exception):
    """This version does not know the shape of a row. During a deploy the next attempt may run in the later version."""

    may_be_logged = True


def to_store(new: Row) -> Row:
    """Return a row with the number of its shape, unless that is 1."""
    kind = _find_changed(new)
    return {**new, SHAPE: kind.shape} if kind else new


def to_read(stored: Row) -> Row:
    """Return a stored row in today's shape. Raises WrittenByLaterVersion."""
    kind, number = _find_changed(stored), stored.get(SHAPE, 1)
    known = kind.shape if kind else 1
    if number > known:
        raise WrittenByLaterVersion(
            f"a row has shape {number}, and this version knows {known}: deploy the later version"
        )
    for step in kind.earlier[number - 1 :] if kind else ():
        stored = step(stored)
    return stored


def _find_changed(row: Row) -> RowKind | None:
    return next((kind for kind in row_kinds.changed_kinds() if kind.has(row)), None)
