"""The state machine of one delegate's mid-way round. Pure."""

from __future__ import annotations

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.store.pulse_rounds import RoundState

CHECK, TAKE_BACK, OPEN, LACK_RATERS, DROP, LEAVE, CLOSE, PUBLISH, LACK_ANSWERS = (
    "check the wordings",
    "take back",
    "open",
    "find too few to ask",
    "drop",
    "leave",
    "close",
    "publish",
    "find too few answers",
)
_S = RoundState
_BEFORE = (_S.PLANNED, _S.CHECKED)
_PUBLISHED = ("pulse/published", "pulse/published_coach")

ROUND = declare_machine(
    Machine(
        thread="Pulse round",
        start=_S.PLANNED,
        transitions=(
            Transition(CHECK, _BEFORE, _S.CHECKED, (By.DELEGATE,)),
            Transition(TAKE_BACK, _BEFORE, _S.PLANNED, (By.DELEGATE,)),
            Transition(OPEN, (_S.CHECKED,), _S.OPEN, (By.SYSTEM,), ("pulse/asked", "pulse/reminder")),
            Transition(LACK_RATERS, _BEFORE, _S.TOO_FEW, (By.SYSTEM,)),
            Transition(DROP, _BEFORE, _S.NOT_HELD, (By.SYSTEM,), ("pulse/not_held",)),
            Transition(LEAVE, (*_BEFORE, _S.OPEN), _S.NOT_HELD, (By.SYSTEM,)),
            Transition(CLOSE, (_S.OPEN,), _S.CLOSED, (By.SYSTEM,)),
            Transition(PUBLISH, (_S.CLOSED,), _S.PUBLISHED, (By.SYSTEM,), _PUBLISHED),
            Transition(LACK_ANSWERS, (_S.CLOSED,), _S.TOO_FEW, (By.SYSTEM,), _PUBLISHED),
        ),
        ends=(_S.PUBLISHED, _S.TOO_FEW, _S.NOT_HELD),
    )
)
