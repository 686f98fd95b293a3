"""Run a regular expression as Python's engine does, by going forward and back, and count the steps.

The expression is compiled to a small program. One step is one instruction of it, at one place of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from re import _constants as sre  # the numbers of Python's own parser
from re import _parser as sre_parse
from typing import Any

CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
Test = Callable[[str], bool]
Groups = dict[Any, tuple[int, int]]
State = tuple[int, int, Groups]


class TooManySteps(Exception):
    pass


@dataclass
class Program:
    """Instructions: ("test", function), ("split", first, second), ("jump", to), ("at", code),
    ("look", program, width behind, wanted), ("atom", program), ("open", group), ("close", group), ("same", group),
    ("match",)."""

    code: list[tuple[Any, ...]] = field(default_factory=list)
    alphabet: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        inner = (part for instruction in self.code for part in instruction if isinstance(part, Program))
        return len(self.code) + sum(program.size for program in inner)


def compiled(pattern: str, flags: int = 0) -> Program:
    tree = sre_parse.parse(pattern, flags)
    program = Program()
    _emit(program, tree, tree.state.flags)
    program.code.append(("match",))
    return program


def _emit(program: Program, tree: Any, flags: int) -> None:
    for node, argument in tree:
        _EMIT[node](program, node, argument, flags)


def _single(program: Program, node: Any, argument: Any, flags: int) -> None:
    test, samples = _test(node, argument, flags)
    program.alphabet |= samples
    program.code.append(("test", test))


def _test(node: Any, argument: Any, flags: int) -> tuple[Test, set[str]]:
    if node is sre.ANY:
        return (lambda sign: bool(flags & re.DOTALL) or sign != "\n"), {"a", "\n"}
    if node is sre.NOT_LITERAL:
        return (lambda sign: sign != chr(argument)), {chr(argument), "a"}
    if node is sre.LITERAL:
        return _same_sign(chr(argument), flags), {chr(argument)}
    return _set_test(argument, flags)


def _same_sign(wanted: str, flags: int) -> Test:
    return (lambda sign: sign.lower() == wanted.lower()) if flags & re.IGNORECASE else (lambda sign: sign == wanted)


def _set_test(parts: Any, flags: int) -> tuple[Test, set[str]]:
    tests: list[Test] = []
    samples: set[str] = set()
    wanted = True
    for node, argument in parts:
        if node is sre.NEGATE:
            wanted = False
        elif node is sre.LITERAL:
            tests.append(_same_sign(chr(argument), flags))
            samples.add(chr(argument))
        elif node is sre.RANGE:
            tests.append(_range_test(*argument, flags))
            samples.add(chr(argument[0]))
        else:
            tests.append(re.compile(CATEGORIES[argument]).match)  # type: ignore[arg-type]
            samples |= {"a", "1", " ", "-"}
    return (lambda sign: any(test(sign) for test in tests) is wanted), samples | {"a"}


def _range_test(low: int, high: int, flags: int) -> Test:
    def test(sign: str) -> bool:
        both = {sign.lower(), sign.upper()} if flags & re.IGNORECASE else {sign}
        return any(len(variant) == 1 and low <= ord(variant) <= high for variant in both)

    return test


def _group(program: Program, node: Any, argument: Any, flags: int) -> None:
    number, added, removed, tree = argument
    program.code.append(("open", number))
    _emit(program, tree, (flags | added) & ~removed)
    program.code.append(("close", number))


def _branch(program: Program, node: Any, argument: Any, flags: int) -> None:
    ends = []
    *first, last = argument[1]
    for tree in first:
        split = len(program.code)
        program.code.append(())
        _emit(program, tree, flags)
        ends.append(len(program.code))
        program.code.append(())
        program.code[split] = ("split", split + 1, len(program.code))
    _emit(program, last, flags)
    for end in ends:
        program.code[end] = ("jump", len(program.code))


def _repeat(program: Program, node: Any, argument: Any, flags: int) -> None:
    least, most, tree = argument
    if most is sre.MAXREPEAT:
        assert tree.getwidth()[0], "a repeat of what may be empty: not counted here"
    for _ in range(least):
        _emit(program, tree, flags)
    splits = []
    for _ in range(1 if most is sre.MAXREPEAT else most - least):
        splits.append(len(program.code))
        program.code.append(())
        _emit(program, tree, flags)
    if most is sre.MAXREPEAT:
        program.code.append(("jump", splits[0]))
    for split in splits:
        ways = (split + 1, len(program.code))
        program.code[split] = ("split", *(ways if node is sre.MAX_REPEAT else reversed(ways)))


def _part(tree: Any, flags: int, program: Program) -> Program:
    part = Program()
    _emit(part, tree, flags)
    part.code.append(("match",))
    program.alphabet |= part.alphabet
    return part


def _look(program: Program, node: Any, argument: Any, flags: int) -> None:
    direction, tree = argument
    behind = tree.getwidth()[0] if direction < 0 else 0
    program.code.append(("look", _part(tree, flags, program), behind, node is sre.ASSERT))


def _atom(program: Program, node: Any, argument: Any, flags: int) -> None:
    program.code.append(("atom", _part(argument, flags, program)))


def _possessive(program: Program, node: Any, argument: Any, flags: int) -> None:
    part = Program()
    _repeat(part, sre.MAX_REPEAT, argument, flags)
    part.code.append(("match",))
    program.alphabet |= part.alphabet
    program.code.append(("atom", part))


_EMIT: dict[Any, Callable[[Program, Any, Any, int], None]] = {
    **dict.fromkeys((sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN), _single),
    **dict.fromkeys((sre.MAX_REPEAT, sre.MIN_REPEAT), _repeat),
    **dict.fromkeys((sre.ASSERT, sre.ASSERT_NOT), _look),
    sre.SUBPATTERN: _group,
    sre.BRANCH: _branch,
    sre.GROUPREF: lambda program, node, argument, flags: program.code.append(("same", argument)),
    sre.AT: lambda program, node, argument, flags: program.code.append(("at", argument, flags)),
    sre.ATOMIC_GROUP: _atom,
    sre.POSSESSIVE_REPEAT: _possessive,
}


class Run:
    """Counts over all calls; raises TooManySteps above `most`."""

    def __init__(self, text: str, most: int) -> None:
        self.text, self.most, self.steps = text, most, 0

    def match(self, program: Program, start: int, *, whole: bool = False) -> int | None:
        """Where a match from `start` ends."""
        waiting: list[State] = [(0, start, {})]
        while waiting:
            state: State | None = waiting.pop()
            while state is not None:
                self.steps += 1
                if self.steps > self.most:
                    raise TooManySteps
                if program.code[state[0]][0] == "match":
                    if not whole or state[1] == len(self.text):
                        return state[1]
                    break
                state = self._step(program.code[state[0]], *state, waiting)
        return None

    def _step(self, instruction: Any, pc: int, at: int, groups: Groups, waiting: list[State]) -> State | None:
        kind, *rest = instruction
        if kind == "split":
            waiting.append((rest[1], at, groups))
        if kind in ("split", "jump"):
            return rest[0], at, groups
        if kind in ("open", "close"):
            begun = groups.get(rest[0], (at, at))[0] if kind == "close" else at
            return pc + 1, at, {**groups, rest[0]: (begun, at)}
        end = self._end(kind, rest, at, groups)
        return None if end is None else (pc + 1, end, groups)

    def _end(self, kind: str, rest: list[Any], at: int, groups: Groups) -> int | None:
        """Return where the required text ends; None if it is not here."""
        if kind == "test":
            return at + 1 if at < len(self.text) and rest[0](self.text[at]) else None
        if kind == "same":
            begun, ended = groups[rest[0]]
            part = self.text[begun:ended]
            return at + len(part) if self.text.startswith(part, at) else None
        if kind == "at":
            return at if _is_at(*rest, self.text, at) else None
        if kind == "look":
            part, behind, wanted = rest
            is_matched = at >= behind and self.match(part, at - behind) is not None
            return at if is_matched is wanted else None
        return self.match(rest[0], at)

    def search(self, program: Program, start: int = 0) -> tuple[int, int] | None:
        for at in range(start, len(self.text) + 1):
            end = self.match(program, at)
            if end is not None:
                return at, end
        return None

    def find_all(self, program: Program) -> Iterator[tuple[int, int]]:
        at = 0
        while span := self.search(program, at):
            yield span
            at = span[1] if span[1] > span[0] else span[1] + 1


def _is_at(code: Any, flags: int, text: str, at: int) -> bool:
    if code in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
        return at == 0 or (code is sre.AT_BEGINNING and bool(flags & re.MULTILINE) and text[at - 1] == "\n")
    if code in (sre.AT_END, sre.AT_END_STRING):
        last = at == len(text) - 1 and text[at] == "\n" and code is sre.AT_END
        line = code is sre.AT_END and bool(flags & re.MULTILINE) and text[at : at + 1] == "\n"
        return at == len(text) or last or line
    before, after = (bool(re.match(r"\w", sign)) for sign in (text[at - 1 : at] if at else "", text[at : at + 1]))
    return (before != after) is (code is sre.AT_BOUNDARY)
