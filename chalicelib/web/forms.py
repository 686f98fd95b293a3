"""Read a posted form completely or refuse it, and only if it comes from a page of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import parse_qsl

from chalicelib.core.errors import Refusal
from chalicelib.core.merging import CHOICE, SHOWN
from chalicelib.links import signing

MAX_BODY_BYTES = 400_000  # bytes; six comments of 4,000 characters fit, each of which may be sent as twelve
MAX_FIELDS = 300
NOT_TYPED = {
    "form",
    "at",
    "seen",
    SHOWN,
    "go",
    "by",
    "to",
    "kind",
    "use",
    "group",
    "decision",
    "reason",
    "remove",
    "code",
}


class FormRefused(Refusal):
    """A body that no page of ours sends."""

    title = "We could not read the form"

    def __init__(
        self,
        why: str,
        todo: str = "Go back, open the page again from the link in your email, and repeat the step.",
    ) -> None:
        super().__init__(f"{why} {todo}")


class OfAnotherSession(FormRefused):
    """The page was opened before its reader signed in again, or another site made the form."""


def read_form(body: bytes, verb: str, token: str) -> Mapping[str, str]:
    """Return the fields of a posted form. Raises FormRefused if it does not come from our page for this link."""
    if len(body) > MAX_BODY_BYTES:
        raise FormRefused("The text was too long for this page.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise FormRefused("The form was damaged on the way.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FormRefused("The form had a field twice.")
    refused = OfAnotherSession if fields.get("form") else FormRefused
    if not signing.is_signed(f"form.{verb}", token, fields.pop("form", "")):
        raise refused("The form was incomplete.")
    return fields


def choice(fields: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    """Return a posted choice; the first that is allowed if it is no other of them."""
    return fields[name] if fields.get(name) in allowed else allowed[0]


def typed(body: bytes) -> dict[str, str]:
    """Return what was typed into any form, only to show it again to its sender."""
    if len(body) > MAX_BODY_BYTES:
        return {}
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MAX_FIELDS, encoding="utf-8", errors="replace")
    except ValueError:
        return {}
    return only_typed(pairs)


def only_typed(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Leave out buttons, ticks, ratings and codes, and fields of the page itself."""
    return {name: value for name, value in pairs if name not in NOT_TYPED and not CHOICE.fullmatch(value)}


def nonce(verb: str, token: str) -> str:
    """Return the value that shows that a post comes from a page opened with this link."""
    return signing.token(f"form.{verb}", token).rsplit(".", 1)[1]
