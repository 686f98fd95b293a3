"""Every event of the audit trail is complete: words, an act that writes it, a place in the trail."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import chalicelib
from chalicelib.admin.audit_log import load_audit_log
from chalicelib.admin.dashboard import load_dashboard
from chalicelib.store import audit_events
from chalicelib.store.audit_events import AuditEvent
from tests.support import people

ROOT = Path(chalicelib.__file__).parent
EVENTS = pytest.mark.parametrize("event", AuditEvent, ids=lambda event: event.name)


def parts_of(event):
    return {part: f"<{part}>" for part in event.parts}


@EVENTS
def test_an_event_has_words_that_begin_small_and_end_without_a_stop(event):
    assert re.fullmatch(r"[a-z].*[^.\s]", event.words)


@EVENTS
def test_some_act_writes_the_event(event):
    files = [path for path in ROOT.rglob("*.py") if path.name != "audit_events.py"]
    assert any(re.search(rf"\bAuditEvent\.{event.name}\b", path.read_text()) for path in files)


@EVENTS
def test_an_event_takes_the_parts_that_its_words_name(event):
    assert all(f"<{part}>" in event.say(**parts_of(event)) for part in event.parts)
    with pytest.raises(KeyError):
        event.say(**parts_of(event), unknown="")
    if event.parts:
        with pytest.raises(KeyError):
            event.say()


def test_no_two_events_have_the_same_words():
    assert len({event.words for event in AuditEvent}) == len(AuditEvent)


def test_the_trail_shows_every_event(clock, aws):
    people.load(clock.now())
    for event in AuditEvent:
        now = clock.now() + timedelta(seconds=1)
        people.write(audit_events.add(people.COHORT, event, "ada@example.org", people.COHORT, now, **parts_of(event)))

    acts = [entry.act for entry in load_audit_log(load_dashboard(people.COHORT, clock.now()))]
    assert {event.say(**parts_of(event)) for event in AuditEvent} <= {*acts}


def test_only_the_registry_has_the_words_of_an_event():
    fixed = [event.words for event in AuditEvent if not event.parts and len(event.words.split()) > 1]
    files = [path for path in ROOT.rglob("*.py") if path.name != "audit_events.py"]
    assert [(path.name, words) for path in files for words in fixed if f'"{words}"' in path.read_text()] == []
