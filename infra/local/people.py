"""Everyone who holds a link on this machine, as `/_local/people.json` lists them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from chalicelib.core.model import Cohort
from chalicelib.core.settings import settings
from chalicelib.links.kinds import (
    ANSWER,
    APPROVE,
    COACH,
    CODE,
    CONSOLE,
    DECLINE,
    DELETION,
    FACILITATOR,
    HUB,
    IMPACT,
    INBOX,
    NOMINATE,
    SHARED,
    SPONSOR,
    compose_url,
)
from chalicelib.store.emails import Email
from chalicelib.store.marshal import read
from chalicelib.store.row_kinds.cohort_rows import COHORT
from chalicelib.store.row_kinds.delegate_rows import DELEGATE
from chalicelib.store.row_kinds.service_rows import EMAIL
from infra.local import memory, outbox
from infra.local.gateway import STAGE_PREFIX
from infra.local.outbox import Accepted

ADMINISTRATOR = "administrator"
ROLES = {
    COACH.verb: "coach",
    FACILITATOR.verb: "facilitator",
    SPONSOR.verb: "sponsor",
    HUB.verb: "delegate",
    DELETION.verb: "delegate",
    NOMINATE.verb: "delegate",
    APPROVE.verb: "approver",
    SHARED.verb: "manager",
    CONSOLE.verb: ADMINISTRATOR,
}
OF_ANYONE = {ANSWER.verb, DECLINE.verb, INBOX.verb, CODE.verb}  # the other links of the email say whose it is
SURVEY, SURVEY_ROLE = IMPACT.verb, 1  # a survey link says whose it is: impact/<delegate>.<role>.<version>.<signature>
SIGN_IN = "sign in"


class Holder(Struct, frozen=True, order=True):
    """One person in one role of one cohort."""

    role: str
    name: str
    email: str
    cohort: str


def everyone(table: str) -> list[dict[str, Any]]:
    """Return `{role, name, email, cohort, links: {name: url}}` for each role of each person, newest links only.

    Links come from the emails that were sent, so nothing is listed that its reader does not have. Facilitators are
    listed from the loading of their cohort on: their first email comes weeks later.
    """
    rows = memory.rows(table, "MAIL#", "DELEGATE#")
    names = {row["id"]: row["person"]["name"] for row in rows if DELEGATE.has(row)}
    emails = {row["id"]: read(Email, row) for row in rows if EMAIL.has(row)}
    held: dict[Holder, dict[str, str]] = {}
    for accepted in outbox.accepted():
        for email, urls in _list_parts(accepted, emails):
            links = list(_named_links(email, urls, names))
            for link, holder in _holders(links, email):
                held.setdefault(holder, {})[link[0]] = link[1]
    for holder, own in _facilitators(table):
        held[holder] = own | held.get(holder, {})
    holders = [*_administrators(), *((holder, held[holder]) for holder in sorted(held) if holder.role != ADMINISTRATOR)]
    return [
        {**{part: getattr(holder, part) for part in Holder.__struct_fields__}, "links": links}
        for holder, links in holders
    ]


Link = tuple[str, str, str]  # name, url, verb


def _list_parts(accepted: Accepted, emails: Mapping[str, Email]) -> Iterator[tuple[Email, Sequence[str]]]:
    """Return the rows of an email with their addresses: of a digest, those of each item, about one delegate each."""
    sent = emails.get(accepted.row)
    if sent is None:
        return
    if not sent.items:
        yield sent, accepted.links
    for item in (emails[id] for id in sent.items if id in emails):
        own = tuple(compose_url(link) for link in item.links.values())
        yield item, [url for url in accepted.links if url.startswith(own)]


def _named_links(email: Email, urls: Iterable[str], names: Mapping[str, str]) -> Iterator[Link]:
    about = names.get(email.about.get("delegate", ""), "")
    for url in urls:
        verb = _path_of(url)[0]
        is_about_another = bool(about) and about != email.to.name and verb in ("answer", "decline", SURVEY)
        yield (f"{verb}: {about}" if is_about_another else verb, url, verb)


def _holders(links: Sequence[Link], email: Email) -> Iterator[tuple[Link, Holder]]:
    """Everything about one delegate is for one role; a person without another role is a rater."""
    roles = [ROLES[verb] for _, _, verb in links if verb in ROLES]
    roles += [_path_of(url)[1].split(".")[SURVEY_ROLE] for _, url, verb in links if verb == SURVEY]
    roles += [_role_of_code(url) for _, url, verb in links if verb == CODE.verb]
    role = roles[0] if roles else "rater"
    for link in links:
        yield link, Holder(role, email.to.name, email.to.email, email.about.get("cohort", ""))


def _role_of_code(url: str) -> str:
    """Return whose sign-in a link to the page for a code is for: code/<role>.<challenge>...."""
    verb = _path_of(url)[1].split(".")[0]
    return ROLES.get(verb, verb)


def _path_of(url: str) -> list[str]:
    return urlsplit(url).path.removeprefix(f"{STAGE_PREFIX}/").split("/")


def _facilitators(table: str) -> Iterator[tuple[Holder, dict[str, str]]]:
    for row in memory.rows(table, "COHORT#"):
        if COHORT.has(row) and row.get("facilitators"):
            cohort = read(Cohort, row)
            for facilitator in cohort.facilitators:
                holder = Holder(FACILITATOR.verb, facilitator.person.name, facilitator.person.email, cohort.id)
                yield holder, {FACILITATOR.verb: FACILITATOR.url(cohort, facilitator.person)}


def _administrators() -> Iterator[tuple[Holder, dict[str, str]]]:
    for address in settings().administrators:
        yield Holder(ADMINISTRATOR, "Administrator", address, ""), {SIGN_IN: f"{settings().base_url}/admin"}
