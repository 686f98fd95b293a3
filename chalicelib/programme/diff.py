"""What a file would change: new, changed, unchanged, gone. Pure."""

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
ORDER = (Kind.NEW, Kind.CHANGED, Kind.GONE, Kind.UNCHANGED)  # as a reader wants to see them


class Change(Struct, frozen=True):
    """One thing in a file, or in what is stored and not in the file any more."""

    kind: Kind
    name: str
    details: tuple[str, ...] = ()


class RaterChange(Struct, frozen=True):
    """What a file of raters does to one delegate's list."""

    delegate: str
    new: int
    known: int  # on the list already, and the same
    differing: int  # on the list already under another name or group, and left as they are
    closed: bool = False  # the questionnaire has closed: nobody is added


def count(changes: Iterable[Change]) -> dict[Kind, int]:
    found = Counter(change.kind for change in changes)
    return {kind: found[kind] for kind in ORDER}


def of_delegates(before: Mapping[str, DelegateEntry], after: Sequence[DelegateEntry]) -> tuple[Change, ...]:
    """`before` by address. Delegates whom the file leaves out stay as they are: they are `gone` from it."""
    found = [_delegate(before.get(entry.person.email), entry) for entry in after]
    named = {entry.person.email for entry in after}
    left_out = [entry for address, entry in before.items() if address not in named]
    found += [Change(Kind.GONE, entry.person.name, (entry.person.email,)) for entry in left_out]
    return tuple(sorted(found, key=lambda change: (ORDER.index(change.kind), name_sort_key(change.name))))


def _delegate(before: DelegateEntry | None, after: DelegateEntry) -> Change:
    if before is None:
        return Change(Kind.NEW, after.person.name, (after.person.email,))
    pairs = {
        "name": (before.person.name, after.person.name),
        "job title": (before.job_title, after.job_title),
        "service": (before.service, after.service),
        "manager": (_written(before.manager), _written(after.manager)),
        "coach": (_written(before.coach), _written(after.coach)),
    }
    details = tuple(f"{what}: {old} → {new}" for what, (old, new) in pairs.items() if old != new)
    return Change(Kind.CHANGED if details else Kind.UNCHANGED, after.person.name, details)


def _written(person: Person) -> str:
    return f"{person.name} <{person.email}>"


def of_raters(
    before: Mapping[str, Sequence[RaterEntry]],
    after: Mapping[str, Sequence[RaterEntry]],
    names: Mapping[str, str],
    closed: Collection[str] = (),
) -> tuple[RaterChange, ...]:
    """All by the delegate's address. A file adds raters; it takes none away and moves none to another group.

    closed   of those whose questionnaire has closed
    """
    found = []
    for delegate, entries in after.items():
        known = {entry.person.email: entry for entry in before.get(delegate, ())}
        listed = [entry for entry in entries if entry.person.email in known]
        same = sum(known[entry.person.email] == entry for entry in listed)
        over = delegate in closed
        new = 0 if over else len(entries) - len(listed)
        found.append(RaterChange(names.get(delegate, delegate), new, same, len(listed) - same, over))
    return tuple(sorted(found, key=lambda change: change.delegate))


def of_programme(before: Programme | None, after: Programme) -> tuple[Change, ...]:
    """Compare with the version before, if there is one, field by field of the type: no field can be left out."""
    old = _parts(before) if before else {}
    new = _parts(after)
    found = [
        Change(Kind.NEW if name not in old else Kind.CHANGED if old[name] != text else Kind.UNCHANGED, name)
        for name, text in new.items()
    ]
    found += [Change(Kind.GONE, name) for name in old if name not in new]
    return tuple(sorted(found, key=lambda change: ORDER.index(change.kind)))


def _parts(programme: Programme) -> dict[str, object]:
    """Return what a person would call the parts of a programme, by names that stay when a wording changes.

    A field that holds things with an id gives a part for each; a competency's behaviours are parts of their own.
    """
    parts: dict[str, object] = {}
    for name in Programme.__struct_fields__:
        value = getattr(programme, name)
        if isinstance(value, tuple) and all(hasattr(one, "id") for one in value):
            parts |= {f"{SINGULAR.get(name, name)} {one.id}": _without_items(one) for one in value}
        elif name not in ("id", "version"):
            parts[name.replace("_", " ")] = value
    return parts | {f"behaviour {item.id}": item for item in programme.items}


def _without_items(one: Struct) -> object:
    return replace(one, items=()) if isinstance(one, Competency) else one
