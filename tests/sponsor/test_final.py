"""The facts of an edition: the field's worked chain, the rule of five, the headline and its order."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest
from msgspec.structs import replace

from chalicelib.core.costs import Cost, CostKind, CostSource
from chalicelib.forms.impact_answers import Claim
from chalicelib.results.sponsor_rule import ENOUGH, LARGE_IN_NET
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.final.build import Prepared, build_final
from chalicelib.sponsor.final.facts import ChangeLine, Figure, Seen, Survey, final_bytes, read_final
from chalicelib.sponsor.final.value import Worth, net_of, value_of, with_costs
from chalicelib.sponsor.final.words import headline, measures_sentence, no_sum, response_line, return_lines
from tests.sponsor import final_example
from tests.sponsor.final_example import COSTS, MADE, STORIES, cohort, everyone, final, frozen
from tests.support import people


def claim(money: int, own: int | None, manager: int | None, sure: int) -> Claim:
    shares = [None if share is None else Fraction(share, 100) for share in (own, manager, sure)]
    return Claim(Fraction(money), *shares)


def worth(*claims: Claim) -> Worth:
    return Worth(claims)


def test_the_worked_chain_of_the_field():
    both = worth(claim(40_000, 50, 50, 80), claim(12_000, 30, 30, 70), claim(25_000, 40, 40, 60))
    assert (both.claimed, both.attributed, both.confident) == (77_000, 33_600, 24_520)


def test_the_lower_share_counts_and_no_reply_is_nothing():
    total = worth(claim(40_000, 50, 40, 80), claim(12_000, 30, None, 70), claim(25_000, 40, None, 60))
    assert (total.claimed, total.attributed, total.confident) == (77_000, 16_000, 12_800)


def test_what_got_worse_is_taken_off_whole():
    gains = [Fraction(amount) for amount in (5_000, 5_000, 5_000, 5_000, 4_520)]
    assert net_of(gains, [Fraction(3_000)]).total == 21_520


@pytest.mark.parametrize(
    ("gains", "losses"),
    [
        ([5_000] * 4, []),
        ([20_000, 1_000, 1_000, 1_000, 1_000], []),
        ([5_000] * 5, [13_000]),  # one person's loss is more than half of what is left
        ([5_000] * 5, [9_000]),
    ],
)
def test_no_total_where_few_or_one_make_it(gains, losses):
    assert net_of([*map(Fraction, gains)], [*map(Fraction, losses)]).total is None


@pytest.mark.parametrize("lost", [13_000, 25_000, 40_000])
def test_losses_that_leave_little_or_nothing_are_said_in_words_that_are_true(lost):
    """Whether the rest is below zero is not said: with one loss it would bound that person's."""
    assert net_of([Fraction(5_000)] * 5, [Fraction(lost)]).why == LARGE_IN_NET


def of_worth(*moneys: str) -> list[Evidence]:
    """Return delegates who claim so much, with everything due to the programme and certain."""
    fields = {"basis": "own", "share": "100", "confidence": "100"}
    return [
        Evidence("", "", id=f"d{n}", own={"money": money, **fields}, manager={"share": "100"})
        for n, money in enumerate(moneys)
    ]


@pytest.mark.parametrize(
    ("fees", "ratio", "percent"),
    [("71634", "0.34", "−65.8 %"), ("18000", "1.36", "36.2 %"), ("0", "", ""), ("", "", "")],
)
def test_the_return_is_set_against_the_printed_total(fees, ratio, percent):
    value = value_of(of_worth("8000", "6000", "5000", "3000", "2520"), "GBP")
    costs = (Cost(CostKind.FEES, CostSource.INVOICE, amount=fees),) if fees else ()
    result = with_costs(value, costs, "GBP")
    assert (result.confident.display, result.ratio, result.percent) == ("£24,520", ratio, percent)
    said = " ".join(words for _, words in return_lines(result, "£"))
    assert ("not entered" in said) == (not ratio)


