"""Say what a form of a cohort's page would do, before it is confirmed: a follow-up, a void, a revocation of links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from chalicelib.admin import form_actions, schedule_followup
from chalicelib.admin import revoke_links as revoke
from chalicelib.admin import void_answers as void
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.core.addresses import clean_address
from chalicelib.core.formatting import day, plural, say_when
from chalicelib.core.working_days import working_days
from chalicelib.links.kinds import KINDS
from chalicelib.store import cohorts, delegates, programmes

Fields = Mapping[str, str]


class Preview(Struct, frozen=True):
    """One act.

    effects    sentences
    emails     who is emailed, and what the email says
    questions  what may be a slip
    """

    title: str
    effects: tuple[str, ...]
    emails: tuple[str, ...]
    button: str
    questions: tuple[str, ...] = ()
    danger: bool = False


def _followup(cohort_id: str, fields: Fields, now: datetime, by: str) -> Preview:
    opens, closes = form_actions.read_followup_dates(fields)
    planned = schedule_followup.plan(cohort_id, opens, closes, now, by, dry_run=True)
    if (cohort := cohorts.find(cohort_id)) is None:
        raise CohortUnknown(cohort_id)
    count = len(cohorts.list_without_followup(cohorts.rows(cohort_id)))
    organisation = programmes.load(cohort.programme_id, cohort.programme_version).organisation
    soon = working_days(organisation, cohort.dates.closed).soon(now)
    when = say_when(soon, now, organisation.timezone)
    return Preview(
        f"Plan the follow-up of {cohort.title}",
        (
            f"It opens on {day(opens)}, 09:00. The last day for answers is {day(closes)}.",
            f"{plural(count, 'delegate is', 'delegates are')} asked about again, by everyone who was asked before.",
            "You cannot change these dates afterwards. You can give more time.",
        ),
        (f"{plural(count, 'delegate', 'delegates')}, {when}: the days, and the list of raters to look at",),
        "Plan the follow-up",
        planned.questions,
    )


def _void(cohort_id: str, fields: Fields, now: datetime, by: str) -> Preview:
    address, delegate, why = (fields.get(field, "") for field in ("address", "delegate", "why"))
    chosen = void.find_open(cohort_id, address, now, delegate=delegate, why=why)
    about = delegates.find_all(sorted({invitation.delegate_id for invitation in chosen}))
    names = ", ".join(sorted(delegate.person.name for delegate in about.values()))
    person = chosen[0].rater
    return Preview(
        f"Destroy what {person.name} answered, and ask again",
        (
            f"It is about: {names}.",
            "What this person saved or sent is destroyed. No one can restore it.",
            "You do not learn whether anything had been sent.",
        ),
        (f"{person.name}, {person.email}: a new link, unless they declined",),
        "Destroy the answers and ask again",
        danger=True,
    )


def _revoke_links(cohort_id: str, fields: Fields, now: datetime, by: str) -> Preview:
    address = clean_address(fields.get("address", ""))
    links = revoke.revoke_links(cohort_id, address, now, by, dry_run=True)
    concerned = delegates.find_all(sorted({link.delegate for link in links if link.delegate}))
    names = {delegate_id: delegate.person.name for delegate_id, delegate in concerned.items()}
    return Preview(
        f"Revoke the links of {address}",
        (
            *(f"The link of {KINDS[link.verb].holder}{_about(link.delegate, names)} stops working." for link in links),
            "They are signed out on every device.",
        ),
        (f"{address}: the new link",) if "send" in fields else (),
        "Revoke the links",
        danger=True,
    )


def _about(delegate_id: str, names: Mapping[str, str]) -> str:
    return f" about {names[delegate_id]}" if delegate_id in names else ""


PREVIEWS: dict[str, Callable[[str, Fields, datetime, str], Preview]] = {
    "followup": _followup,
    "void": _void,
    "revoke-links": _revoke_links,
}
