"""Tests assert no sentence of a page, so that a sentence can be improved without a search through the tests.

A page carries names for this: see "Test" in CONTRIBUTING.md.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.deployment import ROOT

MIN_WORDS = 4  # shorter texts are often names: of a button, a group, a workshop
OTHER_TEXTS = ("/mail/", "/emails/", "/report/", "/pdf/")  # documents and emails, which are not pages
FOLDERS_OF_OTHERS = ("emails", "report", "golden", "mutants")
IN_A_PAGE = re.compile(r"\.page\b|\bpage\b|\.text\(|inner_text")
AWAITED = re.compile(r"get_by_text\(.*\.wait_for$|\.page\.(split|partition)$")
RULES = {  # words that are the rule itself, or that no page's author writes
    "No one gets an email before": "a promise of the preview",
    "are shown with your name to": "who sees what",
    "loaded with other content": "what an administrator without the right must not learn",
    "You were not given the programme": "what they may learn",
    "rounded to half a point": "how a figure is made",
    "is an Excel workbook that cannot be read": "the fault of a file",
    "Education Centre, Room 4": "a place of the example, which samples of emails name too",
    "Leading Self, day 2 of 2": "a session of the example",
    "day 2 of 2": "a session of the example",
}


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@cache
def _templates() -> str:
    paths = ROOT.glob("chalicelib/**/*.html.j2")
    return "\n".join(_plain(path.read_text()) for path in paths if not any(part in str(path) for part in OTHER_TEXTS))


@cache
def _messages() -> str:
    """Return every text of the product's code, without docstrings."""
    return "\n".join(
        _plain(text.value)
        for path in ROOT.glob("chalicelib/**/*.py")
        for text in _texts_of_code(ast.parse(path.read_text()))
    )


def _texts_of_code(tree: ast.Module) -> Iterator[ast.Constant]:
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return (text for text in _texts(tree) if id(text) not in alone)


def find_sentences(source: str) -> Iterator[str]:
    """Find the sentences of pages that the source of a test asserts, as "line: words"."""
    for node in ast.walk(ast.parse(source)):
        for text in _asserted(node):
            words = _plain(text.value).strip()
            if len(words.split()) >= MIN_WORDS and words not in RULES and words in _templates() + _messages():
                yield f"{text.lineno}: {words}"


def _asserted(node: ast.AST) -> Iterator[ast.Constant]:
    """Find the texts that a comparison looks for in a page, or that a browser waits for."""
    if isinstance(node, ast.Compare) and any(isinstance(sign, ast.In | ast.NotIn) for sign in node.ops):
        if IN_A_PAGE.search(ast.unparse(node.comparators[-1])):
            yield from _texts(node.left)
    elif isinstance(node, ast.Call) and AWAITED.search(ast.unparse(node.func)):
        yield from _texts(node)


def _texts(node: ast.AST) -> Iterator[ast.Constant]:
    return (part for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


FILES = [path for path in sorted((ROOT / "tests").rglob("test_*.py")) if path.parent.name not in FOLDERS_OF_OTHERS]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(Path(path).relative_to(ROOT / "tests")))
def test_a_test_asserts_no_sentence_of_a_page(path):
    assert list(find_sentences(path.read_text())) == []


def test_a_sentence_of_a_template_and_one_of_a_message_are_noticed():
    source = 'assert "Your other answers are saved." in visitor.page\nassert "you can no longer add or change" in page'

    assert [line.partition(":")[0] for line in find_sentences(source)] == ["1", "2"]


def test_names_figures_and_what_a_test_typed_are_not_sentences_of_a_page():
    source = 'assert "Save and continue" in visitor.page\nassert "Let others plan the rota and see" in visitor.page'

    assert list(find_sentences(source)) == []
