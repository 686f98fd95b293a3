"""What a kind of link declares. The kinds are in links/kinds.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, ParamSpec

from msgspec import Struct, field

from chalicelib.core.model import Delegate, Invitation, Person
from chalicelib.links import signing

Parts = tuple[str, ...]
Link = tuple[str, ...]  # verb, parts
P = ParamSpec("P")


class AfterChange(Struct, frozen=True):
    """The state after a change that a delegate's links depend on.

    reader       of the email that contains the link
    invitations  by id, those that changed
    surveys      link versions of impact surveys, by role, those that changed
    """

    delegate: Delegate
    reader: Person
    approver: Person | None = None
    invitations: Mapping[str, Invitation] = field(default_factory=dict)
    surveys: Mapping[str, int] = field(default_factory=dict)


Remake = Callable[[Parts, AfterChange], Parts]


class LinkKind(Struct, Generic[P], frozen=True):
    """One kind of link.

    verb        first part of the path, and part of the signature
    parts       what the token holds, by name; a token with another number of parts is refused
    holder      who gets it by email
    revoked     what makes it open nothing any more
    ends        until when it opens anything
    values      makes the parts
    remake      the parts as they must be after a change; parts that did not change stay
    older       numbers of parts in tokens that earlier versions emailed
    needs_code  a code by email opens a session; the link alone opens nothing
    is_signed   not for links to the console, where a session identifies the person
    """

    verb: str
    parts: tuple[str, ...]
    holder: str
    revoked: str
    ends: str
    values: Callable[P, Parts]
    remake: Remake
    older: tuple[int, ...] = ()
    needs_code: bool = False
    is_signed: bool = True

    @property
    def size(self) -> int:
        return len(self.parts)

    def link(self, *args: P.args, **kwargs: P.kwargs) -> Link:
        """Return the link as an email stores it."""
        return (self.verb, *self.values(*args, **kwargs))

    def url(self, *args: P.args, **kwargs: P.kwargs) -> str:
        return signing.make(*self.link(*args, **kwargs))

    def token(self, *args: P.args, **kwargs: P.kwargs) -> str:
        return signing.token(*self.link(*args, **kwargs))

    def open(self, token: str) -> signing.Link:
        """Read the link. Raises LinkUnknown unless the token was signed for this kind."""
        return signing.open_link(self.verb, token, self.size, *self.older)
