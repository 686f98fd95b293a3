"""One fault at a time at every AWS call of every act that the code knows: the end is the same as without it."""

from __future__ import annotations

import ast
import logging
import re
import sys
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from chalice.test import Client

import chalicelib
import chalicelib.core.clock
from tests.faults import declared, recording
from tests.faults.differential import differences, live
from tests.support.conflicts import WRITES
from tests.support.effort import share
from tests.support.faults import CONFLICT, KINDS, Plan, kinds_at
from tests.support.recorder import Act

ALL = pytest.param(True, marks=pytest.mark.prove, id="every kind of fault")
SOME = pytest.param(False, id="a few faults")


@pytest.fixture
def http(aws):
    from app import app

    logging.disable(logging.CRITICAL)  # thousands of lines about faults that we make
    with Client(app) as client:
        yield client.http
    logging.disable(logging.NOTSET)
    chalicelib.core.clock.use(None)


@pytest.mark.parametrize("thorough", [SOME, ALL])
@pytest.mark.parametrize("name", recording.wanted())
def test_a_fault_changes_nothing_in_the_end(http, tmp_path_factory, name, thorough):
    acts = recorded(name, http, tmp_path_factory, at_most=sys.maxsize if thorough else 1)
    wrong = [
        f"{where}: {difference}"
        for act in share(acts, MAX_ACTS, name)
        for where, difference in violations(act, http, thorough=thorough)
        if not any(known.covers(name, difference) for known in declared.for_act(name))
    ]

    assert not wrong, f"{len(wrong)} violations:\n" + "\n".join(wrong[:40])


def recorded(name: str, http, tmp_path_factory, at_most: int = sys.maxsize) -> list[Act]:
    acts = recording.find(name, recording.shared_folder(tmp_path_factory), http, at_most)
    assert acts, (
        f"no play makes `{name}`. Does an action call `emails.add` or `jobs.add` for it? "
        "If so, let tests/faults/plays.py do that action."
    )
    return acts


def violations(act: Act, http, *, thorough: bool) -> Iterator[tuple[str, str]]:
    """(where the fault was, what differs in the end) for each plan."""
    clean = live(act, http, {}, with_emails=thorough)
    for plan in plans(act.key, clean.calls, thorough=thorough):
        ((call, kind),) = plan.items()
        for difference in differences(act, clean, live(act, http, plan, with_emails=thorough)):
            yield f"{kind} at call {call}, {clean.calls[call - 1]}", difference


def plans(name: str, calls: list[str], *, thorough: bool) -> list[Plan]:
    """Every kind at every call, of long acts a share; or one kind at a few calls, others for each act: writes first.

    Of the few, the last is a conflict at a write.
    """
    if thorough:
        every = [{call: kind} for call, operation in enumerate(calls, 1) for kind in kinds_at(operation)]
        return share(every, MAX_THOROUGH, name)
    shuffled = sorted(range(1, len(calls) + 1), key=lambda call: _hash(f"{name} {call}"))
    chosen = sorted(shuffled, key=lambda call: calls[call - 1] in READS)[:MAX_PLANS]
    single = [{call: KINDS[_hash(f"{call} of {name}") % len(KINDS)]} for call in chosen]
    at_write = [{call: CONFLICT} for call in chosen[:1] if calls[call - 1] in WRITES]
    return single[: MAX_PLANS - len(at_write)] + at_write


MAX_PLANS = 3
MAX_THOROUGH = 60  # plans of an act, and
MAX_ACTS = 2  # acts of a name, in `make prove` without SHARE
READS = ("GetItem", "BatchGetItem", "Query", "GetObject")


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


# --- no act is left out -----------------------------------------------------------------------------------------------


def test_every_job_that_the_code_makes_has_a_kind_that_is_walked():
    makes = re.compile(r"JobKind\.(\w+)\.job(_of_morning)?")
    kinds = {
        made[1].lower()
        for path in Path(chalicelib.__path__[0]).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and (made := makes.fullmatch(ast.unparse(call.func)))
    }

    declared_kinds = {name.removeprefix("job ") for name in recording.wanted() if name.startswith("job ")}
    unmade = ", ".join(sorted(declared_kinds - kinds))
    assert not unmade, f"no code makes a job of the kind {unmade}: an action adds it, jobs.add(JobKind.NAME.job(…))"
    assert kinds == declared_kinds


def test_an_act_that_no_play_brings_about_is_named(http, tmp_path_factory):
    with pytest.raises(AssertionError, match="no play makes `job sing`"):
        recorded("job sing", http, tmp_path_factory)


# --- a harness that cannot fail is worth nothing ----------------------------------------------------------------------


def finds(part: str, name: str, http, tmp_path_factory) -> bool:
    """Whether the walk over an act ends with a difference that says this."""
    (act,) = recorded(name, http, tmp_path_factory, at_most=1)
    clean = live(act, http, {})
    ends = (live(act, http, {call: "killed after"}) for call in range(1, len(clean.calls) + 1))
    return any(part in difference for end in ends for difference in differences(act, clean, end))


def test_an_answer_sent_in_several_writes_is_found(http, tmp_path_factory, monkeypatch):
    """Killed between them, it is counted and its reminders stay, or the other way round."""
    from chalicelib.collect import submit_answers
    from chalicelib.store.table import transact

    monkeypatch.setattr(submit_answers, "commit", lambda writes, now: [transact([write]) for write in writes])

    assert finds("cancelled is None, not True", "page /answer/{token}/send", http, tmp_path_factory)


def test_a_job_that_makes_another_email_each_time_is_found(http, tmp_path_factory, monkeypatch):
    from msgspec.structs import replace

    from chalicelib.admin import remind
    from chalicelib.waves.emails import to_raters

    plain, numbers = to_raters.manual_reminder, iter(range(10**6))
    monkeypatch.setattr(remind, "_emailed_on", lambda *_: ())
    monkeypatch.setattr(
        to_raters, "manual_reminder", lambda *args: replace(plain(*args), id=f"{plain(*args).id}.{next(numbers)}")
    )

    assert finds("email too many 1x: collect/", "job chase", http, tmp_path_factory)


def test_an_email_without_a_lease_is_found(http, tmp_path_factory, monkeypatch):
    """It is sent once more before SES has reported that it was sent."""
    from chalicelib.emails import send

    monkeypatch.setattr(send, "lease_of", lambda email_id: timedelta(0))

    assert finds("email too many 1x", "email collect/invitation", http, tmp_path_factory)


def test_a_close_that_empties_the_boxes_first_is_found(http, tmp_path_factory, monkeypatch):
    from chalicelib.collect import close_wave
    from chalicelib.store import invitations, responses

    plain = responses.store

    def store(delegate_id, wave, stored_responses):
        for invitation in invitations.of_delegate(delegate_id, wave):
            close_wave.update_one(invitations.empty(invitation))
        plain(delegate_id, wave, stored_responses)

    monkeypatch.setattr(responses, "store", store)

    assert finds("JOB#close", "job close", http, tmp_path_factory)
