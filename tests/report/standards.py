"""What a PDF lacks of PDF/UA-1 and PDF/A-2a."""

from __future__ import annotations

import re

import pytest

LENGTH_RULE = "PDFA2A-STREAM-LENGTH-001"
STREAM = re.compile(rb" 0 obj\n<<[^\0]*?/Length (\d+)[^\0]*?>>\s*stream\r?\n")


def faults(pdf: bytes) -> list[str]:
    """Rules that it breaks; none for a good one."""
    validation = pytest.importorskip("page")
    found = {
        failure.rule_id
        for profile in ("ua1", "2a")
        for failure in validation.validate_pdf_bytes(pdf, profile=profile).failures
    }
    # the checker takes a line feed that ends compressed data for one before "endstream"; so lengths are measured here
    return sorted(found - ({LENGTH_RULE} if _lengths_fit(pdf) else set()))


def _lengths_fit(pdf: bytes) -> bool:
    ends = [pdf[found.end() + int(found[1]) :][:12] for found in STREAM.finditer(pdf)]
    return bool(ends) and all(re.match(rb"\r?\n?endstream", end) for end in ends)
