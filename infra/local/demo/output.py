"""demo-output/: every email, the reports, calendar entries, the sponsor's summary, and who got what when."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.core.clock import stamp
from chalicelib.store.row_kinds.service_rows import EMAIL, JOB
from infra.local import memory
from infra.local.demo import calendars, results, working
from infra.local.demo.cast import plain_letters
from infra.local.demo.world import World

FOLDER = Path("demo-output")
MARK = ".made-by-the-demo"  # only a folder with this file is ever deleted
DOCUMENTS = {"facts": "facts.json", "html": "report.html", "pdf": "report.pdf"}


class NotOurFolder(Exception):
    """There is a folder of that name which no demo made."""


def clear(folder: Path) -> None:
    """Raise NotOurFolder rather than delete files that the demo did not write."""
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise NotOurFolder(f"{folder}/ was not made by the demo: please move it away and run the demo again.")
        shutil.rmtree(folder)
    folder.mkdir()
    (folder / MARK).touch()


def write(world: World, folder: Path) -> None:
    _save_emails(world, folder / "mail")
    for player in world.players:
        if documents := world.deeds[player.email].documents:
            home = folder / "reports" / slug(player.entry.person.name)
            home.mkdir(parents=True)
            for kind, body in documents.items():
                (home / DOCUMENTS[kind]).write_bytes(body)
    names = {player.email: slug(player.entry.person.name) for player in world.players}
    calendars.save(world, folder / "calendar", names)
    working.save(world, folder / "assignments", names)
    results.save(world, folder / "impact", names)
    for name, body in world.sponsor_documents.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(body)
    (folder / "summary.json").write_text(json.dumps(summary(world), indent=2, ensure_ascii=False) + "\n")


def slug(text: str) -> str:
    return "-".join(plain_letters(text).split())


def _save_emails(world: World, folder: Path) -> None:
    folder.mkdir()
    once = {letter.accepted.id: letter for letter in world.mailbox.letters}  # items of a digest came in one email
    for number, letter in enumerate(once.values(), start=1):
        kind, to = letter.template.replace("/", "-"), slug(letter.to.split("@")[0].replace(".", " "))
        name = f"{number:04}-{world.calendar.day(letter.sent_at)}-{kind}-to-{to}.eml"
        (folder / name).write_bytes(letter.accepted.raw.encode())


def summary(world: World) -> dict[str, Any]:
    """Who got what, and when, as plain data."""
    rows = memory.rows(world.cloud.table, "JOB#", "MAIL#")
    jobs = [row for row in rows if JOB.has(row)]
    emails = [row for row in rows if EMAIL.has(row)]
    return {
        "cohort": world.cohort,
        "programme": world.programme.id,
        "opens": str(world.dates.opens),
        "closes": str(world.dates.closes),
        "ends": str(world.dates.ends),
        "finished": stamp(world.now),
        "delegates": [_delegate(world, player.email, player.entry.person.name) for player in world.players],
        "digests": sorted(Counter(letter.accepted.id for letter in world.mailbox.letters if letter.item).values()),
        "mails": dict(sorted(Counter(letter.template for letter in world.mailbox.letters).items())),
        "mail_states": dict(
            sorted(
                Counter(
                    "cancelled" if "cancelled" in row and row["state"] == "queued" else row["state"] for row in emails
                ).items()
            )
        ),
        "jobs": {
            kind: dict(Counter(row["state"] for row in jobs if row["kind"] == kind))
            for kind in sorted({row["kind"] for row in jobs})
        },
        "failures": [{"id": row["id"], "error": row["error"]} for row in jobs if row["state"] == "failed"],
        "seconds": {phase: round(seconds, 1) for phase, seconds in world.seconds.items()},
        "requests": world.browser.requests,
    }


def _delegate(world: World, email: str, name: str) -> dict[str, Any]:
    deeds = asdict(world.deeds[email])
    deeds["documents"] = sorted(deeds["documents"])
    return {"name": name, "email": email, **_plain(deeds)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value
