"""Documents for the sponsor of a cohort: where the bytes of each edition are. Each is made once, then final."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, field

from chalicelib.store import objects
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import AlreadyExists, Key, Write, put_once, query
from chalicelib.store.unreadable import read_all

IMPACT = "impact"  # the name of the first edition; the others are numbered
START = "start"  # the cohort at the start
FILES = {
    "facts": "facts.json",
    "html": "summary.html",
    "board": "board.pdf",
    "slides": "slides.pdf",
    "csv": "figures.csv",
    "method": "method.pdf",
    "pdf": "start.pdf",
}


class SummaryExists(AlreadyExists):
    """The document is made already."""


class Summary(Struct, frozen=True):
    """One edition, or the cohort at the start.

    files    kind -> name in the bucket; rows of before have none
    stories  ids of the delegates whose stories are in it
    counted  ids of the delegates whose answers to the survey are in its figures; rows of before have none
    timeline  day, milestone and how many delegates, as they were when it was made; rows of before have none
    """

    cohort_id: str
    name: str
    checksum: str
    facts: str  # names of the documents in the bucket
    html: str
    made_at: datetime
    edition: int = 1
    files: Mapping[str, str] = field(default_factory=dict)
    stories: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    timeline: tuple[tuple[str, str, str], ...] = ()

    def file(self, kind: str) -> str:
        """Return the name of a document in the bucket; empty if there is none of this kind."""
        return {"facts": self.facts, "html": self.html}.get(kind) or self.files.get(kind, "")


def name_of(edition: int) -> str:
    return IMPACT if edition == 1 else f"{IMPACT}-{edition:03}"


def title_of(name: str) -> str:
    """Return what a document is, as the audit trail says it."""
    if name == START:
        return "the cohort at the start"
    return f"what the cohort achieved, edition {int(name.rpartition('-')[2]) if name != IMPACT else 1}"


def key(cohort_id: str, name: str) -> Key:
    return Key(f"COHORT#{cohort_id}", f"SUMMARY#{name}")


def save_documents(cohort_id: str, checksum: str, documents: Mapping[str, bytes]) -> dict[str, str]:
    """Store documents by kind and return their names. A repeat stores the same bytes under the same names."""
    folder = f"sponsor/{cohort_id}/{checksum}"
    names = {kind: f"{folder}/{FILES[kind]}" for kind in documents}
    for kind, body in documents.items():
        objects.save(names[kind], body)
    return names


def pack_name(cohort_id: str, edition: str) -> str:
    """Return the name of an edition's evidence pack in the bucket; it is made again whenever it is asked for."""
    return f"sponsor/{cohort_id}/evidence-{edition}.zip"


def add(new: Summary) -> Write:
    return put_once({**key(new.cohort_id, new.name)._asdict(), **fields(new)}, SummaryExists)


def of_cohort(cohort_id: str) -> list[Summary]:
    """List the editions, the first one first. Raises ValidationError if a row cannot be read."""
    return [summary for summary in (read(Summary, row) for row in _rows(cohort_id)) if summary.name != START]


def list_readable(cohort_id: str) -> tuple[tuple[Summary, ...], Summary | None]:
    """Return for a page the editions, the first one first, and the cohort at the start. One query.

    A row that cannot be read is left out: see store/unreadable.py.
    """
    by_name = {summary.name: summary for summary in read_all(Summary, _rows(cohort_id))}
    start = by_name.pop(START, None)
    return tuple(by_name.values()), start


def start_from(rows: Iterable[Row]) -> Summary | None:
    """Find the cohort at the start among the rows of a cohort's partition."""
    own = [row for row in rows if row["sk"] == f"SUMMARY#{START}"]
    return next(iter(read_all(Summary, own)), None)


def _rows(cohort_id: str) -> Iterable[Row]:
    return query(f"COHORT#{cohort_id}", "SUMMARY#")
