"""The reason of an act, as the audit trail keeps it: one line of limited length. Pure."""

from __future__ import annotations

from chalicelib.core.addresses import link_fault

MAX_REASON_CHARS = 300
NO_REASON = "no reason given"
WANTED = "Give a reason: the audit trail keeps it. Leave out what is about health."


def one_line(typed: str) -> str:
    return " ".join(typed.split())


def fault_in_email(reason: str) -> str:
    """As `fault_of`, for a reason that goes out in emails."""
    fault = link_fault(reason)
    return f"The reason {fault}." if fault else fault_of(reason)


def fault_of(reason: str) -> str:
    """Return what is wrong with a reason; empty if nothing is."""
    length = len(one_line(reason))
    return f"Shorten the reason to {MAX_REASON_CHARS} characters; it has {length}." if length > MAX_REASON_CHARS else ""
