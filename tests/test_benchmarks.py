"""The arithmetic of the figures; no test asserts a time."""

import io
import subprocess
import sys

import pytest
from rich.console import Console

from benchmarks import acts, handover, pages
from benchmarks.__main__ import as_data, ratio, show
from benchmarks.acts import PRICES, idle_month, price
from benchmarks.row import Row
from benchmarks.stand_in import Refused, StandIn
from benchmarks.units import Meter, size
from infra.deploy.stack import read_template
from tests.support.deployment import ROOT

ROWS = [Row("quick", 30.0, "ms", 120.0), Row("slow", 150.0, "ms", 120.0), Row("size", 12.0, "kB", None)]


def test_a_ratio_is_the_share_of_the_budget_that_is_used():
    assert [ratio(row) for row in ROWS] == [0.25, 1.25, None]


def test_what_is_kept_has_every_row_with_its_ratio():
    kept = as_data(ROWS)["rows"]

    assert [(row["name"], row["budget"], row["ratio"]) for row in kept] == [
        ("quick", 120.0, 0.25),
        ("slow", 120.0, 1.25),
        ("size", None, None),
    ]


def test_a_missed_budget_is_said_in_plain_lines_when_piped():
    written = io.StringIO()
    show(Console(file=written, width=100), ROWS)

    assert "\x1b" not in written.getvalue()
    assert "MISSED" in written.getvalue()
    assert written.getvalue().splitlines()[-1] == "Over budget: slow"


def test_an_items_size_is_names_and_values_as_dynamodb_bills_them():
    item = {"pk": {"S": "café"}, "n": {"N": "12345"}, "box": {"B": b"12345"}, "m": {"M": {"a": {"BOOL": True}}}}

    assert size(item) == (2 + 5) + (1 + 4) + (3 + 5) + (1 + 3 + 1 + 1 + 1)


def test_an_idle_month_is_what_is_used_beyond_what_is_free():
    assert idle_month(dict.fromkeys(PRICES, 1e9)) == 0
    assert idle_month(PRICES["free_each_month"]) < idle_month({})


def test_every_alarm_of_the_stack_is_paid_for():
    assert sum(each["Type"] == "AWS::CloudWatch::Alarm" for each in resources_of(acts.STACK)) == acts.ALARMS


def resources_of(template):
    return list(read_template(template)["Resources"].values())


def test_every_figure_of_the_stack_is_paid_for():
    filters = [each["Properties"] for each in resources_of(acts.STACK) if each["Type"] == "AWS::Logs::MetricFilter"]

    assert len({each["MetricTransformations"][0]["MetricName"] for each in filters}) == acts.FIGURES


def test_every_dashboard_of_the_stack_is_paid_for_where_the_free_ones_are_used_up():
    dashboards = sum(each["Type"] == "AWS::CloudWatch::Dashboard" for each in resources_of(acts.STACK))

    paid = idle_month({}) - idle_month({"dashboard_month": dashboards})
    assert dashboards
    assert paid == pytest.approx(dashboards * PRICES["dashboard_month"])


def test_an_idle_month_is_within_its_budget():
    assert idle_month(PRICES["free_each_month"]) <= 1


def test_a_questionnaires_first_view_is_within_its_weight_and_its_pages_can_be_timed():
    by_name = {row.name: row for row in pages.rows(times=2)}

    assert by_name[pages.FIRST_VIEW].figure <= (by_name[pages.FIRST_VIEW].budget or 0)
    assert all(row.figure > 0 for row in by_name.values())


def test_one_more_email_costs_its_sending_and_two_more_functions():
    more = price(Meter(), 0, 0, 1, 0.0)

    assert more == pytest.approx(PRICES["mail"] + 2 * PRICES["lambda_request"] + 2 * 1200e-9 * PRICES["log_gb"])


def test_emails_that_come_together_wait_for_one_another_at_the_senders_pace():
    assert handover._wait([0.0] * 60) == pytest.approx(28 * 2 / (14 * 0.8) + 0.06)


REFUSED = """
import sys
from benchmarks.aws import small_cloud
from benchmarks.meter import metered
from chalicelib.store.expressions import equals
from chalicelib.store.table import Changed, Key, put, transact, update, update_one
row = Key("COHORT#1", "META")
with small_cloud():
    transact([put({**row._asdict(), "size": 24, "text": "x" * 3000})])
    wrong = update(row, put={"size": 1}, when=[equals("size", 3)], refusal=Changed)
    together = [put({"pk": "COHORT#1", "sk": "DELEGATE#1"})] * (sys.argv[1] == "together")
    with metered() as used:
        try:
            transact([wrong, *together]) if together else update_one(wrong)
        except Changed:
            print(used.refused, used.writes)
"""


@pytest.mark.parametrize(("how", "units"), [("alone", 3), ("together", 2 * (3 + 1))])
def test_a_refused_write_is_billed_as_if_it_had_been_made(how, units):
    """A program that writes first and looks afterwards would seem free: moto bills nothing for what it refuses."""
    command = [sys.executable, "-c", REFUSED, how]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)

    assert [float(figure) for figure in done.stdout.split()] == [1, units]


def put(sk, **condition):
    return {
        "TableName": "t",
        "Item": {"pk": {"S": "a"}, "sk": {"S": sk}, "due_shard": {"S": "1"}, "due_at": {"S": sk}},
        **condition,
    }


def test_the_fake_table_checks_conditions_counts_units_and_keeps_the_index():
    cloud = StandIn({})
    once = {"ConditionExpression": "attribute_not_exists(#n0)", "ExpressionAttributeNames": {"#n0": "pk"}}
    cloud._transact_write_items({"TransactItems": [{"Put": put("1", **once)}, {"Put": put("2", **once)}]})
    with pytest.raises(Refused):
        cloud._transact_write_items({"TransactItems": [{"Put": put("3", **once)}, {"Put": put("2", **once)}]})

    assert sorted(cloud.rows["t"]["a"]) == ["1", "2"]
    assert cloud.index["1"] == [("1", "a", "1"), ("2", "a", "2")]
    assert cloud.meter.writes == 2 * 2 + 2 + 2 * 2, "two rows with their lines on the index, and what was refused"
    assert cloud.meter.refused == 1


def test_the_fake_table_updates_as_the_store_writes_updates():
    cloud = StandIn({})
    cloud._put_item(put("1"))
    names = {"#n0": "count", "#n1": "due_shard", "#n2": "due_at", "#n3": "was"}
    update = {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "1"}}, "ExpressionAttributeNames": names}
    update |= {"UpdateExpression": "SET #n3 = #n2 ADD #n0 :v0 REMOVE #n1, #n2"}
    answer = cloud._update_item({**update, "ExpressionAttributeValues": {":v0": {"N": "2"}}})

    assert answer["Attributes"] == {"pk": {"S": "a"}, "sk": {"S": "1"}, "was": {"S": "1"}, "count": {"N": "2"}}
    assert cloud.index["1"] == []
