"""`report offline` refuses to publish what its folder's earlier reports would make differences of."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.core.model import Programme
from chalicelib.report import offline as module
from chalicelib.report.offline_differences import BaselineDiffers, ReportsDiffer, SpeltInTwoWays
from chalicelib.report.offline_ledger import LedgerDamaged
from chalicelib.results.facts import read_facts
from tests.report.example import by_second_rule, programme_of, tiny_programme
from tests.report.test_offline import COHORT, csv_of, offline, written

PROGRAMME = tiny_programme(items=4)
HEADER = "delegate,group,only_1,only_2,only_3,only_4\n"
SELF = "Ann,self,4,3,4,5\n"
MANAGER = "Ann,manager,3,4,4,4\n"
PEERS = "Ann,peer,4,5,5,5\nAnn,peer,4,4,4,3\nAnn,peer,3,3,2,4\nAnn,peer,4,5,4,4\nAnn,peer,4,4,2,5\n"
LATE = "Ann,peer,2,1,2,5\n"
AGAIN = "Ann,self,4,4,4,4\nAnn,peer,3,4,3,5\nAnn,peer,5,4,2,5\nAnn,peer,3,5,2,4\nAnn,peer,5,3,4,4\nAnn,peer,5,3,4,5\n"
FIRST = SELF + MANAGER + PEERS


def run(out: Path, text: str, *, before: str = "", programme: Programme = PROGRAMME) -> tuple[str, ...]:
    return offline(programme, (HEADER + text).encode(), out, before=(HEADER + before).encode() if before else None)


def refused(out: Path, text: str, *, before: str = "", programme: Programme = PROGRAMME) -> str:
    """Return the refusal; nothing in the folder has changed."""
    there = written(out)
    with pytest.raises((ReportsDiffer, BaselineDiffers, SpeltInTwoWays)) as refusal:
        run(out, text, before=before, programme=programme)
    assert written(out) == there
    return str(refusal.value)


# --- one delegate -----------------------------------------------------------------------------------------------


def test_a_late_answer_makes_no_second_report_next_to_the_first(tmp_path):
    run(tmp_path, FIRST)

    assert "ann/facts.json shows other answers for the same wave" in refused(tmp_path, FIRST + LATE)


def test_a_late_answer_does_not_get_in_by_the_baseline(tmp_path):
    """The change since a baseline of six, with the published baseline of five, would be the sixth's answers."""
    run(tmp_path, FIRST)

    message = refused(tmp_path, AGAIN, before=FIRST + LATE)

    assert message.startswith("b.csv gives Ann other figures than the baseline report that this folder published")
    assert str(tmp_path / "ann" / "facts.json") in message
    run(tmp_path, AGAIN, before=FIRST)


def test_a_baseline_with_another_rating_of_self_or_the_line_manager_is_refused(tmp_path):
    run(tmp_path, FIRST)

    refused(tmp_path, AGAIN, before=FIRST.replace(SELF, "Ann,self,1,1,1,1\n"))


def test_a_baseline_that_was_never_published_becomes_the_published_one(tmp_path):
    run(tmp_path, AGAIN, before=FIRST)

    refused(tmp_path, AGAIN, before=FIRST + LATE)
    refused(tmp_path, FIRST + LATE)
    run(tmp_path, FIRST)


def test_the_released_report_counts_even_where_no_ledger_names_it(tmp_path):
    """Folders that were written before there was a ledger."""
    run(tmp_path, FIRST)
    (tmp_path / "ledger.jsonl").unlink()

    refused(tmp_path, FIRST + LATE)
    refused(tmp_path, AGAIN, before=FIRST + LATE)


def test_a_report_is_remembered_after_its_folder_was_deleted_or_a_follow_up_replaced_it(tmp_path):
    run(tmp_path, FIRST)
    run(tmp_path, AGAIN, before=FIRST)
    refused(tmp_path, FIRST + LATE)
    shutil.rmtree(tmp_path / "ann")

    refused(tmp_path, FIRST + LATE)
    refused(tmp_path, AGAIN, before=FIRST + LATE)