def test_one_sum_of_millions_gives_no_total_and_finance_is_asked():
    value = with_costs(value_of(of_worth("5000000", "1000", "1000", "1000", "1000"), "GBP"), COSTS, "GBP")
    assert (value.claimed.display, value.confident.display, value.ratio) == ("", "", "")
    assert "one sum is more than half of it. Ask finance to confirm that sum." in no_sum(value)
    assert "no return is stated" in next(return_lines(value, "£"))[1]
    assert not re.search("5,?000,?000|5,?004,?000", repr(value)), "it is printed in its owner's approved words alone"


@pytest.mark.parametrize(
    ("manager_share", "confidence", "displayed", "missing"),
    [
        ("100", "100", ("claimed", "attributed", "confident"), ""),
        ("100", "0", ("claimed", "attributed"), "after confidence"),
        ("", "100", ("claimed",), "due to the programme"),
    ],
)
def test_the_first_sum_that_is_missing_is_named(manager_share, confidence, displayed, missing):
    """Five put a sum on a result: a reader who sees that must not read that fewer made a claim."""
    person = of_worth("5000")[0]
    manager = {"share": manager_share} if manager_share else {}
    last = replace(person, id="last", own={**person.own, "confidence": confidence}, manager=manager)
    value = value_of([*of_worth("5000", "5000", "5000", "5000"), last], "GBP")
    assert tuple(name for name in ("claimed", "attributed", "confident") if getattr(value, name).display) == displayed
    assert missing in no_sum(value)
    assert bool(no_sum(value)) == bool(missing)


def test_a_delegates_sums_count_as_one():
    four = [
        replace(person, own={"money": "1", **(person.own or {})}) for person in of_worth("1000", "1000", "1000", "1000")
    ]
    assert value_of(four, "GBP").claimed.display == ""


def test_below_five_answers_there_is_no_figure_of_the_survey():
    few = [*everyone()[: ENOUGH - 1], *(Evidence("", "", id=f"silent{n}") for n in range(8))]
    built = build_final(people.programme(), cohort(), few, MADE, frozen())
    assert (built.survey, built.value) == (None, None)
    assert built.response.delegates_answered == ENOUGH - 1
    assert built.start != ()
    assert built.headline == ("Too few people answered to say what changed.",)


def test_both_contrasts_or_none():
    """Without the published first mean there is no looking back either: it would flatter alone."""
    assert build_final(people.programme(), cohort(), everyone(), MADE).survey.changes == ()
    silent_then = [
        replace(person, own={name: text for name, text in (person.own or {}).items() if not name.startswith("then.")})
        for person in everyone()
    ]
    assert build_final(people.programme(), cohort(), silent_then, MADE, frozen()).survey.changes == ()


def test_a_measure_that_was_agreed_counts_also_if_its_delegate_does_not_answer():
    """A measure that a delegate names once they know how it moved comes apart: it would make the others look better."""
    named = {"moved": "yes"} | {
        f"measure.2.{part}": text
        for part, text in {"name": "Falls", "baseline": "9", "now": "4", "direction": "down"}.items()
    }
    improved = {name.replace(".2.", ".1."): text for name, text in named.items()}
    answered = [Evidence("", "", id=f"d{n}", agreed=1, own=improved | named) for n in range(6)]
    left_blank = [Evidence("", "", id=f"blank{n}", agreed=1, own={"relevance": "4"}) for n in range(3)]
    silent = [Evidence("", "", id=f"silent{n}", agreed=1) for n in range(4)]
    still_asked = [Evidence("", "", id="paused", agreed=1, later=True)]

    survey = build_final(
        people.programme(), cohort(), [*answered, *left_blank, *silent, *still_asked], MADE, frozen()
    ).survey

    assert [(part.label, part.count) for part in survey.measures.parts] == [
        ("improved", 6),
        ("unchanged, worse or no answer", 7),
    ]
    assert survey.measures.delegates == 13
    assert survey.named.parts == (), "all six improved, which would be everyone’s own answer"
    assert measures_sentence(survey).startswith("13 measures of the service agreed during the programme by 13")


