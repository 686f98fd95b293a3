"""Offer an example of each file: a whole programme, and lists with a header and one line of people."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from msgspec import Struct

from chalicelib.programme.read_people import DELEGATE_COLUMNS, RATER_COLUMNS

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as its own encoding
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


class Sample(Struct, frozen=True):
    name: str  # of the file
    kind: str  # its media type
    text: str


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


SAMPLES = {
    "programme": Sample("programme.yaml", "application/yaml", _read("example.yaml")),
    "cohort": Sample("cohort.yaml", "application/yaml", _read("example_cohort.yaml")),
    "delegates": Sample("delegates.csv", "text/csv", _file(DELEGATE_COLUMNS, DELEGATE)),
    "raters": Sample("raters.csv", "text/csv", _file(RATER_COLUMNS, RATER)),
}
