"""Pack an edition with its evidence: figures, method, framework, timeline, stories and costs, with checksums.

The same edition and the same stories give the same bytes. A story that was withdrawn is left out, and its id is listed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from chalicelib.core import formatting
from chalicelib.core.errors import Refusal
from chalicelib.core.model import Cohort, Programme
from chalicelib.sponsor.final.facts import Final, StoryLine, read_final
from chalicelib.sponsor.interim import load_interim
from chalicelib.sponsor.prepare.enter_costs import CohortUnknown
from chalicelib.sponsor.timeline import Milestone, list_milestones
from chalicelib.store import cohorts, objects, programmes, stories, summaries
from chalicelib.store.stories import StoryState
from chalicelib.store.summaries import Summary


class NoEditionYet(Refusal):
    """The cohort has no edition to pack."""

    status = 404
    title = "There is no edition yet"

    def __init__(self) -> None:
        super().__init__("The evidence pack is made from an edition. The first comes after the last survey has closed.")


def pack_evidence(cohort_id: str) -> bytes:
    """Return the zip of the newest edition. Raises CohortUnknown or NoEditionYet."""
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    editions = [edition for edition in summaries.of_cohort(cohort_id) if edition.files]
    if not editions:
        raise NoEditionYet
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    final = read_final(objects.load(editions[-1].facts))
    withdrawn = find_withdrawn(editions)
    files = dict(_files(programme, cohort, final, editions[-1], withdrawn))
    return zip_of(files, final.made_on)


def find_withdrawn(editions: Iterable[Summary]) -> tuple[str, ...]:
    """Return the ids of stories that were in an edition and were withdrawn since, or deleted with their delegate."""
    delegate_ids = {delegate_id for edition in editions for delegate_id in edition.stories}
    stored = stories.of_delegates(delegate_ids) if delegate_ids else []
    kept = {story.delegate_id for story in stored if story.state is not StoryState.WITHDRAWN}
    return tuple(sorted(map(stories.id_of, delegate_ids - kept)))


def _files(
    programme: Programme, cohort: Cohort, final: Final, edition: Summary, withdrawn: Sequence[str]
) -> Iterator[tuple[str, bytes]]:
    kept = [story for story in final.stories if story.id not in withdrawn]
    holds_withdrawn = len(kept) < len(final.stories)
    if not holds_withdrawn:  # the documents quote the stories
        yield "summary.pdf", objects.load(edition.file("board"))
        yield "figures.json", objects.load(edition.facts)
    yield "figures.csv", objects.load(edition.file("csv"))
    yield "method.pdf", objects.load(edition.file("method"))
    yield "programme.yaml", _framework(programme)
    yield "timeline.csv", _table(("day", "milestone", "delegates"), _timeline(programme, cohort, final, edition))
    for story in kept:
        yield f"stories/{story.id}.txt", _story(story)
    yield "outcomes.csv", _outcomes(kept)
    yield "costs.csv", _costs(final)
    yield "withdrawn.txt", "".join(f"{name}\n" for name in withdrawn).encode()
    yield "README.txt", _readme(final, holds_withdrawn=holds_withdrawn)


def _timeline(programme: Programme, cohort: Cohort, final: Final, edition: Summary) -> Sequence[Milestone]:
    """Return the timeline that the edition keeps. An edition of an earlier version has none, so it is made now."""
    return edition.timeline or list_milestones(cohort, final, load_interim(cohort, programme))


def zip_of(files: Mapping[str, bytes], day: date) -> bytes:
    """Return a zip with sorted names, one time and checksums. The same files and day give the same bytes."""
    sums = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, body in sorted({**files, "SHA256SUMS": sums.encode()}.items()):
            entry = zipfile.ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # the same on every system
            archive.writestr(entry, body)
    return packed.getvalue()


def _framework(programme: Programme) -> bytes:
    """Write the questions that were asked, without any answer or name."""
    import yaml  # only a few pages need it

    content = {
        "programme": programme.id,
        "version": programme.version,
        "title": programme.title,
        "scale": list(programme.scale),
        "competencies": [
            {
                "id": competency.id,
                "title": competency.title,
                "definition": competency.definition,
                "milestone": competency.milestone,
                "items": [{"id": item.id, "others": item.others_wording} for item in competency.items],
            }
            for competency in programme.competencies
        ],
        "milestones": [
            {"id": step.id, "title": step.title, "assignments": [task.title for task in step.assignments]}
            for step in programme.milestones
        ],
    }
    return bytes(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, encoding="utf-8"))


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _story(story: StoryLine) -> bytes:
    kind = "What worked" if story.worked else "What did not work"
    tags = f"Result: {', '.join(story.tags)}\n" if story.tags else ""
    return f"{story.who}\n{kind}\n{tags}\n{story.text}\n".encode()


def _outcomes(kept: Sequence[StoryLine]) -> bytes:
    """Count the results that published stories name, by kind. Their delegates have consented."""
    tags = sorted({tag for story in kept for tag in story.tags})
    return _table(("result", "stories"), [(tag, sum(tag in story.tags for story in kept)) for tag in tags])


def _costs(final: Final) -> bytes:
    value = final.value
    rows = [(cost.label, cost.source, cost.display) for cost in value.costs] if value else []
    total = [("Total", "", value.cost)] if value and value.cost else []
    return _table(("cost", "source", "amount"), [*rows, *total])


README = """\
Results of {programme}: {cohort}
{organisation}
Edition {edition}, made on {made}

summary.pdf     two pages for the board
figures.csv     every figure of the edition, with how many delegates are behind it
figures.json    the same, with a checksum over everything else
method.pdf      how the figures are made, and what they cannot say
programme.yaml  the framework: competencies, behaviours, workshops; no people
timeline.csv    milestones, with counts; of attendance and work no count below five
stories/        each story in the words that its delegate approved
outcomes.csv    promotions, tenders, awards, pathways and accreditations, as stories name them
costs.csv       what it cost, each figure with its source
withdrawn.txt   ids of stories that were withdrawn since an edition was made: please stop using them
SHA256SUMS      a checksum of every file; check with: sha256sum -c SHA256SUMS

Each mean and sum is over five delegates or more. outcomes.csv counts what stories name, and no one is named without
consent. Each quotation of summary.pdf is one file in stories/.
{note}"""
LEFT_OUT = "summary.pdf and figures.json are left out, because a story in them was withdrawn. A new edition follows.\n"


def _readme(final: Final, *, holds_withdrawn: bool) -> bytes:
    return README.format(
        programme=final.programme,
        cohort=final.cohort,
        organisation=final.organisation,
        edition=final.edition,
        made=formatting.day(final.made_on),
        note=LEFT_OUT if holds_withdrawn else "",
    ).encode()
