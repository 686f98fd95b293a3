"""Read arguments of the command line, and say what is wrong with one in words."""

from __future__ import annotations

from argparse import ArgumentTypeError, Namespace
from collections.abc import Callable
from datetime import UTC, date, datetime

from chalicelib.core.errors import Refusal
from chalicelib.core.model import Person

Command = Callable[[Namespace], int]


BY_HELP = (
    "who gives the command: an administrator of this stage. The audit trail says so, and another administrator can "
    "confirm a new address before its working day is over"
)


class UsageRefused(Refusal):
    """Arguments that cannot be combined, or cannot be parsed."""

    title = "Invalid arguments"


def day(text: str) -> date:
    """Read a day such as 2026-12-01. Raises ArgumentTypeError, which argparse prints with the name of the option."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a day: write year-month-day, such as 2026-12-01") from None


def moment(text: str) -> datetime:
    """Read a moment such as 2026-12-01T09:30Z; without a zone it is in UTC. Raises ArgumentTypeError."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a moment: write day and time, such as 2026-12-01T09:30Z") from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def read_person(option: str, text: str) -> Person:
    """Read `Name <address>`. Raises UsageRefused."""
    from chalicelib.core.addresses import check_address, check_name, clean_address, clean_name

    name, opening, rest = text.partition("<")
    address, closing, after = rest.partition(">")
    if not (opening and closing) or after.strip():
        raise UsageRefused(f'{option}: give the person as "Name <address>", in quotes.')
    person = Person(clean_name(name), clean_address(address))
    if fault := check_name(person.name):
        raise UsageRefused(f"{option}: the name {fault}.")
    if fault := check_address(person.email):
        raise UsageRefused(f"{option}: the address {fault}.")
    return person


def read_by(typed: str) -> str:
    """Return who gives a command, as the audit trail says it. Raises UsageRefused for no administrator."""
    from chalicelib.core.settings import settings
    from chalicelib.store.holds import BY_COMMAND, COMMAND

    address = typed.strip().lower()
    if not address:
        return COMMAND
    if address not in {listed.lower() for listed in settings().administrators}:
        raise UsageRefused(f"--by: {typed} is no administrator of this stage. The settings list them.")
    return f"{BY_COMMAND}{address}"
