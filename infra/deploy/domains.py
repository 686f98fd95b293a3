"""Domains that lead to the API. API Gateway deletes no API as long as one does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from infra.deploy import api
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment


def take_off(stage: Deployment, hand: Reporter) -> None:
    """Take every domain off the API, also one whose lines are no longer in .chalice/config.json.

    `chalice delete` knows only the domain of these lines, and deletes it with what leads to other APIs
    (aws/chalice#1898).
    """
    gateway, ours = stage.client("apigateway"), api.list_ids(stage)
    for name, paths in list(_mappings(stage)):
        own = [path for path, api_id in paths if api_id in ours]
        for path in own:
            remove = partial(gateway.delete_base_path_mapping, domainName=name, basePath=path)
            hand.change(f"take domain {name} off the API", remove)
        if own and len(own) == len(paths):
            hand.change(f"delete domain {name}", partial(gateway.delete_domain_name, domainName=name))


def _mappings(stage: Deployment) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each domain of the account, with its paths and the API that each leads to."""
    for domain in stage.listed("apigateway", "get_domain_names", "items"):
        name = domain["domainName"]
        mappings = stage.listed("apigateway", "get_base_path_mappings", "items", domainName=name)
        yield name, [(each["basePath"], each["restApiId"]) for each in mappings]
