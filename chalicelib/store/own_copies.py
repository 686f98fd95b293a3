"""Copies of people's own data: one for each person and cohort, asked for on a page of theirs."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.store.expressions import at_most, either, equals, missing
from chalicelib.store.marshal import fields, read
from chalicelib.store.row_kinds import service_rows
from chalicelib.store.table import Changed, Key, Write, get, put_if, update

AGAIN_AFTER = timedelta(days=1)
KEPT = timedelta(days=3)
GONE_AFTER = timedelta(days=7)  # DynamoDB may delete the row


class AskedLately(Changed):
    """The person asked for a copy less than a day ago."""


class CopyChanged(Changed):
    """Another copy was asked for, or the person was erased."""


class OwnCopy(Struct, frozen=True):
    """A copy that was asked for.

    who    ids.reader_key of the address
    file   name in the bucket, once it is made and until it is deleted
    """

    who: str
    cohort_id: str
    email: str
    asked_at: datetime
    file: str = ""

    @property
    def until(self) -> datetime:
        """Return until when it can be downloaded."""
        return self.asked_at + KEPT

    @property
    def may_ask_from(self) -> datetime:
        return self.asked_at + AGAIN_AFTER

    def is_ready(self, now: datetime) -> bool:
        return bool(self.file) and now < self.until

    def is_awaited(self, now: datetime) -> bool:
        """Return whether it is being made. A job that failed for a day makes none any more."""
        return not self.file and now < self.may_ask_from

    def may_ask_again(self, now: datetime) -> bool:
        return now >= self.may_ask_from


def key(who: str, cohort_id: str) -> Key:
    return service_rows.OWN_COPY.key(reader=who, cohort=cohort_id)


def find(who: str, cohort_id: str) -> OwnCopy | None:
    row = get(key(who, cohort_id))
    return read(OwnCopy, row) if row else None


def ask(new: OwnCopy) -> Write:
    """Ask for a copy, which takes the place of an older one. Refused with AskedLately within a day."""
    gone_at = int((new.asked_at + GONE_AFTER).timestamp())
    row = {**key(new.who, new.cohort_id)._asdict(), **fields(new), "gone_at": gone_at}
    return put_if(row, [either(missing("pk"), at_most("asked_at", new.asked_at - AGAIN_AFTER))], AskedLately)


def finish(copy: OwnCopy, file: str) -> Write:
    """Note where the copy is; an empty name says that it is deleted."""
    unchanged = [equals("asked_at", copy.asked_at)]
    return update(key(copy.who, copy.cohort_id), put={"file": file}, when=unchanged, refusal=CopyChanged)


def file_of(copy: OwnCopy) -> str:
    """Return the name of its file in the bucket: the same each time that the job runs."""
    folder = service_rows.OWN_COPY.folder_of(key(copy.who, copy.cohort_id))
    return f"{folder}{copy.asked_at:%Y%m%d}.zip"
