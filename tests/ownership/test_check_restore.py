"""What `restore check` finds in a table and its bucket: whole after a report was made, and each kind of damage."""

import json
from datetime import timedelta

import pytest

from chalicelib.admin import close_or_extend
from chalicelib.cli.parser import main
from chalicelib.collect.submit_answers import submit
from chalicelib.core.model import Wave
from chalicelib.ownership.check_restore import check_restored
from chalicelib.store import invitations, objects, reports
from chalicelib.store.table import Key, delete_all, put_all, scan
from tests.faults import scene
from tests.support import people
from tests.support.drain import drain


@pytest.fixture
def report(visitor, clock):
    people.opened(clock, chosen=people.raters(6, 0))
    for invitation in list(invitations.of_delegate(people.dana(), Wave.BASELINE))[:8]:
        answer_link = scene.link_of(invitation)
        scene.fill_in(answer_link, "4", clock.now())
        submit(answer_link, clock.now())
    close_or_extend.close_now(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    drain(clock.advance(hours=1))
    drain(clock.to(people.CLOSE + timedelta(days=1)))
    return reports.find(people.dana(), Wave.BASELINE)


def test_a_whole_table_has_no_faults_and_its_reports_open(report):
    checked = check_restored()

    assert checked.faults == ()
    assert (checked.rows["report"], checked.opened, checked.documents) == (1, 1, 3)
    assert sum(checked.rows.values()) == len(list(scan()))


def damaged_facts(report):
    content = json.loads(objects.load(report.facts))
    objects.save(report.facts, json.dumps({**content, "threshold": content["threshold"] + 1}).encode())
    return report.facts


def missing_pdf(report):
    objects.remove(report.pdf)
    return report.pdf


def cut_pdf(report):
    objects.save(report.pdf, objects.load(report.pdf)[:-2000])
    return report.pdf


def page_of_others(report):
    html = objects.load(report.html).replace(report.checksum.encode(), b"0" * len(report.checksum))
    objects.save(report.html, html)
    return report.html


@pytest.mark.parametrize("damage", [damaged_facts, missing_pdf, cut_pdf, page_of_others])
def test_each_damage_is_named_and_the_command_ends_with_1(report, damage, capsys):
    where = damage(report)

    assert [where in fault for fault in check_restored().faults] == [True]
    assert main(["restore", "check"]) == 1
    assert where in capsys.readouterr().out


def test_a_row_of_no_kind_is_named(report):
    put_all([{"pk": "MYSTERY#1", "sk": "META"}])
    faults = check_restored().faults
    delete_all([Key("MYSTERY#1", "META")])  # after each test, no row may be of no kind

    assert ["MYSTERY#1" in fault for fault in faults] == [True]


def test_every_kind_of_document_is_checked(report):
    """The editions of the sponsor keep the names of their files one level deeper."""
    row = {"pk": f"COHORT#{people.COHORT}", "sk": "SUMMARY#start", "checksum": "0", "facts": "", "html": ""}
    put_all([{**row, "files": {"pdf": f"sponsor/{people.COHORT}/0/start.pdf"}}])

    assert [f"sponsor/{people.COHORT}/0/start.pdf" in fault for fault in check_restored().faults] == [True]


def test_the_command_prints_json_without_a_name_or_an_address(report, capsys):
    assert main(["restore", "check", "--json"]) == 0
    said = capsys.readouterr().out
    assert json.loads(said)["rows"]["report"] == 1
    assert "@" not in said
    assert "Dana" not in said
