"""The address that links in emails carry: a new one only once it leads to this deployment."""

from __future__ import annotations

from infra.deploy import api, functions, gateway, settings, verify
from infra.deploy.hand import Reporter
from infra.deploy.stage import Deployment


def ensure_address(stage: Deployment, hand: Reporter, api_id: str) -> None:
    """Switch to the domain of one's own, or back. Functions answer at both; the old one leads on to the new one.

    found   the API
    """
    before, wanted = settings.read(stage)["base_url"], api.wanted_url(stage, api_id)
    if before == wanted:
        hand.stays(f"links in emails lead to {before}")
        return
    is_gone = not _leads_to_an_api(stage, before)
    if not is_gone and (why := verify.leads_elsewhere(wanted, before)):
        hand.note(waiting(stage, before, wanted, why))
        return
    settings.write(stage, hand, {**settings.read(stage), "base_url": wanted})
    if hand.dry_run:
        return
    gateway.ensure_gateway(stage, hand, api_id)
    functions.restart(stage, hand, f"links in emails now lead to {wanted}")


def _leads_to_an_api(stage: Deployment, address: str) -> bool:
    """Return whether an address is a domain, or that of an API that is there. `make remove` takes the API away."""
    start, end = api.url(stage, "|").split("|")
    if not (address.startswith(start) and address.endswith(end)):
        return True
    return address[len(start) : len(address) - len(end)] in api.list_ids(stage)


def waiting(stage: Deployment, before: str, wanted: str, why: str) -> str:
    return (
        f"links in emails keep leading to {before}, because {wanted}/ {why}. Point its DNS record at the alias that "
        f"chalice deploy printed, and run make deploy STAGE={stage.name} again."
    )
