"""A first line and one example line of each file, to fill in. Pure."""

from __future__ import annotations

import csv
import io

from chalicelib.programme.people import DELEGATE_COLUMNS, RATER_COLUMNS

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for its own encoding
DELEGATE = (
    "Dana Delegate",
    "dana.delegate@example.org",
    "Team lead",
    "Community nursing",
    "Mara Manager",
    "mara.manager@example.org",
    "Cleo Coach",
    "cleo.coach@example.org",
)
RATER = ("dana.delegate@example.org", "peer", "Pat Peer", "pat.peer@example.org")


def _file(columns: tuple[str, ...], line: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows((columns, line))
    return BYTE_ORDER_MARK + text.getvalue()


SAMPLES = {"delegates": _file(DELEGATE_COLUMNS, DELEGATE), "raters": _file(RATER_COLUMNS, RATER)}
