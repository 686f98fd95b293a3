"""What is set in the stack and in Chalice's file, and must fit the code."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from chalicelib.emails.kinds import load_kinds
from chalicelib.jobs import run
from infra.deploy import package

ROOT = Path(__file__).parent.parent


class Template(yaml.SafeLoader):
    """Read CloudFormation's own tags as the values they refer to."""


def _plain(loader: Template, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Template.add_multi_constructor("!", _plain)


def resources(kind: str) -> dict[str, Any]:
    stack = yaml.load((ROOT / "infra" / "stack.yaml").read_text(), Template)  # noqa: S506 (our own file)
    return {name: resource["Properties"] for name, resource in stack["Resources"].items() if resource["Type"] == kind}


def timeout(function: str) -> timedelta:
    """Return the longest that a function may run, in any stage."""
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    own = [stage["lambda_functions"].get(function, {}).get("lambda_timeout") for stage in config["stages"].values()]
    return timedelta(seconds=max(seconds or config["lambda_timeout"] for seconds in own))


LEASES = {
    (run.LEASE, "work"),
    (run.LEASE, "report"),
    *((kind.lease, "mail") for kind in load_kinds().values()),
}


@pytest.mark.parametrize(("lease", "function"), sorted(LEASES))
def test_a_lease_is_longer_than_the_function_may_run(lease, function):
    """Or else another run takes the job while the first is still at work."""
    assert lease > timeout(function)


def test_every_table_is_encrypted_and_guarded_against_deletion():
    tables = resources("AWS::DynamoDB::Table")
    assert len(tables) == 2
    for table in tables.values():
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["DeletionProtectionEnabled"] is True


def test_what_is_over_is_deleted_from_the_table_of_rows():
    assert resources("AWS::DynamoDB::Table")["Table"]["TimeToLiveSpecification"] == {
        "AttributeName": "gone_at",
        "Enabled": True,
    }


def test_rows_can_be_recovered_and_data_keys_cannot():
    tables = resources("AWS::DynamoDB::Table")
    assert tables["Table"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert "PointInTimeRecoverySpecification" not in tables["Keys"]
    assert not any("StreamSpecification" in table for table in tables.values())


def test_documents_are_encrypted_and_never_public():
    (bucket,) = resources("AWS::S3::Bucket").values()
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}


def test_the_bucket_keeps_deleted_documents_for_thirty_days_and_copies_of_own_data_for_one():
    """docs/privacy.md names the first period."""
    (bucket,) = resources("AWS::S3::Bucket").values()
    rules = bucket["LifecycleConfiguration"]["Rules"]
    expiring = [rule for rule in rules if "NoncurrentVersionExpiration" in rule]
    kept = {rule.get("Prefix", ""): rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in expiring}

    assert kept == {"": 30, "copies/": 1}
    assert all(rule["Status"] == "Enabled" for rule in rules)


def test_the_tests_of_a_library_are_not_deployed(tmp_path):
    archive = tmp_path / "package.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in ("app.py", "icalendar/__init__.py", "icalendar/tests/test_it.py"):
            zipped.writestr(name, "")

    package.add_byte_code(archive)

    names = zipfile.ZipFile(archive).namelist()
    assert "icalendar/__init__.py" in names
    assert [name for name in names if "tests" in name] == []