@pytest.mark.parametrize("name", ["ann", "ANN", "Ánn", "A nn", "Ann\u200b", "A-nn"])
def test_another_spelling_of_the_name_is_the_same_delegate(tmp_path, name):
    run(tmp_path, FIRST)

    refused(tmp_path, (FIRST + LATE).replace("Ann", name))


OTHER_SPELLINGS = ["Ward, Jo", "Dr Jo Ward", "Jo Ward RN", "J\u043e Ward"]


@pytest.mark.parametrize("name", OTHER_SPELLINGS)
def test_another_spelling_in_a_later_run_makes_no_second_report(tmp_path, name):
    run(tmp_path, FIRST.replace("Ann", "Jo Ward"))

    assert f'"{name}" is spelt "Jo Ward"' in refused(tmp_path, AGAIN.replace("Ann", f'"{name}"'))
    run(tmp_path, AGAIN.replace("Ann", "Jo Ward (Estates)"))


@pytest.mark.parametrize("name", OTHER_SPELLINGS)
def test_another_spelling_in_the_baseline_leaves_no_follow_up_without_it(tmp_path, name):
    before = FIRST.replace("Ann", f'"{name}"')

    assert f'"Jo Ward" is spelt "{name}" in b.csv' in refused(tmp_path, AGAIN.replace("Ann", "Jo Ward"), before=before)


def test_a_delegate_who_was_renamed_is_noticed_by_the_groups_that_stayed_the_same(tmp_path):
    run(tmp_path, FIRST)

    message = refused(tmp_path, (FIRST + LATE).replace("Ann", "Joan Bell"))

    assert "ann/facts.json seems to be made of the same answers as the baseline report of Joan Bell" in message


def test_one_rater_s_answers_that_were_replaced_are_noticed_in_the_same_wave_alone(tmp_path):
    """docs/threat-model.md says so: the number of answers is all that the ledger compares between two waves."""
    replaced = FIRST.replace("Ann,peer,4,4,2,5\n", LATE)
    run(tmp_path, FIRST)

    assert "shows other answers for the same wave" in refused(tmp_path, replaced)
    run(tmp_path, replaced, before=FIRST)
    run(tmp_path, replaced.replace("Ann", "Bea"))


def test_two_people_of_one_file_may_have_answers_that_look_alike(tmp_path):
    """As in files that were made to try the tool out."""
    alike = "Ann,self,4,4,4,4\n" + "Ann,peer,4,4,4,4\n" * 4

    run(tmp_path, alike + (alike + "Ann,peer,4,4,4,4\n").replace("Ann", "Joan Bell"))


def test_the_same_answers_and_one_more_are_no_follow_up(tmp_path):
    run(tmp_path, FIRST)

    refused(tmp_path, FIRST + LATE, before=FIRST)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(replace(PROGRAMME, version=2), id="version"),
        pytest.param(replace(PROGRAMME, id="another"), id="programme"),
        pytest.param(replace(PROGRAMME, threshold=4), id="threshold"),
        pytest.param(replace(PROGRAMME, title="Another"), id="title"),
    ],
)
def test_another_programme_file_opens_no_way_around(tmp_path, changed):
    run(tmp_path, FIRST)

    refused(tmp_path, FIRST + LATE, programme=changed)
    refused(tmp_path, AGAIN, before=FIRST + LATE, programme=changed)


def test_a_lower_threshold_does_not_divide_a_cell_that_was_published_whole(tmp_path):
    """Four peers and three direct reports: one cell of seven at threshold 4, two cells at threshold 3."""
    answers = "Ann,peer,4,4,4,4\n" * 4 + "Ann,direct_report,2,3,4,5\n" * 3
    run(tmp_path, answers, programme=replace(PROGRAMME, threshold=4))

    refused(tmp_path, answers, programme=replace(PROGRAMME, threshold=3))


def test_two_people_with_answers_of_their_own_are_published_together(tmp_path):
    run(tmp_path, FIRST)

    run(tmp_path, AGAIN.replace("Ann", "Joan Bell"))
    run(tmp_path, FIRST + AGAIN.replace("Ann", "Joan Bell"))


