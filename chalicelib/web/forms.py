"""What a page posts: read whole or refused, and only from a page that we made."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from chalicelib.core.errors import Refusal
from chalicelib.core.merging import CHOICE, SHOWN
from chalicelib.links import signing

MAX_BODY_BYTES = 400_000  # bytes; six comments of 4,000 characters fit, each of which may travel as twelve
MAX_FIELDS = 300
NOT_TYPED = {"form", "at", "seen", SHOWN, "go", "by", "to", "kind", "group", "decision", "reason", "remove", "code"}


class FormRefused(Refusal):
    """A body no page of ours sends."""

    title = "We could not read that"

    def __init__(
        self,
        why: str,
        todo: str = "Please go back, open the page again from the link in your mail and repeat the step.",
    ) -> None:
        super().__init__(f"{why} {todo}")


def read_form(body: bytes, verb: str, token: str) -> Mapping[str, str]:
    """The fields of a posted form. Raises FormRefused for one that did not come from our page for this link."""
    if len(body) > MAX_BODY_BYTES:
        raise FormRefused("That was more text than this page takes.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MAX_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError:
        raise FormRefused("The page arrived damaged.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise FormRefused("The page arrived with a field twice.")
    if not signing.is_signed(f"form.{verb}", token, fields.pop("form", "")):
        raise FormRefused("The page was not complete.")
    return fields


def typed(body: bytes) -> dict[str, str]:
    """What somebody typed into any form, to show it again to whoever sent it; nothing is done with it.

    Buttons, ticks, ratings and codes are left out, and so is what the page itself carries.
    """
    if len(body) > MAX_BODY_BYTES:
        return {}
    try:
        pairs = parse_qsl(body.decode("ascii"), max_num_fields=MAX_FIELDS, encoding="utf-8", errors="replace")
    except ValueError:
        return {}
    return {name: value for name, value in pairs if name not in NOT_TYPED and not CHOICE.fullmatch(value)}


def nonce(verb: str, token: str) -> str:
    """Shows that a post comes from a page that was opened with this link."""
    return signing.token(f"form.{verb}", token).rsplit(".", 1)[1]
