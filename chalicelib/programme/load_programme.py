"""Load a programme: store a checked version, which never changes afterwards."""

from __future__ import annotations

from datetime import datetime

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Programme
from chalicelib.jobs.commit import commit
from chalicelib.programme.read_programme import as_read_today
from chalicelib.store import catalogue, programmes
from chalicelib.store.programme_codec import decode_programme, encode_programme
from chalicelib.store.programmes import ProgrammeExists
from chalicelib.store.table import MAX_ROW_BYTES, Write

MAX_PROGRAMME_BYTES = MAX_ROW_BYTES - 1000  # its row holds the key too


class LoadRefused(Refusal):
    """The files are valid, but cannot be loaded as they are."""

    title = "Nothing was loaded"


class VersionLoaded(LoadRefused):
    """The version is loaded with other content."""


def load_programme(programme: Programme, now: datetime) -> bool:
    """Store a programme by itself; return False if this version was loaded before.

    Raises LoadRefused for other content.
    """
    writes = programme_writes(programme)
    try:
        if writes:
            commit(writes, now)
    except ProgrammeExists:
        raise LoadRefused("Someone else is loading this programme now. Check the list, then try again.") from None
    return bool(writes)


def programme_writes(programme: Programme) -> list[Write]:
    if check_version_unchanged(programme):
        return []
    _check_row_size(programme)
    return [programmes.add(programme), catalogue.enter_programme(programme)]


def _check_row_size(programme: Programme) -> None:
    """Check that a programme fits one row: a sign that is not Latin takes two to four bytes. Raises LoadRefused."""
    size = len(encode_programme(programme))
    if size > MAX_PROGRAMME_BYTES:
        raise LoadRefused(
            f"The programme takes {size // 1000} kB, and {MAX_PROGRAMME_BYTES // 1000} kB is the limit. "
            "Shorten its texts, or use a smaller logo."
        )


def check_version_unchanged(programme: Programme) -> bool:
    """Return whether the version is loaded. Raises LoadRefused if it is loaded with other content.

    Fields that did not exist when it was loaded are no difference: its waves keep the publishing rule of that time.
    """
    stored = programmes.stored(programme.id, programme.version)
    # compare content, not bytes: rows of earlier versions lack the fields that are new since
    if stored is not None and as_read_today(decode_programme(stored)) != programme:
        raise VersionLoaded(
            f"Programme {programme.id} version {programme.version} is loaded with other content. "
            f"A loaded version never changes: raise `version` in the programme file to {programme.version + 1}."
        )
    return stored is not None
