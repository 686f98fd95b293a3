"""Turn an administrator's form and files into a checked draft of a cohort, or report every fault at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from msgspec import Struct

from chalicelib.core.addresses import check_address, check_name, check_text, clean_address, clean_name, clean_text
from chalicelib.core.calendar import check_dates
from chalicelib.core.errors import FieldError, FileError, FileInvalid, Refusal
from chalicelib.core.formatting import local_date, slug
from chalicelib.core.model import Cohort, CohortDates, DelegateEntry, Person, Programme
from chalicelib.programme.current_people import Roster, roster
from chalicelib.programme.load_programme import LoadRefused, check_version_unchanged
from chalicelib.programme.read_cohort import CohortFile, read_cohort
from chalicelib.programme.read_people import read_delegates, read_raters
from chalicelib.programme.read_programme import read_programme
from chalicelib.store import programmes
from chalicelib.store.catalogue import ProgrammeEntry
from chalicelib.store.cohorts import LastLoad, People
from chalicelib.web.uploads import File, Upload

COHORT_ID = re.compile(r"[a-z][a-z0-9-]{0,39}")
MAX_ID_CHARS = 40
T = TypeVar("T")


FAULTY = {
    "programme": "The programme file has errors: see the table.",
    "delegates": "The file of delegates has errors: see the table.",
    "raters": "The file of raters has errors: see the table.",
    "cohort_file": "The cohort file has errors: see the table.",
    "delegates_list": "The list of delegates has errors: see the table.",
    "raters_list": "The list of raters has errors: see the table.",
}
PASTED = {"delegates": "list of delegates", "raters": "list of raters"}  # what faults call a list without a file


class DraftRefused(Refusal):
    """Fields or files that cannot be used: every fault of both; nothing was changed."""

    title = "There is a problem"

    def __init__(
        self, fields: Sequence[FieldError], files: Sequence[FileError] = (), faulty: frozenset[str] = frozenset()
    ):
        super().__init__("The form has errors.")
        self.fields, self.files = tuple(fields), tuple(files)
        self.of_files = [FieldError(field, FAULTY[field]) for field in sorted(faulty)]  # each file once
        self.faulty = faulty  # form fields whose files have faults


class Draft(Struct, frozen=True):
    cohort: Cohort
    programme: Programme
    people: People
    notes: tuple[str, ...] = ()  # what is passed over in the files
    file: CohortFile | None = None  # dates, facilitators and sessions


# --- reading the form ---------------------------------------------------------------------------------


class Faults:
    """The faults of fields and files."""

    def __init__(self) -> None:
        self.fields: list[FieldError] = []
        self.files: list[FileError] = []
        self.faulty: set[str] = set()
        self.notes: list[str] = []

    def add(self, field: str, message: str, name: str = "") -> None:
        self.fields.append(FieldError(field, message, name))

    def note(self, note: FileError) -> None:
        column = f"{note.column}: " if note.column else ""
        self.notes.append(f"{note.file}, row {note.line}: {column}{note.message}")

    def reading(self, field: str, read: Callable[[], T]) -> T | None:
        """Read the file of this field; return None and record its faults if that fails."""
        try:
            return read()
        except FileInvalid as refusal:
            self.files += refusal.faults
            self.faulty.add(field)
            return None

    def refusal(self) -> DraftRefused:
        return DraftRefused(self.fields, self.files, frozenset(self.faulty))

    def __bool__(self) -> bool:
        return bool(self.fields or self.files)


def read_start(
    upload: Upload, loaded: Sequence[ProgrammeEntry], now: datetime, may_see: Callable[[str], bool] = lambda _id: True
) -> Draft:
    """Read a new cohort from its form. Raises DraftRefused with every fault of fields and files.

    may_see   whether the administrator was given a programme: nothing is said about what is stored of another
    """
    faults = Faults()
    programme = _programme(upload, loaded, faults, may_see)
    title = _text(upload, "title", "The cohort’s name", faults)
    file = _cohort_file(upload, programme, faults)
    cohort_id = clean_text(upload.fields.get("id", "")) or (file.cohort_id if file else derive_cohort_id(title))
    if title and not COHORT_ID.fullmatch(cohort_id):
        faults.add("id", "The short name is a word such as autumn-2026: small letters, digits and hyphens.")
    dates = _dates_of(upload, file, faults, now, programme)
    sponsor = _sponsor(upload, faults)
    people = _people(upload, programme, None, faults)
    if faults or programme is None or dates is None or people is None:
        raise faults.refusal()
    return Draft(
        Cohort(
            cohort_id,
            title,
            programme.id,
            programme.version,
            dates,
            sponsor,
            facilitators=file.facilitators if file else (),
        ),
        programme,
        people,
        tuple(faults.notes),
        file,
    )


def read_people(upload: Upload, last: LastLoad) -> Draft:
    """Read more or corrected people for an existing cohort. Raises DraftRefused."""
    faults = Faults()
    programme = programmes.load(last.cohort.programme_id, last.cohort.programme_version)
    people = _people(upload, programme, roster(last), faults)
    if faults or people is None:
        raise faults.refusal()
    return Draft(last.cohort, programme, people, tuple(faults.notes))


def read_programme_file(upload: Upload, may_see: Callable[[str], bool]) -> Programme:
    """Read a programme file from its form. Raises DraftRefused.

    may_see   as for `read_start`
    """
    faults = Faults()
    if "programme" not in upload.files:
        faults.add("programme", "Choose a programme file.")
    programme = _programme(upload, (), faults, may_see)
    if faults or programme is None:
        raise faults.refusal()
    return programme


def derive_cohort_id(title: str) -> str:
    """Turn `Autumn cohort 2026` into `autumn-cohort-2026`."""
    return slug(title, MAX_ID_CHARS, begins_with_letter=True)


def _text(upload: Upload, field: str, label: str, faults: Faults) -> str:
    text = clean_text(upload.fields.get(field, ""))
    if fault := check_text(text):
        faults.add(field, f"{label} {fault}.")
    return text


def _programme(
    upload: Upload, loaded: Sequence[ProgrammeEntry], faults: Faults, may_see: Callable[[str], bool]
) -> Programme | None:
    if file := upload.files.get("programme"):
        logo = upload.files.get("logo")
        programme = faults.reading("programme", lambda: _read_with_logo(file, logo))
        return _sound_version(programme, faults) if programme and may_see(programme.id) else programme
    chosen = upload.fields.get("loaded", "")
    for entry in loaded:
        if chosen == f"{entry.id} {entry.version}":
            return programmes.load(entry.id, entry.version)
    if "programme" not in {fault.field for fault in faults.fields}:
        faults.add("programme", "Choose a programme file, or a programme that is loaded already.")
    return None


def _sound_version(programme: Programme, faults: Faults) -> Programme:
    try:
        check_version_unchanged(programme)
    except LoadRefused as refused:
        faults.add("programme", str(refused), refused.name)
    return programme


def _read_with_logo(file: File, logo: File | None) -> Programme:
    """Read a programme file with the logo that it may name."""
    with TemporaryDirectory() as folder:
        if logo:
            Path(folder, logo.name).write_bytes(logo.data)
        return read_programme(file.data, file.name, Path(folder))


def _cohort_file(upload: Upload, programme: Programme | None, faults: Faults) -> CohortFile | None:
    file = upload.files.get("cohort_file")
    if file is None or programme is None:
        return None
    wanted = clean_text(upload.fields.get("id", ""))
    return faults.reading("cohort_file", lambda: read_cohort(file.data, file.name, wanted, programme))


def _dates_of(
    upload: Upload, file: CohortFile | None, faults: Faults, now: datetime, programme: Programme | None
) -> CohortDates | None:
    """Return the dates of the cohort's file, or of the fields; where both name one, it must be the same."""
    if "cohort_file" not in upload.files:
        return _dates(upload, faults, now, programme)
    if file is None:
        return None
    for field, words in DATES.items():
        typed = upload.fields.get(field, "").strip()
        if typed and typed != f"{getattr(file.dates, field)}":
            faults.add(field, f"{words} is {getattr(file.dates, field)} in the cohort file: leave this field empty.")
    if programme and file.dates.closes < local_date(now, programme.organisation.timezone):
        faults.add("cohort_file", "The last day for answers in the cohort file is in the past.")
    return file.dates


