"""What the console refuses of names, addresses and reasons, the shell refuses too, and takes what the console takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from msgspec import Struct

from chalicelib.admin import address_change
from chalicelib.cli.parser import main
from chalicelib.core.errors import Refusal
from chalicelib.core.reasons import MAX_REASON_CHARS
from chalicelib.people.cohort import find_cohort
from chalicelib.people.cohort_acts import find_cohort_act
from chalicelib.people.planned import Asking
from tests.people import scene
from tests.people.scene import BY, DANA
from tests.support import people

P0 = people.person("p0").email
LINE = "{name} <{email}>"
VALUES = {  # of the part that is wrong, or that only looks so
    "name": ("", "\u200b", "Sam\x07", "x" * 101, "See www.evil.example", "  Sam\u00a0 Lee ", "“Lee, Sam”", "O’Neil"),
    "email": (
        "",
        "sam@x",
        "sam..s@x.example",
        "sam.o’neil@x.example",
        "sam@x,example",
        " SAM@X.example ",
        "sam@ｘ.example",
    ),
    "why": ("x" * (MAX_REASON_CHARS + 1), "x" * MAX_REASON_CHARS, "On\nleave"),
}


class Act(Struct, frozen=True):
    """One act. shell: its command, with {name}, {email} and {why}; typed: the console's fields of the same parts."""

    shell: tuple[str, ...]
    console: Callable[[Mapping[str, str], Asking], object]
    parts: tuple[str, ...] = ("name", "email", "why")


def of_delegate(act: str, **fields: str) -> Callable[[Mapping[str, str], Asking], object]:
    def plan(parts: Mapping[str, str], asking: Asking) -> object:
        typed = {field: text.format_map(parts) for field, text in fields.items()}
        return scene.find_act(act).plan(scene.found(), typed, asking)

    return plan


def of_cohort(act: str, **fields: str) -> Callable[[Mapping[str, str], Asking], object]:
    def plan(parts: Mapping[str, str], asking: Asking) -> object:
        typed = {field: text.format_map(parts) for field, text in fields.items()}
        return find_cohort_act(act).plan(find_cohort(people.COHORT), typed, asking)

    return plan


def replace(parts: Mapping[str, str], asking: Asking) -> object:
    email, name = parts["email"], parts["name"]
    return address_change.preview_change(people.COHORT, P0, email, asking.now, BY, name=name, why=asking.why)


ON_DELEGATE = (people.COHORT, DANA, "--why", "{why}")
JOB = {"job_title": "Team lead", "service": "Community nursing"}
ACTS = {
    "coach": Act(
        ("delegate", "change", *ON_DELEGATE, "--coach", LINE),
        of_delegate("coach", coach_name="{name}", coach_email="{email}"),
    ),
    "manager": Act(
        ("delegate", "change", *ON_DELEGATE, "--manager", LINE),
        of_delegate("manager", manager_name="{name}", manager_email="{email}"),
    ),
    "details": Act(
        ("delegate", "change", *ON_DELEGATE, "--name", "{name}"),
        of_delegate("details", name="{name}", **JOB),
        ("name", "why"),
    ),
    "rater": Act(
        ("rater", "correct", people.COHORT, DANA, P0, "--name", "{name}", "--address", "{email}", "--why", "{why}"),
        of_delegate("rater-correct", rater=P0, name="{name}", email="{email}"),
    ),
    "replace": Act(("cohort", "replace", people.COHORT, P0, "{email}", "--name", "{name}", "--why", "{why}"), replace),
    "sponsor": Act(
        ("cohort", "sponsor", people.COHORT, LINE, "--why", "{why}"),
        of_cohort("sponsor", name="{name}", email="{email}"),
    ),
    "facilitator": Act(
        ("cohort", "facilitator", people.COHORT, LINE, "--why", "{why}"),
        of_cohort("facilitator", former="", name="{name}", email="{email}"),
    ),
    "rename": Act(
        ("cohort", "rename", people.COHORT, "{name}", "--why", "{why}"),
        of_cohort("rename", title="{name}"),
        ("name", "why"),
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_the_shell_refuses_what_the_console_refuses(visitor, clock, capsys, name):
    act = ACTS[name]
    scene.open_cohort(clock)
    differing, refusals = [], 0
    for part in act.parts:
        for text in VALUES[part]:
            parts = {"name": "Nora New", "email": "nora.new@example.org", "why": "asked by phone", part: text}
            refused = _is_refused(act, parts, clock)
            refusals += refused
            status = main([*(word.format_map(parts) for word in act.shell), "--dry-run"])
            if refused != (status != 0):
                differing.append((part, text, "console" if refused else "shell", "".join(capsys.readouterr())))

    assert differing == []
    assert refusals >= len(act.parts), "the values hold something to refuse of each part"


def _is_refused(act: Act, parts: Mapping[str, str], clock) -> bool:
    from chalicelib.people.planned import check_why

    try:
        check_why(parts["why"])
        act.console(parts, Asking(BY, clock.now(), parts["why"]))
    except Refusal:
        return True
    return False
