"""Read a register that an administrator uploads: preview what it changes, then record it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from chalicelib.core.addresses import clean_text
from chalicelib.core.errors import FieldError, FileError, FileInvalid
from chalicelib.web.uploads import Upload
from chalicelib.workshops.mark import MarkRefused
from chalicelib.workshops.record_file import Recorded, record_in
from chalicelib.workshops.register import Register

FILE, SEEN, CONFIRMED = "register", "seen", "confirmed"  # fields of the form


class UploadRefused(MarkRefused):
    """A file or a reason that cannot be used. Carries every fault of both."""

    def __init__(self, *faults: FieldError, in_file: tuple[FileError, ...] = ()):
        super().__init__(*faults)
        self.in_file = in_file


class Reading(Struct, frozen=True):
    """What the file would record, or has recorded.

    notes   what was ignored in the file
    done    whether it is recorded
    stale   whether the register changed since the preview, so that the preview is shown again
    """

    recorded: Recorded
    notes: tuple[str, ...]
    done: bool = False
    stale: bool = False


def read_upload(register: Register, given: Upload, by: str, now: datetime) -> Reading:
    """Preview the file, or record it if that was confirmed. Raises UploadRefused."""
    seen = _record(register, given, by, now, dry_run=True)
    if CONFIRMED not in given.fields:
        return seen
    if seen.recorded.changed and given.fields.get(SEEN, "") != register.shown:
        return Reading(seen.recorded, seen.notes, stale=True)
    done = _record(register, given, by, now, dry_run=False)
    return Reading(done.recorded, done.notes, done=True)


def _record(register: Register, given: Upload, by: str, now: datetime, *, dry_run: bool) -> Reading:
    file, notes = given.files.get(FILE), list[FileError]()
    if file is None:
        raise UploadRefused(FieldError(FILE, "Choose the file of this register."))
    why = clean_text(given.fields.get("why", ""))
    try:
        recorded = record_in(register, file.data, file.name, why, by, now, dry_run=dry_run, note=notes.append)
    except FileInvalid as refused:
        fault = FieldError(FILE, "The file has errors: see the table.")
        raise UploadRefused(fault, in_file=refused.faults) from None
    except MarkRefused as refused:
        raise UploadRefused(*(_at_field(fault) for fault in refused.faults)) from None
    return Reading(recorded, tuple(map(str, notes)))


def _at_field(fault: FieldError) -> FieldError:
    """Show a fault about one person at the field of the file, because this form has no field for each person."""
    return fault if fault.field == "why" else FieldError(FILE, fault.message)
