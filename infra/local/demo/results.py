"""Save what came back to each delegate after six months."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from chalicelib.store import delegates, impact_results, objects
from chalicelib.store.impact_results import KINDS
from infra.local.demo.world import World


def save(world: World, folder: Path, names: Mapping[str, str]) -> None:
    """Write `<folder>/<delegate>/{facts.json,impact.html,impact.pdf}`. names: address -> folder."""
    for player in world.players:
        stored = impact_results.from_rows(delegates.load_rows(world.delegate_id(player)))
        if stored is None:
            continue
        home = folder / names[player.email]
        home.mkdir(parents=True)
        for kind, name in KINDS.items():
            (home / name).write_bytes(objects.load(getattr(stored, kind)))
