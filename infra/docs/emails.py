"""docs/emails.md: the kinds of email."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.emails.kinds import load_kinds

HEAD = """\
# Emails

Made from the declarations in `chalicelib/*/emails.py` by `make docs`.

The templates of an email are `chalicelib/<stage>/templates/mail/<template>.txt.j2` and `.html.j2`. Its id begins with
its name, so a template is never renamed. See each with sample words on the desk, at
<http://127.0.0.1:8000/_local/mails>.

An email may wait: until its day has come, or until the email service takes it. The last columns say which act of
its reader cancels one that waits, and what becomes of it when its delegate is withdrawn or its reader's address
changes.

| email | name | to | links | cancelled by | after a withdrawal | with a new address |
|---|---|---|---|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for kind in load_kinds().values():
        links = ", ".join(f"`{link}`" for link in sorted(kind.links)) or "none"
        withdrawn = "sent" if kind.sent_after_withdrawal else "cancelled"
        acts = (kind.cancelled_by or "none", withdrawn, kind.on_new_address)
        yield f"| {kind.label} | `{kind.name}` | {kind.to} | {links} | {' | '.join(acts)} |\n"
