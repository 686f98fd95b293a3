"""Read a name and an address that an administrator typed, by the same rules as in files."""

from __future__ import annotations

from chalicelib.core.addresses import check_address, check_name, check_text, clean_address, clean_name, clean_text
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Person
from chalicelib.people.planned import ActRefused


def read_person(name: str, address: str, prefix: str = "") -> Person:
    """Return a person. Raises ActRefused with every fault.

    prefix   of the names of both fields: `manager_` for `manager_name` and `manager_email`
    """
    person = Person(clean_name(name), clean_address(address))
    faults = []
    if fault := check_name(person.name):
        faults.append(FieldError(f"{prefix}name", f"The name {fault}."))
    if fault := check_address(person.email):
        faults.append(FieldError(f"{prefix}email", f"The address {fault}."))
    if faults:
        raise ActRefused(*faults)
    return person


def read_line(field: str, label: str, text: str) -> str:
    """Return one line of text, such as a job title. Raises ActRefused."""
    cleaned = clean_text(text)
    if fault := check_text(cleaned):
        raise ActRefused(FieldError(field, f"{label} {fault}."))
    return cleaned
