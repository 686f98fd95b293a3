"""Summaries of a cohort for its sponsor: where the documents are. Made once, then final."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.store import objects
from chalicelib.store.marshal import fields, read
from chalicelib.store.table import AlreadyExists, Key, Write, put_once, query

IMPACT = "impact"


class SummaryExists(AlreadyExists):
    """The summary is made already."""


class Summary(Struct, frozen=True):
    cohort_id: str
    name: str
    checksum: str
    facts: str  # names of the documents in the bucket
    html: str
    made_at: datetime


def key(cohort_id: str, name: str) -> Key:
    return Key(f"COHORT#{cohort_id}", f"SUMMARY#{name}")


def save_documents(cohort_id: str, checksum: str, facts: bytes, html: bytes) -> tuple[str, str]:
    """Store both documents and return their names. A repeat stores the same bytes under the same names."""
    folder = f"sponsor/{cohort_id}/{checksum}"
    names = f"{folder}/facts.json", f"{folder}/summary.html"
    for name, body in zip(names, (facts, html), strict=True):
        objects.save(name, body)
    return names


def add(new: Summary) -> Write:
    return put_once({**key(new.cohort_id, new.name)._asdict(), **fields(new)}, SummaryExists)


def of_cohort(cohort_id: str) -> list[Summary]:
    return [read(Summary, row) for row in query(f"COHORT#{cohort_id}", "SUMMARY#")]