# --- cohorts ----------------------------------------------------------------------------------------------------


def cohort(names: list[str]) -> str:
    """Each delegate's answers follow from their name."""
    lines = []
    for name in names:
        chance = random.Random(name)
        for group, many in (("self", 1), ("manager", 1), ("peer", 4)):
            for _ in range(many):
                lines.append(",".join([name, group, *(str(chance.randint(2, 5)) for _ in range(4))]))
    return "\n".join(lines) + "\n"


ANNS = [f"Ann {k}" for k in range(10)]
BOBS = [f"Bob {k}" for k in range(8)]


def test_means_of_almost_the_same_delegates_are_refused_after_any_publication_between(tmp_path):
    run(tmp_path, cohort(ANNS))
    assert "has means of almost the same delegates" in refused(tmp_path, cohort(ANNS[:9]))
    run(tmp_path, cohort(BOBS))

    refused(tmp_path, cohort(ANNS[:9]))
    refused(tmp_path, cohort([*ANNS, "Cy"]))
    run(tmp_path, cohort(ANNS))


def test_means_of_two_cohorts_and_one_more_are_refused(tmp_path):
    run(tmp_path, cohort(ANNS))
    run(tmp_path, cohort(BOBS))

    refused(tmp_path, cohort([*ANNS, *BOBS, "Cy"]))
    run(tmp_path, cohort([*ANNS, *BOBS]))


def test_means_are_remembered_after_cohort_json_and_the_reports_were_deleted(tmp_path):
    run(tmp_path, cohort(ANNS))
    for path in tmp_path.iterdir():
        if path.name != "ledger.jsonl":
            path.unlink() if path.is_file() else shutil.rmtree(path)

    refused(tmp_path, cohort(ANNS[:9]))


def test_means_that_no_ledger_names_are_read_from_cohort_json(tmp_path):
    run(tmp_path, cohort(ANNS))
    (tmp_path / "ledger.jsonl").unlink()

    refused(tmp_path, cohort(ANNS[:9]))


def test_five_more_delegates_are_refused_where_one_of_them_has_a_figure_alone(tmp_path):
    """Of the five who come in, four cannot say anything on a behaviour: its means would differ by the fifth's."""
    new = cohort([f"Cy {k}" for k in range(5)])
    silent = "\n".join(
        ",".join([*cells[:2], "na", *cells[3:]]) if cells[0] != "Cy 0" else ",".join(cells)
        for cells in (line.split(",") for line in new.splitlines())
    )
    run(tmp_path, cohort(ANNS))

    refused(tmp_path, cohort(ANNS) + silent)
    run(tmp_path, cohort(ANNS) + new)


def test_a_self_rating_that_changed_does_not_get_into_means_of_the_same_delegates(tmp_path):
    first = cohort(ANNS)
    line = next(line for line in first.splitlines() if line.startswith("Ann 3,self"))
    run(tmp_path, first)

    assert "has means with other figures of Ann 3" in refused(tmp_path, first.replace(line, "Ann 3,self,1,1,1,1"))


def test_changes_since_the_baselines_of_almost_all_are_refused(tmp_path):
    """The effect over ten changes, then over nine of them."""
    later = cohort([f"{name}x" for name in ANNS]).replace("x,", ",")
    run(tmp_path, later, before=cohort(ANNS))

    refused(tmp_path, later, before=cohort(ANNS[:9]))


# --- the file ---------------------------------------------------------------------------------------------------


def test_the_ledger_only_grows(tmp_path):
    run(tmp_path, cohort(ANNS))
    first = (tmp_path / "ledger.jsonl").read_bytes()
    run(tmp_path, cohort(BOBS))
    second = (tmp_path / "ledger.jsonl").read_bytes()
    run(tmp_path, cohort(ANNS))

    assert second.startswith(first)
    assert len(second) > len(first)
    assert (tmp_path / "ledger.jsonl").read_bytes() == second


