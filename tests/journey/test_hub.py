"""A delegate's own page on its way through the programme."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.results.answer_counts import count_parts
from tests.support import people
from tests.support.calls import count_calls
from tests.support.drain import drain


@pytest.fixture
def hub(visitor, clock):
    people.opened(clock, chosen=people.raters())
    return people.link("dana delegate", "hub")


def test_it_says_what_is_next_until_the_close(visitor, clock, hub):
    visitor.open(hub)
    assert "by Friday 2 October 2026" in visitor.said("own-questionnaire")
    own = people.link("dana delegate", "answer")
    people.send(people.answer_all(visitor, own), own)
    visitor.open(hub)
    assert "nothing-now" in visitor.messages
    drain(clock.to(people.CLOSE))
    drain(clock.advance(minutes=2))
    visitor.open(hub)
    assert "by Friday 2 October 2026" in visitor.said("too-few-answers")


def test_it_counts_raters_each_morning_in_steps_and_never_says_who(visitor, clock, hub):
    def shown():
        return visitor.open(hub).page

    opened = shown()
    names = [person.email.split("@")[0] for person in (rater.person for rater in people.raters())]
    for name in names[:5]:
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url), url)
        assert shown() == opened, "an answer shows on no page of the same day"

    drain(clock.advance(days=1))

    assert "Peers and direct reports" in shown()
    assert "3 or more of 8 have answered" in visitor.page
    assert not any(rater.person.email in visitor.page for rater in people.raters())
    assert "mara.manager" not in visitor.page
    assert "counted-each-morning" in visitor.messages
    drain(clock.to(people.CLOSE))
    drain(clock.advance(hours=2))
    shown()
    assert ("have answered" in visitor.page, "counted-each-morning" in visitor.messages) == (True, False)


@pytest.mark.parametrize(("threshold", "from_how_many"), [(3, 5), (4, 7)])
def test_it_says_from_how_many_raters_they_are_counted(visitor, clock, threshold, from_how_many):
    rules = replace(people.programme(), id="strict", threshold=threshold)
    people.opened(clock, chosen=people.raters(from_how_many - 1, 0), rules=rules)
    drain(clock.advance(days=1))
    visitor.open(people.link("dana delegate", "hub"))
    assert "not-counted-yet" in visitor.messages
    assert f"once {from_how_many} people" in visitor.page
    assert count_parts(rules, {"peer": from_how_many - 1}, {}) == ()
    assert len(count_parts(rules, {"peer": from_how_many}, {})) == 1


def test_it_is_three_calls_the_third_for_the_dates_of_the_workshops(visitor, hub):
    visitor.open(hub)
    with count_calls() as calls:
        visitor.open(hub)
    assert calls.total() == 3


def test_a_step_that_is_not_there_gets_a_kind_page(visitor, hub):
    visitor.open(f"{hub}/milestone/no_such")
    assert (visitor.status, "step-unknown" in visitor.messages) == (400, True)
