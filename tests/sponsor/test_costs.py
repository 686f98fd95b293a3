"""Costs of a cohort: the field's vectors for the return, the file, the form, the page and the command."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.cli import parser
from chalicelib.core.costs import Cost, CostKind, CostSource, total_of
from chalicelib.core.errors import FileInvalid
from chalicelib.programme.read_costs import read_costs
from chalicelib.sponsor.prepare.costs_form import read_form, typed_of
from chalicelib.sponsor.return_on_investment import Return, return_on
from chalicelib.store import audit_events, costs
from tests.support import people
from tests.support.cloud import BASE_URL

FILE = """\
fees: {amount: 42000, source: invoice}
venue: {amount: 6300, source: invoice}
delegates_time: {people: 12, hours: 52.5, rate: 32, source: payroll}
managers_time: {people: 12, hours: 2, rate: 38, source: payroll}
raters_time: {people: 117, hours: 0.25, rate: 24, source: estimate}
administration: {hours: 60, rate: 26, source: payroll}
"""
PAGE = f"{BASE_URL}/admin/cohort/{people.COHORT}/costs"
FEES = Cost(CostKind.FEES, CostSource.INVOICE, amount="18000")


def test_the_costs_of_the_field_add_up():
    by_kind = {cost.kind.value: cost.total for cost in read_costs(FILE, "costs.yaml", "GBP")}
    assert by_kind == {
        "fees": 42_000,
        "venue": 6_300,
        "delegates_time": 20_160,
        "managers_time": 912,
        "raters_time": 702,
        "administration": 1_560,
    }
    assert total_of(read_costs(FILE, "costs.yaml", "GBP")) == 71_634


@pytest.mark.parametrize(
    ("benefit", "spent", "expected"),
    [
        (24_520, 71_634, Return("0.34", "−65.8 %")),
        (24_520, 18_000, Return("1.36", "36.2 %")),
        (24_520, 24_520, Return("1.00", "0.0 %")),
        (24_520, 0, None),
    ],
)
def test_the_return_of_the_field(benefit, spent, expected):
    assert return_on(Fraction(benefit), Fraction(spent)) == expected


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("fees: {amount: 42000}", "fees.source"),
        ("fees: {source: invoice}", "fees"),
        ("fees: {source: invoice, hours: 3}", "fees"),
        ("fees: {source: invoice, amount: 12.000}", "fees.amount"),
        ("fees: {source: invoice, amount: €3}", "fees.amount"),
        ("fees: {source: invoice, amount: £1.2m}", "fees.amount"),
        ("fees: {source: invoice, amount: '42,5'}", "fees.amount"),
        ("fees: {source: invoice, amount: 1e3}", "fees.amount"),
        ("fees: {source: invoice, hours: 3 days, rate: 2}", "fees.hours"),
        ("fees: {source: invoice, people: 1.5, hours: 3, rate: 2}", "fees.people"),
        ("fees: {source: invoice, people: 0, hours: 3, rate: 2}", "fees.people"),
        ("fees: {source: invoice, amount: 3, hours: 3, rate: 2}", "fees"),
        ("fees: {source: guess, amount: 3}", "fees.source"),
        ("fees: {source: invoice, amount: -3}", "fees.amount"),
        ("fee: {source: invoice, amount: 3}", "fee"),
    ],
)
def test_a_fault_in_the_file_names_its_key(text, place):
    with pytest.raises(FileInvalid) as refused:
        read_costs(text, "costs.yaml", "GBP")
    assert place in [fault.column for fault in refused.value.faults]


ONE_WAY = st.one_of(
    st.builds(dict, amount=st.integers(0, 10**6).map(str)),
    st.builds(dict, people=st.integers(1, 99).map(str), hours=st.just("2.5"), rate=st.integers(1, 99).map(str)),
)
COSTS = st.builds(
    lambda kind, source, numbers: Cost(kind, source, **numbers), *map(st.sampled_from, (CostKind, CostSource)), ONE_WAY
)


@given(
    st.lists(COSTS, unique_by=lambda cost: cost.kind).map(
        lambda all_: tuple(sorted(all_, key=lambda c: [*CostKind].index(c.kind)))
    )
)
def test_the_form_reads_back_what_it_shows(given_costs):
    assert read_form(typed_of(given_costs), "GBP") == (given_costs, [])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"fees.amount": "18000"}, "fees.source"),
        ({"fees.amount": "€18,000", "fees.source": "invoice"}, "fees.amount"),
        ({"fees.amount": "a lot", "fees.source": "invoice"}, "fees.amount"),
        ({"fees.amount": "12.000", "fees.source": "invoice"}, "fees.amount"),
        ({"fees.hours": "3", "fees.source": "invoice"}, "fees.amount"),
    ],
)
def test_a_fault_in_the_form_is_shown_at_its_field(typed, field):
    _, faults = read_form(typed, "GBP")
    assert [fault.field for fault in faults] == [field]


@pytest.mark.parametrize(
    ("typed", "strange"),
    [("(5,000)", "( )"), ("5,000½", "½"), ("5,000 a month", "a month")],
)
def test_what_changes_a_sum_is_not_read_past(typed, strange):
    _, (fault,) = read_form({"fees.amount": typed, "fees.source": "estimate"}, "GBP")

    assert fault.field == "fees.amount"
    assert f"“{strange}”" in fault.message


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("£1.2m", "£1,200,000"), ("2 million", "£2,000,000"), ("12.000", "£12,000"), ("1.234,5", "£1,234.5")],
)
def test_an_unclear_sum_is_refused_with_the_reading_that_we_would_take(typed, meant):
    _, (fault,) = read_form({"fees.amount": typed, "fees.source": "estimate"}, "GBP")

    assert meant in fault.message


OWN_MARKS = [
    *[
        ("GBP", typed)
        for typed in ("£5,000", "5000 GBP", "5k", "5 000 £", "5,000 pounds", "£ 5000", "5000/-", "5000.00")
    ],
    *[("NOK", typed) for typed in ("5000 kr", "kr 5000", "kr. 5000", "5000 kr.", "5000,-", "NOK 5 000", "5000 kroner")],
    *[("CHF", typed) for typed in ("5'000.-", "Fr. 5'000.–", "5000 Franken")],
    *[("EUR", typed) for typed in ("5000 euros", "5 000 €", "EUR5000")],
    *[("PLN", typed) for typed in ("5000 zł", "5 000 PLN", "5000 zloty")],
]


@pytest.mark.parametrize(("code", "typed"), OWN_MARKS)
def test_the_own_currency_may_follow_a_sum(code, typed):
    (cost,), faults = read_form({"fees.amount": typed, "fees.source": "estimate"}, code)

    assert (cost.amount, faults) == ("5000", [])


TIME = [
    ("hours", "40 hours", "40"),
    ("hours", "40 h", "40"),
    ("hours", "40hrs", "40"),
    ("hours", "7.5 hr", "7.5"),
    ("people", "12 people", "12"),
    ("people", "12 delegates", "12"),
    *[
        ("rate", typed, "30")
        for typed in (
            "£30/h",
            "£ 30 per hour",
            "30 £/hr",
            "£30 / hour",
            "30 an hour",
            "£30ph",
            "£30 p/h",
            "30 GBP per hr",
        )
    ],
]


@pytest.mark.parametrize("empty", ["~", "null", ""])
def test_a_number_that_the_file_leaves_empty_is_not_given(empty):
    assert read_costs(f"fees: {{amount: 5, hours: {empty}, source: invoice}}", "costs.yaml", "GBP")[0].hours == ""


@pytest.mark.parametrize(("name", "typed", "kept"), TIME)
def test_a_number_may_say_again_what_its_field_says(name, typed, kept):
    time = {"people": "2", "hours": "3", "rate": "4"} | {name: typed}
    fields = {f"fees.{name}": text for name, text in time.items()} | {"fees.source": "payroll"}
    as_file = f"fees: {{source: payroll, {', '.join(f'{key}: {value}' for key, value in time.items())}}}"

    assert getattr(read_form(fields, "GBP")[0][0], name) == kept
    assert read_costs(as_file, "costs.yaml", "GBP") == read_form(fields, "GBP")[0]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("hours", "40 days"),
        ("hours", "2400 minutes"),
        ("hours", "£40"),
        ("people", "12 hours"),
        ("people", "1.5"),
        ("rate", "£30 per day"),
        ("rate", "€30/h"),
        ("rate", "30 kr/h"),
        ("rate", "£30 per person"),
        ("rate", "20 to 30"),
        ("rate", "-30"),
    ],
)
def test_a_number_that_says_something_else_is_refused_at_its_field(name, typed):
    time = {"people": "2", "hours": "3", "rate": "4"} | {name: typed}
    fields = {f"fees.{name}": text for name, text in time.items()} | {"fees.source": "payroll"}
    costs_read, faults = read_form(fields, "GBP")

    assert (costs_read, [fault.field for fault in faults]) == ((), [f"fees.{name}"])


def test_an_administrator_enters_costs_and_no_one_overwrites_what_they_did_not_see(visitor, clock):
    people.load(clock.now())
    visitor.let_in_administrator(clock.now())
    typed = {"fees.amount": "£18,000", "fees.source": "invoice"}
    visitor.open(PAGE).post(PAGE, {"fees.amount": "£18,000"})
    assert visitor.status == 400
    assert visitor.faults == {"fees.source"}
    assert costs.find(people.COHORT) is None

    visitor.open(PAGE).post(PAGE, typed)
    assert costs.find(people.COHORT).costs == (FEES,)
    assert "saved" in visitor.messages
    acts = {row["act"] for row in audit_events.of_cohort(people.COHORT)}
    assert "changed the costs from nothing to £18,000" in acts

    visitor.post(PAGE, {**typed, "fees.amount": "1", "seen": "0"})
    assert "overtaken" in visitor.messages
    assert costs.find(people.COHORT).costs == (FEES,)


def test_the_command_replaces_the_costs(aws, clock, tmp_path, capsys):
    people.load(clock.now())
    file = tmp_path / "costs.yaml"
    file.write_text(FILE)
    assert parser.main(["cohort", "costs", people.COHORT, str(file), "--dry-run"]) == 0
    assert costs.find(people.COHORT) is None
    assert parser.main(["cohort", "costs", people.COHORT, str(file)]) == 0
    assert "£71,634" in capsys.readouterr().out
    assert total_of(costs.find(people.COHORT).costs) == 71_634
    assert parser.main(["cohort", "costs", "no-such-cohort", str(file)]) == 1
