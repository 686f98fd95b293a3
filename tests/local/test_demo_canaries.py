"""Search every file of demo-output: nothing that identifies an anonymous rater is where it must not be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from infra.local.demo import SEED
from infra.local.demo.cast import Part, Player, make_cast
from infra.local.demo.output import slug
from infra.local.example import read_example
from tests.support import small_demo
from tests.support.canaries import Files

MOST = 2  # delegates of the small demo
PROGRAMME, ENTRIES = read_example(MOST)
PLAYERS = make_cast(PROGRAMME, ENTRIES, SEED)
ITEMS = [item.id for item in PROGRAMME.items]
QUESTIONS = [question.id for question in PROGRAMME.open_questions]
ANONYMOUS = {group.id for group in PROGRAMME.anonymous_groups}
KNOWN = {
    person.email for player in PLAYERS for person in (player.entry.person, player.entry.manager, player.entry.coach)
}
DIARY = {"summary.json"}  # what the players of the demo did: the product makes no such file
TO_CHOOSERS = ("approve", "nominat", "list")  # emails about a list of raters name them


@pytest.fixture(scope="module")
def output(tmp_path_factory) -> Files:
    return Files(small_demo.played(tmp_path_factory) / "demo-output")


def raters() -> Iterator[tuple[Player, Part]]:
    """Everyone who is asked and is shown in a group, and is no one's manager, coach or delegate here."""
    for player in PLAYERS:
        for part in player.parts:
            if part.group in ANONYMOUS and part.person.email not in KNOWN:
                yield player, part


def comments() -> dict[str, Player]:
    """Return each comment that one rater alone wrote."""
    written = [
        (player, text)
        for player in PLAYERS
        for part in player.parts
        for answers in (part.answers, part.second_thoughts)
        for question, text in answers.items()
        if question in QUESTIONS
    ]
    count = Counter(text for _, text in written)
    return {text: player for player, text in written if count[text] == 1}


def folder_of(player: Player) -> str:
    return f"reports/{slug(player.entry.person.name)}/"


def test_a_comment_is_in_the_report_of_its_delegate_and_in_no_other_file(output):
    files_by_text = {text: output.holding(text) for text in comments()}
    elsewhere = {
        text: names
        for text, names in files_by_text.items()
        if any(not name.startswith(folder_of(comments()[text])) for name in names)
    }

    assert sum(map(bool, files_by_text.values())) > 10  # the search sees those that are printed
    assert elsewhere == {}


def test_no_report_summary_or_calendar_names_a_rater(output):
    for _, part in raters():
        for known in (part.person.email, part.person.name):
            named_in = {name for name in output.holding(known) - DIARY if not name.startswith("mail/")}
            assert named_in == set(), part.group


def test_an_email_names_a_rater_to_themself_or_to_who_chose_them_only(output):
    for player, part in raters():
        theirs = {slug(part.person.email.split("@")[0].replace(".", " "))}
        choosers = {
            slug(person.email.split("@")[0].replace(".", " "))
            for other in PLAYERS
            if other is player or part.person.email in {other_part.person.email for other_part in other.parts}
            for person in (other.entry.person, other.entry.manager, other.entry.coach)
        }
        for name in (output.holding(part.person.email) | output.holding(part.person.name)) - DIARY:
            reader = name.removesuffix(".eml").rpartition("-to-")[2]
            about_a_list = any(word in name for word in TO_CHOOSERS)
            assert reader in theirs or (reader in choosers and about_a_list), name
        assert any(
            name.endswith(f"-to-{reader}.eml") for reader in theirs for name in output.holding(part.person.email)
        )


def test_no_file_holds_the_ratings_of_one_rater(output):
    rows = {}
    for _, part in raters():
        numbers = [part.answers[item] for item in ITEMS if part.answers.get(item, "").isdigit()]
        rows[part.person.email, part.delegate] = [int(number) for number in numbers]
    assert all(len(row) > 10 for row in rows.values())

    files_by_rater = {rater: output.holding_row(row) for rater, row in rows.items()}
    assert {rater: files for rater, files in files_by_rater.items() if files} == {}
