"""Fields of one line or several: text is kept as typed, in one Unicode form. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from chalicelib.assignments.values import Ask, Context, FieldKind, Read, Typed, work_fault
from chalicelib.core.form_model import Line, Text

UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
PATIENT_BY_NAME = re.compile(r"\b[Pp]atients?\b[ ,:(]{1,3}(?:(?:Mr|Mrs|Ms|Miss|Dr)\.? )?[A-Z][a-z]+ [A-Z][a-z]+")
NHS_NUMBER = "This looks like an NHS number. Leave out what identifies a patient."
PATIENT_NAME = "This looks like the name of a patient. Leave out what identifies a patient."


def normalise(text: str) -> str:
    """Return text in Unicode NFC with LF line ends, without blanks around it."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def single_input(ask: Ask, _: Iterable[str]) -> list[str]:
    return [ask.name]


def find_warnings(text: str) -> list[str]:
    """Return what the writer may want to change before anyone reads the text. The warnings are not stored."""
    digits = (re.sub(r"\D", "", number) for number in TEN_DIGITS.findall(text))
    warned = [NHS_NUMBER] if any(map(_is_nhs_number, digits)) else []
    return warned + ([PATIENT_NAME] if PATIENT_BY_NAME.search(text) else [])


def _is_nhs_number(digits: str) -> bool:
    """Check the last of ten digits: 11 less the weighted sum of the others modulo 11."""
    total = sum(int(digit) * weight for digit, weight in zip(digits[:9], range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(digits[9]) and len(set(digits)) > 1


def _read(ask: Ask, typed: Typed, _: Context) -> Read:
    text = normalise(typed.get(ask.name, ""))
    if isinstance(ask.type, Line):
        text = " ".join(text.split())
    if not text:
        return Read(None)
    if len(text) > ask.type.limit:
        fault = f"please shorten this to {ask.type.limit:,} characters; it has {len(text):,}."
        return Read(None, (work_fault(ask.name, ask.label, fault),))
    if UNPRINTABLE.search(text):
        return Read(None, (work_fault(ask.name, ask.label, "please remove the characters that cannot be printed."),))
    return Read(text)


def _show(_: Line | Text, value: str, __: Context) -> list[str]:
    return value.split("\n")


LINE = FieldKind(Line, _read, _show, single_input)
TEXT = FieldKind(Text, _read, _show, single_input)
