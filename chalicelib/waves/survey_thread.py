"""The state machine of the impact survey of one role: the delegate's, or the line manager's. Pure.

A survey's row says whether it is open, what was sent, and what of a change waits: its state follows from these.
"""

from __future__ import annotations

from enum import StrEnum

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.store.impact_surveys import ImpactSurvey, Role


class AnswerState(StrEnum):
    """How far one role is with the impact survey."""

    NOT_DUE = "not due"
    OPEN = "open"  # nothing typed
    DRAFT = "draft"  # typed, not sent
    SENT = "sent"
    AMENDED = "amended draft"  # what was sent counts, and an unfinished change waits
    CLOSED = "closed"
    WAIVED = "waived"  # the delegate left before the survey opened


OPEN, MOVE, WAIVE, TYPE, SEND = "open", "move", "waive", "type", "send"
CHANGE, CORRECT, REPLACE = "begin a change", "correct", "give another link"
EXTEND, CLOSE, END, ASK_AGAIN, START_AGAIN = "give more time", "close", "end", "ask again", "start again"

S = AnswerState
OPENED = (S.OPEN, S.DRAFT, S.SENT, S.AMENDED)
ANSWERERS = (By.DELEGATE, By.MANAGER)
FIRST = ("impact/delegate", "impact/manager")
BY_ROLE = {Role.DELEGATE: By.DELEGATE, Role.MANAGER: By.MANAGER}

SURVEY = declare_machine(
    Machine(
        thread="Impact survey of a role",
        start=S.NOT_DUE,
        transitions=(
            Transition(MOVE, (S.NOT_DUE,), S.NOT_DUE, (By.ADMINISTRATOR,), ("programme/dates_moved",)),
            Transition(WAIVE, (S.NOT_DUE,), S.WAIVED, (By.ADMINISTRATOR,)),
            Transition(OPEN, (S.NOT_DUE,), S.OPEN, (By.SYSTEM,), (*FIRST, "impact/opened_coach")),
            Transition(TYPE, (S.OPEN, S.DRAFT), S.DRAFT, ANSWERERS),
            Transition(SEND, (S.OPEN, S.DRAFT), S.SENT, ANSWERERS, ("impact/shares",)),
            Transition(CHANGE, (S.SENT, S.AMENDED), S.AMENDED, ANSWERERS),
            Transition(CORRECT, (S.SENT, S.AMENDED), S.SENT, ANSWERERS, ("impact/shares",)),
            Transition(REPLACE, (S.OPEN, S.DRAFT), S.OPEN, (By.ADMINISTRATOR,), FIRST),
            Transition(REPLACE, (S.SENT, S.AMENDED), S.SENT, (By.ADMINISTRATOR,)),
            *(
                Transition(EXTEND, (answer_state,), answer_state, (By.ADMINISTRATOR,), ("impact/reminder",))
                for answer_state in OPENED
            ),
            Transition(
                CLOSE,
                OPENED,
                S.CLOSED,
                (By.SYSTEM,),
                ("impact/result", "impact/result_coach", "impact/counted", "meetings/propose"),
            ),
            Transition(END, OPENED, S.CLOSED, (By.ADMINISTRATOR,)),
            Transition(ASK_AGAIN, (S.CLOSED,), S.SENT, (By.ADMINISTRATOR,), ("impact/reminder",)),
            Transition(START_AGAIN, (S.CLOSED,), S.OPEN, (By.ADMINISTRATOR,), ("impact/reminder",)),
        ),
        ends=(S.WAIVED,),
    )
)
ASKED = SURVEY.before(SEND)  # who has not answered yet


def state_of(survey: ImpactSurvey | None, *, has_left: bool = False) -> AnswerState:
    """Return the state of one role's survey; None: it has not opened. has_left: whether the delegate has."""
    if survey is None:
        return S.WAIVED if has_left else S.NOT_DUE
    if not survey.is_open:
        return S.CLOSED
    if survey.sent:
        return S.SENT if survey.draft is None else S.AMENDED
    return S.DRAFT if survey.answers or survey.unread else S.OPEN


def answer(survey: ImpactSurvey, act: str) -> AnswerState:
    """Return the state after the reader's own act. Raises NotAllowed."""
    return SURVEY.move(state_of(survey), act, BY_ROLE[survey.role])
