"""The evidence pack: reproducible, complete, with checksums, and without a story that was withdrawn."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import date

import pytest
import yaml
from pypdf import PdfReader

from chalicelib.cli import parser
from chalicelib.sponsor.evidence_pack import NoEditionYet, pack_evidence
from chalicelib.sponsor.final.facts import read_final
from chalicelib.sponsor.interim import Interim, WorkCount, load_interim
from chalicelib.sponsor.timeline import list_milestones
from chalicelib.store import audit_events, cohorts, delegates, objects, stories, summaries
from chalicelib.store.table import Missing, delete, update
from chalicelib.workshops.counts import WorkshopCounts
from tests.sponsor.test_editions import NAMES, SPONSOR, answered, wait
from tests.sponsor.test_stories import WORDS, approve, check, offered, page, story
from tests.support import people
from tests.support.drain import drain

__all__ = ["answered", "offered"]

ALWAYS = {"README.txt", "SHA256SUMS", "costs.csv", "figures.csv", "method.pdf", "outcomes.csv", "programme.yaml"}
ALWAYS |= {"timeline.csv", "withdrawn.txt"}


@pytest.fixture
def published(offered, clock):
    approve(offered, **{"tag.award": "yes"})
    check(offered, clock)
    wait(clock, 8)
    return offered


def opened(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_pack_is_whole_and_the_same_twice(published, clock):
    packed = pack_evidence(people.COHORT)
    wait(clock, 3)
    assert pack_evidence(people.COHORT) == packed
    files = opened(packed)
    assert files.keys() == ALWAYS | {"summary.pdf", "figures.json", f"stories/{story().id}.txt"}
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert set(re.findall(r"  (\S+)$", files["SHA256SUMS"].decode(), re.MULTILINE)) == files.keys() - {"SHA256SUMS"}


def test_what_is_corrected_later_changes_nothing_in_a_pack(published):
    """Debriefs and dates that are set right once the edition is made are news of the next one."""
    packed, cohort = pack_evidence(people.COHORT), cohorts.find(people.COHORT)
    before = load_interim(cohort, people.programme())
    for line in cohorts.list_lines(people.COHORT):
        people.write(cohorts.change_line(delegates.find(line.delegate_id), put={"debriefed_on": "2026-10-20"}))

    assert load_interim(cohort, people.programme()).debriefed > (before.debriefed or 0)
    assert pack_evidence(people.COHORT) == packed


def test_an_edition_of_an_earlier_version_has_the_timeline_of_today(published):
    packed = pack_evidence(people.COHORT)
    (edition,) = summaries.of_cohort(people.COHORT)
    people.write(update(summaries.key(people.COHORT, edition.name), remove=("timeline",), refusal=Missing))
    (kept,) = summaries.of_cohort(people.COHORT)

    assert (kept.timeline, pack_evidence(people.COHORT)) == ((), packed)


def test_every_quotation_leads_to_the_words_that_were_approved(published, clock):
    files = opened(pack_evidence(people.COHORT))
    board = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(files["summary.pdf"])).pages)
    sources = [body.decode() for name, body in files.items() if name.startswith("stories/")]
    assert [WORDS in source for source in sources] == [True]
    assert WORDS in " ".join(board.split())
    assert story().text == WORDS
    assert files["outcomes.csv"].decode("utf-8-sig").splitlines()[1:] == ["Award,1"]


def test_the_framework_names_no_one(published, clock):
    files = opened(pack_evidence(people.COHORT))
    framework = yaml.safe_load(files["programme.yaml"])
    assert [competency["id"] for competency in framework["competencies"]] == [
        competency.id for competency in people.programme().competencies
    ]
    everything = b" ".join(body for name, body in files.items() if not name.endswith(".pdf")).decode()
    for name in NAMES[1:]:
        assert people.person(name).name not in everything
        assert people.person(name).email not in everything


def test_a_withdrawn_story_is_gone_at_once_and_its_id_is_listed(published, clock):
    identity = story().id
    published.cookies.clear()
    published.open(page()).post(page(), {"go": "withdraw"})
    at_once = opened(pack_evidence(people.COHORT))
    drain(clock.advance(minutes=1))
    later = opened(pack_evidence(people.COHORT))
    for files in (at_once, later):
        assert files["withdrawn.txt"].decode().split() == [identity]
        assert not [name for name in files if name.startswith("stories/")]
        assert not any(WORDS.encode() in body for body in files.values())
    assert "summary.pdf" not in at_once
    assert "summary.pdf" in later


def test_a_story_that_was_deleted_with_its_delegate_is_in_no_pack(published):
    """The page gives its edition no longer out, so the pack does not either."""
    identity = story().id
    people.write(delete(stories.key(story().delegate_id)))
    files = opened(pack_evidence(people.COHORT))
    assert files["withdrawn.txt"].decode().split() == [identity]
    assert not any(WORDS.encode() in body for body in files.values())
    assert "summary.pdf" not in files


def test_the_sponsor_and_the_command_get_the_same_pack_and_it_is_logged(published, clock, tmp_path):
    shelf = people.link("sponsor", "sponsor")
    published.cookies.clear()
    published.let_in(SPONSOR, clock.now()).open(shelf)
    assert 'value="evidence"' in published.page
    out = tmp_path / "evidence.zip"
    assert parser.main(["cohort", "evidence", people.COHORT, "--out", str(out)]) == 0
    assert out.read_bytes() == pack_evidence(people.COHORT)
    acts = [(row["act"], row["by"]) for row in audit_events.of_cohort(people.COHORT)]
    assert ("opened a document for the sponsor (the evidence pack)", "command line") in acts


def test_without_an_edition_there_is_no_pack(visitor, clock):
    people.load(clock.now())
    with pytest.raises(NoEditionYet):
        pack_evidence(people.COHORT)


def test_the_timeline_has_days_of_workshops_and_counts_of_the_sponsors_page(published):
    cohort = cohorts.find(people.COHORT)
    workshop = WorkshopCounts("Leading Self", 7, {"attended": 5}, date(2026, 10, 14))
    counted = Interim(7, 7, None, (workshop,), (WorkCount("Vision", 5),), ())
    final = read_final(objects.load(summaries.of_cohort(people.COHORT)[-1].facts))

    rows = [",".join(row) for row in list_milestones(cohort, final, counted)]

    assert "2026-10-14,Leading Self: attended,5" in rows
    assert ",Vision: submitted,5" in rows
    assert not [row for row in rows if "Debriefs" in row]
