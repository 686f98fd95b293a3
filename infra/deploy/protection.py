"""What keeps tables and documents safe, as infra/stack.yaml declares it.

CloudFormation sets it once and does not notice when someone changes it, and a table from a restore has none of it.
"""

from __future__ import annotations

import json
from typing import Any

from infra.deploy import stack
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment, found_or_none


def ensure_protection(stage: Deployment, hand: Reporter) -> None:
    resources = stack.read_template((stage.project / stack.TEMPLATE).read_text())["Resources"]
    before = len(hand.changes)
    for logical, name in (("Table", stage.title), ("Keys", f"{stage.title}-keys")):
        _table(stage, hand, name, resources[logical]["Properties"])
    _bucket(stage, hand, resources)
    if len(hand.changes) == before:
        hand.stays("tables and bucket are protected as declared")


def list_missing(stage: Deployment) -> list[str]:
    """Return the table, the keys and the bucket that are not in the account."""
    table, head = stage.client("dynamodb").describe_table, stage.client("s3").head_bucket
    names = (stage.title, f"{stage.title}-keys")
    tables = [name for name in names if found_or_none(table, "ResourceNotFoundException", TableName=name) is None]
    bucket = found_or_none(head, "404", "NoSuchBucket", Bucket=stage.bucket)
    return [*(f"table {name}" for name in tables), *([] if bucket else [f"bucket {stage.bucket}"])]


def _table(stage: Deployment, hand: Reporter, name: str, wanted: dict[str, Any]) -> None:
    tables = stage.client("dynamodb")
    description = found_or_none(tables.describe_table, "ResourceNotFoundException", TableName=name)
    if description is None:
        hand.note(f"table {name} is missing")
        return
    protect = wanted["DeletionProtectionEnabled"]
    if description["Table"].get("DeletionProtectionEnabled", False) != protect:
        what = f"switch deletion protection of {name} on"
        hand.change(what, lambda: tables.update_table(TableName=name, DeletionProtectionEnabled=protect))
        if not hand.dry_run:
            tables.get_waiter("table_exists").wait(TableName=name)
    _recovery(hand, tables, name, wanted.get("PointInTimeRecoverySpecification", {"PointInTimeRecoveryEnabled": False}))
    _expiry(hand, tables, name, wanted.get("TimeToLiveSpecification"))


def _recovery(hand: Reporter, tables: Any, name: str, wanted: dict[str, bool]) -> None:
    now = tables.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    status = now.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus")
    if (status == "ENABLED") != wanted["PointInTimeRecoveryEnabled"]:
        what = f"switch point-in-time recovery of {name} {'on' if wanted['PointInTimeRecoveryEnabled'] else 'off'}"
        put = tables.update_continuous_backups
        hand.change(what, lambda: put(TableName=name, PointInTimeRecoverySpecification=wanted))


def _expiry(hand: Reporter, tables: Any, name: str, wanted: dict[str, Any] | None) -> None:
    if wanted is None:
        return
    now = tables.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if now.get("TimeToLiveStatus") not in ("ENABLED", "ENABLING"):
        what = f"let rows of {name} expire by {wanted['AttributeName']}"
        put = tables.update_time_to_live
        hand.change(what, lambda: put(TableName=name, TimeToLiveSpecification=wanted))


def _bucket(stage: Deployment, hand: Reporter, resources: dict[str, Any]) -> None:
    s3, bucket = stage.client("s3"), stage.bucket
    if found_or_none(s3.head_bucket, "404", "NoSuchBucket", Bucket=bucket) is None:
        hand.note(f"bucket {bucket} is missing")
        return
    policy = bucket_policy(stage, resources)
    role_policy = found_or_none(s3.get_bucket_policy, "NoSuchBucketPolicy", Bucket=bucket)
    if role_policy is None or json.loads(role_policy["Policy"]) != policy:
        hand.change(
            f"put the policy of bucket {bucket}", lambda: s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
        )
    private = resources["Bucket"]["Properties"]["PublicAccessBlockConfiguration"]
    read = found_or_none(s3.get_public_access_block, "NoSuchPublicAccessBlockConfiguration", Bucket=bucket)
    if read is None or read["PublicAccessBlockConfiguration"] != private:
        put = s3.put_public_access_block
        hand.change(f"keep bucket {bucket} private", lambda: put(Bucket=bucket, PublicAccessBlockConfiguration=private))
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") != "Enabled":
        keep = {"Status": "Enabled"}
        hand.change(
            f"keep earlier versions in bucket {bucket}",
            lambda: s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=keep),
        )


def bucket_policy(stage: Deployment, resources: dict[str, Any]) -> dict[str, Any]:
    """Return the template's policy, with the bucket's name in it."""
    arn = f"arn:aws:s3:::{stage.bucket}"
    text = json.dumps(resources["BucketPolicy"]["Properties"]["PolicyDocument"])
    text = text.replace('{"GetAtt": "Bucket.Arn"}', f'"{arn}"').replace('{"Sub": "${Bucket.Arn}/*"}', f'"{arn}/*"')
    role_policy: dict[str, Any] = json.loads(text)
    return role_policy
