"""List what else an administrator can do with a cohort, in groups, so that one link is found among many. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.admin.actions import FeedbackAct


class Way(Struct, frozen=True):
    """A link of the cohort's page. path: below that page."""

    label: str
    path: str


class Group(Struct, frozen=True):
    """Links that belong together. hint: what they are about, next to the title."""

    id: str
    title: str
    hint: str
    ways: tuple[Way, ...]


PEOPLE = Group(
    "people",
    "People",
    "add, correct, links, addresses",
    (
        Way("Add a delegate, or change the cohort", "change"),
        Way("Add or correct people from a list", "people"),
        Way("Send a lost link", "link"),
        Way("Links to pass on", "links"),
        Way("Revoke someone’s links", "revoke-links"),
        Way("Replace an address", "address"),
        Way("Destroy answers and ask again", "void"),
    ),
)
MONEY = Group(
    "sponsor",
    "Money and sponsor",
    "costs, stories, editions",
    (
        Way("Costs", "costs"),
        Way("Stories for the sponsor", "stories"),
        Way("Requests to the board, and editions", "board"),
    ),
)
RECORDS = Group(
    "records",
    "Records",
    "CSV, audit trail",
    (Way("Download as CSV", "progress"), Way("Audit trail", "trail")),
)


def list_ways(acts: Sequence[FeedbackAct], *, is_followup_planned: bool) -> tuple[Group, ...]:
    """Return the groups.

    acts   those that fit the cohort now; some have a link for all delegates
    """
    dates = Group(
        "dates",
        "Questionnaires and dates",
        "preview, more time, workshops",
        (
            Way("Preview the questionnaire and emails", "preview"),
            Way("Edit dates", "dates"),
            *(Way(act.of_all, f"all/{act.id}") for act in acts if act.of_all),
            Way("Registers of sessions", "registers"),
            Way("The follow-up" if is_followup_planned else "Plan the follow-up", "followup"),
        ),
    )
    return PEOPLE, dates, MONEY, RECORDS
