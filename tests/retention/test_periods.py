"""When each kind of row has been kept long enough."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.model import RetentionRules, Span
from chalicelib.retention.periods import NOTICE_DAYS, Clock, list_ends, notice_day
from chalicelib.store.row_kinds.row_kind import Retention

CARRIED_OUT = {
    Retention.FIGURES,
    Retention.COLLECTION,
    Retention.EMAIL,
    Retention.NOTES,
    Retention.PROGRAMME,
    Retention.RECORD,
}
BY_OTHERS = {Retention.CLOSE, Retention.TRIES, Retention.EXPIRY, Retention.DEPLOYMENT}
DAYS = st.dates(date(2026, 1, 1), date(2030, 1, 1))


def test_periods_without_a_key_in_the_file():
    ends = list_ends(RetentionRules(), Clock(date(2026, 10, 23), date(2026, 3, 25)))

    assert ends == {
        Retention.FIGURES: date(2026, 11, 22),
        Retention.COLLECTION: date(2027, 1, 21),
        Retention.EMAIL: date(2027, 1, 21),
        Retention.NOTES: date(2027, 4, 23),
        Retention.PROGRAMME: date(2028, 10, 23),
        Retention.RECORD: date(2032, 3, 25),
    }
    assert notice_day(ends) == date(2028, 9, 23)


def test_every_retention_is_carried_out_here_or_said_to_be_elsewhere():
    assert set(Retention) == CARRIED_OUT | BY_OTHERS
    assert list_ends(RetentionRules(), Clock(date(2026, 1, 1), date(2026, 1, 1))).keys() == CARRIED_OUT


@given(DAYS, DAYS, st.integers(1, 60), st.integers(1, 60))
def test_a_later_last_day_or_a_longer_period_never_deletes_sooner(last, ended, months, more):
    rules, longer = RetentionRules(notes=Span(months=months)), RetentionRules(notes=Span(months=months + more))
    usual = list_ends(rules, Clock(last, ended))

    assert list_ends(longer, Clock(last, ended))[Retention.NOTES] > usual[Retention.NOTES]
    later = list_ends(rules, Clock(last + timedelta(days=more), ended))
    assert all(later[kind] >= day for kind, day in usual.items())
    assert usual[Retention.PROGRAMME] - notice_day(usual) == timedelta(days=NOTICE_DAYS)
