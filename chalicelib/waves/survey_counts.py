"""Count the impact surveys of a cohort that are in: never what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from chalicelib.core.model import AnswerCount
from chalicelib.store import impact_surveys
from chalicelib.store.cohorts import DelegateLine
from chalicelib.store.impact_surveys import Role
from chalicelib.store.marshal import Row
from chalicelib.store.table import batched, get_many

RATER = "rater"


class SurveyCount(Struct, frozen=True):
    """How many of one role have answered.

    role   delegate or manager, whose surveys are signed: people know that it shows whether they answered; or rater
    sent   of raters a minimum, as of this morning: docs/decisions/0028-daily-counts-of-answers.md
    """

    role: str
    asked: int
    sent: int

    @property
    def words(self) -> str:
        return AnswerCount((), self.asked, self.sent, named=self.role != RATER).words


def count_all(lines: Iterable[DelegateLine]) -> tuple[SurveyCount, ...]:
    """Count in every role, for the delegates who take part and whose survey has opened. No call before the first."""
    asked = [line for line in lines if line.survey and not line.withdrawn]
    return (*count_surveys(line.delegate_id for line in asked), *_count_raters(asked)) if asked else ()


def count_surveys(delegate_ids: Iterable[str]) -> tuple[SurveyCount, ...]:
    """Count for each role that signs. A call for each hundred surveys."""
    keys = [impact_surveys.key(delegate_id, role) for delegate_id in delegate_ids for role in Role]
    rows = [row for batch in batched(keys) for row in get_many(batch).values()]
    return tuple(_count(role, [row for row in rows if row["role"] == role.value]) for role in Role)


def _count(role: Role, surveys: Sequence[Row]) -> SurveyCount:
    """Count rows as they are stored: one whose answers cannot be read is asked and sent all the same."""
    return SurveyCount(role.value, asked=len(surveys), sent=sum(bool(row["sent"]) for row in surveys))


def _count_raters(lines: Iterable[DelegateLine]) -> tuple[SurveyCount, ...]:
    """Add up the counts of raters of each delegate, as of this morning; none before the first morning."""
    counts = [line.survey_count for line in lines if line.survey_count]
    asked, sent = sum(count.invited for count in counts), sum(count.answered for count in counts)
    return (SurveyCount(RATER, asked, sent),) if counts else ()
