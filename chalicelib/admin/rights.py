"""Choose which programmes an administrator sees. The command line does it: no administrator gives themselves more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.core.errors import Refusal
from chalicelib.core.ids import administrator_key
from chalicelib.core.settings import settings
from chalicelib.store import administrator_rights, catalogue
from chalicelib.store.table import transact
from chalicelib.store.withdrawals import What, outlive


class RightsRefused(Refusal):
    """An address of no administrator, or a programme that is not stored."""

    title = "Nothing was changed"


def limit_administrator(
    email: str, programmes: Sequence[str], now: datetime, *, everything: bool = False
) -> Sequence[str]:
    """Let an administrator see these programmes alone, from the next page on. Raises RightsRefused."""
    address = email.strip().lower()
    if address not in {listed.lower() for listed in settings().administrators}:
        raise RightsRefused(f"{email} is no administrator of this stage. The settings list them.")
    who = administrator_key(address)
    if everything:
        transact([outlive(administrator_rights.lift(who), What.RIGHTS, now, who=who, programmes="")])
        return ()
    stored = {entry.id for entry in catalogue.everything().programmes}
    if unknown := sorted(set(programmes) - stored):
        known = ", ".join(sorted(stored)) or "none"
        raise RightsRefused(f"No programme {', '.join(unknown)} is stored. The stored programmes are: {known}.")
    given = ",".join(sorted(set(programmes)))
    transact([outlive(administrator_rights.limit(who, programmes), What.RIGHTS, now, who=who, programmes=given)])
    return sorted(set(programmes))


def list_rights() -> Mapping[str, list[str] | None]:
    """Return by address the programmes of each administrator; None: all."""
    rights_by_address = {
        address: administrator_rights.find(administrator_key(address.lower())) for address in settings().administrators
    }
    return {address: None if given is None else sorted(given) for address, given in rights_by_address.items()}
