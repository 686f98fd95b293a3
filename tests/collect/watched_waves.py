"""Waves that raters answer over HTTP while an operator keeps all that operators can have.

Raters leave blanks, cannot comment, write comments of any length or none, in one sitting or with an amendment on
another day; some decline, some stay silent, some are taken off the list. For tests/collect/test_relink.py.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.collect import close_wave, encryption
from chalicelib.collect import pages as form
from chalicelib.collect.questionnaire import open_questionnaire, parse_answer_link
from chalicelib.core.model import (
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Programme,
    PulseArea,
    Wave,
    WaveState,
)
from chalicelib.forms.pulse import wave_programme
from chalicelib.links import signing
from chalicelib.store import cohorts, delegates, invitations, programmes, wave_keys
from chalicelib.store.delegates import Nomination
from chalicelib.store.marshal import Row
from chalicelib.store.table import query, scan
from chalicelib.store.wave_keys import WaveKey
from chalicelib.waves import lifecycle
from chalicelib.web import forms
from tests.collect import relinking
from tests.support import calls, people
from tests.support.clock import Clock
from tests.support.drain import drain
from tests.support.visitor import FORM, Visitor

DELEGATES = 2
ANSWER, DECLINE, SILENT, REVOKED = 7, 1, 1, 1  # raters of each group
GROUPS = ("peer", "direct_report")
AREAS = (PulseArea("1", "Asks first"), PulseArea("2", "Listens"), PulseArea("3", "Plans"))
WORDS = ("she", "he", "asks", "listens", "plans", "late", "early", "service", "always", "never", "with us", "about it")
HOUR = timedelta(hours=1)
KIND = ("UpdateExpression", "ConditionExpression", "ExpressionAttributeNames")


class Behaviour(Struct, frozen=True):
    """What a rater answers, page by page, and which page they amend on another day."""

    starts: datetime
    pages: Mapping[str, Mapping[str, str]]
    amends: datetime | None


class Call(Struct, frozen=True):
    operation: str
    keys: str
    size: int
    kind: str  # operation and expressions, without any value


class Scene(Struct):
    """One closed wave of one delegate, and everything that an operator saw of it."""

    delegate: Delegate
    wave: DelegateWave
    raters: Sequence[Invitation]
    truth: Mapping[str, str]  # invitation id -> response id, which no operator has
    behaviours: Mapping[str, Behaviour]  # by invitation id; no operator has these
    copies: Sequence[Mapping[str, Row]]  # of the invitations' rows, every hour, by id
    rows: Sequence[Row]
    open_calls: Sequence[Call]
    close_calls: Sequence[Call]
    lines: Sequence[Mapping[str, Any]]

    @property
    def responses(self) -> dict[str, Row]:
        prefix = f"RESPONSE#{self.wave.wave.value}#"
        of_delegate = [row for row in self.rows if row["pk"] == f"DELEGATE#{self.delegate.id}"]
        return {row["sk"].removeprefix(prefix): row for row in of_delegate if row["sk"].startswith(prefix)}


class CallLog:
    """What a trail of data events keeps of each call, and the size of what was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def before(self, service: str, operation: str, context: dict[str, Any]) -> None:
        asked = context.get("asked", {})
        kind = " ".join([operation, *(str(asked[name]) for name in KIND if name in asked)])
        self.calls.append(Call(operation, str(asked), relinking.size(asked), kind))

    def after(self, service: str, operation: str, context: dict[str, Any]) -> None:
        pass


# --- the scene --------------------------------------------------------------------------------------------------------


