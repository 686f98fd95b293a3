"""Nothing that renders can reach a raw answer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import chalicelib.report

FOLDER = Path(chalicelib.report.__file__).parent
MAY_SEE_ANSWERS = {"publish.py", "offline.py", "work.py"}
OUTSIDE = {"chalicelib.model", "chalicelib.errors"}
PURE = ("partition", "published", "scoring", "publish", "figures", "facts", "charts", "view", "printable")


def imported(module: Path) -> set[str]:
    tree = ast.parse(module.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_only_the_publisher_and_its_feeders_import_raw_answers(module):
    assert module.name in MAY_SEE_ANSWERS or "chalicelib.answers" not in imported(module)


@pytest.mark.parametrize("name", PURE)
def test_pure_modules_import_only_one_another_and_the_standard_library(name):
    ours = {
        module
        for module in imported(FOLDER / f"{name}.py")
        if module.split(".")[0] in ("chalicelib", "jinja2", "typst")
    }

    allowed = OUTSIDE | {"chalicelib.report", *(f"chalicelib.report.{other}" for other in PURE)}
    assert ours <= (allowed | {"chalicelib.answers"} if name == "publish" else allowed)
