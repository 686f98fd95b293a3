"""Test the words check: what it finds, and that a file may not gain hits."""

from __future__ import annotations

import pytest

from infra.checks import commit_subject, plain_english


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.py", "# Nobody is told.\n", ["Nobody", "told"]),
        ("a.py", "MOST_ROWS = 5\n", ["MOST_ROWS ="]),
        ("a.py", "mail = 1  # a mail\n", []),
        ("a.md", "Each mail goes once; see `mail.json` and mail/*.eml.\n", ["mail"]),
        ("a.md", "The email says how many are still to come.\n", []),
    ],
)
def test_words_are_found_where_they_matter(name, text, words):
    assert [hit.word for hit in plain_english.hits(name, text)] == words


def test_a_hit_names_its_line_and_what_to_write():
    (hit,) = plain_english.hits("a.md", "One\n\nTwo, beside three\n")

    assert (hit.line, hit.better) == (3, "next to, in addition to")


def test_a_file_may_lose_hits_and_not_gain_any():
    hits = plain_english.hits("a.md", "nobody, somebody")

    assert plain_english.worse({"a.md": hits}, {"a.md": 2}) == {}
    assert plain_english.worse({"a.md": hits}, {"a.md": 1}) == {"a.md": hits}
    assert plain_english.worse({"a.md": hits}, {}) == {"a.md": hits}


def test_the_baseline_has_one_file_for_each_top_folder(tmp_path):
    (tmp_path / "gone.txt").write_text("1 gone/a.py\n")

    plain_english.write_baseline({"docs/a.md": 2, "docs/b/c.md": 1, "README.md": 3}, tmp_path)

    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert written == {"docs.txt": "2 docs/a.md\n1 docs/b/c.md\n", "root.txt": "3 README.md\n"}
    assert plain_english.read_baseline("".join(written.values())) == {"docs/a.md": 2, "docs/b/c.md": 1, "README.md": 3}


@pytest.mark.parametrize(
    ("message", "is_fine"),
    [
        ("Keep emails to one address", True),
        ("Keep emails to one address\n\nBecause two were sent.\n", True),
        ("Keep emails to one address.", False),
        ("x" * 61, False),
        ("Keep emails\nto one address", False),
    ],
)
def test_the_subject_of_a_commit_is_short_and_alone(message, is_fine):
    assert (commit_subject.fault_of(message) == "") is is_fine
