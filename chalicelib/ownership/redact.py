"""Take a person out of a row that stays. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.admin.owned_rows import address_in
from chalicelib.core.model import ERASED_ADDRESS, ERASED_NAME
from chalicelib.store.audit_events import without_former_address
from chalicelib.store.emails import EmailState
from chalicelib.store.marshal import Row
from chalicelib.store.row_kinds.service_rows import EMAIL

SPOKEN = ("words", "entry")  # the fields of an email with text
MAY_GO_OUT = (EmailState.QUEUED, EmailState.SENDING, EmailState.CARRIED, EmailState.REFUSED)


def without_person(row: Row, email: str) -> Row:
    """Return a row without a person. An email to them keeps its state, is not sent any more, and loses its words."""
    redacted: Row = redact(without_former_address(row, email), email)
    if not EMAIL.has(row) or address_in(row, "to") != email:
        return redacted
    if row.get("state") == EmailState.QUEUED:
        redacted["cancelled"] = True
        redacted.pop("due_shard", None)
        redacted.pop("suppressed", None)
    if may_go_out(redacted):
        return redacted | {"words": {**_words_of(redacted), "name": ERASED_NAME}}
    return without_words(redacted)


def without_delegate(row: Row) -> Row:
    """Return an email about a delegate without their name; one that was sent keeps no words."""
    if not may_go_out(row):
        return without_words(row)
    if row.get("items"):  # digests of earlier versions are named after the delegate whose raters they ask
        words = _words_of(row)
        return row | {"words": {**words, "from_name": words.get("programme", "")}}
    name = _words_of(row).get("delegate", "")
    if not name:
        return row
    return row | {field: _each_text(row[field], lambda text: text.replace(name, ERASED_NAME)) for field in _spoken(row)}


def may_go_out(row: Row) -> bool:
    """Return whether an email waits, may be sent once more, or may be tried again."""
    return row.get("state") in MAY_GO_OUT and not row.get("cancelled")


def _words_of(row: Row) -> Mapping[str, Any]:
    """Return the words of an email; none of a damaged one, which does not go out."""
    words = row.get("words")
    return words if isinstance(words, Mapping) else {}


def without_words(row: Row) -> Row:
    """Return an email with its state, and without what it said."""
    return {name: value for name, value in row.items() if name != "entry"} | {"words": {}, "links": {}}


def redact(value: Any, email: str) -> Any:
    """Replace an address, and the name next to it, however deep."""
    if isinstance(value, Mapping):
        inner = {redact(name, email): redact(part, email) for name, part in value.items()}
        return {**inner, "name": ERASED_NAME} if value.get("email") == email and "name" in value else inner
    if isinstance(value, (list, tuple)):
        return [redact(part, email) for part in value]
    return ERASED_ADDRESS if value == email else value


def _spoken(row: Row) -> list[str]:
    return [name for name in SPOKEN if row.get(name)]


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _each_text(inner, change) for name, inner in value.items()}
    return change(value) if isinstance(value, str) else value
