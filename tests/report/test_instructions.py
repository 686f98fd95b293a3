"""A report needs no more instructions of the processor than is known: they are the same on every machine."""

from __future__ import annotations

import shutil

import pytest

from benchmarks.one_report import MAX_MILLIONS, rows_of_instructions

KNOWN = 3_500  # million, while the budget is missed: docs/decisions/0056


@pytest.mark.prove
@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts them, and is not installed")
def test_a_report_needs_no_more_instructions_than_is_known():
    """valgrind takes minutes for it."""
    of_one, _ = rows_of_instructions()

    assert MAX_MILLIONS < of_one.figure <= KNOWN, "if the budget is met: KNOWN is no longer needed"
