"""Load the facts of a closed wave from a delegate's rows: for the report, and for the cohort's figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib.core.formatting import local_date
from chalicelib.core.model import Delegate, InvitationState, Programme, Wave
from chalicelib.report.responses_file import identify
from chalicelib.results.change import find_other_people, without_people
from chalicelib.results.cohort_snapshot import Share
from chalicelib.results.facts import Facts, ReportHeading, build_facts, cell_titles, read_facts
from chalicelib.results.publish import publish
from chalicelib.results.published import PublishedCells
from chalicelib.store import objects, responses
from chalicelib.store.coach_comments import CoachComment
from chalicelib.store.delegate_record import DelegateRecord
from chalicelib.store.marshal import Row
from chalicelib.store.reports import StoredReport


def delegate_in(rows: Iterable[Row]) -> Delegate:
    """Return the delegate that the rows of a partition are about."""
    return DelegateRecord(tuple(rows)).delegate


def wave_facts(programme: Programme, delegate: Delegate, wave: Wave, rows: Sequence[Row]) -> Facts:
    """Compute the facts from the responses alone: the same responses give the same facts, however late or often."""
    heading = ReportHeading(
        delegate=delegate.person.name,
        job_title=delegate.job_title,
        service=delegate.service,
        cohort=delegate.cohort_title,
        programme=programme.title,
        organisation=programme.organisation.name,
        coach=delegate.coach.name,
        wave=wave.value,
        issued=local_date(closed_at(rows, wave), programme.organisation.timezone),
    )
    return build_facts(programme, heading, _published(programme, wave, rows))


def coach_comments(programme: Programme, wave: Wave, rows: Sequence[Row]) -> list[CoachComment]:
    """Return the comments that raters keep for the coach, by the names and rules of the report's comments; in no
    document.
    """
    if not programme.coach_only_comments:
        return []
    published = _published(programme, wave, rows)
    titles = cell_titles(programme, published.comment_cells)
    texts = {question.id: question.text for question in programme.open_questions}
    return [
        CoachComment(texts[comment.question], titles[comment.cell], comment.text)
        for comment in published.coach_comments
    ]


def _published(programme: Programme, wave: Wave, rows: Sequence[Row]) -> PublishedCells:
    return publish(programme, responses.from_rows(rows, wave), comment_key=responses.comment_key(rows, wave))


def earlier_facts(rows: Iterable[Row], wave: Wave) -> Facts | None:
    """Return the baseline's facts for a follow-up; None if there was no report then. One call.

    Named cells that another person answers now are left out.
    """
    rows = list(rows)
    report = earlier_report(rows, wave)
    if report is None:
        return None
    earlier = read_facts(objects.load(report.facts))
    before, now = _who_answered(rows, Wave(earlier.heading.wave)), _who_answered(rows, wave)
    return without_people(earlier, find_other_people(earlier, before, now))


def earlier_report(rows: Iterable[Row], wave: Wave) -> StoredReport | None:
    """Return the baseline's report for a follow-up; None if there was none."""
    if wave is not Wave.FOLLOWUP:
        return None
    return DelegateRecord(tuple(rows)).find_report(Wave.BASELINE)


def facts_in(share: Share) -> Facts | None:
    """Return the facts of the earlier report that a share compares with, as they were then. One call."""
    if share.earlier:
        return read_facts(share.earlier)
    if not share.earlier_document:
        return None
    return without_people(read_facts(objects.load(share.earlier_document)), share.other_people)


def _who_answered(rows: Sequence[Row], wave: Wave) -> dict[str, set[str]]:
    """Return by group the names and addresses of those who answered. Someone who was erased is like no one else."""
    people: dict[str, set[str]] = {}
    for invitation in DelegateRecord(rows).invitations(wave):
        known = people.setdefault(invitation.group, set())
        if invitation.rater.is_erased:
            known.add(invitation.id)
        elif invitation.state is InvitationState.ANSWERED:
            known.update((identify(invitation.rater.name), invitation.rater.email))
    return people


def closed_at(rows: Iterable[Row], wave: Wave) -> datetime:
    """Return the day of the deadline, which the report shows."""
    return DelegateRecord(tuple(rows)).wave(wave).closes_at
