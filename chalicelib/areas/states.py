"""State machines of a development area, and of sharing one with the line manager. Pure."""

from __future__ import annotations

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.store.areas import LIVE, AreaState, SharingState

REVISE, APPROVE, FINISH, ASK, TAKE_BACK, KEEP, DROP, REPLACE = (
    "revise",
    "approve the words",
    "finish",
    "ask to close",
    "take back",
    "keep",
    "drop",
    "replace",
)
# In the six-month review the delegate and the coach agree each area's outcome, and the coach records it.
GO_ON, FINISH_AT_REVIEW, GIVE_UP = "go on after the review", "finish at the review", "give up at the review"
SHARE, WITHDRAW = "share", "withdraw"

AREA = declare_machine(
    Machine(
        thread="Development area",
        start=AreaState.AGREED,
        transitions=(
            Transition(REVISE, (AreaState.AGREED,), AreaState.AGREED, (By.DELEGATE, By.COACH)),
            Transition(APPROVE, (AreaState.AGREED,), AreaState.AGREED, (By.DELEGATE,)),
            Transition(FINISH, (AreaState.AGREED,), AreaState.DONE, (By.DELEGATE,), ("areas/done",)),
            Transition(ASK, (AreaState.AGREED,), AreaState.ASKED, (By.DELEGATE,), ("areas/asked",)),
            Transition(TAKE_BACK, (AreaState.ASKED,), AreaState.AGREED, (By.DELEGATE,)),
            Transition(KEEP, (AreaState.ASKED,), AreaState.AGREED, (By.COACH,), ("areas/answered",)),
            Transition(DROP, (AreaState.ASKED,), AreaState.DROPPED, (By.COACH,), ("areas/answered",)),
            Transition(REPLACE, (AreaState.ASKED,), AreaState.REPLACED, (By.COACH,), ("areas/answered",)),
            Transition(GO_ON, LIVE, AreaState.AGREED, (By.COACH,), ("meetings/agreed",)),
            Transition(FINISH_AT_REVIEW, LIVE, AreaState.DONE, (By.COACH,), ("meetings/agreed",)),
            Transition(GIVE_UP, LIVE, AreaState.DROPPED, (By.COACH,), ("meetings/agreed",)),
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
