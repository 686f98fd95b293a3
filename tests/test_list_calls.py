"""AWS answers every list in pages: no list is read in one call, neither by the functions nor by a deploy."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

ROOT = Path(__file__).parent.parent
FILES = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py")])
NAMES = [str(path.relative_to(ROOT)) for path in FILES]
SERVICES = (
    *("acm", "apigateway", "cloudformation", "cloudwatch", "dynamodb", "events", "iam", "lambda", "logs", "s3"),
    *("sesv2", "sns", "sqs", "ssm", "sts"),
)
WHERE_THE_NEXT_PAGE_BEGINS = {
    *("LastEvaluatedBackupArn", "LastEvaluatedKey", "LastEvaluatedTableName", "Marker", "NextContinuationToken"),
    *("NextKeyMarker", "NextMarker", "NextToken", "nextToken", "position"),
}
WHOLE = {
    ("infra/deploy/stack.py", "describe_stacks"),  # asked for one stack, by its name
    ("infra/local/account.py", "describe_stacks"),
    ("chalicelib/store/table.py", "scan"),  # each goes on from LastEvaluatedKey: tests/store/test_table.py
    ("chalicelib/store/table.py", "query"),
}


@cache
def lists() -> frozenset[str]:
    """Names of the operations that answer in pages: botocore has a paginator, or the answer says where to go on."""
    session = botocore.session.get_session()
    return frozenset(name for service in SERVICES for name in _lists_of(session, service))


def _lists_of(session: botocore.session.Session, service: str) -> Iterator[str]:
    model = session.get_service_model(service)
    for operation in model.operation_names:
        answer = model.operation_model(operation).output_shape
        if answer is not None and WHERE_THE_NEXT_PAGE_BEGINS & set(answer.members):
            yield xform_name(operation)
    services = session.get_component("data_loader").list_available_services("paginators-1")
    if service in services:
        pages = session.get_component("data_loader").load_service_model(service, "paginators-1")["pagination"]
        yield from map(xform_name, pages)


def read_in_one_call(text: str) -> Iterator[str]:
    """Methods of a client, called or passed on, whose operation has pages."""
    tree = ast.parse(text)
    clients = set(_clients_in(tree))
    for node in ast.walk(tree):
        is_list = isinstance(node, ast.Attribute) and node.attr in lists()
        if is_list and (not isinstance(node.value, ast.Name) or node.value.id in clients):
            yield node.attr


def _clients_in(tree: ast.AST) -> Iterator[str]:
    """Variables that hold a client."""
    for node in ast.walk(tree):
        is_made = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        if is_made and ast.unparse(node.value.func).endswith("client"):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


@pytest.mark.parametrize("name", NAMES)
def test_no_list_is_read_in_one_call(name):
    """Use `get_paginator`, in infra/deploy `stage.listed`."""
    operations = {
        operation for operation in read_in_one_call((ROOT / name).read_text()) if (name, operation) not in WHOLE
    }

    assert operations == set(), "AWS answers these in pages: read them with a paginator"


def test_what_is_read_whole_is_still_there():
    for name, operation in WHOLE:
        assert operation in read_in_one_call((ROOT / name).read_text())


@pytest.mark.parametrize(
    "text",
    [
        'client("s3").list_object_versions(Bucket=name)',
        'found_or_none(stage.client("lambda").list_functions, "NotFound")',
        's3 = stage.client("s3")\ns3.list_objects_v2(Bucket=name)',
        'client("sesv2").list_email_identities()',
        'client("dynamodb").list_backups()',
    ],
)
def test_a_list_in_one_call_is_found(text):
    assert len(list(read_in_one_call(text))) == 1
