"""The registry of field types. A new type is declared in a module of its own and listed here. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.assignments.item_field import ITEMS
from chalicelib.assignments.option_fields import PICK
from chalicelib.assignments.table_fields import CELLS, MEASURES, ROWS
from chalicelib.assignments.values import FieldKind

KINDS: Mapping[type, FieldKind] = {**CELLS, **{kind.type: kind for kind in (PICK, ITEMS, ROWS, MEASURES)}}
