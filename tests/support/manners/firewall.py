"""CloudFormation makes web ACLs, and WAF deletes none that is in front of something; moto does neither."""

from __future__ import annotations

from typing import Any

from moto.core.common_models import CloudFormationModel
from moto.core.exceptions import JsonRESTError
from moto.wafv2.models import WAFV2Backend, wafv2_backends

from tests.support.manners.watching import OfStack

_associate = WAFV2Backend.associate_web_acl
_delete = WAFV2Backend.delete_web_acl


def apply() -> None:
    WAFV2Backend.associate_web_acl = associate_web_acl
    WAFV2Backend.delete_web_acl = delete_web_acl


def associate_web_acl(self: Any, web_acl_arn: str, resource_arn: str) -> None:
    """One web ACL is in front of an API at most; moto lists each that ever was."""
    self.disassociate_web_acl(resource_arn)
    _associate(self, web_acl_arn, resource_arn)


def delete_web_acl(self: Any, name: str, scope: str, _id: str, lock_token: str) -> None:
    if self.get_web_acl(None, name, _id).associated_resources:
        raise JsonRESTError("WAFAssociatedItemException", "Your resource is being used by another resource.")
    _delete(self, name, scope, _id, lock_token)


class WebAclOfStack(OfStack, CloudFormationModel):
    def __init__(self, acl: Any):
        super().__init__(f"{acl.name}|{acl.id}|REGIONAL")
        self.acl = acl

    @staticmethod
    def cloudformation_name_type() -> str:
        return "Name"

    @staticmethod
    def cloudformation_type() -> str:
        return "AWS::WAFv2::WebACL"

    @classmethod
    def has_cfn_attr(cls, attr: str) -> bool:
        return attr == "Arn"

    def get_cfn_attribute(self, attribute_name: str) -> str:
        return str(self.acl.arn)

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: Any, account_id: str, region_name: str, **_: Any
    ) -> WebAclOfStack:
        asked = cloudformation_json["Properties"]
        acl = wafv2_backends[account_id][region_name].create_web_acl(
            name=resource_name,
            visibility_config=asked["VisibilityConfig"],
            default_action=asked["DefaultAction"],
            scope=asked["Scope"],
            description=asked["Description"],
            tags=[],
            rules=asked["Rules"],
            association_config=None,
            captcha_config=None,
            challenge_config=None,
            custom_response_bodies=asked["CustomResponseBodies"],
            token_domains=None,
        )
        return cls(acl)

    @classmethod
    def update_from_cloudformation_json(
        cls, original_resource: Any, new_resource_name: str, cloudformation_json: Any, account_id: str, region_name: str
    ) -> WebAclOfStack:
        asked, acl = cloudformation_json["Properties"], original_resource.acl
        wafv2_backends[account_id][region_name].update_web_acl(
            acl.name,
            acl.id,
            asked["DefaultAction"],
            asked["Rules"],
            asked["Description"],
            asked["VisibilityConfig"],
            acl.lock_token,
            asked["CustomResponseBodies"],
            None,
            None,
            None,
            None,
        )
        return cls(acl)

    @classmethod
    def delete_from_cloudformation_json(cls, resource_name: str, _: Any, account_id: str, region_name: str) -> None:
        """Take what someone deleted by hand as deleted."""
        waf = wafv2_backends[account_id][region_name]
        name, acl_id, scope = resource_name.split("|")
        for acl in [each for each in waf.wacls.values() if each.id == acl_id]:
            waf.delete_web_acl(name, scope, acl_id, acl.lock_token)
