"""Say above a form who reads it. Pure."""

from __future__ import annotations

from chalicelib.core.model import Assignment
from chalicelib.forms.readers import Form, Names, sentences


def who_sees(assignment: Assignment, delegate: str) -> str:
    """Return who reads a submission. A draft is the delegate's alone."""
    said = sentences(Form.WORK, Names(delegate, seen_by=assignment.seen_by))
    alone = ["Until you submit, no one else sees a draft."] if assignment.seen_by else []
    return " ".join([*said, *alone, "Please name no patients."])
