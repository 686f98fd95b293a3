"""No form about one person fails because a row of another delegate is damaged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

import chalicelib.core.clock
from chalicelib.store.table import Key
from tests.faults import recording
from tests.faults.test_broken_rows import damage, http
from tests.support import world
from tests.support.recorder import Act

__all__ = ["http"]

KINDS = ("META", "INVITATION", "WAVE", "NOMINATION", "REPORT")
# what an act says if it left out damaged rows, in place of what it says otherwise
IN_PART = {"done=revoked": "done=revoked-in-part", "done=voided": "done=voided-in-part"}
PLANNED_BEFORE = 409  # a row was damaged between the preview and its confirmation: shown again


class Answer(NamedTuple):
    status: int
    to: str


@pytest.mark.parametrize("name", [name for name in recording.wanted() if name.startswith("page ")])
def test_a_damaged_row_of_another_delegate_ends_no_form(http, tmp_path_factory, name):
    (act, *_) = recording.find(name, recording.shared_folder(tmp_path_factory), http, 1)
    clean = send(http, act)

    wrong = [
        (key, answer) for key in rows_of_another(act) if not is_expected(answer := send(http, act, key), clean, key)
    ]

    assert not wrong, f"without the damage: {clean}"


def is_expected(answer: Answer, clean: Answer, damaged: Key) -> bool:
    in_part = IN_PART.get(clean.to.rpartition("?")[2], "")
    is_shown_again = damaged.pk.startswith("COHORT#") and answer.status == PLANNED_BEFORE
    return answer == clean or bool(in_part and answer.to.endswith(in_part)) or is_shown_again


def send(http, act: Act, damaged: Key | None = None) -> Answer:
    """Send the form in the world that it was sent in, after damaging a row."""
    world.put_back(act.before)
    chalicelib.core.clock.use(lambda: act.now)
    if damaged:
        damage(damaged)
    path, headers, body = act.what
    answer = http.post(path, headers=headers, body=body)
    return Answer(answer.status_code, re.split("[?&]X-Amz-", answer.headers.get("Location", ""))[0])


def rows_of_another(act: Act) -> list[Key]:
    """One row of each kind of a delegate that the form says nothing of, and their row in the cohort."""
    world.put_back(act.before)
    others = list(other_delegates(act))
    by_kind: dict[str, Key] = {}
    for row in world.all_rows() if others else ():
        key = Key(row["pk"], row["sk"])
        kind = key.sk.split("#")[0]
        if key.pk == others[0] and kind in KINDS:
            by_kind.setdefault(kind, key)
        elif key.pk.startswith("COHORT#") and key.sk == f"DELEGATE#{others[0].removeprefix('DELEGATE#')}":
            by_kind["line"] = key
    return list(by_kind.values())


def other_delegates(act: Act) -> Iterator[str]:
    sent, written = repr(act.what), repr(sorted(act.written))
    for row in world.all_rows():
        if row["pk"].startswith("DELEGATE#") and row["sk"] == "META":
            delegate_id = row["pk"].removeprefix("DELEGATE#")
            if delegate_id not in sent and delegate_id not in written:
                yield row["pk"]
