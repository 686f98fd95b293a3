"""docs/threads.md: the state machines of the programme's threads."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from chalicelib.core.state_machine import Machine, Transition, load_machines
from chalicelib.emails.kinds import label_of

HEAD = """\
# Threads of a year

Made from the declarations of `core/state_machine.py` by `make docs`.

Much happens side by side in a programme. Each thread has a state of its own, and none changes the state of another.
The word on the administrator's page is derived from all of them.
"""


def page() -> str:
    return HEAD + "".join(_section(machine) for machine in load_machines().values())


def _section(machine: Machine[StrEnum]) -> str:
    return "\n".join(["", f"## {machine.thread}", "", *_diagram(machine), "", *_table(machine), ""])


def _diagram(machine: Machine[StrEnum]) -> Iterator[str]:
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {machine.start.value}"
    for step in machine.transitions:
        for before in step.before:
            yield f"    {before.value} --> {step.after.value} : {step.act}"
    for end in machine.ends:
        yield f"    {end.value} --> [*]"
    yield "```"


def _table(machine: Machine[StrEnum]) -> Iterator[str]:
    yield "| act | from | to | by | email |"
    yield "|---|---|---|---|---|"
    for step in machine.transitions:
        yield f"| {step.act} | {_words(step)} | {step.after.value} | {', '.join(step.by)} | {_emails(step)} |"


def _words(step: Transition[StrEnum]) -> str:
    return ", ".join(state.value for state in step.before)


def _emails(step: Transition[StrEnum]) -> str:
    return ", ".join(label_of(name) for name in step.sends) or "none"
