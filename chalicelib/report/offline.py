"""Reports from feedback gathered elsewhere: responses.csv through the same publisher into a folder per delegate."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from chalicelib.answers import NOT_ABLE, Answers, Response
from chalicelib.model import Programme, Wave
from chalicelib.programme.faults import FaultList, hint, shown
from chalicelib.report.facts import ReportHeading, build_facts, facts_bytes
from chalicelib.report.page import render_html
from chalicelib.report.pdf import render_pdf
from chalicelib.report.publish import publish
from chalicelib.report.responses_csv import Record, read_records

DELEGATE, GROUP = "delegate", "group"
LONGEST_FOLDER_NAME = 60


def report_offline(
    programme: Programme,
    responses: bytes,
    file: str,
    out: Path,
    *,
    only_facts: bool,
    issued: date,
    progress: Callable[[int, int], None],
) -> tuple[str, ...]:
    """Writes facts.json, report.html and report.pdf (or facts.json alone) into a folder of `out` per delegate.

    responses  a CSV file with the columns delegate, group, every item id and, if wanted, open question ids
    file       its name in faults
    progress   called with (delegates done, delegates in all)

    Returns the folders' names in file order. A folder appears whole or not at all and replaces an older one. Raises
    FileFaults naming every fault; then nothing is written.
    """
    waves = read_responses(programme, responses, file)
    key = hashlib.sha256(responses).digest()
    names = _folder_names(waves)
    out.mkdir(parents=True, exist_ok=True)
    for done, (delegate, wave) in enumerate(waves.items(), start=1):
        published = publish(programme, wave, comment_key=key)
        facts = build_facts(programme, _heading(programme, delegate, issued), published)
        documents = {"facts.json": facts_bytes(facts)}
        if not only_facts:
            documents["report.html"] = render_html(programme, facts).encode()
            documents["report.pdf"] = render_pdf(programme, facts)
        _write_folder(out / names[delegate], documents)
        progress(done, len(waves))
    return tuple(names.values())


def read_responses(programme: Programme, data: bytes, file: str) -> dict[str, list[Response]]:
    """Responses by delegate, in file order. Raises FileFaults naming every fault with its line and column."""
    faults = FaultList(file)
    items = [item.id for item in programme.items]
    questions = [question.id for question in programme.open_questions]
    waves: dict[str, list[Response]] = {}
    for record in read_records(data, [DELEGATE, GROUP, *items], questions, faults):
        _check_record(programme, record, waves, faults)
        ratings = _ratings(programme, record, items, faults)
        comments = {question: text for question in questions if (text := record.cells[question])}
        response = Response(record.cells[GROUP].lower(), Answers(ratings, comments))
        waves.setdefault(record.cells[DELEGATE], []).append(response)
    faults.refuse_if_any()
    return waves


def _check_record(
    programme: Programme, record: Record, waves: Mapping[str, Sequence[Response]], faults: FaultList
) -> None:
    delegate, group_id = record.cells[DELEGATE], record.cells[GROUP].lower()
    groups = {group.id: group for group in programme.groups}
    if not delegate:
        faults.add(record.line, DELEGATE, "is missing")
    group = groups.get(group_id)
    if group is None:
        faults.add(record.line, GROUP, f'"{shown(group_id)}" is not a rater group; {hint(group_id, list(groups))}')
    elif group.named and Counter(r.group for r in waves.get(delegate, ()))[group_id] >= group.max:
        faults.add(record.line, GROUP, f"is one response of {group_id} too many; allowed: {group.max} a delegate")


def _ratings(programme: Programme, record: Record, items: Iterable[str], faults: FaultList) -> dict[str, int | None]:
    allowed: dict[str, int | None] = {str(rating): rating for rating in range(1, programme.top + 1)}
    allowed[NOT_ABLE] = None
    ratings = {}
    for item in items:
        cell = record.cells[item].lower()
        if cell in allowed:
            ratings[item] = allowed[cell]
        elif cell:
            faults.add(
                record.line, item, f'"{shown(cell)}" is no rating; allowed: 1 to {programme.top}, {NOT_ABLE} or empty'
            )
    return ratings


def _heading(programme: Programme, delegate: str, issued: date) -> ReportHeading:
    return ReportHeading(
        delegate=delegate,
        job_title="",
        service="",
        cohort="",
        programme=programme.title,
        organisation=programme.organisation.name,
        coach="",
        wave=Wave.BASELINE.value,
        issued=issued,
    )


def _folder_names(delegates: Collection[str]) -> dict[str, str]:
    """A folder name per delegate: "Zoë O'Brien" is zoe-o-brien; a second one of the same name ends in -2."""
    names: dict[str, str] = {}
    taken = set()
    for delegate in delegates:
        plain = unicodedata.normalize("NFKD", delegate).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_FOLDER_NAME] or "delegate"
        name, number = stem, 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        names[delegate] = name
    return names


def _write_folder(folder: Path, documents: Mapping[str, bytes]) -> None:
    """All of them or none: a reader never finds half a report."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".report-") as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        for name, content in documents.items():
            (fresh / name).write_bytes(content)
        if folder.exists():
            shutil.move(folder, Path(scratch) / "old")
        fresh.rename(folder)
