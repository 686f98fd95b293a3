"""No file of an offline run identifies a rater: no row of ratings, name, address, or comment of a small group."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Mapping, Sequence

import pytest

from tests.report.example import programme_of
from tests.report.test_offline import offline
from tests.support.canaries import Files

PROGRAMME = programme_of()
ITEMS = [item.id for item in PROGRAMME.items]
QUESTION = PROGRAMME.open_questions[0].id
DELEGATES = [f"Delegate {letter}" for letter in "ABCDE"]  # five: the cohort's means are written too
SIZES = {"peer": 5, "direct_report": 5, "other": 1}
SECRET = "Canary-{group}-{number}-of-{delegate}"


def ratings(delegate: int, group: str, number: int) -> list[int]:
    """Return a row of ratings that no one else gives, and that is no row of means."""
    rng = random.Random(f"{delegate} {group} {number}")
    return [rng.randint(1, 5) for _ in ITEMS]


def raters() -> Iterator[tuple[int, str, int]]:
    for delegate in range(len(DELEGATES)):
        for group, size in SIZES.items():
            yield from ((delegate, group, number) for number in range(size))


def secret(delegate: int, group: str, number: int) -> str:
    return SECRET.format(group=group.replace("_", "-"), number=number, delegate="abcde"[delegate])


def responses(delegates: Sequence[str], sizes: Mapping[str, int] = SIZES) -> bytes:
    file = io.StringIO()
    rows = csv.writer(file)
    rows.writerow(["delegate", "group", "person", "rater_email", *ITEMS, QUESTION])
    for delegate, name in enumerate(delegates):
        rows.writerow([name, "self", "", "", *ratings(delegate, "self", 0), ""])
        rows.writerow([name, "manager", "Max Canary", "max@example.org", *ratings(delegate, "manager", 0), ""])
        for group, number in ((group, number) for group, size in sizes.items() for number in range(size)):
            address = f"{secret(delegate, group, number)}@example.org".lower()
            row = [name, group, "", address, *ratings(delegate, group, number)]
            rows.writerow([*row, f"{secret(delegate, group, number)} says so."])
    return file.getvalue().encode()


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Five delegates: the cohort's means are written too."""
    folder = tmp_path_factory.mktemp("cohort")
    offline(PROGRAMME, responses(DELEGATES), folder)
    return Files(folder)


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """One delegate, with the report on screen and on paper."""
    folder = tmp_path_factory.mktemp("documents")
    offline(PROGRAMME, responses(DELEGATES[:1]), folder, only_facts=False)
    (folder / "probe.json").write_text('{"ratings": [5, 4, "3", 2,\n 1, 5]}')
    return Files(folder)


def test_the_search_sees_what_is_shown(documents):
    """Comments of groups that are large enough are printed word for word, in each document."""
    names = {f"delegate-a/{name}" for name in ("facts.json", "report.html", "report.pdf")}

    assert documents.holding(f"{secret(0, 'peer', 0)} says so.") == names
    assert documents.holding("Delegate A") >= names
    assert documents.holding_row([5, 4, 3, 2, 1, 5]) == {"probe.json"}


def test_comments_appear_in_the_report_of_their_delegate_only(cohort):
    for delegate, group, number in raters():
        names = cohort.holding(secret(delegate, group, number))
        assert {name.split("/")[0] for name in names} <= {f"delegate-{'abcde'[delegate]}"}, (group, number)


def test_a_rater_has_no_row_of_ratings_in_any_file(cohort, documents):
    rows = {rater: ratings(*rater) for rater in raters()}
    assert len(set(map(tuple, rows.values()))) == len(rows)

    by_rater = {rater: cohort.holding_row(row) | documents.holding_row(row) for rater, row in rows.items()}
    assert {rater: files for rater, files in by_rater.items() if files} == {}


def test_no_address_and_no_name_of_a_rater_is_in_any_file(cohort, documents):
    for files in (cohort, documents):
        assert files.holding("@example.org") == set()
        assert files.holding("Max Canary") == set()


@pytest.mark.parametrize("size", [1, 2])
def test_comments_of_a_group_that_is_too_small_are_in_no_file(tmp_path, size):
    """One or two raters in all who are not named: nothing that they wrote or rated leaves."""
    data = responses(DELEGATES[:1], {"peer": size})
    offline(PROGRAMME, data, tmp_path)
    files = Files(tmp_path)

    for number in range(size):
        assert files.holding(secret(0, "peer", number)) == set()
        assert files.holding_row(ratings(0, "peer", number)) == set()
