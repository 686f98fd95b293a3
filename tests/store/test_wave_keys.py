"""The key of a wave: made once, found while the wave is open, destroyed for good."""

from __future__ import annotations

import pytest

from chalicelib.core.model import Wave
from chalicelib.store import wave_keys
from chalicelib.store.table import get_many
from chalicelib.store.wave_keys import WaveKey
from tests.support.calls import count_calls

pytestmark = pytest.mark.usefixtures("aws")

FIRST = WaveKey(seal=b"s" * 32, shuffle=b"h" * 32)
SECOND = WaveKey(seal=b"t" * 32, shuffle=b"i" * 32)


def test_a_wave_keeps_its_first_key():
    wave_keys.create("dana", Wave.BASELINE, FIRST)
    wave_keys.create("dana", Wave.BASELINE, SECOND)

    assert wave_keys.find("dana", Wave.BASELINE) == FIRST


def test_every_wave_has_a_key_of_its_own():
    wave_keys.create("dana", Wave.BASELINE, FIRST)
    wave_keys.create("dana", Wave.FOLLOWUP, SECOND)

    assert wave_keys.find("dana", Wave.FOLLOWUP) == SECOND
    assert wave_keys.find("erin", Wave.BASELINE) is None


def test_a_destroyed_key_is_gone_and_destroying_it_again_is_no_error():
    wave_keys.create("dana", Wave.BASELINE, FIRST)

    wave_keys.destroy("dana", Wave.BASELINE)
    wave_keys.destroy("dana", Wave.BASELINE)

    assert wave_keys.find("dana", Wave.BASELINE) is None


def test_a_key_comes_along_with_the_rows_of_a_page_in_one_call():
    wave_keys.create("dana", Wave.BASELINE, FIRST)
    name = wave_keys.key_id("dana", Wave.BASELINE)

    with count_calls() as calls:
        rows = get_many([], [name])

    assert wave_keys.from_row(rows[name]) == FIRST
    assert calls == {"BatchGetItem": 1}
