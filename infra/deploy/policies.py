"""What Chalice reads: a stage's part of .chalice/config.json, and a policy file for each function."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from infra import rights
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment

PATTERN = "dev"  # the stage that a new one is made after


def policy_file(stage: str, function: str) -> str:
    """Below .chalice."""
    return f"policies/{stage}/{function}.json"


def ensure_policies(stage: Deployment, hand: Reporter) -> None:
    config = stage.config()
    if stage.name not in config["stages"]:
        config["stages"][stage.name] = new_stage(config["stages"][PATTERN], stage.name)
        hand.change(f"add stage {stage.name} to .chalice/config.json", lambda: write(stage, config))
    for path, text in stale(stage.project, stage.name):
        hand.change(f"write {path.relative_to(stage.project)}", lambda path=path, text=text: _write(path, text))  # type: ignore[misc]
    if not hand.changes:
        hand.stays(f"config.json and the policies of {stage.name} are up to date")


def new_stage(pattern: dict[str, Any], name: str) -> dict[str, Any]:
    """Make a stage like another, under its own name."""
    copied = copy.deepcopy(pattern)
    copied["environment_variables"]["FULLCIRCLE_STAGE"] = name
    for function, settings in copied["lambda_functions"].items():
        settings["iam_policy_file"] = policy_file(name, function)
    copied.pop("api_gateway_custom_domain", None)
    return copied


def stale(project: Path, stage: str) -> Iterator[tuple[Path, str]]:
    """Policy files that are not as rights.yaml says, with the text they should have."""
    for function in rights.FUNCTIONS:
        path = project / ".chalice" / policy_file(stage, function)
        text = rights.text(stage, function)
        if not path.exists() or path.read_text() != text:
            yield path, text


def write(stage: Deployment, config: dict[str, Any]) -> None:
    _write(stage.config_file, json.dumps(config, indent=2) + "\n")


def write_all(project: Path, hand: Reporter) -> None:
    """Return the policies of every stage in config.json."""
    for name in json.loads((project / ".chalice" / "config.json").read_text())["stages"]:
        for path, text in stale(project, name):
            hand.change(f"write {path.relative_to(project)}", lambda path=path, text=text: _write(path, text))  # type: ignore[misc]


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)
