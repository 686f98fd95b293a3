"""No regular expression of the product goes back over what it has read: each takes time in proportion to its text.

The expressions are found in the code. Each meets texts that are made of its own signs to send it back, and may take
no more steps than an engine that never goes back: the size of its program for each sign.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib
from tests.parsers.backtracking import Program, Run, TooManySteps, compiled

ROOT = Path(chalicelib.__file__).parent
METHODS = {"compile", "search", "match", "fullmatch", "sub", "split", "findall", "finditer"}
MADE_LATER = {
    # what is put together from data cannot be found in the code: file, and why it is harmless
    "collect/comment_check.py": "the writer's own name is escaped; the rules are declared: see test_selfcheck_rules",
    "core/name_order.py": "a name, escaped, between ends of words or of the text",
    "core/you_wording.py": "whole words, each listed as it is",
    "ownership/earlier.py": "a name, escaped, between ends of words",
    "pdf/pdf_text.py": "the note that we set for other scripts: see _of_the_note",
    "store/objects.py": "the declared folders of documents",
    "store/row_kinds/row_kind.py": "templates of our own keys",
    "web/sign_in_codes.py": "a number of digits",
}


@dataclass(frozen=True)
class Expression:
    where: str
    pattern: str
    flags: int
    whole: bool  # used with fullmatch alone


def _modules() -> Iterator[tuple[str, ModuleType]]:
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT.parent).with_suffix("").as_posix().replace("/", ".")
        if not name.endswith("__main__"):
            yield path.relative_to(ROOT).as_posix(), importlib.import_module(name.removesuffix(".__init__"))


def _calls(path: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node


def _of_re(call: ast.Call) -> bool:
    function = call.func
    assert isinstance(function, ast.Attribute)
    return isinstance(function.value, ast.Name) and function.value.id == "re" and function.attr in METHODS


def _value(node: ast.expr, module: ModuleType) -> object:
    return eval(compile(ast.Expression(node), "<expression>", "eval"), vars(module))  # noqa: S307 (our own code)


def _methods_of(name: str, path: str) -> set[str]:
    return set(re.findall(rf"\b{name}\.(\w+)", (ROOT / path).read_text()))


def _own(module: ModuleType) -> Iterator[re.Pattern[str]]:
    return (value for value in vars(module).values() if isinstance(value, re.Pattern))


def found() -> Iterator[Expression]:
    for path, module in _modules():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                whole = _methods_of(name, path) == {"fullmatch"}
                yield Expression(f"{path}:{name}", value.pattern, value.flags, whole)
        for call in filter(_of_re, _calls(path)):
            try:
                pattern = _value(call.args[0], module)
            except NameError:
                assert path in MADE_LATER, f"{path}:{call.lineno} is put together from data: say why it is harmless"
                continue
            if (str(pattern), "compile") in {(own.pattern, call.func.attr) for own in _own(module)}:  # type: ignore[attr-defined]
                continue
            named = [_value(keyword.value, module) for keyword in call.keywords if keyword.arg == "flags"]
            yield Expression(
                f"{path}:{call.lineno}", str(pattern), int(named[0]) if named else 0, call.func.attr == "fullmatch"
            )  # type: ignore


def _selfcheck_rules() -> Iterator[Expression]:
    from chalicelib.collect import comment_check

    for why, rule, flags in comment_check._RULES:
        yield Expression(f"selfcheck: {why}", rule, flags, False)


def _of_the_note() -> Expression:
    from chalicelib.pdf.pdf_text import OTHER_SCRIPT

    note = re.escape(OTHER_SCRIPT)
    return Expression("pdf/pdf_text.py: notes", rf"{note}(?:[\s\W\d]*{note})+", 0, False)


EXPRESSIONS = [*found(), *_selfcheck_rules(), _of_the_note()]


def _texts(program: Program, pattern: str) -> Iterator[str]:
    """Return a part that is repeated, after what may begin a match and before what spoils it."""
    signs = sorted(program.alphabet)[:16]
    words = re.findall(r"[A-Za-z]{2,}(?: [A-Za-z]+)*", pattern)[:6]
    length = min(1000, max(200, 3 * program.size))
    pumps = {*signs, *map("".join, product(signs[:6], repeat=2)), *words, *(f"{word} " for word in words)}
    for pump in sorted(pumps):
        for start, end in (("", ""), (signs[-1], "\x01")):
            yield (start + pump * (length // len(pump)))[:length] + end


def worst(pattern: str, flags: int = 0, *, whole: bool = False) -> str | None:
    """Return a text that takes too many steps, if one is found."""
    program = compiled(pattern, flags)
    for text in _texts(program, pattern):
        run = Run(text, most=(program.size + 10) * (len(text) + 1))
        try:
            if whole:
                run.match(program, 0, whole=True)
            else:
                list(run.find_all(program))
        except TooManySteps:
            return text
    return None


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda expression: expression.where)
def test_an_expression_takes_steps_in_proportion_to_its_text(expression):
    text = worst(expression.pattern, expression.flags, whole=expression.whole)

    assert text is None, f"{expression.pattern} goes back again and again over {text[:30]!r}..."


def test_the_expressions_are_found():
    where = " ".join(expression.where for expression in EXPRESSIONS)

    assert len(EXPRESSIONS) > 30
    assert all(
        part in where for part in ("nominate/pasted_lines.py:ASIDE", "core/addresses.py:_DOMAIN", "emails/render.py:")
    )


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"[^\s<>,;:\"()]*@[^\s<>,;]*", id="addresses-in-a-list"),
        pytest.param(r"\s*[(\[][^()\[\]]*[)\]]\s*", id="blanks-before-a-bracket"),
        pytest.param(r"\s*([^<>@]+?)\s*<([^<>\s]+@[^<>\s]+)>\s*", id="name-and-address"),
        pytest.param(r"(?:a|a)*b", id="two-ways-for-one-sign"),
        pytest.param(r"(?:a+)+b", id="repeat-of-a-repeat"),
    ],
)
def test_an_expression_that_goes_back_is_reported(pattern):
    assert worst(pattern) is not None


SHORT = [expression for expression in EXPRESSIONS if len(expression.pattern) < 2000]


@given(st.sampled_from(SHORT), st.data())
def test_the_count_runs_what_python_runs(expression, data):
    program = compiled(expression.pattern, expression.flags)
    signs = sorted(program.alphabet | {"a", " ", "\n"})
    text = data.draw(st.lists(st.sampled_from(signs), max_size=12).map("".join))

    ran = list(Run(text, most=10**6).find_all(program))

    assert ran[:1] == [match.span() for match in re.finditer(expression.pattern, text, expression.flags)][:1]
