"""Kinds of email: what each needs, who reads it, and what happens to one that waits.

A new kind is a declaration next to the function that writes it, in `<folder>/emails.py`, and two templates. Code that
has only an email's row finds its kind by name: that imports the declarations of its stage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

from chalicelib.emails.common_words import FRAME
from chalicelib.forms.readers import Form
from chalicelib.links.link_kind import LinkKind
from chalicelib.store.emails import Email

PACKAGES = Path(__file__).parent.parent
SHARED = "waves"  # declares the emails that several stages send
FRAME_WORDS = tuple(FRAME)  # every email has them
# words that waiting emails of earlier versions lack, and what is shown instead: a new word of an old kind needs a line
LATER_WORDS: Mapping[str, str] = {
    "who_sees": "The first page behind your link says it.",
    "replaces": "yes",
    "readdressed": "",
    "is_last": "",
    "later": "",
    "time_zone": "",
    "cohort": "",
}
DIGEST = "emails/digest"  # the template of an email that carries several: it has their kinds, and none of its own
LEASE = timedelta(minutes=60)  # how long SES's Send event may take before an unconfirmed email is sent again


class To(StrEnum):
    """The role of the reader."""

    RATER = "a rater"
    DELEGATE = "the delegate"
    MANAGER = "the line manager"
    APPROVER = "the approver of the list"
    COACH = "the coach"
    FACILITATOR = "the facilitator"
    SPONSOR = "the sponsor"
    ADMINISTRATOR = "an administrator"
    SURVEYED = "the delegate or the line manager"
    LINK_OWNER = "the owner of a link"
    SIGNING_IN = "someone who signs in"


class OnNewAddress(StrEnum):
    """What happens to a waiting email when its reader's address changes."""

    REDIRECT = "goes to the new address, with new links"
    REPLACE = "another email takes its place, or it goes to the new address"
    KEEP = "goes to the old address"


class CancelledBy(StrEnum):
    """Which act of its reader cancels an email that waits, because there is nothing left to ask for."""

    NOTHING = ""
    ANSWER = "an answer or a refusal"
    CHOICE = "sending the list"
    DECISION = "a decision about the list"
    OUTCOME = "a decision about too few answers"


class EmailKind(Struct, frozen=True):
    """One kind of email.

    name                   `<stage>/<template>`: <stage>/templates/mail/<template>.{txt,html}.j2; begins its id
    label                  for the administrator
    to                     who reads it
    words                  names of what the templates show
    links                  names of the links that the templates show
    sample                 plausible words that only this kind has
    variants               title -> words with which the same templates read otherwise
    lease                  how long one attempt holds it: no longer than it is useful
    sent_after_withdrawal  whether a waiting one is sent although its delegate has left
    on_new_address         what happens to a waiting one when its reader's address changes
    cancelled_by           which act of its reader cancels a waiting one
    in_digest              whether it may go in one email with others to the same reader on the same day
    together               subject of several in one digest, with {n}, {others} (“2 others”) and words of the first
    names_several          whether several that differ only in their delegate become one text in a digest: its templates
                           also read well with several names in `delegate`, and `several` says so
    only_to_unanswered     whether raters who answered, or who declined, do not get it: no page may show who did not
    has_entry              whether it brings a calendar entry, which names the email's only link
    sent_in_pause          whether it goes out although its delegate is paused
    form                   the form that it leads to and whose readers it names; that of an anonymous group if none
    is_urgent              whether its reader waits for it at a page, so that it goes ahead of all others
    is_timely              whether it would be wrong a few days later: the weekly cap does not hold it
    """

    name: str
    label: str
    to: To
    words: frozenset[str]
    links: frozenset[str]
    sample: Mapping[str, str]
    variants: Mapping[str, Mapping[str, str]]
    lease: timedelta
    sent_after_withdrawal: bool
    on_new_address: OnNewAddress
    cancelled_by: CancelledBy
    only_to_unanswered: bool
    in_digest: bool
    together: str
    names_several: bool
    has_entry: bool
    sent_in_pause: bool
    form: Form | None
    is_urgent: bool
    is_timely: bool

    @property
    def is_sent_in_pause(self) -> bool:
        """Return whether it is sent in a pause, like what a reader has just asked for or an administrator must do."""
        return self.sent_in_pause or self.to in (To.ADMINISTRATOR, To.LINK_OWNER, To.SIGNING_IN)

    def check(self, email: Email) -> None:
        """Check that the email has every word and link of its kind. Raises KeyError with what is missing."""
        lacking = sorted(self.words - words_of(email).keys())
        lacking += sorted(f"links.{name}" for name in self.links - email.links.keys())
        lacking += ["a calendar entry"] if self.has_entry and email.entry is None else []
        if lacking:
            raise KeyError(f"{self.name} needs {', '.join(lacking)}")


