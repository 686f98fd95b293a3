"""The state machine of a wave: one round of answers about one delegate. Pure."""

from __future__ import annotations

from chalicelib.core.model import WaveState
from chalicelib.core.state_machine import By, Machine, Transition, declare_machine

OPEN, CLOSE, HOLD, FINISH = "open", "close", "wait for a decision", "finish closing"
GIVE_TIME, PUBLISH, WITHDRAW = "give more time", "publish with few answers", "withdraw"
LOSE_KEY, SETTLE, GIVE_UP = "lose the key in a restore", "count the stored report", "record the answers as lost"

WAVE = declare_machine(
    Machine(
        thread="Wave of answers",
        start=WaveState.PLANNED,
        transitions=(
            Transition(
                OPEN, (WaveState.PLANNED,), WaveState.OPEN, (By.SYSTEM,), ("collect/invitation", "programme/opening")
            ),
            Transition(
                GIVE_TIME,
                (WaveState.OPEN, WaveState.HELD),
                WaveState.OPEN,
                (By.ADMINISTRATOR,),
                ("collect/extended",),
            ),
            Transition(HOLD, (WaveState.OPEN,), WaveState.HELD, (By.SYSTEM,), ("report/too_few",)),
            Transition(CLOSE, (WaveState.OPEN,), WaveState.CLOSING, (By.SYSTEM, By.ADMINISTRATOR)),
            Transition(PUBLISH, (WaveState.OPEN, WaveState.HELD), WaveState.CLOSING, (By.ADMINISTRATOR,)),
            Transition(FINISH, (WaveState.CLOSING,), WaveState.CLOSED, (By.SYSTEM,)),
            Transition(
                LOSE_KEY,
                (WaveState.OPEN, WaveState.HELD, WaveState.CLOSING),
                WaveState.HELD,
                (By.SYSTEM,),
                ("report/without_key",),
            ),
            Transition(SETTLE, (WaveState.HELD,), WaveState.CLOSED, (By.ADMINISTRATOR,), ("report/without_key",)),
            Transition(GIVE_UP, (WaveState.HELD,), WaveState.WITHDRAWN, (By.ADMINISTRATOR,), ("report/without_key",)),
            Transition(
                WITHDRAW,
                (WaveState.PLANNED, WaveState.OPEN, WaveState.HELD),
                WaveState.WITHDRAWN,
                (By.ADMINISTRATOR,),
            ),
        ),
        ends=(WaveState.CLOSED, WaveState.WITHDRAWN),
    )
)
