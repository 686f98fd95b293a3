"""README names every folder of the code."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_folder_is_in_the_tree():
    tree = (ROOT / "README.md").read_text(encoding="utf-8").split("app.py   ", 1)[1].split("```", 1)[0]
    folders = {path.parent.name for path in (ROOT / "chalicelib").glob("*/__init__.py")}

    assert {folder for folder in folders if f"{folder}/" not in tree} == set()


def test_every_folder_says_what_it_is_for():
    files = (ROOT / "chalicelib").glob("*/__init__.py")

    assert [path for path in files if not path.read_text(encoding="utf-8").startswith('"""')] == []
