"""Reports from a CSV file of feedback gathered elsewhere."""

from __future__ import annotations

import codecs
import json
from datetime import date
from pathlib import Path

import pytest

from chalicelib.core.errors import FileInvalid
from chalicelib.report.offline import Source, report_offline
from chalicelib.report.responses_file import read_responses
from chalicelib.results.facts import read_facts
from tests.report.example import example_wave, programme_of, tiny_programme

ISSUED = date(2026, 11, 3)
HEADER = "delegate,group,only_1,only_2"


def csv_of(programme, delegates: list[str]) -> bytes:
    items = [item.id for item in programme.items]
    questions = [question.id for question in programme.open_questions]
    lines = [",".join(["delegate", "group", *items, *questions])]
    for seed, delegate in enumerate(delegates):
        for response in example_wave(programme, seed):
            ratings = [response.answers.ratings.get(item, "") for item in items]
            comments = ['"' + response.answers.comments.get(question, "") + '"' for question in questions]
            cells = [
                delegate,
                response.group,
                *("na" if rating is None else str(rating) for rating in ratings),
                *comments,
            ]
            lines.append(",".join(cells))
    return "\n".join(lines).encode()


def faults_of(programme, text: str) -> list[str]:
    with pytest.raises(FileInvalid) as refused:
        read_responses(programme, text.encode(), "r.csv")
    return [str(fault) for fault in refused.value.faults]


def written(out: Path) -> dict[str, bytes]:
    return {str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}


def offline(
    programme, data: bytes, out: Path, *, only_facts: bool = True, before: bytes | None = None
) -> tuple[str, ...]:
    return report_offline(
        programme,
        Source("r.csv", data),
        out,
        before=before and Source("b.csv", before),
        only_facts=only_facts,
        issued=ISSUED,
        progress=lambda done, total: None,
    )


def test_each_delegate_gets_a_folder_with_three_documents(tmp_path):
    programme = programme_of()
    steps: list[tuple[int, int]] = []

    names = report_offline(
        programme,
        Source("r.csv", csv_of(programme, ["Zoë O'Brien", "Sam Lee"])),
        tmp_path / "out",
        only_facts=False,
        issued=ISSUED,
        progress=lambda done, total: steps.append((done, total)),
    )

    assert names == ("zoe-o-brien", "sam-lee")
    assert set(written(tmp_path / "out")) == {
        "ledger.jsonl",
        *(f"{name}/{file}" for name in names for file in ("facts.json", "report.html", "report.pdf")),
    }
    assert steps == [(1, 2), (2, 2)]


def test_facts_follow_the_contract(tmp_path):
    programme = programme_of()

    offline(programme, csv_of(programme, ["Sam Lee"]), tmp_path)

    facts = json.loads((tmp_path / "sam-lee" / "facts.json").read_bytes())
    assert (facts["delegate"], facts["wave"]) == ("Sam Lee", "baseline")
    assert {"cell", "groups", "n"} <= facts["cells"][0].keys()
    assert facts["statistics"][0].keys() == {"about", "id", "cell", "n", "mean", "display"}
    assert facts["comments"][0].keys() == {"question", "cell", "text"}
    assert facts["merged"] == ["direct_report+other"]


def test_a_second_run_replaces_the_first_and_gives_the_same_bytes(tmp_path):
    programme = programme_of()
    data = csv_of(programme, ["Sam Lee"])
    offline(programme, data, tmp_path, only_facts=False)
    first = written(tmp_path)

    offline(programme, data, tmp_path, only_facts=False)

    assert written(tmp_path) == first


COHORT = [f"Delegate {k}" for k in range(20)]


def test_a_cohort_of_five_has_means_in_every_report_and_in_a_file_of_its_own(tmp_path):
    programme = programme_of()
    offline(programme, csv_of(programme, COHORT[:5]), tmp_path)

    cohort = json.loads((tmp_path / "cohort.json").read_text())
    facts = [read_facts((tmp_path / name / "facts.json").read_bytes()) for name in ("delegate-0", "delegate-4")]
    assert cohort["delegates"] == COHORT[:5]
    assert {(mean["cell"], mean["delegates"]) for mean in cohort["means"]} == {("self", 5), ("all_others", 5)}
    assert facts[0].cohort_means == facts[1].cohort_means != ()


