"""The list of rules fits the code, and its command can fail."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.mutants import __main__ as command
from tests.mutants import rules
from tests.mutants.rules import Rule


@pytest.mark.parametrize("rule", rules.every(), ids=lambda rule: rule.name)
def test_a_rule_is_in_the_code(rule):
    assert rule.fault() == ""
    if rule.file.endswith(".py"):
        ast.parse(rule.taken_out_of((rules.ROOT / rule.file).read_text()))


def test_every_rule_has_a_name_of_its_own():
    names = [rule.name for rule in rules.every()]
    assert len(names) == len(set(names)) > 103


@pytest.mark.parametrize("folder", ["collect", "jobs", "store", "emails", "web", "results"])
def test_every_stage_that_guards_answers_has_rules(folder):
    assert len(rules.every(f"chalicelib/{folder}/")) >= 8


@pytest.fixture
def tree(tmp_path) -> Path:
    (tmp_path / "door.py").write_text("locked = True\n")
    (tmp_path / "test_door.py").write_text("")
    return tmp_path


def rule(**more: object) -> Rule:
    given = {"name": "Locked", "file": "door.py", "before": "True", "after": "False", "survives": ""}
    return Rule(**{**given, **more}, tests=("test_door.py",))


def judged(tree: Path, of: Rule, *, noticed: bool) -> int:
    return judge(tree, of, lambda: command.FAILED if noticed else command.PASSED)


def judge(tree: Path, of: Rule, without: Callable[[], int]) -> int:
    """Judge one rule. without: the status of its tests when the rule is taken out."""

    def run(place: Path, *_) -> command.Outcome:
        is_out = "False" in (place / "door.py").read_text()
        return command.Outcome(without() if is_out else command.PASSED, seconds=1)

    return command.judge([of], command.Trees([tree]), run)


def test_a_rule_that_a_test_misses_is_fine_and_its_file_is_put_back(tree):
    assert judged(tree, rule(), noticed=True) == 0
    assert (tree / "door.py").read_text() == "locked = True\n"


def test_a_survivor_fails_the_run_unless_a_reason_is_written(tree, capsys):
    assert judged(tree, rule(), noticed=False) == 1
    assert "SURVIVES: Locked (door.py)" in capsys.readouterr().out
    assert judged(tree, rule(survives="no test can see it"), noticed=False) == 0


def test_a_reason_that_no_longer_holds_fails_the_run(tree):
    assert judged(tree, rule(survives="no test can see it"), noticed=True) == 1


@pytest.mark.parametrize(("status", "said"), [(4, "fail"), (command.TOO_LONG, "take too long")])
def test_tests_that_do_not_pass_with_every_rule_in_place_are_said(tree, capsys, status, said):
    assert command.judge([rule()], command.Trees([tree]), lambda *_: command.Outcome(status, 1)) == 1
    assert f"{said} with every rule in place: fix that first.\n  test_door.py" in capsys.readouterr().out


@pytest.mark.parametrize(("loops", "status", "said"), [(False, 1, "TOOK TOO LONG"), (True, 0, "a loop without end")])
def test_tests_that_are_stopped_notice_a_loop_and_nothing_else(tree, capsys, loops, status, said):
    assert judge(tree, rule(loops=loops), lambda: command.TOO_LONG) == status
    assert said in capsys.readouterr().out


def test_two_rules_are_never_taken_out_of_one_tree_at_a_time(tree, tmp_path):
    trees = [tmp_path / "one", tmp_path / "two"]
    for each in trees:
        each.mkdir()
        (each / "door.py").write_text("locked = True\nbolted = 1\n")
    seen: list[str] = []

    def run(place: Path, *_) -> command.Outcome:
        seen.append((place / "door.py").read_text())
        return command.Outcome(command.PASSED if seen[-1] == "locked = True\nbolted = 1\n" else command.FAILED, 1)

    of = [rule(), rule(name="Bolted", before="bolted = 1", after="bolted = 0")] * 4
    assert command.judge(of, command.Trees(trees), run) == 0
    assert set(seen[1:]) == {"locked = False\nbolted = 1\n", "locked = True\nbolted = 0\n"}


def test_a_rule_may_take_a_few_times_as_long_as_with_every_rule_in_place():
    assert command.limit_for(rule(), {"test_door.py": 200}) == 200 * command.MAX_RATIO
    assert command.limit_for(rule(), {"test_door.py": 1}) == command.MIN_SECONDS


def test_a_run_of_tests_is_stopped_in_the_end(tree):
    (tree / "test_door.py").write_text("def test_waits():\n    while True:\n        pass\n")
    assert command.run_tests(tree, ["test_door.py"], most=0.5).status == command.TOO_LONG


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"before": "gone"}, "its text is there 0 times in door.py"),
        ({"before": "e"}, "its text is there 2 times in door.py"),
        ({"file": "window.py"}, "its text is there 0 times in window.py"),
    ],
)
def test_a_rule_whose_text_is_not_there_once_says_what_to_do(tree, more, said):
    assert said in rule(**more).fault(tree)
    assert "tests/mutants/rules.yaml" in rule(**more).fault(tree)


def test_a_rule_without_its_tests_says_so(tree):
    (tree / "test_door.py").unlink()
    assert "there is no test_door.py" in rule().fault(tree)
