"""Read when a page was typed, as web/assets/answer.js posts it. Moments are milliseconds since 1970."""

from __future__ import annotations

from datetime import datetime

AHEAD = 3_600_000  # milliseconds by which a browser's clock may run fast
MAX_SEEN = 40  # saves that a page may list as seen


def milliseconds(moment: datetime) -> int:
    """Return milliseconds since 1970, the unit of a save's moment."""
    return int(moment.timestamp() * 1000)


def typed_at(posted: str, now: datetime, background: bool) -> int:
    """Return the browser's time, within limits; at least now for a page whose sender waits."""
    received_at = milliseconds(now)
    moment = min(_number(posted, received_at), received_at + AHEAD)
    return moment if background else max(moment, received_at)


def read_seen(posted: str, received_at: int) -> frozenset[int]:
    """Return the moments of saves that a page says it has seen; 0 for none."""
    moments = {_number(moment, 0) for moment in posted.split()[-MAX_SEEN:]}
    return frozenset(moment for moment in moments if moment <= received_at + AHEAD) or frozenset({0})


def _number(posted: str, otherwise: int) -> int:
    return int(posted) if posted.isascii() and posted.isdigit() and len(posted) < 16 else otherwise