def _dates(upload: Upload, faults: Faults, now: datetime, programme: Programme | None) -> CohortDates | None:
    days = {field: _date(upload, field, faults) for field in ("opens", "closes", "ends")}
    opens, closes, ends = days.values()
    if not (opens and closes and ends):
        return None
    dates = CohortDates(opens, closes, ends)
    for message in check_dates(dates):
        faults.add("ends" if message.startswith("The programme ends") else "closes", message)
    if programme and closes < local_date(now, programme.organisation.timezone):
        faults.add("closes", "The last day is in the past.")
    return dates


DATES = {"opens": "The first day", "closes": "The last day for answers", "ends": "The end of the programme"}


def _date(upload: Upload, field: str, faults: Faults) -> date | None:
    typed = upload.fields.get(field, "").strip()
    try:
        return date.fromisoformat(typed)
    except ValueError:
        why = "is missing" if not typed else "is not a date such as 2026-09-14"
        faults.add(field, f"{DATES[field]} {why}.")
        return None


def _sponsor(upload: Upload, faults: Faults) -> Person | None:
    name = clean_name(upload.fields.get("sponsor_name", ""))
    email = clean_address(upload.fields.get("sponsor_email", ""))
    if not name and not email:
        return None
    if fault := check_name(name):
        faults.add("sponsor_name", f"The sponsor’s name {fault}.")
    if fault := check_address(email):
        faults.add("sponsor_email", f"The sponsor’s address {fault}.")
    return Person(name, email)


