"""Make reports from feedback collected elsewhere: responses.csv through the same publisher, one folder for each
delegate.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from itertools import chain, count
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.core.answers import Response
from chalicelib.core.file_errors import Note, ignore
from chalicelib.core.formatting import slug
from chalicelib.core.model import Programme, Wave
from chalicelib.report.offline_differences import refuse_differences, refuse_spellings
from chalicelib.report.offline_ledger import (
    COHORT_FILE,
    FACTS_FILE,
    LEDGER_FILE,
    locked,
    read_ledger,
    write_ledger,
    write_whole,
)
from chalicelib.report.render import documents
from chalicelib.report.responses_file import identify, read_responses
from chalicelib.results.change import find_other_people, without_people
from chalicelib.results.cohort import MIN_DELEGATES, cohort_file, delegates_behind, with_cohort
from chalicelib.results.disclosure_control import Entry, PublishedMeans, PublishedReport, means_entry, report_entry
from chalicelib.results.facts import Facts, ReportHeading, build_facts, facts_bytes
from chalicelib.results.layout import FIRST_RULE
from chalicelib.results.publish import publish

MAX_FOLDER_NAME_CHARS = 60
FILES = {"facts": FACTS_FILE, "html": "report.html", "pdf": "report.pdf"}


class Source(Struct, frozen=True):
    """A CSV file with the columns delegate, group, every item id and optionally open question ids."""

    name: str  # in error messages
    data: bytes
    note: Note = ignore  # receives what is passed over


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
    """Write facts.json, report.html and report.pdf (or facts.json alone) into a folder of `out` for each delegate.

    before     responses of an earlier wave: `responses` are then the follow-up, and reports show what has changed
    progress   called with (delegates done, delegates in all)

    From five delegates on, every report shows the cohort's means, and cohort.json has them with effect sizes.

    Returns the folders' names in file order. A folder appears whole or not at all and replaces an older one. Raises
    FileInvalid with every fault, SpeltInTwoWays for a second spelling of a delegate, BaselineDiffers for a `before`
    that is not what the folder has published, ReportsDiffer for reports that must not appear next to older ones, or
    LedgerDamaged; then nothing is written.
    """
    wave = Wave.FOLLOWUP if before else Wave.BASELINE
    answers = _read(programme, responses)
    answers_before = _spelt_as(answers, _read(programme, before)) if before else {}
    shown_before = read_ledger(out, programme.top)
    refuse_spellings(answers, answers_before, before.name if before else "")
    refuse_spellings({**answers, **answers_before}, _names_of(shown_before), str(out / LEDGER_FILE))
    of_wave = _by_rule_of(programme, shown_before, wave)
    plain = _facts(of_wave, responses, answers, wave, issued)
    of_baseline = _by_rule_of(programme, shown_before, Wave.BASELINE)
    earlier = _facts(of_baseline, before, answers_before, Wave.BASELINE, issued) if before else {}
    comparable = {
        name: _comparable(facts, answers_before[name], answers.get(name, [])) for name, facts in earlier.items()
    }
    reports = with_cohort(of_wave, plain, comparable)
    with locked(out):
        published = read_ledger(out, programme.top)
        names = _folder_names([*reports, *earlier], published)
        baselines = _entries(programme, earlier, names)
        further: list[Entry] = [*_entries(programme, reports, names), *_means(reports, earlier, wave)]
        refuse_differences(out, published, baselines, further, before.name if before else "")
        write_ledger(out, [*published, *baselines, *further])  # first: a crash leaves no report without its line
        _write_reports(programme, out, reports, names, only_facts=only_facts, progress=progress)
        if len(reports) >= MIN_DELEGATES:
            cohort = json.dumps(cohort_file(of_wave, reports, comparable), ensure_ascii=False, indent=1)
            write_whole(out / COHORT_FILE, cohort.encode())
    return tuple(names[delegate] for delegate in reports)


def _by_rule_of(programme: Programme, published: Iterable[Entry], wave: Wave) -> Programme:
    """Return the programme with the publishing rule of a wave: the first one if the folder has shown it by that."""
    rules = {entry.rule for entry in published if isinstance(entry, PublishedReport) and entry.wave == wave}
    return replace(programme, behaviours_from=0) if FIRST_RULE in rules else programme


def _write_reports(
    programme: Programme,
    out: Path,
    reports: Mapping[str, Facts],
    names: Mapping[str, str],
    *,
    only_facts: bool,
    progress: Callable[[int, int], None],
) -> None:
    for done, (delegate, facts) in enumerate(reports.items(), start=1):
        made = {"facts": facts_bytes(facts)} if only_facts else documents(programme, facts)
        _write_folder(out / names[delegate], {FILES[kind]: content for kind, content in made.items()})
        progress(done, len(reports))


def _entries(programme: Programme, reports: Mapping[str, Facts], names: Mapping[str, str]) -> list[PublishedReport]:
    return [report_entry(facts, identify(name), names[name], programme.top) for name, facts in reports.items()]


def _means(reports: Mapping[str, Facts], earlier: Mapping[str, Facts], wave: Wave) -> list[PublishedMeans]:
    figures = delegates_behind(_by_identity(reports), _by_identity(earlier))
    return [means_entry(wave.value, figures)] if len(reports) >= MIN_DELEGATES else []


def _names_of(published: Iterable[Entry]) -> list[str]:
    return [entry.name for entry in published if isinstance(entry, PublishedReport)]


def _spelt_as(delegates: Iterable[str], earlier: Mapping[str, list[Response]]) -> dict[str, list[Response]]:
    """Give earlier answers the names that the later file gives their delegates."""
    spelling = {identify(name): name for name in delegates}
    return {spelling.get(identify(name), name): answers for name, answers in earlier.items()}


def _comparable(earlier: Facts, before: Iterable[Response], now: Iterable[Response]) -> Facts:
    """Leave out of earlier facts the named cells that another person answers now, as far as the files name people."""
    return without_people(earlier, find_other_people(earlier, _people(before), _people(now)))


def _people(answers: Iterable[Response]) -> dict[str, set[str]]:
    people: dict[str, set[str]] = {}
    for response in answers:
        if response.person:
            people.setdefault(response.group, set()).add(identify(response.person.name))
    return people


def _by_identity(reports: Mapping[str, Facts]) -> dict[str, Facts]:
    return {identify(name): facts for name, facts in reports.items()}


def _read(programme: Programme, source: Source) -> dict[str, list[Response]]:
    return read_responses(programme, source.data, source.name, source.note)


def _facts(
    programme: Programme, source: Source, answers: Mapping[str, Sequence[Response]], wave: Wave, issued: date
) -> dict[str, Facts]:
    """Publish the answers of each delegate, in file order."""
    key = hashlib.sha256(source.data).digest()
    return {
        delegate: build_facts(
            programme, _heading(programme, delegate, wave, issued), publish(programme, given, comment_key=key)
        )
        for delegate, given in answers.items()
    }


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


def _folder_names(delegates: Iterable[str], published: Iterable[Entry]) -> dict[str, str]:
    """Return a folder name for each delegate; keep an existing one. "Zoë O'Brien" is zoe-o-brien."""
    folders = {entry.delegate: entry.folder for entry in published if isinstance(entry, PublishedReport)}
    names = {}
    for delegate in dict.fromkeys(delegates):
        folder = folders.setdefault(identify(delegate), "") or _free_name(delegate, set(folders.values()))
        folders[identify(delegate)] = names[delegate] = folder
    return names


def _free_name(delegate: str, taken: Collection[str]) -> str:
    """Add a number from the second on to names that come out the same, as those without Latin letters do."""
    stem = slug(delegate, MAX_FOLDER_NAME_CHARS) or "delegate"
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(name for name in chain([stem], numbered) if name not in taken)


def _write_folder(folder: Path, documents: Mapping[str, bytes]) -> None:
    """Write a folder whole or not at all: a reader never finds half a report."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".report-") as scratch:
        fresh = Path(scratch) / "fresh"
        fresh.mkdir()
        for name, content in documents.items():
            (fresh / name).write_bytes(content)
        if folder.exists():
            shutil.move(folder, Path(scratch) / "old")
        fresh.rename(folder)
