"""State machines of a development area, and of sharing one with the line manager. Pure."""

from __future__ import annotations

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.store.areas import AreaState, SharingState

REVISE, FINISH, ASK, TAKE_BACK, KEEP, DROP, REPLACE = (
    "revise",
    "finish",
    "ask to close",
    "take back",
    "keep",
    "drop",
    "replace",
)
SHARE, WITHDRAW = "share", "withdraw"

AREA = declare_machine(
    Machine(
        thread="Development area",
        start=AreaState.AGREED,
        transitions=(
            Transition(REVISE, (AreaState.AGREED,), AreaState.AGREED, (By.DELEGATE, By.COACH)),
            Transition(FINISH, (AreaState.AGREED,), AreaState.DONE, (By.DELEGATE,), ("areas/done",)),
            Transition(ASK, (AreaState.AGREED,), AreaState.ASKED, (By.DELEGATE,), ("areas/asked",)),
            Transition(TAKE_BACK, (AreaState.ASKED,), AreaState.AGREED, (By.DELEGATE,)),
            Transition(KEEP, (AreaState.ASKED,), AreaState.AGREED, (By.COACH,), ("areas/answered",)),
            Transition(DROP, (AreaState.ASKED,), AreaState.DROPPED, (By.COACH,), ("areas/answered",)),
            Transition(REPLACE, (AreaState.ASKED,), AreaState.REPLACED, (By.COACH,), ("areas/answered",)),
        ),
        ends=(AreaState.DONE, AreaState.DROPPED, AreaState.REPLACED),
    )
)

SHARING = declare_machine(
    Machine(
        thread="Sharing of an area with the line manager",
        start=SharingState.PRIVATE,
        transitions=(
            Transition(
                SHARE,
                (SharingState.PRIVATE, SharingState.WITHDRAWN),
                SharingState.SHARED,
                (By.DELEGATE,),
                ("areas/shared",),
            ),
            Transition(WITHDRAW, (SharingState.SHARED,), SharingState.WITHDRAWN, (By.DELEGATE,)),
        ),
    )
)
