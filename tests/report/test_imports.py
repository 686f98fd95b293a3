"""Nothing that renders can reach a raw answer; what else a module may import is in tests/test_architecture.py."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import chalicelib.report

FOLDER = Path(chalicelib.report.__file__).parent
MAY_SEE_ANSWERS = {"publish.py", "responses_file.py", "offline.py"}  # offline reads the file and publishes


def imported(module: Path) -> set[str]:
    tree = ast.parse(module.read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("module", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.stem)
def test_only_the_publisher_and_its_feeders_import_raw_answers(module):
    assert module.name in MAY_SEE_ANSWERS or "chalicelib.core.answers" not in imported(module)
