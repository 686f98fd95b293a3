"""X-Ray traces of the functions, if the operator wants them: `make infra XRAY=1`.

Not by Chalice's `xray`: it would trace the API's stage as well, whose traces hold each page's address with the link in
it and the reader's network address, and it never turns tracing off again.
"""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from infra import rights
from infra.deploy import functions, stack, state
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none

POLICY = "traces"  # in a function's role, next to the one that Chalice writes
MODES = {True: "Active", False: "PassThrough"}
TRIES = 10
SECONDS = 3  # between two of them: IAM takes a while to spread a right

Configuration = dict[str, Any]  # of a function, as Lambda describes it


def is_on(stage: Deployment) -> bool:
    return stack.outputs(stage).get("Xray") == "1"


def ensure_tracing(stage: Deployment, hand: Reporter) -> None:
    """Lambda refuses to trace a function whose role lacks the rights: they come first, and go last."""
    is_wanted, before = is_on(stage), len(hand.changes)
    read = stage.client("lambda").get_function_configuration
    live = {name: read(FunctionName=arn) for name, arn in state.live_functions(stage).items()}
    for step in (_rights, _modes) if is_wanted else (_modes, _rights):
        step(stage, hand, live, is_wanted=is_wanted)
    if len(hand.changes) == before:
        hand.stays(f"X-Ray traces are {'on' if is_wanted else 'off'}")


def _rights(stage: Deployment, hand: Reporter, live: dict[str, Configuration], *, is_wanted: bool) -> None:
    wanted = rights.policy_of_traces() if is_wanted else None
    roles = {name: each["Role"].rsplit("/", 1)[1] for name, each in live.items()}
    changed = {name: role for name, role in roles.items() if _policy(stage, role) != wanted}
    if changed:
        change = partial(_put if is_wanted else _delete, stage, list(changed.values()))
        hand.change(f"{'let' if is_wanted else 'no longer let'} {', '.join(changed)} write traces", change)


def _policy(stage: Deployment, role: str) -> Any:
    """Return what a role has; None if it has no such policy, or is gone itself."""
    asked = {"RoleName": role}
    names = found_or_none(
        lambda: list(stage.listed("iam", "list_role_policies", "PolicyNames", **asked)), "NoSuchEntity"
    )
    if POLICY not in (names or []):
        return None
    return stage.client("iam").get_role_policy(**asked, PolicyName=POLICY)["PolicyDocument"]


def _put(stage: Deployment, roles: list[str]) -> None:
    text = json.dumps(rights.policy_of_traces())
    for role in roles:
        stage.client("iam").put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=text)


def _delete(stage: Deployment, roles: list[str]) -> None:
    for role in roles:
        stage.client("iam").delete_role_policy(RoleName=role, PolicyName=POLICY)


def _modes(stage: Deployment, hand: Reporter, live: dict[str, Configuration], *, is_wanted: bool) -> None:
    wanted = MODES[is_wanted]
    changed = [name for name, each in live.items() if each.get("TracingConfig", {}).get("Mode", MODES[False]) != wanted]
    if changed:
        what = f"turn X-Ray traces of {', '.join(changed)} {'on' if is_wanted else 'off'}"
        hand.change(what, partial(_switch, stage, changed, wanted))


def _switch(stage: Deployment, names: list[str], mode: str) -> None:
    for name in names:
        for left in reversed(range(TRIES)):
            try:
                functions.configure(stage, [rights.function_name(stage.name, name)], TracingConfig={"Mode": mode})
                break
            except ClientError as error:
                if not left or "PutTraceSegments" not in str(error):
                    raise
                stage.pause(SECONDS)
