"""The workshops of a programme file: how many sessions, what to bring, and materials."""

from __future__ import annotations

import pytest

from chalicelib.core.errors import FileInvalid
from chalicelib.core.model import Material
from chalicelib.programme.read_programme import read_programme
from tests.support import people

EXAMPLE = people.EXAMPLE.read_text()
DAYS = "    title: Leading Self\n    sessions: 2\n"


def read(new: str):
    assert DAYS in EXAMPLE
    return read_programme(EXAMPLE.replace(DAYS, f"    title: Leading Self\n{new}"), "programme.yaml")


def test_a_workshop_says_its_sessions_what_to_bring_and_materials():
    reader = '{title: Reader, url: "https://example.org/reader.pdf", from: P5D}'
    workshop = read(f'    sessions: 3\n    bring: "Your report."\n    materials: [{reader}]\n').milestones[0]

    assert (workshop.sessions, workshop.days, workshop.bring) == (3, 3, "Your report.")
    assert workshop.materials == (Material("Reader", "https://example.org/reader.pdf", 5),)


def test_days_alone_stay_valid():
    workshop = read("    days: 2\n").milestones[0]

    assert (workshop.days, workshop.sessions, workshop.materials) == (2, 0, ())


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ("", "milestones[0].sessions: is missing; allowed: a whole number from 1 to 30, or `days` in its place"),
        ("    sessions: 0\n", "milestones[0].sessions: is 0; allowed: a whole number from 1 to 30"),
        (
            '    sessions: 2\n    materials: [{title: Reader, url: "reader.pdf"}]\n',
            'materials[0].url: is "reader.pdf"; allowed: a web address that begins with https://',
        ),
        (
            '    sessions: 2\n    materials: [{title: Reader, url: "https://example.org/a", from: P6M}]\n',
            'materials[0].from: is "P6M"; allowed: P1D to P90D',
        ),
    ],
)
def test_a_fault_names_its_key(new, fault):
    with pytest.raises(FileInvalid, match="milestones") as refused:
        read(new)
    assert fault in str(refused.value)
