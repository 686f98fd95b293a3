"""A release that is refused says what really changed, and nothing of it is done."""

from datetime import date

import pytest
from msgspec.structs import replace

import chalicelib.core.clock
from chalicelib.core.model import Wave
from chalicelib.debrief import release_report as releasing
from chalicelib.debrief.caseload import open_case, open_report
from chalicelib.debrief.release_report import ReleasedAlready, ReleaseRefused, ReportUnopened
from chalicelib.people import leave
from chalicelib.store import cohorts, debriefs, delegates, openings, reports
from chalicelib.store.cohorts import LineMissing
from chalicelib.store.debriefs import Debrief
from chalicelib.store.reports import ReportState
from chalicelib.store.table import delete, get, scan
from tests.faults.test_faults import AREAS, ready_to_release
from tests.support import people

NOW = people.CLOSE
BASELINE = Wave.BASELINE


@pytest.fixture
def case(aws):
    ready_to_release()
    yield open_case(people.coach_url().rsplit("/", 1)[1], people.dana())
    chalicelib.core.clock.use(None)


def leaves():
    leave.leave(people.dana(), NOW, "ada@example.org")


def changes_coach():
    before = delegates.find(people.dana())
    people.write(delegates.change_addresses(before, replace(before, coach=people.person("new coach"))))


def agrees_again():
    held = Debrief(date(2026, 9, 15), ("1", "2"))
    areas = [replace(AREAS[0], first_step="Another step"), AREAS[1]]
    before, _ = debriefs.from_rows(delegates.load_rows(people.dana()), BASELINE)
    people.write(*debriefs.save(people.dana(), BASELINE, held, areas, read=before))


def has_another_report():
    key = reports.key(people.dana(), BASELINE)
    people.write(delete(key))
    people.write(reports.add(replace(stored(), checksum="d" * 64)))


def stored():
    return reports.StoredReport(people.dana(), BASELINE, "c" * 64, "f", "h", "p", NOW)


@pytest.mark.parametrize(
    ("meanwhile", "refusal", "says"),
    [
        (leaves, ReleaseRefused, "has left the programme"),
        (changes_coach, ReleaseRefused, "changed this delegate’s coach"),
        (agrees_again, ReleaseRefused, "debrief was changed in another window"),
        (has_another_report, ReleaseRefused, "not the report that you read"),
        (lambda: people.write(reports.release(stored(), NOW)), ReleasedAlready, "was released on"),
    ],
    ids=["withdrawn", "another-coach", "another-debrief", "another-report", "released"],
)
def test_what_changed_since_it_was_read_is_said_and_nothing_is_released(case, meanwhile, refusal, says):
    meanwhile()
    before = reports.find(people.dana(), BASELINE)

    with pytest.raises(refusal, match=says):
        releasing.release(case, NOW)

    assert reports.find(people.dana(), BASELINE) == before
    assert not [row for row in scan() if row["pk"].startswith("MAIL#debrief/released")]


def cleo_opens(wave=BASELINE, checksum="c" * 64):
    people.open_report(replace(stored(), wave=wave, checksum=checksum))


@pytest.mark.parametrize(
    "opened",
    [
        lambda: None,
        lambda: people.open_report(stored(), "another coach"),
        lambda: cleo_opens(wave=Wave.FOLLOWUP),
        lambda: cleo_opens(checksum="d" * 64),
    ],
    ids=["nothing", "by-another-coach", "of-another-wave", "another-report"],
)
def test_a_coach_who_has_not_opened_the_report_must_open_it_first(case, opened):
    people.write(delete(openings.key(people.dana(), BASELINE, case.coach_id)))
    opened()

    with pytest.raises(ReportUnopened):
        releasing.release(open_case(case.token, people.dana()), NOW)

    assert reports.find(people.dana(), BASELINE).state is ReportState.READY
    assert not [row for row in scan() if row["pk"].startswith("MAIL#debrief/released")]


def test_a_report_opened_again_may_be_released(case):
    people.write(delete(openings.key(people.dana(), BASELINE, case.coach_id)))
    open_report(open_case(case.token, people.dana()), "html", NOW)

    releasing.release(open_case(case.token, people.dana()), NOW)

    assert reports.find(people.dana(), BASELINE).state is ReportState.RELEASED


def test_a_delegate_who_has_left_gets_no_report(case):
    with pytest.raises(ReleaseRefused, match="has left the programme"):
        releasing.release(replace(case, delegate=replace(case.delegate, withdrawn=True)), NOW)


def test_a_debrief_of_an_earlier_version_has_no_checksum_and_can_be_released(case):
    key = debriefs.key(people.dana(), BASELINE)
    row = {name: value for name, value in get(key).items() if name != "checksum"}
    from chalicelib.store.table import put

    people.write(put(row))

    releasing.release(replace(case, debrief=replace(case.debrief, checksum="")), NOW)

    assert reports.find(people.dana(), BASELINE).state is ReportState.RELEASED


def test_a_missing_row_is_not_reported_as_something_else(case):
    people.write(delete(cohorts.line_key(people.COHORT, people.dana())))

    with pytest.raises(LineMissing):
        releasing.release(case, NOW)
    assert reports.find(people.dana(), BASELINE).state is ReportState.READY
