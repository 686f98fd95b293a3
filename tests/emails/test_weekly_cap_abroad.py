"""The weeks of the cap are those of the programme's time zone."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec.structs import replace

from chalicelib.core.working_days import working_days
from chalicelib.store import emails
from chalicelib.store.table import transact
from tests.emails.samples import SAM, make_email
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_rows

NEWS = "assignments/read"


def test_a_week_begins_on_monday_where_the_programme_is(aws, clock):
    """At nine on a Monday in Auckland it is Sunday by UTC, and the digests of the week before count no more."""
    rules = people.programme()
    abroad = replace(rules, id="abroad", organisation=replace(rules.organisation, timezone="Pacific/Auckland"))
    people.load(clock.now(), rules=abroad)
    days = working_days(abroad.organisation)
    mornings = [days.morning(date(2026, 9, 7) + timedelta(days=number)) for number in (1, 2, 7)]
    for number, at in enumerate(mornings):
        email = replace(
            make_email(NEWS, f"n{number}"), due_at=at, about={"cohort": people.COHORT}, in_digest=f"{at:%Y-%m-%d}"
        )
        transact(emails.add_all([email]))
        drain(at)

    assert [at for _, at in sent_rows(SAM.email)] == mornings
