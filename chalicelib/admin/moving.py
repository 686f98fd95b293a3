"""What moves with an address, of one delegate: people, the list of raters, invitations, surveys, mails that wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import mailed_links, waves
from chalicelib.ids import coach_id
from chalicelib.impact.pulse import wave_programme
from chalicelib.model import (
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Person,
    Wave,
    WaveState,
)
from chalicelib.store import cohorts, delegates, impacts, invitations, mails, programmes
from chalicelib.store.delegates import Nomination
from chalicelib.store.impacts import ImpactSurvey, Role, surveys_from
from chalicelib.store.mails import Mail, MailState
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, Write, batched, get_many

WAVE = Wave.BASELINE
WRONG_PERSON = "wrong_person"  # declined because the mail reached somebody else

Links = Mapping[str, tuple[str, ...]]


class Change(Struct, frozen=True):
    """`name` is how the person is called from now on; empty: as before."""

    cohort: str
    old: str
    new: str
    name: str

    def has(self, person: Person) -> bool:
        return person.email == self.old

    def of(self, person: Person) -> Person:
        return Person(self.name or person.name, self.new) if self.has(person) else person


def moving_writes(change: Change, rows: Sequence[Row], now: datetime) -> list[Write]:
    """One transaction; `rows` are the delegate's whole partition, and it is refused if they changed since."""
    return list(_Moving(change, rows, now).writes())


