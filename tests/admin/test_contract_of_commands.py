"""Each act on a person or a cohort has `--dry-run` and `--json`, read from the parser of the command line."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from chalicelib.cli.parser import parser
from chalicelib.cli.person import MAX_RUN_SECONDS
from chalicelib.store.table import scan
from tests.support import people

ROOT = Path(__file__).parents[2]
ACTS = {
    "delegate": ("add", "change", "pause", "return", "transfer", "leave"),
    "rater": ("add", "remove", "regroup", "correct"),
    "cohort": ("load", "close", "move", "register", "costs", "rename", "discard"),
    "person": ("export", "erase"),
}


def verbs_of(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    subparsers = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(subparsers[0].choices) if subparsers else {}


def options_of(verb: argparse.ArgumentParser) -> set[str]:
    return {option for action in verb._actions for option in action.option_strings}


@pytest.mark.parametrize(("group", "verb"), [(group, verb) for group, verbs in ACTS.items() for verb in verbs])
def test_an_act_has_a_dry_run_and_an_answer_for_programs(group, verb):
    assert {"--dry-run", "--json"} <= options_of(verbs_of(verbs_of(parser())[group])[verb])


@pytest.mark.parametrize("group", ["delegate", "rater", "person"])
def test_no_act_of_these_groups_is_without_them(group):
    without = [
        verb for verb, command in verbs_of(verbs_of(parser())[group]).items() if "--dry-run" not in options_of(command)
    ]

    assert without == []


def test_an_erasure_waits_for_the_longest_run_of_a_function():
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    functions = [each for stage in config["stages"].values() for each in stage["lambda_functions"].values()]
    runs = [config["lambda_timeout"], *(each.get("lambda_timeout", 0) for each in functions)]
    assert max(runs) == MAX_RUN_SECONDS


def run(capsys, *words):
    args = parser().parse_args(["person", *words, "--json"])
    assert args.run(args) == 0
    return json.loads(capsys.readouterr().out)


def test_a_dry_run_of_a_command_on_a_person_changes_nothing_and_the_command_does(visitor, clock, tmp_path, capsys):
    people.opened(clock, chosen=people.raters(4, 0))
    email, file = people.person("p0").email, tmp_path / "p0.zip"
    before = sorted(map(str, scan()))
    planned = run(capsys, "export", email, "--out", str(file), "--dry-run")
    counted = run(capsys, "erase", email, "--dry-run")

    assert (sorted(map(str, scan())), file.exists()) == (before, False)
    assert (planned["dry_run"], counted["dry_run"], counted["kinds"]["invitation"]) == (True, True, 1)
    made = run(capsys, "export", email, "--out", str(file))
    assert (made["rows"], file.exists()) == (planned["rows"], True)
    assert run(capsys, "erase", email, "--wait", "0")["dry_run"] is False
    assert email not in str(list(scan()))