def words_of(email: Email) -> Mapping[str, str]:
    """Return the words of an email, also those that it lacks because an earlier version wrote it."""
    return {**LATER_WORDS, **email.words}


_declared: dict[str, EmailKind] = {}


def declare_email(
    name: str,
    label: str,
    *,
    to: To,
    words: str = "",
    links: Iterable[LinkKind[Any] | str] = (),
    sample: Mapping[str, str] | None = None,
    variants: Mapping[str, Mapping[str, str]] | None = None,
    lease: timedelta = LEASE,
    sent_after_withdrawal: bool = False,
    on_new_address: OnNewAddress = OnNewAddress.REDIRECT,
    cancelled_by: CancelledBy = CancelledBy.NOTHING,
    only_to_unanswered: bool = False,
    in_digest: bool = False,
    together: str = "",
    names_several: bool = False,
    has_entry: bool = False,
    sent_in_pause: bool = False,
    form: Form | None = None,
    is_urgent: bool = False,
    is_timely: bool = False,
) -> EmailKind:
    """Declare a kind. `words` are names with spaces between them. Raises ValueError if the name is taken."""
    if name in _declared:
        raise ValueError(f"two kinds of email are called {name}")
    verbs = frozenset(link if isinstance(link, str) else link.verb for link in links)
    if has_entry and len(verbs) > 1:
        raise ValueError(f"{name} brings a calendar entry, which can name one link only")
    if has_entry and (in_digest or together):
        raise ValueError(f"{name} brings a calendar entry, so it is always an email of its own")
    kind = EmailKind(
        name=name,
        label=label,
        to=to,
        words=frozenset((*FRAME_WORDS, *words.split())),
        links=verbs,
        sample=sample or {},
        variants=variants or {},
        lease=lease,
        sent_after_withdrawal=sent_after_withdrawal,
        on_new_address=on_new_address,
        cancelled_by=cancelled_by,
        only_to_unanswered=only_to_unanswered,
        in_digest=in_digest or names_several or bool(together),
        together=together,
        names_several=names_several,
        has_entry=has_entry,
        sent_in_pause=sent_in_pause,
        form=form,
        is_urgent=is_urgent,
        is_timely=is_timely,
    )
    _declared[name] = kind
    return kind


def find_kind(name: str) -> EmailKind:
    """Return the kind of a stored email. Raises KeyError for an unknown name."""
    if name in _declared:
        return _declared[name]
    for folder in (name.partition("/")[0], SHARED, *_list_folders()):
        if name not in _declared:
            _load(folder)
    if name not in _declared:
        raise KeyError(f"no email is called {name}")
    return _declared[name]


def label_of(name: str) -> str:
    """Return the label for the administrator; for a kind from an earlier version, its name."""
    if name == DIGEST:
        return "Several emails in one"
    try:
        return find_kind(name).label
    except KeyError:
        return name


def lease_of(email_id: str) -> timedelta:
    """Return how long one attempt holds an email. Its id begins with its kind."""
    try:
        return find_kind(email_id.partition("#")[0]).lease
    except KeyError:
        return LEASE


def load_kinds() -> Mapping[str, EmailKind]:
    """Return every kind by name: for tests, samples and docs. No page imports them all."""
    for folder in _list_folders():
        _load(folder)
    return dict(sorted(_declared.items()))


@cache
def _list_folders() -> tuple[str, ...]:
    """List the modules that may declare kinds."""
    modules = (*PACKAGES.glob("*/emails.py"), *PACKAGES.glob("*/emails/__init__.py"))
    return tuple(sorted(path.relative_to(PACKAGES).parts[0] for path in modules))


def _load(folder: str) -> None:
    if folder in _list_folders():
        import_module(f"chalicelib.{folder}.emails")
