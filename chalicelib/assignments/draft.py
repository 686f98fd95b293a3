"""Merge a posted page into a stored draft. The text that was typed last wins in each field. Pure.

A page carries a mark of each answer that it shows (core/merging.py). If the page posts an answer unchanged, the stored
answer is kept. If two devices changed the same field, the later text wins. The earlier text is kept next to it until
the form is submitted, and both devices show it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct, field

from chalicelib.core import merging


class Draft(Struct, frozen=True):
    """What has been typed, by input name.

    typed_at  when, in milliseconds since 1970, by the device's clock if that is plausible
    other     text of the same field that another device typed earlier
    """

    typed: Mapping[str, str] = field(default_factory=dict)
    typed_at: Mapping[str, int] = field(default_factory=dict)
    other: Mapping[str, str] = field(default_factory=dict)


class Post(Struct, frozen=True):
    """A posted page.

    marks  of the answers that the page showed: see core/merging.py
    at     when it was typed
    seen   times of this page's own saves
    """

    typed: Mapping[str, str]
    marks: Mapping[str, str]
    at: int
    seen: Collection[int] = ()


class Merged(Struct, frozen=True):
    """newer: names of the fields that were changed elsewhere since the page was shown."""

    draft: Draft
    newer: frozenset[str]


def merge_draft(stored: Draft, posted: Post, names: Iterable[str], never_blank: Collection[str] = ()) -> Merged:
    """Return the draft after a post, and the changes that its sender has not seen."""
    typed, typed_at, other = dict(stored.typed), dict(stored.typed_at), dict(stored.other)
    newer: set[str] = set()
    for name in dict.fromkeys(names):
        text, kept = posted.typed.get(name, ""), stored.typed.get(name, "")
        is_known = _is_known(name, kept, stored, posted)
        if text == kept or not _is_typed(name, text, posted, never_blank):
            newer |= set() if text == kept or is_known else {name}
            continue
        stays = not is_known and stored.typed_at.get(name, 0) > posted.at
        if not is_known:
            newer.add(name)
            _keep_other(other, name, text if stays else kept)
        if not stays:
            typed[name], typed_at[name] = text, posted.at
    return Merged(Draft(_filled(typed), typed_at, other), frozenset(newer))


def _is_typed(name: str, text: str, posted: Post, never_blank: Collection[str]) -> bool:
    """Return whether the sender changed a field, as far as the posted form can show that."""
    mark = posted.marks.get(name, "")
    return not (text == "" and (name in never_blank or not mark)) and merging.mark(text) != mark


def _is_known(name: str, kept: str, stored: Draft, posted: Post) -> bool:
    """Return whether the sender has seen what is stored, or saved it."""
    is_shown = posted.marks.get(name, "") == (merging.mark(kept) if kept else "")
    return is_shown or stored.typed_at.get(name, 0) in posted.seen


def _keep_other(other: dict[str, str], name: str, text: str) -> None:
    if text:
        other[name] = text


def _filled(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if text}


def marks_after(merged: Merged, posted: Post) -> str:
    """Return the marks for the sender's page. It still shows its own text in fields that changed elsewhere."""
    marks = dict(merged.draft.typed) | {name: posted.typed.get(name, "") for name in merged.newer}
    return merging.marks(_filled(marks))
