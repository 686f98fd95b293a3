"""Snapshot of a cohort's figures, and the share of them that goes into one report; both as bytes. Pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field, to_builtins
from msgspec.structs import asdict

from chalicelib.results.change import Subject
from chalicelib.results.cohort import Consistency, Effect
from chalicelib.results.facts import CohortMean


class Frozen(Struct, frozen=True):
    """The final figures of one cohort and wave, over one set of delegates."""

    means: tuple[CohortMean, ...] = ()
    effects: tuple[Effect, ...] = ()  # of a follow-up
    consistency: tuple[Consistency, ...] = ()


class Share(Struct, frozen=True):
    """What a delegate's report shows of the cohort, and which report it compares with.

    noise              of this delegate's changes: larger than noise or not
    earlier_document   name of the facts of the delegate's report before this one; they hold every comment
    other_people       cells of those facts that another person answers now
    earlier            those facts themselves, in rows of earlier versions
    """

    means: tuple[CohortMean, ...] = ()
    noise: Mapping[Subject, str] = field(default_factory=dict)
    earlier_document: str = ""
    other_people: tuple[str, ...] = ()
    earlier: bytes = b""


def frozen_bytes(frozen: Frozen) -> bytes:
    return _packed(to_builtins(frozen))


def read_frozen(data: bytes) -> Frozen:
    content = json.loads(zlib.decompress(data))
    return Frozen(
        means=tuple(map(_read_mean, content["means"])),
        effects=tuple(Effect(**effect) for effect in content["effects"]),
        consistency=tuple(Consistency(**entry) for entry in content["consistency"]),
    )


def share_bytes(share: Share) -> bytes:
    noise = [[*subject, word] for subject, word in share.noise.items()]
    means = [asdict(mean) for mean in share.means]
    earlier = {"earlier_document": share.earlier_document, "other_people": share.other_people}
    return _packed({"means": means, "noise": noise, **earlier})


def read_share(data: bytes) -> Share:
    content = json.loads(zlib.decompress(data))
    noise = {(about, subject, cell): word for about, subject, cell, word in content["noise"]}
    return Share(
        tuple(map(_read_mean, content["means"])),
        noise,
        content.get("earlier_document", ""),
        tuple(content.get("other_people", ())),
        content.get("earlier", "").encode(),
    )


def _read_mean(mean: Mapping[str, Any]) -> CohortMean:
    return CohortMean(**{**mean, "bounds": tuple(mean.get("bounds", ()))})


def _packed(content: object) -> bytes:
    """Compress to a tenth of the size: a share lies among the delegate's rows, which each of their pages reads."""
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), level=9)
