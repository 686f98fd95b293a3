"""After the close no operator links answers to raters better than by chance, with everything that operators can have.

That is: a copy of every row from every hour in which someone was at work, all rows after the close, the call log with
keys, order and sizes, and the log lines. Each channel must do no better than chance, and the rows of an earlier version
must do much better. What no design can hide, how often a rater's own page was saved, has a test of its own.
"""

from __future__ import annotations

import io
import json
import logging
import math
import random
from collections.abc import Callable, Iterator, Sequence

import pytest
from pythonjsonlogger.json import JsonFormatter

from chalicelib.collect import pages as form
from chalicelib.core.model import Invitation, InvitationState, Wave
from chalicelib.forms.pulse import wave_programme
from chalicelib.store import programmes
from chalicelib.store.marshal import Row
from infra.deploy.gateway import ACCESS_LOG
from infra.local.memory import backend
from tests.collect import relinking
from tests.collect.relinking import Cell, Numbers, attack
from tests.collect.watched_waves import ANSWER, DELEGATES, GROUPS, Behaviour, Scene, count_saves, play_all

KnownOf = Callable[[Scene, Invitation], Numbers]
PLAIN_BLOCK = 512  # bytes to which an earlier version padded


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Every log line, as Lambda would have it."""
    log_text, logger = io.StringIO(), logging.getLogger("fullcircle")
    handler = logging.StreamHandler(log_text)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield log_text
    logger.setLevel(level)
    logger.removeHandler(handler)


@pytest.fixture
def scenes(visitor, clock, lines) -> list[Scene]:
    return play_all(visitor, clock, lines, random.Random(22))


# --- what the attacker knows of raters and of responses ---------------------------------------------------------------


def _cells(scenes: Sequence[Scene], known_of: KnownOf) -> list[Cell]:
    cells = []
    for scene in scenes:
        said = _of_responses(scene)
        for group in GROUPS:
            raters = [invitation for invitation in scene.raters if invitation.group == group]
            assert len(raters) == ANSWER
            cells.append(
                Cell([known_of(scene, rater) for rater in raters], [said[scene.truth[rater.id]] for rater in raters])
            )
    return cells


def _of_responses(scene: Scene) -> dict[str, Numbers]:
    log = "".join(call.keys for call in scene.close_calls)
    pages = _pages(scene)
    return {name: _of_response(row, pages) | {"place": float(log.index(name))} for name, row in scene.responses.items()}


def _pages(scene: Scene) -> tuple[form.Page, ...]:
    return form.pages(wave_programme(programmes.load(scene.delegate.programme_id, 1), scene.wave), "")


def _of_response(row: Row, pages: Sequence[form.Page]) -> dict[str, float]:
    ratings, comments = row["answers"]["ratings"], row["answers"]["comments"]
    rated = [rating for rating in ratings.values() if rating is not None]
    return {
        "blank": float(-len(ratings)),
        "pages with blanks": float(sum(any(q.id not in ratings for q in page.rated) for page in pages)),
        "not able": float(len(ratings) - len(rated)),
        "comments": float(len(comments)),
        "characters": float(sum(map(len, comments.values()))),
        "mean": sum(rated) / len(rated),
        "top": float(rated.count(5)),
        "size": float(relinking.size(row)),
    }


def _by_rows(scene: Scene, invitation: Invitation) -> Numbers:
    """Read what the table shows after the close."""
    return relinking.of_rows(
        (row for row in scene.rows if invitation.id in str(row)), invitation.id, invitation.delegate_id
    )


def _by_copies(scene: Scene, invitation: Invitation) -> Numbers:
    """Read the rater's row in the copies of every hour."""
    return relinking.of_history([copy[invitation.id] for copy in scene.copies])


def _by_sizes(scene: Scene, invitation: Invitation) -> Numbers:
    """Read the sizes of the rater's own calls that all raters of the group made. Another test compares their number."""
    others = [_sizes(scene, other) for other in scene.raters if other.group == invitation.group]
    made_by_all = set.intersection(*(set(sizes) for sizes in others))
    return {name: size for name, size in _sizes(scene, invitation).items() if name in made_by_all}


def _sizes(scene: Scene, invitation: Invitation) -> Numbers:
    """Read the size of each kind of call: a page saved for the first time, a page saved again, answers sent."""
    sizes: dict[str, float] = {}
    for call in scene.open_calls:
        if invitation.id in call.keys:
            sizes[f"most {call.kind}"] = max(call.size, sizes.get(f"most {call.kind}", 0))
            sizes[f"least {call.kind}"] = min(call.size, sizes.get(f"least {call.kind}", math.inf))
    return sizes


