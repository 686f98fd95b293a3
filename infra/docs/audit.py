"""docs/audit.md: the acts that the audit trail records."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.store.audit_events import AuditEvent

HEAD = """\
# Audit trail

Made from `chalicelib/store/audit_events.py` by `make docs`.

Each cohort has a trail of who did what, about which person, and when. Administrators read it in the console,
under “Audit trail”. An event is written in the transaction of its act, so the trail has every act that took effect and
no other. The words below are what the trail says; the act fills in the parts in braces.

| event | words | what it is |
|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for event in AuditEvent:
        what = "reads personal data" if event.reads_data else "a change"
        yield f"| `{event.name}` | {event.words} | {what} |\n"
