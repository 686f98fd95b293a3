"""CloudFormation makes alarms and metric filters; moto leaves them out."""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.core.common_models import CloudFormationModel
from moto.logs.models import logs_backends


class OfStack(CloudFormationModel):
    """A resource whose physical name is that of the thing itself."""

    def __init__(self, name: str):
        self.name = name

    @property
    def physical_resource_id(self) -> str:
        return self.name

    @staticmethod
    def cloudformation_name_type() -> str:
        return ""

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> Any:
        return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)


class AlarmOfStack(OfStack, CloudFormationModel):
    @staticmethod
    def cloudformation_name_type() -> str:
        return "AlarmName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::CloudWatch::Alarm"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> AlarmOfStack:
        asked = cloudformation_json["Properties"]
        cloudwatch_backends[account_id][region_name].put_metric_alarm(
            name=resource_name,
            namespace=asked.get("Namespace"),
            metric_name=asked.get("MetricName"),
            comparison_operator=asked["ComparisonOperator"],
            evaluation_periods=asked["EvaluationPeriods"],
            period=asked.get("Period"),
            threshold=asked["Threshold"],
            statistic=asked.get("Statistic"),
            description=asked.get("AlarmDescription"),
            dimensions=asked.get("Dimensions", []),
            alarm_actions=asked.get("AlarmActions", []),
            ok_actions=asked.get("OKActions", []),
            extended_statistic=asked.get("ExtendedStatistic"),
            datapoints_to_alarm=asked.get("DatapointsToAlarm"),
            treat_missing_data=asked.get("TreatMissingData"),
            evaluate_low_sample_count_percentile=asked.get("EvaluateLowSampleCountPercentile"),
        )
        return cls(resource_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name: str, _: Any, account_id: str, region_name: str) -> None:
        cloudwatch_backends[account_id][region_name].delete_alarms([resource_name])


class MetricFilterOfStack(OfStack, CloudFormationModel):
    @staticmethod
    def cloudformation_name_type() -> str:
        return "FilterName"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::Logs::MetricFilter"

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> MetricFilterOfStack:
        asked = cloudformation_json["Properties"]
        figures = [
            {name[0].lower() + name[1:]: it for name, it in each.items()} for each in asked["MetricTransformations"]
        ]
        logs = logs_backends[account_id][region_name]
        logs.put_metric_filter(resource_name, asked["FilterPattern"], asked["LogGroupName"], figures)
        return cls(resource_name)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name: str, _: Any, account_id: str, region_name: str) -> None:
        filters = logs_backends[account_id][region_name].filters
        filters.metric_filters = [each for each in filters.metric_filters if each["filterName"] != resource_name]


def _small(name: str) -> str:
    return name[0].lower() + name[1:]