def test_an_edition_of_an_earlier_version_calls_no_measure_agreed():
    """Its figure holds also the measures that were first named in the survey."""
    made = final().survey
    assert "agreed" in measures_sentence(made)
    assert "agreed" not in measures_sentence(replace(made, named=None))


def figure(value: float, *, clear: bool = True) -> Figure:
    return Figure(f"{value:+}", value, 9, 0.4, clear)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Seen(figure(1.0), figure(0.9)), "Line managers and colleagues see a change for the better"),
        (
            Seen(figure(1.0), figure(0.1, clear=False)),
            "Line managers see a change for the better; colleagues see",
        ),
        (Seen(figure(-1.0), None), "Line managers see a change for the worse"),
        (Seen(), "Too few people answered"),
    ],
)
def test_the_headline_begins_with_what_others_saw(seen, said):
    assert headline(Survey(seen=seen), ())[0].startswith(said)


def test_the_headline_keeps_its_order():
    headline = final(followup=frozen(seed=3)).headline
    assert [sentence.split()[0] for sentence in headline] == ["Line", "Asked", "Delegates"]
    assert "than in the first 360; looking back, they see growth in" in headline[-1]


@pytest.mark.parametrize(
    ("looking_back", "said"),
    [
        ((0.9, 0.9, 0.9), "growth in all of them"),
        ((0.9, 0.9, -0.9), "growth in two and decline in one"),
        ((-0.9, -0.9, -0.9), "growth in none of them and decline in three"),
    ],
)
def test_the_headline_keeps_no_decline_to_itself(looking_back, said):
    blank = dict.fromkeys(ChangeLine.__struct_fields__, figure(0.1, clear=False))
    lines = tuple(ChangeLine(**{**blank, "looking_back": figure(value)}) for value in looking_back)
    (sentence,) = headline(Survey(changes=lines), ())
    assert sentence.endswith(f"looking back, they see {said}.")


def test_no_one_is_written_as_no_number():
    every = [Evidence("", "", id=f"d{n}", has_left=True) for n in range(6)]
    line = response_line(build_final(people.programme(), cohort(), every, MADE, frozen()))
    assert "none stayed" in line
    assert "none of them and none of their line managers" in line


def test_denominators_say_who_began_and_who_stayed():
    response = final().response
    assert (response.began, response.stayed, response.delegates_answered) == (12, 11, 11)


def test_the_facts_read_back_and_do_not_depend_on_the_order_of_people():
    rules, made = people.programme(), final(prepared=Prepared(COSTS, ("Time.",), STORIES))
    assert read_final(final_bytes(made)) == made
    turned = build_final(
        rules, cohort(), everyone()[::-1], MADE, frozen(), prepared=Prepared(COSTS, ("Time.",), STORIES)
    )
    assert final_bytes(turned) == final_bytes(made)


def test_no_name_and_no_answer_of_one_delegate_is_in_the_facts():
    secret = [
        replace(person, own={**(person.own or {}), "negative": "SECRET", "implemented": "SECRET"})
        for person in everyone()[:-1]
    ]
    text = final_bytes(build_final(people.programme(), cohort(), secret, MADE, frozen())).decode()
    assert "SECRET" not in text
    assert "Delegate 1" not in text
    assert final_example.evidence(1).id not in text.replace('"id"', "")


def test_late_answers_show_nothing_that_line_managers_or_raters_saw():
    """Most of their managers and raters answered in time, so they are in the first edition already."""
    late = [final_example.evidence(place) for place in range(20, 32)]
    assert final_example.final().survey.seen.managers, "figures of as many people are shown"
    seen = final_example.final(before=final_example.final(), late=late).late.survey.seen

    assert (seen.managers, seen.raters) == (None, None)