class _Moving:
    """A delegate's rows as they were read, and what the change makes of them."""

    def __init__(self, change: Change, rows: Sequence[Row], now: datetime):
        self.change, self.now = change, now
        self.before = delegate = next(read(Delegate, row) for row in rows if row["sk"] == "META")
        self.programme = programmes.load(delegate.programme_id, delegate.programme_version)
        self.after = replace(
            delegate,
            person=change.of(delegate.person),
            manager=change.of(delegate.manager),
            coach=change.of(delegate.coach),
            link_version=delegate.link_version + change.has(delegate.person),
        )
        found = {row["sk"]: row for row in rows}
        self.waves = {wave: read(DelegateWave, found[f"WAVE#{wave}"]) for wave in Wave if f"WAVE#{wave}" in found}
        self.nomination = read(Nomination, found[f"NOMINATION#{WAVE.value}"])
        asked = (read(Invitation, row) for sk, row in found.items() if sk.startswith("INVITATION#"))
        self.asked = [one for one in asked if change.has(one.rater) and one.state is not InvitationState.REVOKED]
        self.surveys = [one for one in surveys_from(rows) if change.has(self._reader(self.before, one))]
        self.queued = _queued(self._mails_of_this())

    def writes(self) -> Iterator[Write]:
        if self.after != self.before:
            yield delegates.move(self.before, self.after)
            yield from self._line()
        if any(self.change.has(rater.person) for rater in self.nomination.raters):
            yield self._list()
        for invitation in self.asked:
            yield from self._invitation(invitation)
        for survey in self.surveys:
            yield from self._survey(survey)
        yield from self._other_mails()

    def _line(self) -> Iterator[Write]:
        coach = {"coach": fields(self.after.coach), "coach_id": coach_id(self.after.cohort_id, self.after.coach.email)}
        person = {"name": self.after.person.name, "email": self.after.person.email}
        for wave in self.waves.keys() & cohorts.LINES.keys():
            yield cohorts.change_line(self.before, put=coach | person, wave=wave)

    def _list(self) -> Write:
        raters = tuple(replace(rater, person=self.change.of(rater.person)) for rater in self.nomination.raters)
        changed = replace(self.nomination, raters=raters, revision=self.nomination.revision + 1)
        return delegates.save_nomination(changed, self.nomination.revision)

    # --- questionnaires ---------------------------------------------------------------------------------

    def _invitation(self, before: Invitation) -> Iterator[Write]:
        """Who declined because the mail was not meant for them is asked anew under the right address."""
        wave = self.waves[before.wave]
        astray = before.state is InvitationState.DECLINED and before.reason == WRONG_PERSON
        after = replace(
            before,
            rater=self.change.of(before.rater),
            link_version=before.link_version + 1,
            state=InvitationState.INVITED if astray else before.state,
            reason="" if astray else before.reason,
        )
        yield from invitations.move(before, after)
        yield invitations.add_to_inbox(after, self.after)
        if astray and wave.wave is not Wave.PULSE:
            yield cohorts.change_line(self.before, add={"declined": -1}, wave=before.wave)
        waits = after.state is InvitationState.INVITED
        if waits and before.group != SELF_GROUP and wave.state is WaveState.OPEN and self.now < wave.closes_at:
            rules = wave_programme(self.programme, wave)
            yield mails.add(waves.invite_again(rules, self.after, wave, after, self.now))
        yield from self._redirect(before.reminders, after.rater, mailed_links.of_rater(self.after, after), waits=waits)

    # --- impact surveys ---------------------------------------------------------------------------------

    def _survey(self, survey: ImpactSurvey) -> Iterator[Write]:
        reader = self._reader(self.after, survey)
        links = {"impact": ("impact", self.before.id, survey.role.value, str(survey.link_version + 1))}
        yield impacts.move(survey)
        waits = survey.is_open and not survey.sent and self.now < survey.closes_at
        first = mails.find(self._first_mail(survey))
        if waits and first:
            again = f"{first.id}.v{survey.link_version + 1}"
            words = {**first.words, "name": reader.name}
            yield mails.add(Mail(again, first.template, reader, self.now, words, links, first.about, first.good_until))
        yield from self._redirect(survey.reminders, reader, links, waits=waits)

    def _reader(self, delegate: Delegate, survey: ImpactSurvey) -> Person:
        return delegate.person if survey.role is Role.DELEGATE else delegate.manager

    def _first_mail(self, survey: ImpactSurvey) -> str:
        day = survey.opened_at.astimezone(ZoneInfo(self.programme.organisation.timezone)).date()
        return f"impact/{survey.role.value}#{self.before.id}#{survey.role.value}#{day}"

    # --- mails that wait --------------------------------------------------------------------------------

    def _mails_of_this(self) -> Iterator[str]:
        for invitation in self.asked:
            yield from invitation.reminders
        for survey in self.surveys:
            yield from survey.reminders
        yield from self._others()

    def _others(self) -> Mapping[str, tuple[Person, Links]]:
        """Mails of the delegate and the coach that may wait: id -> reader and links."""
        found: dict[str, tuple[Person, Links]] = {}
        if self.change.has(self.before.person):
            links = {"nominate": mailed_links.nominate(self.after), "hub": mailed_links.hub(self.after)}
            reminder = waves.choose_reminder(self.programme, self.before, self.waves[WAVE]).id
            found[reminder] = (self.after.person, links)
            found[f"debrief/released#{self.before.id}#{WAVE.value}"] = (self.after.person, links)
        if self.change.has(self.before.coach):
            coach = {"coach": mailed_links.coach(self.after)}
            found[f"report/ready#{self.before.id}#{WAVE.value}"] = (self.after.coach, coach)
        return found

    def _other_mails(self) -> Iterator[Write]:
        for mail_id, (reader, links) in self._others().items():
            yield from self._redirect((mail_id,), reader, links, waits=False)

    def _redirect(self, ids: Iterable[str], to: Person, links: Links, *, waits: bool) -> Iterator[Write]:
        """`waits`: the reader has not answered, so a reminder that the bounce had stopped is sent after all."""
        for mail_id in ids:
            mail, stopped = self.queued.get(mail_id, (None, False))
            if mail and (not stopped or (waits and mail.due_at > self.now)):
                yield mails.redirect(mail, to, links, revive=stopped)


def _queued(ids: Iterable[str]) -> dict[str, tuple[Mail, bool]]:
    """Mails that were not handed over: id -> the mail, and whether it was cancelled."""
    keys: list[Key] = [mails.key(mail_id) for mail_id in dict.fromkeys(ids)]
    rows = [row for batch in batched(keys) for row in get_many(batch).values()]
    return {row["id"]: (read(Mail, row), "cancelled" in row) for row in rows if row["state"] == MailState.QUEUED}
