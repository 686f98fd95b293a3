"""The rules of `rules.yaml`, read and held against the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

ROOT = Path(__file__).parents[2]
LIST = "tests/mutants/rules.yaml"


class Written(Struct, frozen=True, forbid_unknown_fields=True):
    rule: str
    before: str
    after: str
    tests: str = ""
    survives: str = ""
    loops: bool = False


class Group(Struct, frozen=True, forbid_unknown_fields=True):
    file: str
    tests: str
    rules: tuple[Written, ...]


class Rule(Struct, frozen=True):
    """One rule: what it says, where it is, how it reads without it, and which tests must notice."""

    name: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]
    survives: str
    loops: bool = False

    def fault(self, root: Path = ROOT) -> str:
        """Why the rule cannot be tried; empty if it can."""
        path = root / self.file
        count = path.read_text().count(self.before) if path.exists() else 0
        if count != 1:
            return f"{self.name}: its text is there {count} times in {self.file}. Change `before` in {LIST}"
        gone = [test for test in self.tests if not (root / test.split("::")[0]).exists()]
        return f"{self.name}: there is no {', '.join(gone)}. Change `tests` in {LIST}" if gone else ""

    def taken_out_of(self, text: str) -> str:
        return text.replace(self.before, self.after)


def every(words: str = "") -> list[Rule]:
    """Those whose name or file holds these words."""
    return [rule for rule in _read() if words.lower() in f"{rule.file} {rule.name}".lower()]


def _read() -> Iterator[Rule]:
    for group in msgspec.yaml.decode((ROOT / LIST).read_text(), type=list[Group]):
        for written in group.rules:
            tests = tuple((written.tests or group.tests).split())
            yield Rule(written.rule, group.file, written.before, written.after, tests, written.survives, written.loops)
