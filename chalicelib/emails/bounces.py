"""Decide which emails that did not arrive may be shown, because some show by themselves who has not answered."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.emails.kinds import find_kind
from chalicelib.store.emails import Bounce


def list_shown(bounces: Iterable[Bounce]) -> tuple[Bounce, ...]:
    """Leave out bounces of emails that go only to raters who have not answered.

    Pages, files and commands show these alone. An act by a person that depends on the others would show them as well.
    """
    return tuple(bounce for bounce in bounces if not is_hidden(bounce))


def names_a_delegate(bounce: Bounce) -> bool:
    """Return whether the bounce may be shown next to a delegate.

    Of two delegates whose reminders SES rejected on one morning, the one without a rejected email has every answer in.
    """
    return not is_only_to_unanswered(bounce.mail_id)


def is_hidden(bounce: Bounce) -> bool:
    """Return whether the bounce shows that its reader had not answered. One that SES rejected names no reader."""
    return not bounce.is_refused and is_only_to_unanswered(bounce.mail_id)


def is_only_to_unanswered(email_id: str) -> bool:
    """Return whether an email goes only to raters who have not answered. Its id begins with its kind."""
    try:
        return find_kind(email_id.partition("#")[0]).only_to_unanswered
    except KeyError:  # a kind of an earlier version
        return False
