"""The cohort's summary: the field's worked chain, the rule of five, and nothing of one delegate without consent."""

from datetime import date
from fractions import Fraction

import pytest
from msgspec.structs import replace

from chalicelib.results.cohort import Consistency, Effect
from chalicelib.results.cohort_snapshot import Frozen
from chalicelib.results.facts import CohortMean
from chalicelib.results.sponsor_rule import ENOUGH, ENOUGH_TO_COUNT
from chalicelib.sponsor.evidence import Evidence
from chalicelib.sponsor.financial_value import Claim, columns
from chalicelib.sponsor.render_html import render_summary
from chalicelib.sponsor.summary import summarise_cohort, summary_bytes
from tests.support import people


def cohort():
    from chalicelib.core.model import Cohort

    return Cohort(people.COHORT, "Autumn", "maximising-potential", 1, people.DATES, None)


def evidence(n: int, **own: str) -> Evidence:
    rules = people.programme()
    means = {competency.id: Fraction(3 + n % 2) for competency in rules.competencies}
    return Evidence(
        name=f"Delegate {n}",
        service="Nursing",
        has_report=True,
        self_means=means,
        areas=("1",),
        own={
            "money": "1000",
            "share": "50",
            "confidence": "80",
            "basis": "own",
            "relevance": "4",
            "level.1": "habit",
            **own,
        },
        manager={"share": "40", "change.1": "2"},
        raters_change=(Fraction(1),),
    )


def summary(count: int, **own: str):
    everyone = [evidence(n, **own) for n in range(count)]
    return summarise_cohort(people.programme(), cohort(), everyone, date(2027, 7, 1), frozen(count), frozen(count, 4.0))


def frozen(delegates: int, mean: float = 3.4) -> Frozen:
    """As the freeze leaves it: nothing below five delegates."""
    if delegates < ENOUGH:
        return Frozen()
    ids = [competency.id for competency in people.programme().competencies]
    places = [(competency, cell) for competency in ids for cell in ("self", "all_others")]
    return Frozen(
        tuple(CohortMean("competency", found, cell, delegates, mean, str(mean)) for found, cell in places),
        tuple(Effect("competency", found, cell, delegates, "+0.61", None) for found, cell in places),
        tuple(Consistency("competency", found, delegates, "0.42") for found in ids),
    )


def share(percent: int) -> Fraction:
    return Fraction(percent, 100)


def test_the_worked_chain_of_the_field():
    chain = [(40_000, 50, 80), (12_000, 30, 70), (25_000, 40, 60)]
    claims = [Claim(Fraction(money), share(part), share(part), share(sure)) for money, part, sure in chain]
    claimed, _, confident = map(sum, columns(claims))
    assert (claimed, confident) == (77_000, 24_520)


@pytest.mark.parametrize(("own", "manager", "counts"), [(50, 40, 40), (30, 60, 30), (50, None, 0), (None, 50, 0)])
def test_the_lower_share_counts_and_no_reply_is_nothing(own, manager, counts):
    claim = Claim(Fraction(100), share(own) if own else None, share(manager) if manager else None, Fraction(1))
    assert claim.attributed == counts


def test_below_five_delegates_only_the_response_line_is_shown():
    found = summary(ENOUGH - 1)
    assert (found.competencies, found.impact) == ((), None)
    assert found.responses.delegates == ENOUGH - 1


def test_from_five_delegates_on_figures_are_shown():
    found = summary(ENOUGH)
    assert {(line.own, line.others_n, line.agreed) for line in found.competencies} == {("3.4", 5, "0.42")}
    assert {(line.before, line.after, line.effect, line.beyond_noise) for line in found.followup} == {
        ("3.4", "4.0", "+0.61", "")
    }
    assert found.impact.worth.claimed.display == "£5,000"
    assert found.impact.worth.confident.display == "£1,600"


def test_a_figure_of_fewer_than_five_is_left_out_of_a_larger_cohort():
    rules, everyone = people.programme(), [evidence(n) for n in range(6)]
    silent = [Evidence(one.name, one.service, True, one.self_means) for one in everyone[4:]]
    found = summarise_cohort(rules, cohort(), everyone[:4] + silent, date(2027, 7, 1), frozen(6))
    assert found.competencies
    assert found.followup == ()
    assert found.impact is None


def test_the_page_shows_nothing_that_fewer_than_five_delegates_say():
    """Each of these was on the page: one measure, a mean that was everyone's own answer, one claim among zeros."""
    everyone = [evidence(n, recommend="10", relevance="5", money="0") for n in range(6)]
    measure = {"name": "Falls", "baseline": "9", "now": "3", "direction": "down"}
    one = evidence(6, money="5000", **{f"measure.1.{part}": text for part, text in measure.items()})
    found = summarise_cohort(people.programme(), cohort(), [*everyone, one], date(2027, 7, 1), frozen(7))
    page = render_summary(people.programme(), found)

    assert found.impact.reaction.recommend == "9.8 or more"
    assert found.impact.improved.display == ""
    assert found.impact.worth.claimed.display == ""
    assert "£" not in page
    assert "of 1<" not in page
    assert ">10.0 <" not in page
    assert ">5.0 <" not in page


def test_counts_are_told_from_nine_answers_on():
    few, enough = summary(ENOUGH_TO_COUNT - 1), summary(ENOUGH_TO_COUNT)
    assert few.impact.application.applied.display == ""
    assert enough.impact.application.applied.display == "5 or more of 9"


def test_a_programme_in_another_currency_shows_it():
    rules = people.programme()
    rules = replace(rules, organisation=replace(rules.organisation, currency="EUR"))
    found = summarise_cohort(rules, cohort(), [evidence(n) for n in range(5)], date(2027, 7, 1), frozen(5))
    assert found.impact.worth.claimed.display == "€5,000"


def test_no_one_is_quoted_or_named_without_consent():
    text = summary_bytes(summary(ENOUGH, implemented="A new rota", consent="no", negative="Cost more")).decode()
    assert "A new rota" not in text
    assert "Cost more" not in text
    assert "Delegate 1" not in text


def test_an_anonymous_quote_carries_no_name():
    text = summary_bytes(summary(ENOUGH, implemented="A new rota", consent="anonymous")).decode()
    assert "A new rota" in text
    assert "Delegate 1" not in text


def test_the_same_evidence_in_another_order_gives_the_same_bytes():
    rules, everyone = people.programme(), [evidence(n, consent="named", implemented=f"Thing {n}") for n in range(7)]
    made = date(2027, 7, 1)
    assert summary_bytes(summarise_cohort(rules, cohort(), everyone, made)) == summary_bytes(
        summarise_cohort(rules, cohort(), everyone[::-1], made)
    )


def test_the_page_shows_before_and_after_and_whether_raters_agree_on_who_stands_where():
    page = render_summary(people.programme(), summary(ENOUGH))
    assert "How others see the cohort, before and after" in page
    assert "Larger than noise" not in page
    assert ">+0.61<" in page
    assert ">0.42<" in page
    assert "before and after" not in render_summary(people.programme(), summary(ENOUGH - 1))


def test_the_page_says_each_level_in_one_line_or_that_too_few_answered():
    page = render_summary(people.programme(), summary(ENOUGH))

    glance = page[page.index('id="levels"') : page.index('id="worth"')]
    assert "£5,000 claimed; £2,000 due to the programme; £1,600 after confidence." in glance
    assert "Too few delegates gave a measure of their service." in glance
    assert "2. Learning</th><td>Too few answers." in glance
    assert 'id="levels"' not in render_summary(people.programme(), summary(ENOUGH - 1))
