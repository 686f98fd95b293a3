"""docs/links.md: the kinds of link that emails carry."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.links.kinds import KINDS

HEAD = """\
# Links

Made from `chalicelib/links/kinds.py` by `make docs`.

An email carries links of these kinds. A link is `/api/<kind>/<token>`; the token holds the parts below and a signature
of 128 bits over the kind and the parts. A version is raised to revoke a link: what was emailed before opens nothing any
more. When an address changes, emails that wait get the same links as they are made after the change.

| kind | the token holds | who holds it | a code by email, too | what revokes it | when it ends |
|---|---|---|---|---|---|
"""


def page() -> str:
    return HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for kind in KINDS.values():
        parts = ", ".join(kind.parts) if kind.is_signed else "no token: the path of a page of the console"
        code = "yes" if kind.needs_code else "no"
        yield f"| `{kind.verb}` | {parts} | {kind.holder} | {code} | {kind.revoked} | {kind.ends} |\n"