def _by_close(scene: Scene, invitation: Invitation) -> Numbers:
    """Read the call log of the close: the place of the rater's row in it, and sizes."""
    own = [(float(place), call) for place, call in enumerate(scene.close_calls) if invitation.id in call.keys]
    figures = {f"{call.operation} {n} place": place for n, (place, call) in enumerate(own)}
    return figures | {f"{call.operation} {n} size": float(call.size) for n, (_, call) in enumerate(own)}


def _by_lines(scene: Scene, invitation: Invitation) -> Numbers:
    """Log lines that name the rater, and what they carry."""
    own = [line for line in scene.lines if invitation.id in str(line)]
    return relinking.numbers(own) | {"lines": float(len(own))}


CHANNELS = {"rows": _by_rows, "copies": _by_copies, "sizes": _by_sizes, "close": _by_close, "lines": _by_lines}


# --- the tests --------------------------------------------------------------------------------------------------------


def test_no_channel_links_answers_to_raters_better_than_chance(scenes):
    successes = {name: attack(_cells(scenes, channel)) for name, channel in CHANNELS.items()}

    assert {name: success for name, success in successes.items() if not success.is_chance} == {}
    assert {success.raters for success in successes.values() if success.raters} == {
        sum(not wave.is_midway for wave in Wave) * DELEGATES * len(GROUPS) * ANSWER
    }
    _the_attacker_would_notice(scenes)
    _only_the_number_of_saves_reveals_more(scenes)
    _rows_of_one_state_are_alike(scenes)
    assert not any(bucket.keys for bucket in backend("s3").buckets.values())


def _the_attacker_would_notice(scenes: Sequence[Scene]) -> None:
    """Read what an earlier version left: the number of saves after the close, and boxes as long as their text."""
    counted = attack(_cells(scenes, lambda scene, invitation: {"revision": float(_saves(scene, invitation))}))
    measured = attack(
        _cells(scenes, lambda scene, invitation: {"size": float(_plain_size(scene.behaviours[invitation.id]))})
    )

    assert not counted.is_chance, counted
    assert not measured.is_chance, measured


def _only_the_number_of_saves_reveals_more(scenes: Sequence[Scene]) -> None:
    """Count a rater's own saves in data events of CloudTrail. Nothing else in them helps: docs/threat-model.md."""
    counted = attack(_cells(scenes, lambda scene, invitation: {"saves": float(_own_writes(scene, invitation))}))

    assert not counted.is_chance, counted
    writes = {(_own_writes(scene, rater), _saves(scene, rater)) for scene in scenes for rater in scene.raters}
    assert all(written >= saved for written, saved in writes)


def _rows_of_one_state_are_alike(scenes: Sequence[Scene]) -> None:
    """Nothing that counts, dates or measures is left of raters who declined, were silent or were taken off the list."""
    rows = [row for scene in scenes for row in scene.rows if row["sk"].startswith("INVITATION#") and "frozen" in row]
    states = {InvitationState.INVITED, InvitationState.ANSWERED, InvitationState.DECLINED, InvitationState.REVOKED}

    assert {row["state"] for row in rows} == states
    assert {tuple(str(row[name]) for name in ("draft", "saved_at", "revision")) for row in rows} == {("{}", "{}", "")}
    assert {frozenset(row) for row in rows} == {frozenset(rows[0])}
    assert not {"sent", "sent_at", "reminders", "emails_planned"} & rows[0].keys()


def _saves(scene: Scene, invitation: Invitation) -> int:
    return count_saves(scene.behaviours[invitation.id], _pages(scene), scene.wave.wave)


def _own_writes(scene: Scene, invitation: Invitation) -> int:
    return sum(call.operation == "UpdateItem" and invitation.id in call.keys for call in scene.open_calls)


def _plain_size(behaviour: Behaviour) -> int:
    texts = [len(json.dumps(saved, ensure_ascii=False).encode()) for saved in behaviour.pages.values()]
    return sum(length + -length % PLAIN_BLOCK for length in texts)


def test_the_access_log_holds_no_lengths_and_no_links():
    assert "Length" not in ACCESS_LOG
    assert "resourcePath" in ACCESS_LOG
    assert "context.path" not in ACCESS_LOG
