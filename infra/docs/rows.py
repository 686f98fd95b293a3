"""docs/rows.md: the key table, and whose each row is."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.row_kinds.row_kind import Erasure, RowKind

HEAD = """\
# Rows

Made from `chalicelib/store/row_kinds/` by `make docs`.

One table, `fullcircle-<stage>`, holds every row; moments are UTC to the second. DynamoDB deletes
rows with `gone_at` (seconds since 1970) some time after it; no code relies on that. Index `due` is sparse: hash
`due_shard`, range `due_at`; a settled row has no `due_shard`. A second table, `fullcircle-<stage>-keys`, holds the data
key of each open wave and has no recovery.

## Keys

| partition key | sort key | what |
|---|---|---|
"""
OWNERS = """
## Whose a row is

| row | belongs to | read by | when its owner is erased | kept |
|---|---|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_keys()) + OWNERS + "".join(_owners())


def _keys() -> Iterator[str]:
    for kind in all_kinds():
        yield f"| `{_template(kind.pk)}` | `{_template(kind.sk)}` | {kind.what} |\n"


def _owners() -> Iterator[str]:
    for kind in all_kinds():
        readers = ", ".join(kind.readers) or "no one"
        yield f"| {kind.name} | {kind.owner} | {readers} | {_erasure(kind)} | {kind.retention} |\n"


def _erasure(kind: RowKind) -> str:
    return f"{kind.erasure}: {kind.why}" if kind.why and kind.erasure is not Erasure.DELETE else str(kind.erasure)


def _template(template: str) -> str:
    return template.replace("*}", "}").replace("{", "<").replace("}", ">")
