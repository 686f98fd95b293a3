"""DynamoDB says which moment a table was restored to, and keeps every moment until now.

moto says when the restore ran, and keeps one moment: when recovery was switched on.
"""

from __future__ import annotations

from typing import Any

from moto.core.utils import unix_time
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.responses import DynamoHandler

_describe = DynamoDBBackend.describe_continuous_backups
_restore = DynamoHandler.restore_table_to_point_in_time


def apply() -> None:
    DynamoDBBackend.describe_continuous_backups = describe_continuous_backups
    DynamoHandler.restore_table_to_point_in_time = restore_table_to_point_in_time


def describe_continuous_backups(self: Any, table_name: str) -> Any:
    description = _describe(self, table_name)
    window = description["PointInTimeRecoveryDescription"]
    if window["PointInTimeRecoveryStatus"] == "ENABLED":
        window["LatestRestorableDateTime"] = unix_time()
    return description


def restore_table_to_point_in_time(self: Any) -> Any:
    answer = _restore(self)
    if moment := self.body.get("RestoreDateTime"):
        table = self.dynamodb_backend.get_table(self.body["TargetTableName"])
        table.restore_date_time = moment
    return answer
