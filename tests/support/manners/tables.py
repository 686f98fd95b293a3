"""DynamoDB says of a restored table which moment it was restored to; moto says when the restore ran."""

from __future__ import annotations

from typing import Any

from moto.dynamodb.responses import DynamoHandler

_restore = DynamoHandler.restore_table_to_point_in_time


def apply() -> None:
    DynamoHandler.restore_table_to_point_in_time = restore_table_to_point_in_time


def restore_table_to_point_in_time(self: Any) -> Any:
    answer = _restore(self)
    if moment := self.body.get("RestoreDateTime"):
        table = self.dynamodb_backend.get_table(self.body["TargetTableName"])
        table.restore_date_time = moment
    return answer