class _Table(Struct, frozen=True):
    """A list of people as it was given: in a file, or pasted."""

    field: str  # of the form
    file: File


def _table(upload: Upload, field: str, faults: Faults) -> _Table | None:
    """Return the pasted list, or the file. A page may carry a file from before: what was pasted counts then."""
    pasted, file = upload.fields.get(f"{field}_list", ""), upload.files.get(field)
    if pasted.strip():
        if file:
            faults.notes.append(f"The file {file.name} is not used, because you pasted a {PASTED[field]}.")
        return _Table(f"{field}_list", File(PASTED[field], pasted.encode()))
    return _Table(field, file) if file else None


def _people(upload: Upload, programme: Programme | None, stored: Roster | None, faults: Faults) -> People | None:
    given = _table(upload, "raters", faults)
    entries = _delegates(upload, stored, faults, needed=given is None)
    if entries is None or programme is None or given is None:
        return People(entries, {}) if entries else None
    addresses = [entry.person.email for entry in entries]
    listed = stored.raters if stored else {}
    raters = faults.reading(
        given.field,
        lambda: read_raters(given.file.data, given.file.name, programme, addresses, listed, faults.note),
    )
    return People(entries, raters) if raters is not None else None


def _delegates(
    upload: Upload, stored: Roster | None, faults: Faults, *, needed: bool
) -> tuple[DelegateEntry, ...] | None:
    """Read the list of delegates.

    needed   false if there is a list of raters, who may come alone for an existing cohort
    """
    if given := _table(upload, "delegates", faults):
        return faults.reading(given.field, lambda: read_delegates(given.file.data, given.file.name, faults.note))
    if stored and not needed:
        return stored.entries
    faults.add("delegates", "Paste the list of delegates, or choose a file with it.")
    return None
