"""Which pages are made, and by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from infra.docs import audit, emails, facts, links, programme_file, rows, threads

FOLDER = Path(__file__).parents[2] / "docs"
PAGES: Mapping[str, Callable[[], str]] = {
    "audit.md": audit.page,
    "emails.md": emails.page,
    "facts.md": facts.page,
    "links.md": links.page,
    "programme-file.md": programme_file.page,
    "rows.md": rows.page,
    "threads.md": threads.page,
}
