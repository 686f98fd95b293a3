"""The state machine of a story. Pure."""

from __future__ import annotations

from chalicelib.core.state_machine import By, Machine, Transition, declare_machine
from chalicelib.store.stories import StoryState

OFFER, APPROVE, CORRECT, REVIEW, PUBLISH, WITHDRAW = ("offer", "approve", "correct", "review", "publish", "withdraw")
ASK_AGAIN = "ask again after a restore"  # the restored table holds words that the delegate has changed since
_S = StoryState

STORY = declare_machine(
    Machine(
        thread="Story",
        start=_S.CANDIDATE,
        transitions=(
            Transition(OFFER, (_S.CANDIDATE,), _S.OFFERED, (By.SYSTEM,), ("sponsor/story",)),
            Transition(APPROVE, (_S.OFFERED, _S.APPROVED, _S.REVIEWED, _S.PUBLISHED), _S.APPROVED, (By.DELEGATE,)),
            Transition(CORRECT, (_S.APPROVED,), _S.OFFERED, (By.ADMINISTRATOR,), ("sponsor/story",)),
            Transition(
                ASK_AGAIN,
                (_S.APPROVED, _S.REVIEWED, _S.PUBLISHED),
                _S.OFFERED,
                (By.SYSTEM,),
                ("sponsor/story",),
            ),
            Transition(REVIEW, (_S.APPROVED,), _S.REVIEWED, (By.ADMINISTRATOR,), ("sponsor/named_story",)),
            Transition(PUBLISH, (_S.REVIEWED,), _S.PUBLISHED, (By.SYSTEM,), ("sponsor/summary", "sponsor/edition")),
            Transition(
                WITHDRAW,
                (_S.OFFERED, _S.APPROVED, _S.REVIEWED, _S.PUBLISHED),
                _S.WITHDRAWN,
                (By.DELEGATE,),
                ("sponsor/withdrawn",),
            ),
        ),
        ends=(_S.WITHDRAWN,),
    )
)
