"""Test the words check: what it finds, and that any hit fails."""

from __future__ import annotations

import pytest

from infra.checks import commit_subject, plain_english


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.py", "# Nobody is told.\n", ["Nobody", "told"]),
        ("a.py", "MOST_ROWS = 5\n", ["MOST_ROWS ="]),
        ("a.py", "def put_off_if_full(): ...\n", ["put_off_if_full"]),
        ("a.py", "mail = 1  # a mail\n", ["mail", "mail"]),
        ("a.py", "for mail_id, (a, mails) in []: ...\n", ["mail_id", "mails"]),
        ("a.py", "class Mailer:\n    mail: str\n", ["Mailer", "mail"]),
        ("a.py", "def send(mail, *, by_mail=0): ...\n", ["by_mail", "mail"]),
        ("a.py", "self.mail, a = 1\nimport emails as mails\n", ["mail", "mails"]),
        ("a/mail_words.py", "email = 1\n", ["mail_words"]),
        ("a.py", "mailbox = gmail.find(mail=1)  # a mailbox\n", []),
        ("a.py", 'def send():\n    """Send mails to a mail server."""\n', ["mails"]),
        (
            "tests/a.py",
            "def test_one_mail_is_told(): ...  # a mail\n",
            ["mail", "test_one_mail_is_told", "test_one_mail_is_told"],
        ),
        ("a.md", "Each mail goes once; see `mail.json` and mail/*.eml.\n", ["mail"]),
        ("a.md", "They come by mail.\n", ["mail"]),
        ("a.py", 'raise NoEmail(f"{name} has no mail today")\n', ["mail"]),
        ("a.py", 'rows("MAIL#", kind="mail")\n', []),
        ("a.py", 'send("run: python -m chalicelib mails retry")\n', []),
        ("a.yaml", "# Who is told of mails\n", ["mails", "told"]),
        ("a.md", "The email says how many are still to come.\n", []),
        ("chalicelib/a.py", "def list(one, rows):\n    found = [shown for shown in rows]\n", ["one", "found", "shown"]),
        ("chalicelib/a.py", "class Range:\n    shown: int\n\n    def show(self): return self.shown\n", []),
        ("tests/a.py", "def test():\n    found = 1\n", ["found"]),
    ],
)
def test_words_are_found_where_they_matter(name, text, words):
    assert [hit.word for hit in plain_english.hits(name, text)] == words


def test_a_hit_names_its_line_and_what_to_write():
    (hit,) = plain_english.hits("a.md", "One\n\nTwo, beside three\n")

    assert (hit.line, hit.better) == (3, "next to, in addition to")


def test_any_hit_fails_and_is_printed(monkeypatch, tmp_path, capsys):
    (tmp_path / "a.md").write_text("Nobody knows.\n")
    monkeypatch.setattr(plain_english, "ROOT", tmp_path)
    monkeypatch.setattr(plain_english, "tracked_files", lambda: ["a.md"])

    assert plain_english.main() == 1
    assert capsys.readouterr().out == "a.md:1: “Nobody”: write no one, anyone, someone, everyone; or the role\n"


def test_every_exception_is_still_needed(monkeypatch):
    exceptions = dict(plain_english.EXCEPTIONS)
    monkeypatch.setattr(plain_english, "EXCEPTIONS", {})
    excepted = {
        (name, hit.word.lower())
        for name in {name for name, _ in exceptions}
        for hit in plain_english.hits(name, (plain_english.ROOT / name).read_text("utf-8"))
    }

    assert set(exceptions) - excepted == set()


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
