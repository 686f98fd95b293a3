"""The list of rules fits the code, and its command can fail."""

from __future__ import annotations

import ast
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
    def run(*_) -> int:
        return command.FAILED if noticed and "False" in (tree / "door.py").read_text() else command.PASSED

    return command.judge([of], tree, run)


def test_a_rule_that_a_test_misses_is_fine_and_its_file_is_put_back(tree):
    assert judged(tree, rule(), noticed=True) == 0
    assert (tree / "door.py").read_text() == "locked = True\n"


def test_a_survivor_fails_the_run_unless_a_reason_is_written(tree, capsys):
    assert judged(tree, rule(), noticed=False) == 1
    assert "SURVIVES: Locked (door.py)" in capsys.readouterr().out
    assert judged(tree, rule(survives="no test can see it"), noticed=False) == 0


def test_a_reason_that_no_longer_holds_fails_the_run(tree):
    assert judged(tree, rule(survives="no test can see it"), noticed=True) == 1


def test_tests_that_do_not_run_notice_nothing(tree, capsys):
    assert command.judge([rule()], tree, lambda *_: 4) == 1
    assert "fail with every rule in place" in capsys.readouterr().out


@pytest.mark.parametrize(("loops", "status", "said"), [(False, 1, "TOOK TOO LONG"), (True, 0, "a loop without end")])
def test_tests_that_are_stopped_notice_a_loop_and_nothing_else(tree, capsys, loops, status, said):
    def run(*_) -> int:
        return command.TOO_LONG if "False" in (tree / "door.py").read_text() else command.PASSED

    assert command.judge([rule(loops=loops)], tree, run) == status
    assert said in capsys.readouterr().out


def test_tests_that_take_too_long_with_every_rule_in_place_are_said(tree, capsys):
    assert command.judge([rule()], tree, lambda *_: command.TOO_LONG) == 1
    assert "take too long with every rule in place" in capsys.readouterr().out


def test_a_rule_may_take_a_few_times_as_long_as_with_every_rule_in_place(tree, monkeypatch):
    moments, limits = iter([0, 200]), []
    monkeypatch.setattr(command, "monotonic", lambda: next(moments))

    def run(_, most: float) -> int:
        limits.append(most)
        return command.FAILED if "False" in (tree / "door.py").read_text() else command.PASSED

    assert command.judge([rule(), rule(name="Locked again")], tree, run) == 0
    assert limits == [command.MAX_SECONDS, 200 * command.MAX_RATIO, 200 * command.MAX_RATIO]


def test_a_run_of_tests_is_stopped_in_the_end(tree):
    (tree / "test_door.py").write_text("def test_waits():\n    while True:\n        pass\n")
    assert command.run_tests(tree, ["test_door.py"], most=0.5) == command.TOO_LONG


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
