"""Names and addresses as people type and paste them: cleaned, and what is wrong with them. Pure."""

from __future__ import annotations

import re
import unicodedata

LONGEST_TEXT = 100
LONGEST_ADDRESS = 254  # RFC 5321
LONGEST_LOCAL_PART = 64

# pasted from web pages and mail programs: zero-width space, soft hyphen, marks of writing direction, BOM
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_JOINERS = "\u200c\u200d"  # letters of Persian and Indic names need them, but not at either end
_LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")


def clean_text(cell: str) -> str:
    """Without invisible signs; blanks and line breaks of every kind become one blank each."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", cell))
    return " ".join(visible.split()).strip(_JOINERS + " ")


def clean_address(cell: str) -> str:
    return clean_text(cell).lower()


def fault_of_text(text: str) -> str | None:
    """What is wrong with a cleaned name, job title or service, or None."""
    if not text:
        return "is missing"
    if len(text) > LONGEST_TEXT:
        return f"has {len(text)} characters; allowed: at most {LONGEST_TEXT}"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in text):
        return "holds a control character"
    return None


def fault_of_address(address: str) -> str | None:
    """What is wrong with a cleaned mail address, or None. Only what mail systems really take, not all of RFC 5322."""
    if not address:
        return "is missing"
    if len(address) > LONGEST_ADDRESS:
        return f"has {len(address)} characters; allowed: at most {LONGEST_ADDRESS}"
    local_part, _, domain = address.partition("@")
    if address.count("@") != 1 or " " in address:
        return "is not one mail address such as name@example.org"
    if not _LOCAL_PART.fullmatch(local_part) or len(local_part) > LONGEST_LOCAL_PART:
        return "is not a mail address: the part before @ has a sign or length that mail systems refuse"
    if not _DOMAIN.fullmatch(domain):
        return "is not a mail address: after @ there must be a domain such as example.org"
    return None
