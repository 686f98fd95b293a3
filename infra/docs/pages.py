"""Which pages are made, and by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from infra.docs import audit, cohort_file, costs_file, emails, facts, links, privacy, programme_file, rows, threads

FOLDER = Path(__file__).parents[2] / "docs"
PAGES: Mapping[str, Callable[[], str]] = {
    "audit.md": audit.page,
    "cohort-file.md": cohort_file.page,
    "costs-file.md": costs_file.page,
    "emails.md": emails.page,
    "facts.md": facts.page,
    "links.md": links.page,
    "privacy.md": privacy.page,
    "programme-file.md": programme_file.page,
    "rows.md": rows.page,
    "threads.md": threads.page,
}
