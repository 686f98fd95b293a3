"""Reports from feedback gathered elsewhere: responses.csv through the same publisher into a folder per delegate."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct

from chalicelib.answers import NOT_ABLE, Answers, Response
from chalicelib.errors import Refusal
from chalicelib.model import Programme, Wave
from chalicelib.programme.faults import FaultList, hint, shown
from chalicelib.report.cohort import FEWEST_DELEGATES, cohort_file, with_cohort
from chalicelib.report.documents import documents
from chalicelib.report.facts import Facts, ReportHeading, build_facts, facts_bytes, read_facts
from chalicelib.report.ledger import difference_is_too_small, shows_other_answers
from chalicelib.report.publish import publish
from chalicelib.report.responses_csv import Record, read_records

DELEGATE, GROUP = "delegate", "group"
LONGEST_FOLDER_NAME = 60
COHORT_FILE = "cohort.json"
FILES = {"facts": "facts.json", "html": "report.html", "pdf": "report.pdf"}


class ReportsDiffer(Refusal):
    """Two reports, or two cohort means, whose difference would show the answers or scores of a few."""

    status = 409
    title = "These reports would give answers away beside those that are there"

    def __init__(self, where: Path, reason: str) -> None:
        super().__init__(
            f"{where} {reason}. Whoever reads both could work out what few people answered. Nothing was written. "
            "If nobody has seen the older ones, delete them and run this again."
        )


class Source(Struct, frozen=True):
    """A CSV file with the columns delegate, group, every item id and, if wanted, open question ids."""

    name: str  # in faults
    data: bytes


def report_offline(
    programme: Programme,
    responses: Source,
    out: Path,
    *,
    before: Source | None = None,
    only_facts: bool,
    issued: date,
    progress: Callable[[int, int], None],
) -> tuple[str, ...]:
    """Writes facts.json, report.html and report.pdf (or facts.json alone) into a folder of `out` per delegate.

    before     responses of an earlier wave: `responses` are then the follow-up, and reports show what has changed
    progress   called with (delegates done, delegates in all)

    From five delegates on every report carries the cohort's means, and cohort.json holds them with effect sizes.

    Returns the folders' names in file order. A folder appears whole or not at all and replaces an older one. Raises
    FileFaults naming every fault, or ReportsDiffer for reports that must not stand beside older ones; then nothing is
    written.
    """
    earlier = _facts(programme, before, Wave.BASELINE, issued) if before else {}
    wave = Wave.FOLLOWUP if before else Wave.BASELINE
    reports = with_cohort(programme, _facts(programme, responses, wave, issued), earlier)
    names = _folder_names(reports)
    _refuse_differences(out, reports, names)
    out.mkdir(parents=True, exist_ok=True)
    for done, (delegate, facts) in enumerate(reports.items(), start=1):
        made = {"facts": facts_bytes(facts)} if only_facts else documents(programme, facts)
        _write_folder(out / names[delegate], {FILES[kind]: content for kind, content in made.items()})
        progress(done, len(reports))
    if len(reports) >= FEWEST_DELEGATES:
        (out / COHORT_FILE).write_text(
            json.dumps(cohort_file(programme, reports, earlier), ensure_ascii=False, indent=1)
        )
    return tuple(names.values())


def _facts(programme: Programme, source: Source, wave: Wave, issued: date) -> dict[str, Facts]:
    """By delegate, in file order."""
    key = hashlib.sha256(source.data).digest()
    return {
        delegate: build_facts(
            programme, _heading(programme, delegate, wave, issued), publish(programme, answers, comment_key=key)
        )
        for delegate, answers in read_responses(programme, source.data, source.name).items()
    }


def _refuse_differences(out: Path, reports: Mapping[str, Facts], names: Mapping[str, str]) -> None:
    cohort = out / COHORT_FILE
    if cohort.exists():
        published = json.loads(cohort.read_text())["delegates"]
        if difference_is_too_small([published], reports.keys(), FEWEST_DELEGATES):
            raise ReportsDiffer(cohort, "holds means of almost the same delegates")
    for delegate, facts in reports.items():
        older = out / names[delegate] / "facts.json"
        if older.exists() and shows_other_answers(read_facts(older.read_bytes()), facts):
            raise ReportsDiffer(older, "shows other answers for the same wave")


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


def _heading(programme: Programme, delegate: str, wave: Wave, issued: date) -> ReportHeading:
    return ReportHeading(
        delegate=delegate,
        job_title="",
        service="",
        cohort="",
        programme=programme.title,
        organisation=programme.organisation.name,
        coach="",
        wave=wave.value,
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
