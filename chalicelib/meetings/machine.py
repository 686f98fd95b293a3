"""State machines of the debrief and of the six-month review. Pure."""

from __future__ import annotations

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.store.meetings import MeetingKind, MeetingState

OFFER, CHOOSE, ENTER, MOVE, ASK, LAPSE, MISS, HOLD, RESET, CANCEL = (
    "offer",
    "choose",
    "enter",
    "move",
    "ask for other times",
    "lapse",
    "miss",
    "record",
    "start again",
    "cancel",
)
BOOKED_EMAILS = ("meetings/booked", "meetings/booked_coach")
CANCELLED_EMAILS = ("meetings/cancelled", "meetings/cancelled_coach")
_S = MeetingState
_OPEN = (_S.WAITING, _S.OFFERED, _S.BOOKED)


def _machine(thread: str) -> Machine[MeetingState]:
    return declare_machine(
        Machine(
            thread=thread,
            start=_S.WAITING,
            transitions=(
                Transition(OFFER, (_S.WAITING, _S.OFFERED), _S.OFFERED, (By.COACH,), ("meetings/offered",)),
                Transition(CHOOSE, (_S.OFFERED,), _S.BOOKED, (By.DELEGATE,), BOOKED_EMAILS),
                Transition(ENTER, (_S.WAITING, _S.OFFERED), _S.BOOKED, (By.COACH,), BOOKED_EMAILS),
                Transition(MOVE, (_S.BOOKED,), _S.BOOKED, (By.COACH, By.DELEGATE), BOOKED_EMAILS),
                Transition(
                    ASK,
                    (_S.OFFERED, _S.BOOKED),
                    _S.WAITING,
                    (By.DELEGATE,),
                    ("meetings/no_time", "meetings/cancelled"),
                ),
                Transition(LAPSE, (_S.OFFERED,), _S.WAITING, (By.SYSTEM,), ("meetings/no_time", "meetings/lapsed")),
                Transition(MISS, (_S.BOOKED,), _S.WAITING, (By.COACH,), ("meetings/lapsed",)),
                Transition(HOLD, _OPEN, _S.HELD, (By.COACH,), ("meetings/agreed",)),
                Transition(RESET, _OPEN, _S.WAITING, (By.ADMINISTRATOR,), CANCELLED_EMAILS),
                Transition(CANCEL, _OPEN, _S.CANCELLED, (By.ADMINISTRATOR,), CANCELLED_EMAILS),
            ),
            ends=(_S.HELD, _S.CANCELLED),
        )
    )


DEBRIEF = _machine("Debrief")
REVIEW = _machine("Six-month review")
MACHINES = {MeetingKind.DEBRIEF: DEBRIEF, MeetingKind.REVIEW: REVIEW}
