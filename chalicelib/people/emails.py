"""Emails about changes of people: to the delegate, and to everyone who has a part with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.core.clock import stamp
from chalicelib.core.model import Delegate, Invitation, Person, Programme
from chalicelib.emails.common_words import common_words
from chalicelib.emails.create import create_email
from chalicelib.emails.kinds import EmailKind, OnNewAddress, To, declare_email
from chalicelib.links.kinds import COACH, FACILITATOR, HUB, name_links
from chalicelib.links.link_kind import LinkKind
from chalicelib.store.emails import Email

MISSED = {"missed": "Leading Self, day 1 of 2"}
NOTHING_MISSED = {"when nothing was missed": {"missed": ""}}
LINKS: dict[To, LinkKind[Any]] = {
    To.DELEGATE: HUB,
    To.COACH: COACH,
    To.FACILITATOR: FACILITATOR,
}


def _declare(name: str, label: str, to: To, words: str, *, linked: bool = True, **more: Any) -> EmailKind:
    """Declare an email that goes out in a pause and after a withdrawal: it says what has changed."""
    links = [LINKS[to]] if linked and to in LINKS else []
    return declare_email(
        f"people/{name}",
        label,
        to=to,
        words=words,
        links=links,
        sent_after_withdrawal=True,
        sent_in_pause=True,
        **more,
    )


# --- to the delegate ----------------------------------------------------------------------------------

PAUSED = _declare("paused", "Pause, to the delegate", To.DELEGATE, "name until")
RETURNED = _declare(
    "returned",
    "Return from a pause, to the delegate",
    To.DELEGATE,
    "name missed",
    sample=MISSED,
    variants=NOTHING_MISSED,
)
LEFT = _declare("left", "Leaving, to the delegate", To.DELEGATE, "name", linked=False)
TRANSFERRED = _declare("transferred", "Transfer, to the delegate", To.DELEGATE, "name coach cohort")
COACH_CHANGED = _declare("coach_changed", "Another coach, to the delegate", To.DELEGATE, "name coach")
MANAGER_CHANGED = _declare(
    "manager_changed",
    "Another line manager, to the delegate",
    To.DELEGATE,
    "name manager",
    sample={"manager": "Helen Whitcombe"},
)

# --- to the coach -------------------------------------------------------------------------------------

COACH_NEW = _declare("coach_new", "Notice to a new coach", To.COACH, "name delegate", names_several=True)
COACH_PAUSED = _declare("coach_paused", "Pause, to the coach", To.COACH, "name delegate until")
COACH_RETURNED = _declare(
    "coach_returned",
    "Return from a pause, to the coach",
    To.COACH,
    "name delegate missed",
    sample=MISSED,
    variants=NOTHING_MISSED,
)
COACH_LEFT = _declare("coach_left", "Leaving, to the coach", To.COACH, "name delegate")
COACH_JOINED = _declare("coach_joined", "Transfer, to the coach in the new cohort", To.COACH, "name delegate cohort")
AWAY = _declare(
    "away",
    "Transfer, to the coach in the former cohort",
    To.COACH,
    "name delegate",
    linked=False,
    on_new_address=OnNewAddress.KEEP,
)

# --- to line manager, facilitator, sponsor and rater --------------------------------------------------

MANAGER_NEW = _declare("manager_new", "Notice to a new line manager", To.MANAGER, "name delegate", names_several=True)
MANAGER_PAUSED = _declare("manager_paused", "Pause, to the line manager", To.MANAGER, "name delegate until")
MANAGER_LEFT = _declare("manager_left", "Leaving, to the line manager", To.MANAGER, "name delegate")
FACILITATOR_JOINED = _declare(
    "facilitator_joined", "Transfer, to the facilitators", To.FACILITATOR, "name delegate cohort"
)
RATER_REMOVED = _declare(
    "rater_removed",
    "Notice to a rater who is no longer asked",
    To.RATER,
    "name delegate",
    on_new_address=OnNewAddress.KEEP,
)


def about_delegate(
    kind: EmailKind, programme: Programme, delegate: Delegate, to: Person, due_at: datetime, once: str, **more: str
) -> Email:
    """Write to one person about a delegate.

    delegate   with people and links as they are after the change
    once       names the change: when it was made, or its job. The same change a moment later is another email
    more       words that say something of this change
    """
    words = common_words(programme) | {
        "name": to.name,
        "delegate": delegate.person.name,
        "cohort": delegate.cohort_title,
        "coach": delegate.coach.name,
        "manager": delegate.manager.name,
        **more,
    }
    links = {
        To.DELEGATE: HUB.link(delegate),
        To.COACH: COACH.link(delegate.cohort_id, delegate.coach, delegate.coach_link),
    }
    return create_email(
        kind,
        delegate.id,
        once,
        to=to,
        due_at=due_at,
        words={name: text for name, text in words.items() if name in kind.words},
        links=name_links(links[kind.to]) if kind.links else {},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id},
    )


def rater_removed(
    programme: Programme, delegate: Delegate, invitation: Invitation, due_at: datetime, once: datetime
) -> Email:
    """Write to a rater who was removed. The email is the same whether they have answered or not."""
    return create_email(
        RATER_REMOVED,
        delegate.id,
        invitation.wave.value,
        invitation.id,
        stamp(once),
        to=invitation.rater,
        due_at=due_at,
        words=common_words(programme) | {"name": invitation.rater.name, "delegate": delegate.person.name},
        links={},
        about={"cohort": delegate.cohort_id, "delegate": delegate.id, "invitation": invitation.id},
    )
