"""Refuse reports whose difference from what a folder has published would reveal the answers of a few."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib.core.errors import Refusal
from chalicelib.report.offline_ledger import COHORT_FILE, FACTS_FILE
from chalicelib.report.responses_file import identify, identify_likely
from chalicelib.results.cohort import MIN_DELEGATES
from chalicelib.results.disclosure_control import (
    Entry,
    PublishedMeans,
    PublishedReport,
    differs_by_a_few_raters,
    is_another_baseline,
    is_same_wave,
    reveals_too_few,
    shows_other_answers,
)

NOTHING_WRITTEN = "Nothing was written."
START_AFRESH = "If no one has seen the earlier reports, write to an empty folder."


class ReportsDiffer(Refusal):
    """Two reports, or two cohort means, whose difference would show the answers or scores of a few."""

    status = 409
    title = "These reports would reveal answers when compared with earlier ones"

    def __init__(self, where: Path, reason: str) -> None:
        super().__init__(
            f"{where} {reason}. A reader of both could work out what few people answered. {NOTHING_WRITTEN} "
            f"{START_AFRESH}"
        )


class BaselineDiffers(Refusal):
    """Changes since a baseline that was never shown would reveal its answers next to the released one."""

    status = 409
    title = "This is not the baseline that was published"

    def __init__(self, published: Path, name: str, baseline: str) -> None:
        super().__init__(
            f"{baseline} gives {name} other figures than the baseline report that this folder published ({published}). "
            f"Changes are shown only since the published one. {NOTHING_WRITTEN} For --before, give the file of that "
            "report."
        )


class SpeltInTwoWays(Refusal):
    """A second spelling of a delegate: reports in two folders, or a follow-up without its baseline."""

    status = 409
    title = "One delegate seems to be spelt in two ways"

    def __init__(self, name: str, earlier: str, where: str) -> None:
        super().__init__(
            f'"{name}" is spelt "{earlier}" in {where}. {NOTHING_WRITTEN} Use one spelling for one delegate; for two '
            "delegates add a difference in brackets, such as their service."
        )


def refuse_spellings(names: Iterable[str], earlier: Iterable[str], where: str) -> None:
    """Raise SpeltInTwoWays if a name may be another spelling of an earlier one that is not taken for the same."""
    likely = {identify_likely(name): name for name in earlier}
    same = {identify(name) for name in likely.values()}
    for name in names:
        other = likely.get(identify_likely(name), name)
        if identify(name) not in same and identify(other) != identify(name):
            raise SpeltInTwoWays(name, other, where)


def refuse_differences(
    out: Path, published: Sequence[Entry], baselines: Sequence[PublishedReport], further: Sequence[Entry], before: str
) -> None:
    """Raise BaselineDiffers or ReportsDiffer if a report may not be published.

    published   everything that this folder has shown
    baselines   the earlier reports that `further` compares with, read from the file `before`
    """
    reports_shown = [entry for entry in published if isinstance(entry, PublishedReport)]
    for baseline in baselines:
        _refuse_another_baseline(out, reports_shown, baseline, before)
    earlier = [*reports_shown, *baselines]
    reports = [entry for entry in further if isinstance(entry, PublishedReport)]
    present = {report.delegate for report in reports}
    for report in reports:
        # two people in one file are different people; a name that is gone may have been changed
        _refuse_report(
            out, [published for published in earlier if published.delegate not in present - {report.delegate}], report
        )
    earlier += reports
    for means in (entry for entry in further if isinstance(entry, PublishedMeans)):
        _refuse_means(out, published, means, earlier)


def _refuse_another_baseline(
    out: Path, published: Iterable[PublishedReport], baseline: PublishedReport, before: str
) -> None:
    earlier = [report for report in published if is_same_wave(report, baseline)]
    if earlier and all(is_another_baseline(report, baseline) for report in earlier):
        raise BaselineDiffers(out / earlier[-1].folder / FACTS_FILE, baseline.name, before)


def _refuse_report(out: Path, seen: Iterable[PublishedReport], report: PublishedReport) -> None:
    for earlier in seen:
        where = out / earlier.folder / FACTS_FILE
        if shows_other_answers(earlier, report):
            raise ReportsDiffer(where, "shows other answers for the same wave")
        if not is_same_wave(earlier, report) and differs_by_a_few_raters(earlier, report):
            reason = f"seems to be made of the same answers as the {report.wave} report of {report.name}, but for a few"
            raise ReportsDiffer(where, reason)


def _refuse_means(
    out: Path, published: Iterable[Entry], means: PublishedMeans, reports: Sequence[PublishedReport]
) -> None:
    earlier = [entry for entry in published if isinstance(entry, PublishedMeans) and entry.wave == means.wave]
    if reveals_too_few(earlier, means, MIN_DELEGATES):
        raise ReportsDiffer(out / COHORT_FILE, "has means of almost the same delegates")
    members = {delegate for entry in earlier for delegates, _ in entry.sets for delegate in delegates}
    figures: dict[str, str] = {}
    for report in (
        earlier_report
        for earlier_report in reports
        if earlier_report.wave == means.wave and earlier_report.delegate in members
    ):
        if figures.setdefault(report.delegate, report.everything) != report.everything:
            raise ReportsDiffer(out / COHORT_FILE, f"has means with other figures of {report.name}")