def play_all(visitor: Visitor, clock: Clock, lines: io.StringIO, chance: random.Random) -> list[Scene]:
    """Every kind of wave, each about several delegates. `lines` is where log lines are written."""
    rules = replace(
        people.programme(),
        id="relinking",  # programmes are kept in memory by their id
        competencies=people.programme().competencies[:2],
        open_questions=people.programme().open_questions[:2],
        close_when_complete=True,
        reminders=(7, 3),
    )
    people.write(programmes.add(rules))
    waves = [wave for wave in Wave if not wave.is_midway]  # a mid-way round is answered and closed as the last pulse
    every = [(wave, n) for wave in waves for n in range(DELEGATES)]
    return [_play(visitor, clock, lines, chance, rules, wave, n) for wave, n in every]


def _play(
    visitor: Visitor, clock: Clock, lines: io.StringIO, chance: random.Random, rules: Programme, of: Wave, number: int
) -> Scene:
    delegate, wave, asked = _open(clock, chance, rules, of, number)
    rules = wave_programme(rules, wave)
    behaviours = {invitation.id: _behave(chance, wave, form.pages(rules, invitation.group)) for invitation in asked}
    log, closing, copies = CallLog(), CallLog(), [_copy(wave)]
    lines.seek(0)
    lines.truncate()
    with calls.watched_by(log):
        for at, rater, act in _diary(asked, behaviours):
            if at - clock.now() >= HOUR:
                copies.append(_copy(wave))
            if clock.now() < wave.closes_at - timedelta(days=6) <= at:
                drain(clock.to(wave.closes_at - timedelta(days=6)))
            _act(
                visitor,
                rater,
                behaviours[rater.id],
                form.pages(rules, rater.group),
                act,
                clock.to(max(at, clock.now())),
            )
    key = wave_keys.find(delegate.id, of)
    assert key is not None
    copies.append(_copy(wave))
    drain(clock.to(max(clock.now(), wave.closes_at)))
    with calls.watched_by(closing):
        close_wave._cut_from_identity(rules, delegate, wave)
    return Scene(
        delegate=delegate,
        wave=wave,
        raters=[
            invitation
            for invitation in invitations.of_delegate(delegate.id, of)
            if invitation.state is InvitationState.ANSWERED
        ],
        truth={invitation.id: encryption.response_id(key.shuffle, invitation.id) for invitation in asked},
        behaviours=behaviours,
        copies=copies,
        rows=list(scan()),
        open_calls=log.calls,
        close_calls=closing.calls,
        lines=[json.loads(line) for line in lines.getvalue().strip("\0\n").splitlines()],
    )


def _open(
    clock: Clock, chance: random.Random, rules: Programme, of: Wave, number: int
) -> tuple[Delegate, DelegateWave, list[Invitation]]:
    opens = clock.advance(days=1)
    who = people.person(f"{of.value} {number}")
    delegate = Delegate(
        f"{of.value}{number}", "relink", "Relink", rules.id, rules.version, who, "Lead", "Care", who, who
    )
    wave = DelegateWave(
        delegate.id, of, WaveState.OPEN, opens, opens + timedelta(days=20), areas=AREAS, compared_with=opens
    )
    people.write(delegates.add(delegate, 1), delegates.add_wave(wave))
    listed = Wave.BASELINE if of.is_pulse else of
    people.write(
        delegates.add_nomination(Nomination(delegate.id, listed, ())), cohorts.add_line(delegate, listed, opens)
    )
    wave_keys.create(delegate.id, of, WaveKey(chance.randbytes(32), chance.randbytes(32)))
    for group in GROUPS:
        for rater in range(ANSWER + DECLINE + SILENT + REVOKED):
            entry = people.RaterEntry(group, people.person(f"{of.value}{number}{group}{rater}".replace("_", "")))
            people.write(*lifecycle.invite_rater(wave_programme(rules, wave), delegate, wave, entry, clock.now()))
    return delegate, wave, list(invitations.of_delegate(delegate.id, of))


