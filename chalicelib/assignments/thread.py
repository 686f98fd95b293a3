"""The states of an assignment, from its opening to the close of the impact survey. Pure."""

from __future__ import annotations

from enum import StrEnum

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine


class WorkState(StrEnum):
    CLOSED = "closed"  # not open yet, or the delegate missed the workshop
    OPEN = "open"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    READ = "read"
    RETURNED = "returned"
    WAIVED = "waived"
    FINAL = "final"  # the impact survey has closed


S = WorkState
BEFORE_FINAL = (S.CLOSED, S.OPEN, S.DRAFT, S.SUBMITTED, S.READ, S.RETURNED)

ASSIGNMENT = declare_machine(
    Machine(
        thread="Assignment",
        start=S.CLOSED,
        transitions=(
            Transition("open", (S.CLOSED,), S.OPEN, (By.SYSTEM,)),
            Transition("type", (S.OPEN, S.DRAFT, S.RETURNED), S.DRAFT, (By.DELEGATE,)),
            Transition("submit", (S.OPEN, S.DRAFT, S.RETURNED), S.SUBMITTED, (By.DELEGATE,)),
            Transition("take back", (S.SUBMITTED,), S.DRAFT, (By.DELEGATE,)),
            Transition("read", (S.SUBMITTED,), S.READ, (By.COACH, By.FACILITATOR), ("assignments/read",)),
            Transition("return", (S.SUBMITTED, S.READ), S.RETURNED, (By.COACH,), ("assignments/returned",)),
            Transition("waive", BEFORE_FINAL, S.WAIVED, (By.COACH, By.ADMINISTRATOR)),
            Transition("finish", BEFORE_FINAL, S.FINAL, (By.SYSTEM,)),
        ),
        ends=(S.WAIVED, S.FINAL),
    )
)


class PartState(StrEnum):
    """States of the facilitator's part of a form."""

    CLOSED = "closed"
    OPEN = "open"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    GONE = "gone"  # the delegate has left: a draft goes with them
    FINAL = "final"


P = PartState

FACILITATOR_PART = declare_machine(
    Machine(
        thread="Facilitator's part of an assignment",
        start=P.CLOSED,
        transitions=(
            Transition("open", (P.CLOSED,), P.OPEN, (By.SYSTEM,)),
            Transition("type", (P.OPEN, P.DRAFT), P.DRAFT, (By.FACILITATOR,)),
            Transition("submit", (P.OPEN, P.DRAFT), P.SUBMITTED, (By.FACILITATOR,)),
            Transition("take back", (P.SUBMITTED,), P.DRAFT, (By.FACILITATOR,)),
            Transition("leave", (P.CLOSED, P.OPEN, P.DRAFT), P.GONE, (By.ADMINISTRATOR,)),
            Transition("finish", (P.CLOSED, P.OPEN, P.DRAFT, P.SUBMITTED), P.FINAL, (By.SYSTEM,)),
        ),
        ends=(P.GONE, P.FINAL),
    )
)
