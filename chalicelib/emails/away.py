"""Emails about a delegate who is paused wait for the return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property

from chalicelib.emails.kinds import find_kind
from chalicelib.store.emails import Email

ListPaused = Callable[[], Mapping[str, datetime]]


class Away:
    """Who is paused while one email is sent. Read once, and only for an email about a delegate.

    list_paused   reads ids of delegates -> when they come back
    """

    def __init__(self, list_paused: ListPaused, now: datetime) -> None:
        self._list_paused = list_paused
        self._now = now

    @cached_property
    def _until(self) -> Mapping[str, datetime]:
        return self._list_paused()

    def find_return(self, email: Email) -> datetime | None:
        """Return until when an email has to wait for a delegate's return; None if it does not wait."""
        delegate_id = email.about.get("delegate")
        until = self._until.get(delegate_id) if delegate_id and not email.cancelled else None
        if until is None or until <= self._now or find_kind(email.template).is_sent_in_pause:
            return None
        return until