def _behave(chance: random.Random, wave: DelegateWave, pages: Sequence[form.Page]) -> Behaviour:
    blank, starts = chance.choice((0, 0, 0.3, 0.6)), wave.opens_at + timedelta(minutes=chance.randrange(60, 17 * 1440))
    answers = {page.id: {q.id: _answer(chance, q, blank) for q in page.questions} for page in pages}
    first = pages[0].questions[0].id
    answers[pages[0].id][first] = answers[pages[0].id][first].replace("na", "") or "3"
    amends = starts + timedelta(minutes=chance.randrange(1440, 2880)) if chance.random() < 0.25 else None
    return Behaviour(
        starts, {page: {q: text for q, text in said.items() if text} for page, said in answers.items()}, amends
    )


def _answer(chance: random.Random, question: form.Question, blank: float) -> str:
    if question.is_comment:
        return " ".join(chance.choices(WORDS, k=chance.choice((0, 0, 5, 30, 120, 400))))[: question.longest].strip()
    return "" if chance.random() < blank else chance.choice(("1", "2", "3", "4", "5", "na"))


def _diary(asked: Sequence[Invitation], behaviours: Mapping[str, Behaviour]) -> list[tuple[datetime, Invitation, str]]:
    """All acts in the order in which they happen: by group, the last ones do something else than answer."""
    diary = []
    for group in GROUPS:
        for place, invitation in enumerate(rater for rater in asked if rater.group == group):
            act = (["answer"] * ANSWER + ["decline"] * DECLINE + ["silent"] * SILENT + ["revoke"] * REVOKED)[place]
            diary.append((behaviours[invitation.id].starts, invitation, act))
            later = behaviours[invitation.id].amends
            diary += [(later, invitation, "amend")] if later and act == "answer" else []
    return sorted(diary, key=lambda entry: entry[0])


def _act(
    visitor: Visitor, invitation: Invitation, behaviour: Behaviour, pages: Sequence[form.Page], act: str, now: datetime
) -> None:
    parts = (invitation.delegate_id, invitation.wave.value, invitation.id, "1")
    if act == "decline":
        _post(visitor, "decline", signing.token("decline", *parts), "", reason="no_time")
    elif act == "revoke":
        people.write(invitations.revoke(invitation))
    elif act != "silent":
        token = signing.token("answer", *parts)
        for page in pages if act == "answer" else pages[:1]:
            _save(visitor, token, invitation.wave, page, behaviour.pages[page.id], now)
        if not invitation.wave.is_pulse:
            _post(visitor, "answer", token, "/send")


def _save(visitor: Visitor, token: str, wave: Wave, page: form.Page, answers: Mapping[str, str], now: datetime) -> None:
    where = "/pulse" if wave.is_pulse else f"/page/{page.id}"
    for go in _presses(page, answers, wave):
        seen = open_questionnaire(parse_answer_link(token), now).seen_fields(page.id)  # as the browser does, by a page
        _post(visitor, "answer", token, where, go=go, **seen, **answers)


def _presses(page: form.Page, answers: Mapping[str, str], wave: Wave) -> tuple[str, ...]:
    return ("next", "skip") if form.list_unanswered(page, answers) and not wave.is_pulse else ("next",)


def _post(visitor: Visitor, verb: str, token: str, where: str, **fields: str) -> None:
    body = urlencode({"form": forms.nonce(verb, token), **fields}).encode()
    answer = visitor.client.post(f"/{verb}/{token}{where}", headers=FORM, body=body)
    assert answer.status_code in (200, 303), answer.body


def _copy(wave: DelegateWave) -> dict[str, Row]:
    rows = query(f"DELEGATE#{wave.delegate_id}", f"INVITATION#{wave.wave.value}#")
    return {row["id"]: {name: value for name, value in row.items() if name != "id"} for row in rows}


def count_saves(behaviour: Behaviour, pages: Sequence[form.Page], wave: Wave) -> int:
    """How often a rater posted pages: twice where blanks were left, and the first page again on another day."""
    posts = [len(_presses(page, behaviour.pages[page.id], wave)) for page in pages]
    return sum(posts) + (posts[0] if behaviour.amends else 0)