def test_a_cohort_of_four_has_no_means(tmp_path):
    programme = programme_of()
    offline(programme, csv_of(programme, COHORT[:4]), tmp_path)

    assert b"cohort_means" not in (tmp_path / "delegate-0" / "facts.json").read_bytes()
    assert not (tmp_path / "cohort.json").exists()


@pytest.mark.parametrize(("many", "words"), [(19, {"cannot say"}), (20, {"yes", "no", "cannot say"})])
def test_a_follow_up_shows_what_has_changed_and_from_twenty_delegates_what_is_noise(tmp_path, many, words):
    programme = programme_of()
    before, after = csv_of(programme, COHORT[:many]), csv_of(programme, COHORT[:many][::-1])
    offline(programme, after, tmp_path, before=before)

    facts = read_facts((tmp_path / "delegate-1" / "facts.json").read_bytes())
    assert (facts.heading.wave, facts.compared_with) == ("followup", "baseline")
    assert {change.cell for change in facts.changes} == {"self", "manager", "peer", "direct_report+other", "all_others"}
    assert {change.noise for change in facts.changes} <= words
    assert many < 20 or {"no"} < {change.noise for change in facts.changes}
    effects = json.loads((tmp_path / "cohort.json").read_text())["effects"]
    assert {effect["about"] for effect in effects} == {"competency", "value", "overall"}


@pytest.mark.parametrize(
    ("then", "now", "others"),
    [("Mara Eve", "Max Day", ("manager",)), ("Mara Eve", "mara  eve", ()), ("Mara Eve", "", ()), ("", "", ())],
)
def test_a_change_is_not_the_difference_of_two_people_that_the_files_name(tmp_path, then, now, others):
    programme = tiny_programme()

    def answers(person: str, rating: int) -> bytes:
        return f"delegate,group,person,only_1\nDana,self,,3\nDana,manager,{person},{rating}\n".encode()

    offline(programme, answers(then, 2), tmp_path)
    offline(programme, answers(now, 4), tmp_path, before=answers(then, 2))

    facts = read_facts((tmp_path / "dana" / "facts.json").read_bytes())
    assert facts.other_people == others
    assert ("manager" in {change.cell for change in facts.changes}) == (not others)


def test_a_file_names_no_one_of_an_anonymous_group():
    programme = tiny_programme()

    assert faults_of(programme, "delegate,group,person,only_1\nDana,peer,Pia Peer,3\n") == [
        "r.csv:2: person: names someone of an anonymous group (peer): leave it empty"
    ]


def test_names_without_latin_letters_get_folders_of_their_own_and_keep_them(tmp_path):
    programme = tiny_programme()
    header = "delegate,group,only_1\n"

    first = offline(programme, f"{header}李,self,2\n王,self,3\n".encode(), tmp_path)
    again = offline(programme, f"{header}王,self,3\n李,self,2\nSam Lee,self,4\n".encode(), tmp_path)

    assert first == ("delegate", "delegate-2")
    assert again == ("delegate-2", "delegate", "sam-lee")
    assert read_facts((tmp_path / "delegate" / "facts.json").read_bytes()).heading.delegate == "李"


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("Jo  Ward", id="two-blanks"),
        pytest.param("Jo Ward\u200b", id="zero-width-space"),
        pytest.param("Jo\u00a0Ward", id="no-break-space"),
        pytest.param("Jo\u200d Ward", id="zero-width-joiner"),
        pytest.param("Jo\u2009Ward", id="thin-space"),
        pytest.param("\ufeffJo Ward", id="byte-order-mark"),
        pytest.param("Jo Wa\u00adrd", id="soft-hyphen"),
        pytest.param("jo WARD", id="case"),
        pytest.param("Ｊｏ Ward", id="full-width-letters"),
    ],
)
def test_a_delegate_is_not_divided_by_signs_that_no_one_sees(spelling):
    text = f"{HEADER}\n" + "Jo Ward,peer,4,4\n" * 3 + f"{spelling},peer,5,5\n"

    waves = read_responses(tiny_programme(items=2), text.encode(), "r.csv")

    assert {name: len(responses) for name, responses in waves.items()} == {"Jo Ward": 4}


