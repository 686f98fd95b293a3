"""A delegate's own page: the whole programme, and what is next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib import waves
from chalicelib.errors import Refusal
from chalicelib.jobs.commit import commit
from chalicelib.model import (
    SELF_GROUP,
    Delegate,
    DelegateWave,
    Invitation,
    InvitationState,
    Programme,
    Wave,
    WaveState,
)
from chalicelib.store import assignments, audits, delegates, objects, programmes
from chalicelib.store.assignments import AssignmentNote
from chalicelib.store.debriefs import Area, Debrief, from_rows
from chalicelib.store.delegates import Nomination
from chalicelib.store.impacts import ImpactSurvey, surveys_from
from chalicelib.store.marshal import Row, read
from chalicelib.store.reports import ReportState, StoredReport
from chalicelib.store.table import transact
from chalicelib.web import links, readers
from chalicelib.web.links import LinkRevoked, LinkUnknown
from chalicelib.web.readers import Reader, Role

WAVE = Wave.BASELINE
LONGEST_NOTE = 2000  # characters


class HubRefused(Refusal):
    """Something a delegate cannot do, or not yet."""

    title = "Not yet"


@dataclass(frozen=True)
class Hub:
    """Everything the page shows. Of the raters, totals only: never who."""

    token: str
    delegate: Delegate
    programme: Programme
    wave: DelegateWave
    nomination: Nomination
    own: Invitation | None  # the delegate's own questionnaire
    invited: int
    answered: int
    report: StoredReport | None  # only once it is released
    debrief: Debrief | None
    areas: tuple[Area, ...]
    notes: Mapping[tuple[str, str], AssignmentNote]
    impact: ImpactSurvey | None

    @property
    def reader(self) -> Reader:
        """For the report; the rest of the hub opens by its link alone."""
        about = {"cohort": self.delegate.cohort_id, "delegate": self.delegate.id}
        home = f"/hub/{self.token}/report"
        return readers.reader(Role.DELEGATE, self.token, self.delegate.person, home, self.programme, about)

    @property
    def is_open(self) -> bool:
        return self.wave.state is WaveState.OPEN

    @property
    def own_is_sent(self) -> bool:
        return self.own is not None and self.own.state is InvitationState.ANSWERED

    @property
    def answer_url(self) -> str:
        return links.make(*waves.answer_link(self.own)) if self.own else ""

    @property
    def nominate_url(self) -> str:
        return links.make(*waves.nominate_link(self.delegate))


def open_hub(token: str) -> Hub:
    """One query. Raises LinkUnknown or LinkRevoked."""
    delegate_id, version = links.read("hub", token, 2)
    rows = list(delegates.partition(delegate_id))
    by_sort_key = {row["sk"]: row for row in rows}
    if "META" not in by_sort_key:
        raise LinkUnknown
    delegate = read(Delegate, by_sort_key["META"])
    if str(delegate.link_version) != version:
        raise LinkRevoked
    asked = _asked(rows)
    raters = [one for one in asked if one.group != SELF_GROUP and one.state is not InvitationState.REVOKED]
    debrief, areas = from_rows(rows)
    report = read(StoredReport, by_sort_key[f"REPORT#{WAVE.value}"]) if f"REPORT#{WAVE.value}" in by_sort_key else None
    released = report is not None and report.state is ReportState.RELEASED
    return Hub(
        token=token,
        delegate=delegate,
        programme=programmes.load(delegate.programme_id, delegate.programme_version),
        wave=read(DelegateWave, by_sort_key[f"WAVE#{WAVE.value}"]),
        nomination=read(Nomination, by_sort_key[f"NOMINATION#{WAVE.value}"]),
        own=next((one for one in asked if one.group == SELF_GROUP), None),
        invited=len(raters),
        answered=sum(one.state is InvitationState.ANSWERED for one in raters),
        report=report if released else None,
        debrief=debrief if released else None,
        areas=areas if released else (),
        notes=assignments.notes_from(rows),
        impact=next((survey for survey in surveys_from(rows) if survey.role == "delegate"), None),
    )


def document_link(hub: Hub, kind: str, now: datetime) -> str:
    """A link to the released report for the next minute, noted in the audit trail. Raises HubRefused."""
    if hub.report is None:
        raise HubRefused("Your report is released after the debrief with your coach. You get a mail then.")
    delegate = hub.delegate
    commit([audits.add(delegate.cohort_id, f"opened report ({kind})", "delegate", delegate.id, now)], now)
    return objects.link(hub.report.pdf if kind == "pdf" else hub.report.html)


def note_assignment(hub: Hub, fields: Mapping[str, str], now: datetime) -> None:
    """Keep what the delegate did for one assignment. Raises HubRefused."""
    milestone, assignment = fields.get("milestone", ""), fields.get("assignment", "")
    known = {(m.id, a.id) for m in hub.programme.milestones for a in m.assignments}
    if (milestone, assignment) not in known:
        raise HubRefused("This assignment is not part of your programme.")
    text = fields.get("text", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST_NOTE:
        raise HubRefused(f"Please shorten your note to {LONGEST_NOTE} characters; it has {len(text)}.")
    transact([assignments.save(hub.delegate.id, AssignmentNote(milestone, assignment, text, now))])


def _asked(rows: Iterable[Row]) -> list[Invitation]:
    prefix = f"INVITATION#{WAVE.value}#"
    return [read(Invitation, row) for row in rows if row["sk"].startswith(prefix)]
