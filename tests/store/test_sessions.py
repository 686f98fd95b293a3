"""Rows that the table deletes by itself."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.store import codes, sessions
from chalicelib.store.codes import Code
from chalicelib.store.sessions import KEPT_AFTER_END, Session
from chalicelib.store.table import get, transact
from tests.support.clock import MONDAY

STACK = Path(__file__).parents[2] / "infra" / "stack.yaml"
LATER = MONDAY + timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("aws")


def test_sessions_and_codes_name_the_second_at_which_the_stack_lets_them_be_deleted():
    session, code = Session("hashed", "who", LATER), Code("who", "challenge", LATER)
    transact([sessions.add(session), codes.add_code(code)])

    assert "AttributeName: gone_at, Enabled: true" in STACK.read_text()
    assert get(sessions.key("hashed"))["gone_at"] == int((LATER + KEPT_AFTER_END).timestamp())
    assert get(codes.code_key("who", "challenge"))["gone_at"] > int(LATER.timestamp())
