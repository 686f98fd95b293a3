"""Every kind of job is complete: a handler that can be called, a label, and a queue of its own function."""

import ast
import re
from inspect import signature
from pathlib import Path

import pytest

from chalicelib.core.settings import Queue
from chalicelib.jobs.kinds import BY_ID, HANDLERS, JobKind, label_of, queue_of


@pytest.mark.parametrize("kind", JobKind, ids=lambda kind: kind.id)
def test_a_job_kind_has_a_handler_and_a_label(kind):
    assert list(signature(kind.load_handler()).parameters) == ["job", "now"]
    assert re.fullmatch(r"[A-Z].*[^.]", kind.label), "the label begins with a capital and has no full stop"


def test_handlers_are_all_kinds_and_no_others():
    assert set(HANDLERS) == set(BY_ID)
    assert len(HANDLERS) == len(JobKind)


def looks_like_a_handler(node: ast.stmt) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
        return False
    return [argument.arg for argument in node.args.args] == ["job", "now"] and "Sequence" in ast.dump(node)


def test_every_function_that_looks_like_a_handler_belongs_to_a_kind():
    """A handler that no kind names would never run."""
    code = Path(__file__).parents[2] / "chalicelib"
    written = {
        f"{'.'.join(path.relative_to(code).with_suffix('').parts)}:{node.name}"
        for path in code.rglob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if looks_like_a_handler(node)
    }

    unnamed = written - {kind.handler for kind in JobKind}
    assert not unnamed, f"add a line with {', '.join(sorted(unnamed))} to JobKind in jobs/kinds.py"
    assert len(written) > 30


def test_only_reports_and_emails_have_a_queue_of_their_own():
    documents = {"report", "impact_result", "cohort_start", "summary", "edition", "plan", "make_copy"}
    own = {kind for kind in BY_ID if queue_of(kind) is not Queue.WORK}
    assert own == documents, "the report queue is for jobs that make a document: name each of them here"
    assert queue_of("mail") is Queue.EMAIL


def test_a_job_of_a_kind_that_this_version_does_not_know_is_shown_and_tried_as_work():
    assert (label_of("from_before"), queue_of("from_before")) == ("from_before", Queue.WORK)
