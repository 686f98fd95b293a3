"""The state machine of a delegate's standing in their cohort. Pure."""

from __future__ import annotations

from chalicelib.core.model import Standing
from chalicelib.core.state_machine import By, Machine, Transition, declare_machine

PAUSE, RETURN, LEAVE, TRANSFER = "pause", "return", "leave", "transfer"
HERE = (Standing.ACTIVE, Standing.PAUSED)

STANDING = declare_machine(
    Machine(
        thread="Standing",
        start=Standing.ACTIVE,
        transitions=(
            Transition(
                PAUSE,
                (Standing.ACTIVE,),
                Standing.PAUSED,
                (By.ADMINISTRATOR,),
                ("people/paused", "people/coach_paused", "people/manager_paused"),
            ),
            Transition(
                RETURN,
                (Standing.PAUSED,),
                Standing.ACTIVE,
                (By.ADMINISTRATOR, By.SYSTEM),
                ("people/returned", "people/coach_returned"),
            ),
            Transition(
                LEAVE,
                HERE,
                Standing.LEFT,
                (By.ADMINISTRATOR,),
                ("people/left", "people/coach_left", "people/manager_left"),
            ),
            Transition(
                TRANSFER,
                HERE,
                Standing.TRANSFERRED,
                (By.ADMINISTRATOR,),
                ("people/transferred", "people/coach_joined", "people/away", "people/facilitator_joined"),
            ),
        ),
        ends=(Standing.LEFT, Standing.TRANSFERRED),
    )
)
