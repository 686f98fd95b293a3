"""Every value that goes into a row comes out of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.clock import stamp
from chalicelib.core.model import Person
from chalicelib.store.emails import Email
from chalicelib.store.jobs import Job, JobState
from chalicelib.store.marshal import attribute, fields, item, plain, read, row

text = st.text(max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | text | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.dictionaries(text, values))
def test_a_row_survives_the_way_to_the_table_and_back(stored):
    assert row(item(stored)) == stored


@given(values)
def test_truth_and_one_are_different_things(value):
    assert type(plain(attribute(value))) is type(value)


@given(moments)
def test_a_moment_is_stored_as_utc_to_the_second_in_an_order_that_strings_keep(moment):
    later = moment + timedelta(seconds=1)

    assert plain(attribute(moment)) == stamp(moment) < stamp(later)


def test_a_moment_of_another_zone_is_stored_as_utc():
    summer = timezone(timedelta(hours=1))

    assert attribute(datetime(2026, 7, 1, 9, 30, tzinfo=summer)) == {"S": "2026-07-01T08:30:00Z"}


@pytest.mark.parametrize("value", [1.5, {1, 2}, object(), [1.5]], ids=["fraction", "set", "object", "inside"])
def test_a_type_that_no_row_holds_is_an_error(value):
    with pytest.raises(TypeError, match="no row holds a"):
        attribute(value)


def test_an_enumeration_is_stored_as_its_word():
    assert attribute(JobState.DONE) == {"S": "done"}


@given(text, text, moments.map(lambda moment: moment.replace(microsecond=0)), st.dictionaries(text, text, max_size=3))
def test_a_job_survives_as_a_row(job_id, kind, due_at, about):
    job = Job(job_id, kind, due_at, about, JobState.FAILED, attempts=3, attempt="a", error="E")

    assert read(Job, row(item({"pk": "JOB#1", **fields(job), "unknown": True}))) == job


@given(text, text, st.dictionaries(text, st.lists(text, max_size=3).map(tuple), max_size=3))
def test_an_email_survives_as_a_row(name, word, links):
    due_at = datetime(2026, 9, 7, 9, 0, tzinfo=UTC)
    email = Email("m#1", "collect/invite", Person(name, "a@example.org"), due_at, {"name": word}, links)

    assert read(Email, row(item(fields(email)))) == email
