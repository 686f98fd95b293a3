"""CloudFormation takes its time: a stack is under way before it is done, and a creation that fails is rolled back.

In moto a call returns when all is done, and a creation that fails leaves the stack half-made.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.logs.exceptions import ResourceNotFoundException
from moto.sns.exceptions import SNSNotFoundError
from moto.sqs.exceptions import QueueDoesNotExist

from tests.support.manners.account import account

_create = CloudFormationBackend.create_stack
_update = CloudFormationBackend.update_stack
_delete = CloudFormationBackend.delete_stack
_delete_resource = ResourceMap._delete_resource
_describe = CloudFormationBackend.describe_stacks
_get = CloudFormationBackend.get_stack
_list = CloudFormationResponse.list_stack_resources
_outputs = Stack.outputs.fget


def apply() -> None:
    CloudFormationBackend.create_stack = create_stack
    CloudFormationBackend.update_stack = update_stack
    CloudFormationBackend.delete_stack = delete_stack
    ResourceMap._delete_resource = delete_resource
    CloudFormationBackend.describe_stacks = describe_stacks
    CloudFormationBackend.get_stack = get_stack
    CloudFormationResponse.list_stack_resources = list_stack_resources
    Stack.outputs = property(outputs)


def create_stack(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    before = set(self.stacks)
    _refuse_if_under_way(self, name)
    try:
        stack = _create(self, name, *args, **kwargs)
    except Exception as error:
        stack = next((each for key, each in self.stacks.items() if key not in before), None)
        if stack is None:
            raise
        return _roll_back(stack, error)
    return _begin(stack, "CREATE_IN_PROGRESS")


def _roll_back(stack: Any, error: Exception) -> Any:
    stack._add_stack_event("CREATE_FAILED", resource_status_reason=str(error))
    stack.gone = _resources(stack)
    stack.resource_map.delete()
    stack.status = "ROLLBACK_COMPLETE"
    return _begin(stack, "ROLLBACK_IN_PROGRESS")


def update_stack(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    _refuse_if_under_way(self, name)
    return _begin(_update(self, name, *args, **kwargs), "UPDATE_IN_PROGRESS")


def delete_stack(self: Any, name_or_stack_id: str) -> None:
    """moto calls it again with the id when it is given a name."""
    stack = self.stacks.get(name_or_stack_id)
    if stack:
        stack.gone = getattr(stack, "gone", None) or _resources(stack)
    _delete(self, name_or_stack_id)
    if stack:
        stack.deletion_time = utcnow()
        _begin(stack, "DELETE_IN_PROGRESS")


def delete_resource(self: Any, resource: Any, template: Any) -> None:
    """CloudFormation takes what someone has deleted as deleted; moto ends in the middle."""
    with suppress(QueueDoesNotExist, ResourceNotFoundException, SNSNotFoundError):
        _delete_resource(self, resource, template)


def _begin(stack: Any, status: str) -> Any:
    """Show it under way to those who look next."""
    stack.settled, stack.status, stack.looks = stack.status, status, account.looks_at_a_stack
    if account.looks_at_a_stack == 0:
        stack.status = stack.settled
    return stack


def _refuse_if_under_way(backend: Any, name: str) -> None:
    for stack in [*backend.stacks.values(), *backend.deleted_stacks.values()]:
        if stack.name == name and stack.status.endswith("_IN_PROGRESS"):
            raise ValidationError(name, f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated.")


def describe_stacks(self: Any, name_or_stack_id: str) -> list[Any]:
    for stack in [*self.stacks.values(), *self.deleted_stacks.values()]:
        if name_or_stack_id in (stack.name, stack.stack_id):
            _look(stack)
    if deleted := _deleting(self, name_or_stack_id):
        return [deleted]
    stacks: list[Any] = _describe(self, name_or_stack_id)
    return stacks


def _look(stack: Any) -> None:
    looks = getattr(stack, "looks", 0)
    stack.looks = max(0, looks - 1)
    if not looks:
        stack.status = getattr(stack, "settled", stack.status)


def _deleting(backend: Any, name: str) -> Any:
    """Return a stack that is being deleted: it has its name until it is gone."""
    deleting = (each for each in backend.deleted_stacks.values() if each.status == "DELETE_IN_PROGRESS")
    return next((each for each in deleting if each.name == name), None)


def get_stack(self: Any, name_or_stack_id: str) -> Any:
    return _deleting(self, name_or_stack_id) or _get(self, name_or_stack_id)


def outputs(self: Any) -> Any:
    """There are none before a stack is complete."""
    return None if self.status.startswith(("CREATE_IN", "ROLLBACK", "DELETE")) else _outputs(self)


def list_stack_resources(self: Any) -> ActionResult:
    """moto makes the resources of a deleted stack again when it lists them."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    return ActionResult({"StackResourceSummaries": stack.gone}) if hasattr(stack, "gone") else _list(self)


def _resources(stack: Any) -> list[dict[str, Any]]:
    """Return what is deleted with the stack."""
    made = [each for each in stack.resource_map._parsed_resources.values() if hasattr(each, "cf_resource_type")]
    return [
        {
            "ResourceStatus": "DELETE_COMPLETE",
            "LogicalResourceId": getattr(each, "logical_resource_id", ""),
            "LastUpdatedTimestamp": utcnow(),
            "PhysicalResourceId": getattr(each, "physical_resource_id", ""),
            "ResourceType": each.cf_resource_type,
        }
        for each in made
    ]
