"""Find what a file would change: new, changed, unchanged, gone. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.formatting import name_sort_key
from chalicelib.core.model import Competency, DelegateEntry, Person, Programme, RaterEntry


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"


SINGULAR = {
    "groups": "rater group",
    "values": "value",
    "competencies": "competency",
    "open_questions": "question",
    "milestones": "milestone",
}
ORDER = (Kind.NEW, Kind.CHANGED, Kind.GONE, Kind.UNCHANGED)  # in the order of display


class Change(Struct, frozen=True):
    """One thing in a file, or one that is stored and no longer in the file."""

    kind: Kind
    name: str
    details: tuple[str, ...] = ()


class RaterChange(Struct, frozen=True):
    """The effect of a file of raters on one delegate's list."""

    delegate: str
    new: int
    known: int  # on the list already, unchanged
    differing: int  # on the list already with another name or group; not changed
    closed: bool = False  # the questionnaire has closed: no one is added


def count(changes: Iterable[Change]) -> dict[Kind, int]:
    counts = Counter(change.kind for change in changes)
    return {kind: counts[kind] for kind in ORDER}


def of_delegates(before: Mapping[str, DelegateEntry], after: Sequence[DelegateEntry]) -> tuple[Change, ...]:
    """Compare delegates.

    `before` is by address. Delegates that the file leaves out do not change: they count as `gone`.
    """
    rows = [_delegate(before.get(entry.person.email), entry) for entry in after]
    named = {entry.person.email for entry in after}
    left_out = [entry for address, entry in before.items() if address not in named]
    rows += [Change(Kind.GONE, entry.person.name, (entry.person.email,)) for entry in left_out]
    return tuple(sorted(rows, key=lambda change: (ORDER.index(change.kind), name_sort_key(change.name))))


def _delegate(before: DelegateEntry | None, after: DelegateEntry) -> Change:
    if before is None:
        about = (after.job_title, after.service)
        near = (f"manager: {_written(after.manager)}", f"coach: {_written(after.coach)}")
        return Change(Kind.NEW, after.person.name, (after.person.email, *about, *near))
    pairs = {
        "name": (before.person.name, after.person.name),
        "job title": (before.job_title, after.job_title),
        "service": (before.service, after.service),
        "manager": (_written(before.manager), _written(after.manager)),
        "coach": (_written(before.coach), _written(after.coach)),
    }
    details = tuple(f"{label}: {old} → {new}" for label, (old, new) in pairs.items() if old != new)
    return Change(Kind.CHANGED if details else Kind.UNCHANGED, after.person.name, details)


def _written(person: Person) -> str:
    return f"{person.name} <{person.email}>"


def of_raters(
    before: Mapping[str, Sequence[RaterEntry]],
    after: Mapping[str, Sequence[RaterEntry]],
    names: Mapping[str, str],
    closed: Collection[str] = (),
) -> tuple[RaterChange, ...]:
    """Compare raters by the delegate's address. A file adds raters; it removes none and moves none to another group.

    closed   delegates whose questionnaire has closed
    """
    rows = []
    for delegate, entries in after.items():
        known = {entry.person.email: entry for entry in before.get(delegate, ())}
        listed = [entry for entry in entries if entry.person.email in known]
        same = sum(known[entry.person.email] == entry for entry in listed)
        over = delegate in closed
        new = 0 if over else len(entries) - len(listed)
        rows.append(RaterChange(names.get(delegate, delegate), new, same, len(listed) - same, over))
    return tuple(sorted(rows, key=lambda change: change.delegate))


def of_programme(before: Programme | None, after: Programme) -> tuple[Change, ...]:
    """Compare with the previous version, if there is one, field by field of the type: no field can be left out."""
    old = _parts(before) if before else {}
    new = _parts(after)
    rows = [
        Change(Kind.NEW if name not in old else Kind.CHANGED if old[name] != text else Kind.UNCHANGED, name)
        for name, text in new.items()
    ]
    rows += [Change(Kind.GONE, name) for name in old if name not in new]
    return tuple(sorted(rows, key=lambda change: ORDER.index(change.kind)))


def _parts(programme: Programme) -> dict[str, object]:
    """Return what a person would call the parts of a programme, by names that stay when a wording changes.

    A field that holds things with an id gives a part for each; a competency's behaviours are parts of their own.
    """
    parts: dict[str, object] = {}
    for name in Programme.__struct_fields__:
        value = getattr(programme, name)
        if isinstance(value, tuple) and all(hasattr(part, "id") for part in value):
            parts |= {f"{SINGULAR.get(name, name)} {part.id}": _without_items(part) for part in value}
        elif name not in ("id", "version"):
            parts[name.replace("_", " ")] = value
    return parts | {f"behaviour {item.id}": item for item in programme.items}


def _without_items(part: Struct) -> object:
    return replace(part, items=()) if isinstance(part, Competency) else part
