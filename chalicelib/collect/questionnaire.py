"""Open a questionnaire by its link, with a single read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.collect import encryption
from chalicelib.collect import pages as form
from chalicelib.collect.pages import Page
from chalicelib.core.errors import Refusal
from chalicelib.core.model import (
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Programme,
    Wave,
    WaveState,
)
from chalicelib.forms.pulse import wave_programme
from chalicelib.links.kinds import ANSWER, RaterLinkKind, read_wave
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import delegates, invitations, programmes, wave_keys
from chalicelib.store.marshal import read
from chalicelib.store.table import get_many
from chalicelib.store.wave_keys import WaveKey


class QuestionnaireClosed(Refusal):
    """The deadline has passed, or the administrator closed."""

    status = 410
    title = "This questionnaire has closed"
    next_step = "Closed. There is nothing left for you to do."
    outcome = "If it is extended, you get an email."

    def __init__(self, programme: Programme, delegate: Delegate, invitation: Invitation) -> None:
        about = "yourself" if invitation.group == SELF_GROUP else delegate.person.name
        super().__init__(
            f"The deadline for feedback on {about} has passed, so you can no longer add or change answers. "
            + self.outcome
        )
        self.programme = programme


class ClosedAfterAnswers(QuestionnaireClosed):
    """It has closed, and the rater's answers count."""

    outcome = "What you sent counts. Thank you for it."


class AnswersSealed(Refusal):
    """Answers were sent through an earlier link, perhaps by someone else: this link neither opens nor changes them."""

    status = 409
    title = "Answers were already sent"
    next_step = "Answers were already sent from an earlier link, and they count. There is nothing left for you to do."

    def __init__(self, programme: Programme, delegate: Delegate, invitation: Invitation) -> None:
        about = "yourself" if invitation.group == SELF_GROUP else delegate.person.name
        super().__init__(
            f"Answers about {about} were sent before this link was made, when emails to you went to another address. "
            "They count. To protect them, this link cannot open or change them. If you did not send them, "
            "reply to the email that brought you here: the programme team can destroy them and ask you again."
        )
        self.programme = programme


class AnswerLink(Struct, frozen=True):
    """The content of an answering link, checked by its signature."""

    delegate_id: str
    wave: Wave
    invitation_id: str
    link_version: int
    token: str


class CachedWave(Struct, frozen=True):
    """What is the same for every rater of a wave, and enough to save a page."""

    programme: Programme  # for a pulse: the few questions it asks
    key: WaveKey


class Questionnaire(Struct, frozen=True):
    """A rater's questionnaire, as stored."""

    link: AnswerLink
    delegate: Delegate
    wave: DelegateWave
    invitation: Invitation
    programme: Programme  # for a pulse: the few questions it asks
    key: WaveKey
    pages: tuple[Page, ...]
    saved: dict[str, dict[str, str]]  # page id -> question id -> answer; without pages that have none
    sent: dict[str, dict[str, str]] | None  # the same, as submitted

    @property
    def is_sent_as_saved(self) -> bool:
        return self.invitation.state is InvitationState.ANSWERED and self.sent == self.saved

    def seen_fields(self, page_id: str) -> dict[str, str]:
        """Return the hidden fields of a page's form: see collect/save_page.py."""
        at = self.invitation.saved_at.get(page_id, 0) if page_id in self.invitation.draft else 0
        return form.seen_fields(self.saved.get(page_id, {}), at)

    @property
    def is_counted(self) -> bool:
        """Return whether the dashboard counts the answer: it counts the questionnaire, not the pulse."""
        return not self.wave.wave.is_pulse

    @property
    def is_self(self) -> bool:
        return self.invitation.group == SELF_GROUP

    @property
    def is_at_the_first_part(self) -> bool:
        """Return whether nothing after the first page was answered yet: the link opens that page."""
        return self.sent is None and self.furthest == 0 and self.saved.keys() <= {self.pages[0].id}

    @property
    def furthest(self) -> int:
        """Return where the rater continues: the index of a page, or the number of pages for the review."""
        return form.find_first_unanswered_page(self.pages, self.saved)


def parse_answer_link(token: str, kind: RaterLinkKind = ANSWER) -> AnswerLink:
    """Read an answering link. Raises LinkUnknown. No call."""
    link = kind.open(token)
    delegate_id, wave, invitation_id, version = link.parts
    return AnswerLink(delegate_id, read_wave(wave), invitation_id, int(version), link.token)


def open_questionnaire(link: AnswerLink, now: datetime) -> Questionnaire:
    """Open a questionnaire in one call. Raises LinkUnknown, LinkRevoked, QuestionnaireClosed or AnswersSealed."""
    _forget_outdated(now)
    delegate_key = delegates.key(link.delegate_id)
    wave_key = delegates.wave_key(link.delegate_id, link.wave)
    invitation_key = invitations.key(link.delegate_id, link.wave, link.invitation_id)
    secret = wave_keys.key_id(link.delegate_id, link.wave)
    rows = get_many([delegate_key, wave_key, invitation_key], [secret])
    if not {delegate_key, wave_key, invitation_key} <= rows.keys():
        raise LinkUnknown
    delegate = read(Delegate, rows[delegate_key])
    wave = read(DelegateWave, rows[wave_key])
    invitation = read(Invitation, rows[invitation_key])
    if invitation.state is InvitationState.REVOKED or invitation.link_version != link.link_version:
        raise LinkRevoked
    programme = wave_programme(programmes.load(delegate.programme_id, delegate.programme_version), wave)
    key = wave_keys.from_row(rows.get(secret))
    if wave.state is not WaveState.OPEN or now >= wave.closes_at or key is None:
        answered = invitation.state is InvitationState.ANSWERED and not invitation.sealed
        closed = ClosedAfterAnswers if answered else QuestionnaireClosed
        raise closed(programme, delegate, invitation)
    if invitation.sealed:
        raise AnswersSealed(programme, delegate, invitation)
    _heads[secret] = (CachedWave(programme, key), min(now + REMEMBERED, wave.closes_at))
    return Questionnaire(
        link=link,
        delegate=delegate,
        wave=wave,
        invitation=replace(invitation, saved_at=encryption.show_moments(key.seal, invitation)),
        programme=programme,
        key=key,
        pages=form.pages(programme, invitation.group),
        saved=_answered_pages(key.seal, invitation, invitation.draft) or {},
        sent=_answered_pages(key.seal, invitation, invitation.sent),
    )


def _answered_pages(
    key: bytes, invitation: Invitation, boxes: Mapping[str, bytes] | None
) -> dict[str, dict[str, str]] | None:
    """Return the pages with answers; leave out pages that were saved without any."""
    if boxes is None:
        return None
    return {page: saved for page, saved in encryption.unseal_pages(key, invitation, boxes).items() if saved}


def load_cached_wave(link: AnswerLink, now: datetime) -> CachedWave:
    """Return the wave from memory if a page of it was opened here recently, otherwise with one call.

    Raises as `open_questionnaire` does.
    """
    name = wave_keys.key_id(link.delegate_id, link.wave)
    _forget_outdated(now)
    if name not in _heads:
        open_questionnaire(link, now)
    return _heads[name][0]


REMEMBERED = timedelta(minutes=5)  # and never past the deadline, so that no warm function accepts a late save
_heads: dict[str, tuple[CachedWave, datetime]] = {}


def _forget_outdated(now: datetime) -> None:
    """Forget keys of every wave that this function has remembered for long enough."""
    for name in [name for name, (_, until) in _heads.items() if now >= until]:
        del _heads[name]


def clear_cache() -> None:
    """Clear the cache, as a new function would."""
    _heads.clear()
