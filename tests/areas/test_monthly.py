"""Once a month, and only when nothing else goes to them, delegates are asked how their areas are going."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.areas.planned_emails import second_tuesday
from chalicelib.core.model import Wave
from chalicelib.store import areas, cohorts, delegates
from chalicelib.store.cohorts import SurveyStage
from tests.mornings.calendar import DANA, run_until, sent
from tests.support import people
from tests.support.emails import sent_emails

pytestmark = pytest.mark.usefixtures("dana")


@pytest.mark.parametrize(("month", "day"), [(9, 8), (10, 13), (11, 10), (12, 8)])
def test_the_second_tuesday(month, day):
    assert second_tuesday(date(2026, month, 1)) == date(2026, month, day)


def test_a_delegate_with_live_areas_is_asked_once_a_month(clock):
    run_until(clock, "2026-12-20")

    assert sent("areas/monthly", DANA) == ["2026-10-13", "2026-11-10", "2026-12-08"]
    email = next(email for email in sent_emails(DANA) if email.row.startswith("areas/monthly#"))
    assert email.subject == "Two minutes: your development areas"
    assert any(link.endswith("/areas/progress") for link in email.links)


def test_a_month_with_another_email_nearby_is_left_out(clock):
    from chalicelib.areas.emails import PROMPT
    from chalicelib.emails.common_words import common_words
    from chalicelib.emails.create import create_email
    from chalicelib.links.kinds import HUB, name_links
    from chalicelib.store import emails

    delegate = delegates.find(people.dana())
    other = create_email(
        PROMPT,
        delegate.id,
        "again",
        to=delegate.person,
        due_at=clock.now().replace(month=11, day=16),
        words=common_words(people.programme()) | {"name": "Dana", "manager": "Mara"},
        links=name_links(HUB.link(delegate)),
        about={"cohort": people.COHORT, "delegate": delegate.id},
    )
    people.write(*emails.add(other))

    run_until(clock, "2026-12-20")

    assert sent("areas/monthly", DANA) == ["2026-10-13", "2026-12-08"]


def test_no_one_is_asked_once_the_survey_is_open(clock):
    run_until(clock, "2026-11-01")
    delegate = delegates.find(people.dana())
    people.write(cohorts.change_line(delegate, put={"survey": SurveyStage.OPEN}))

    run_until(clock, "2026-12-20")

    assert sent("areas/monthly", DANA) == ["2026-10-13"]


def test_no_one_is_asked_about_areas_that_are_done(clock):
    from msgspec.structs import replace

    from chalicelib.store.areas import AreaState, Revision

    rows = delegates.load_rows(people.dana())
    for area in areas.from_rows(list(rows), Wave.BASELINE):
        after = replace(area, state=AreaState.DONE, revision=area.revision + 1)
        revision = Revision(after.revision, "finish", "delegate", "Dana", clock.now(), "", area)
        people.write(*areas.change(people.dana(), Wave.BASELINE, area, after, revision))

    run_until(clock, "2026-12-20")

    assert sent("areas/monthly", DANA) == []