@pytest.mark.parametrize("spelling", ["Jó Ward", "Jo-Ward", "JoWard", "Jo W’ard"])
def test_a_delegate_is_not_divided_by_accents_or_punctuation_in_silence(spelling):
    text = f"{HEADER}\nJo Ward,peer,4,4\n{spelling},peer,5,5\n"

    assert faults_of(tiny_programme(items=2), text) == [
        f'r.csv:3: delegate: "{spelling}" is spelt "Jo Ward" on line 2: use one spelling for one delegate; '
        "for two delegates add a difference, such as their service"
    ]


def test_a_named_response_too_many_is_noticed_in_another_spelling():
    text = f"{HEADER}\nJo Ward,self,4,4\njo  ward,self,5,5\n"

    assert faults_of(tiny_programme(items=2), text) == [
        "r.csv:3: group: is one response of self too many; allowed: 1 a delegate"
    ]


@pytest.mark.parametrize(
    "dialect",
    [
        pytest.param(lambda text: text.encode(), id="plain"),
        pytest.param(lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(), id="excel-utf-8"),
        pytest.param(lambda text: text.replace(",", ";").encode("cp1252"), id="excel-in-europe"),
        pytest.param(lambda text: text.replace(",", "\t").encode(), id="tabs"),
        pytest.param(lambda text: (text + "\n,,,\n\n").encode(), id="blank-lines-at-the-end"),
        pytest.param(lambda text: text.replace("na", " NA ").encode(), id="capitals-and-blanks"),
    ],
)
def test_files_as_spreadsheets_write_them_are_read(dialect):
    text = f"{HEADER}\nZoë Lee,peer,4,na\nZoë Lee,peer,,5"

    waves = read_responses(tiny_programme(items=2), dialect(text), "r.csv")

    assert [dict(r.answers.ratings) for r in waves["Zoë Lee"]] == [{"only_1": 4, "only_2": None}, {"only_2": 5}]


def test_a_comment_keeps_its_lines():
    data = b'delegate,group,only_1,why\nSam,peer,4,"One, two\nThree"\n'
    programme = programme_of({"only": [("Does it", ())]}, open_questions=(programme_of().open_questions[0],))

    waves = read_responses(programme, data.replace(b"why", b"keep"), "r.csv")

    assert waves["Sam"][0].answers.comments == {"keep": "One, two\nThree"}


def test_every_fault_is_listed_at_once_with_its_line_and_column():
    text = f'{HEADER}\nSam,peer,6,x\n,pear,1,2\nSam,self,1,1\n"Sam",self,2,2\nSam,peer,1,2,3\n'

    assert faults_of(tiny_programme(items=2), text) == [
        'r.csv:2: only_1: "6" is not a rating; allowed: 1 to 5, its label, na or empty',
        'r.csv:2: only_2: "x" is not a rating; allowed: 1 to 5, its label, na or empty',
        "r.csv:3: delegate: is missing",
        'r.csv:3: group: "pear" is not a rater group; did you mean "peer"?',
        "r.csv:5: group: is one response of self too many; allowed: 1 a delegate",
        "r.csv:6: has 5 cells, but the header has 4",
    ]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        pytest.param("", "r.csv:1: is empty", id="empty"),
        pytest.param(HEADER, "r.csv:1: has a header only", id="header-only"),
        pytest.param("delegate,group,only_1\nSam,peer,1", "r.csv:1: only_2: is missing", id="a-column-is-missing"),
        pytest.param(f"{HEADER},only_1\nSam,peer,1,2,3", "r.csv:1: only_1: appears twice", id="a-column-is-doubled"),
        pytest.param(
            f"{HEADER},persn\nSam,peer,1,2,3",
            'r.csv:1: persn: is not a known column; did you mean "person"',
            id="slip-in-a-column",
        ),
        pytest.param(f'{HEADER}\nSam,peer,1,"2', "r.csv:2: cannot be split", id="a-lone-quotation-mark"),
        pytest.param("\0\0", "r.csv:1: is not text", id="no-text"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_place(text, start):
    assert faults_of(tiny_programme(items=2), text)[0].startswith(start)


def test_nothing_is_written_if_there_is_any_fault(tmp_path):
    with pytest.raises(FileInvalid):
        offline(tiny_programme(), b"delegate,group,only_1\nSam,peer,4\nLee,peer,9\n", tmp_path / "out")

    assert not (tmp_path / "out").exists()
