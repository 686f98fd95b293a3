"""Find words that this product does not use: `python -m infra.checks.plain_english`.

Any hit fails. List a hit that must stay in EXCEPTIONS with its reason.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
KINDS = ("*.py", "*.md", "*.j2", "*.js", "*.typ", "*.svg", ":(glob)infra/*.yaml", "Makefile")
OURSELVES = ("infra/checks/plain_english.py", "tests/checks/test_plain_english.py")

WORDS: Mapping[str, str] = {  # pattern -> what to write
    r"nobody|anybody|somebody|everybody": "no one, anyone, someone, everyone; or the role",
    r"whoever|whomever|whatever|wherever": "name the role or thing",
    r"whom": "who; or two sentences",
    r"told|tells?": "send, notify, show, say: which is it?",
    r"stands?|stays? (?:as|where)": "is, remains",
    r"beside": "next to, in addition to",
    r"mend(?:s|ed|ing)?": "fix, correct",
    r"anew": "again",
    r"astray": "wrong address",
    r"nought": "zero",
    r"come of it|came of it|became of|comes? to nothing": "result, outcome",
    r"broke off": "failed, stopped",
    r"sound\b(?= *[.`])": "valid",
    r"put off|puts off": "postpone, reschedule",
    r"bring about": "ensure, create",
}
EMAIL = r"(?<![`/\w.-])mail(?:s|ed|ing)?(?![`/\w-]|\.\w)"  # what people receive; not a path or a name of the contract
EMAIL_IN_CODE = rf"(?<!Apple ){EMAIL}(?! (?:systems?|servers?|services?|programs?|function|events?|row|retry)\b)"
_SENTENCE = re.compile(r"^\w[\w ,:]* |^ \w|^[A-Z][a-z]+$")
MAIL_IN_NAME = re.compile(r"(?:^|_)mail(?:s|ed|er|ing)?(?:_|$)", re.IGNORECASE)
EMPTY_NAMES = frozenset({"found", "one", "told", "shown"})  # of a variable: they do not say what it holds
DEFINED = re.compile(r"^ *(?:def|class) (\w+)", re.MULTILINE)
NAMES = r"^(?:MOST|LONGEST|LARGEST|FEWEST|SMALLEST)_\w+ *[:=]"
EXCEPTIONS: Mapping[tuple[str, str], str] = {  # (file, word) -> why it must stay
    ("app.py", "mail"): "the name of a function in AWS",
    ("app.py", "mail_events"): "the name of a function in AWS",
    ("chalicelib/admin/retry_emails.py", "mail_id"): "a key of what the command prints as JSON",
    ("chalicelib/core/settings.py", "mails_per_second"): "a key of the deployed settings",
    ("chalicelib/emails/ses_errors.py", "mail_from"): "a setting of SES",
    ("chalicelib/store/emails.py", "mail_id"): "a key of stored rows",
    ("chalicelib/admin/address_change.py", "told"): "a key of stored jobs",
    ("chalicelib/admin/emails.py", "told"): "a key of stored jobs",
    ("chalicelib/admin/templates/work.html.j2", "mail"): "the name of a form field",
    ("docs/operations.md", "mail"): "the key of a row",
    ("infra/local/desk.html.j2", "mail"): "the name of a form field",
    ("chalicelib/cli/parser.py", "mails"): "the name of a command",
    ("chalicelib/core/columns.py", "mail"): "what people call a column",
    ("chalicelib/core/columns.py", "mails"): "what people call a column",
    ("tests/core/test_columns.py", "mail"): "what people call a column",
    ("chalicelib/emails/ses_errors.py", "mail"): "a setting of SES",
    ("docs/pictures/architecture.svg", "mail"): "the name of a function in AWS",
    ("docs/pictures/flow.svg", "mail"): "the name of a function in AWS",
    ("infra/rights.yaml", "mail"): "the name of a function in AWS",
    ("tests/infra/test_status.py", "mail"): "the name of a function in AWS",
    ("tests/infra/test_upkeep.py", "mail"): "the name of a function in AWS",
    ("tests/local/test_aws_contract.py", "mail"): "the name of a tag in SES",
    ("chalicelib/sponsor/jobs.py", "mending"): "a key of stored jobs",
    ("chalicelib/collect/comment_check.py", "told"): "a word that raters write",
    ("tests/collect/test_comment_check.py", "told"): "a word that raters write",
    ("tests/journey/test_self_check.py", "told"): "a word that raters write",
    ("tests/browser/test_questionnaire.py", "told"): "a word that raters write",
    ("chalicelib/collect/comment_check.py", "tell"): "a word that raters write",
}


class Hit(NamedTuple):
    line: int
    word: str
    better: str


def hits(name: str, text: str) -> list[Hit]:
    """Return the words in a file that should be written another way, in the order of the text."""
    return sorted(hit for hit in _found(name, text) if (name, hit.word.lower()) not in EXCEPTIONS)


def _found(name: str, text: str) -> Iterator[Hit]:
    for word, better in WORDS.items():
        yield from _matches(rf"\b(?:{word})\b", text, better, re.IGNORECASE)
    if name.endswith(".py"):
        yield from _names(text)
        yield from _emails_in_names(name, text)
        yield from _empty_names(text)
        yield from _emails_in_prose(text)
    if name.endswith((".svg", ".yaml")):
        yield from _matches(EMAIL_IN_CODE, text, "email", re.IGNORECASE)
    if name.endswith((".md", ".j2")):
        yield from _matches(EMAIL, text, "email", re.IGNORECASE)
    yield from _matches(NAMES, text, "MAX_, MIN_", re.MULTILINE)


def _emails_in_prose(text: str) -> Iterator[Hit]:
    """Look for “mail” in comments, docstrings and sentences. Code may call a variable or a key so."""
    for line, words in (*_comments(text), *_docstrings(text)):
        for match in re.finditer(EMAIL_IN_CODE, words, re.IGNORECASE):
            yield Hit(line + words.count("\n", 0, match.start()), match.group(), "email")
    for line, words in _sentences(text):
        for match in re.finditer(EMAIL_IN_CODE, words):
            yield Hit(line, match.group(), "email")


def _emails_in_names(name: str, text: str) -> Iterator[Hit]:
    """Look for “mail” in the names that a file gives: of itself, its variables, parameters, functions and classes."""
    named = [(1, Path(name).stem.removeprefix("test_")), *_given_names(ast.parse(text))]
    return (Hit(line, word, "email") for line, word in named if MAIL_IN_NAME.search(word))


def _empty_names(text: str) -> set[Hit]:
    """Look for variables and parameters of functions whose name does not say what they hold."""
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    names = {function.name for function in functions}
    given = {hit for function in functions for hit in _given_names(function) if hit[1] not in names}
    return {Hit(line, word, "the thing it holds: rater, days") for line, word in given if word in EMPTY_NAMES}


def _given_names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=word, ctx=ast.Store()) | ast.arg(arg=word) | ast.alias(asname=str(word)):
                yield node.lineno, word
            case ast.Attribute(attr=word, ctx=ast.Store()) | ast.FunctionDef(name=word) | ast.ClassDef(name=word):
                yield node.lineno, word


def _comments(text: str) -> Iterator[tuple[int, str]]:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return ((token.start[0], token.string) for token in tokens if token.type == tokenize.COMMENT)


def _docstrings(text: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and (words := ast.get_docstring(node, False)):
            yield node.body[0].lineno, words


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    """Find strings with words that a person may read: those with a blank, or a small word after a capital."""
    tree = ast.parse(text)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in alone and _SENTENCE.search(str(node.value)):
            yield node.lineno, str(node.value)


def _names(text: str) -> Iterator[Hit]:
    """Look for the words in names of functions and classes, in which an underscore joins them."""
    for match in DEFINED.finditer(text):
        for word, better in WORDS.items():
            if re.search(rf"\b(?:{word})\b", match[1].replace("_", " ")):
                yield Hit(text.count("\n", 0, match.start(1)) + 1, match[1], better)


def _matches(pattern: str, text: str, better: str, flags: re.RegexFlag) -> Iterator[Hit]:
    for match in re.finditer(pattern, text, flags):
        yield Hit(text.count("\n", 0, match.start()) + 1, match.group(), better)


def tracked_files() -> list[str]:
    """Return the names of the files to check, relative to the repository."""
    command = ["git", "ls-files", *KINDS]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    return [name for name in listed.stdout.split() if name not in OURSELVES]


def main() -> int:
    """Print every word to replace. Return 1 if there is one."""
    all_hits = [(name, hit) for name in tracked_files() for hit in hits(name, (ROOT / name).read_text("utf-8"))]
    for name, hit in all_hits:
        print(f"{name}:{hit.line}: “{hit.word}”: write {hit.better}")
    return bool(all_hits)


if __name__ == "__main__":
    sys.exit(main())