def test_the_ledger_holds_no_rating_of_a_single_anonymous_rater(tmp_path):
    run(tmp_path, FIRST)

    (line,) = (json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines())
    facts = read_facts((tmp_path / "ann" / "facts.json").read_bytes())
    pairs = {(s.cell, s.id): (s.n, round(s.n * s.mean)) for s in facts.statistics if s.about == "item"}
    assert {(cell, item): tuple(pair) for cell, items in line["sums"].items() for item, pair in items.items()} == {
        place: pair for place, pair in pairs.items() if place[0] != "all_others"
    }


def test_a_crash_after_the_first_report_leaves_none_without_its_line(tmp_path, monkeypatch):
    class Crash(Exception):
        pass

    def crash(done: int, of: int) -> None:
        raise Crash

    data = (HEADER + FIRST + AGAIN.replace("Ann", "Bob")).encode()
    with pytest.raises(Crash):
        module.report_offline(
            PROGRAMME,
            module.Source("r.csv", data),
            tmp_path,
            only_facts=True,
            issued=module.date(2026, 11, 3),
            progress=crash,
        )

    names = {json.loads(line)["folder"] for line in (tmp_path / "ledger.jsonl").read_text().splitlines()}
    assert {path.parent.name for path in tmp_path.glob("*/facts.json")} == {"ann"} < names == {"ann", "bob"}
    refused(tmp_path, FIRST + LATE)
    run(tmp_path, FIRST + AGAIN.replace("Ann", "Bob"))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        pytest.param("ledger.jsonl", "{", id="ledger"),
        pytest.param("ledger.jsonl", '{"type":"report"}\n', id="ledger-without-figures"),
        pytest.param("ann/facts.json", "{}", id="facts"),
    ],
)
def test_a_damaged_record_of_what_was_published_stops_the_run(tmp_path, file, content):
    run(tmp_path, FIRST)
    (tmp_path / file).write_text(content)
    there = written(tmp_path)

    with pytest.raises(LedgerDamaged, match=file):
        run(tmp_path, FIRST)

    assert written(tmp_path) == there


def test_a_whole_example_cohort_is_published_twice_and_with_a_follow_up(tmp_path):
    programme = programme_of()
    baseline, later = csv_of(programme, COHORT), csv_of(programme, COHORT[::-1])
    offline(programme, baseline, tmp_path)
    offline(programme, later, tmp_path, before=baseline)
    there = written(tmp_path)

    offline(programme, later, tmp_path, before=baseline)

    assert written(tmp_path) == there


# --- the publishing rule of a wave --------------------------------------------------------------------------------

SECOND = by_second_rule(PROGRAMME)


def rule_in(out: Path) -> tuple[int, str]:
    facts = read_facts((out / "ann" / "facts.json").read_bytes())
    return facts.rule, facts.heading.wave


def test_a_wave_keeps_the_rule_that_its_folder_has_shown(tmp_path):
    """Under the second rule the same answers would give other figures, which the folder may not show next to these."""
    run(tmp_path, FIRST)
    there = written(tmp_path)

    run(tmp_path, FIRST, programme=SECOND)

    assert rule_in(tmp_path) == (1, "baseline")
    assert written(tmp_path) == there


def test_a_follow_up_by_the_second_rule_compares_with_a_baseline_by_the_first(tmp_path):
    run(tmp_path, FIRST)

    run(tmp_path, AGAIN, before=FIRST, programme=SECOND)

    assert rule_in(tmp_path) == (2, "followup")
    facts = read_facts((tmp_path / "ann" / "facts.json").read_bytes())
    cells = {(s.about, s.id, s.cell) for s in facts.statistics}
    assert {change.cell for change in facts.changes} >= {"peer", "all_others"}
    assert {(c.about, c.id, c.cell) for c in facts.changes} <= cells


def test_a_new_folder_shows_the_second_rule(tmp_path):
    run(tmp_path, FIRST, programme=SECOND)

    assert rule_in(tmp_path) == (2, "baseline")
    refused(tmp_path, FIRST + LATE, programme=SECOND)
