"""A group that is shown by name and has several people: each is shown, never their mean."""

from __future__ import annotations

from fractions import Fraction
from html import unescape
from io import BytesIO

from msgspec.structs import replace
from pypdf import PdfReader

from chalicelib.core.answers import Answers, Response
from chalicelib.core.model import Person, RaterGroup
from chalicelib.report.render import documents
from chalicelib.report.responses_file import read_responses
from chalicelib.results.change import with_changes
from chalicelib.results.cohort import consistency
from chalicelib.results.cohort_statistics import icc1
from chalicelib.results.facts import Facts, build_facts
from chalicelib.results.publish import publish
from chalicelib.results.rounding import two_decimals
from tests.report.example import GROUPS, KEY, heading, programme_of, rater

TWO_MANAGERS = tuple(replace(group, max=2) if group.id == "manager" else group for group in GROUPS)
PROGRAMME = programme_of(groups=TWO_MANAGERS)
ITEMS = [item.id for item in PROGRAMME.items]


def manager(name: str, rating: int) -> Response:
    person = Person(name, f"{name.split()[0].lower()}@example.org") if name else None
    return Response(
        "manager", Answers(dict.fromkeys(ITEMS, rating), {"keep": f"{name or 'someone'} says {rating}"}), person
    )


def wave(*managers: Response) -> list[Response]:
    peers = [rater("peer", *[rating] * len(ITEMS), programme=PROGRAMME) for rating in (3, 3, 4, 4)]
    return [rater("self", *[4] * len(ITEMS), programme=PROGRAMME), *peers, *managers]


def facts_of(*managers: Response, wave_name: str = "baseline", delegate: str = "Dana") -> Facts:
    published = publish(PROGRAMME, wave(*managers), comment_key=KEY)
    return build_facts(PROGRAMME, heading(wave=wave_name, delegate=delegate), published)


ANN, BO = manager("Ann Bell", 2), manager("Bo Day", 5)


def named(facts: Facts) -> dict[str, tuple[str, int]]:
    return {cell.cell: (cell.title, cell.n) for cell in facts.cells if "manager" in cell.groups}


def test_each_of_two_people_is_a_cell_with_their_own_figures_and_comments():
    facts = facts_of(BO, ANN)

    assert named(facts) == {
        "manager:Ann Bell": ("Line manager: Ann Bell", 1),
        "manager:Bo Day": ("Line manager: Bo Day", 1),
    }
    figures = {s.cell: {x.mean for x in facts.statistics if x.cell == s.cell} for s in facts.statistics}
    assert (figures["manager:Ann Bell"], figures["manager:Bo Day"]) == ({2.0}, {5.0})
    assert "manager" not in figures
    assert {(c.cell, c.text) for c in facts.comments} == {
        ("manager:Ann Bell", "Ann Bell says 2"),
        ("manager:Bo Day", "Bo Day says 5"),
    }


def test_all_others_counts_each_of_them():
    (statistic,) = (s for s in facts_of(ANN, BO).statistics if (s.about, s.cell) == ("overall", "all_others"))

    assert (statistic.n, statistic.range.shown) == (6, Fraction(3 + 3 + 4 + 4 + 2 + 5, 6))


def test_one_of_two_who_answered_is_shown_by_name_too():
    assert named(facts_of(ANN)) == {"manager:Ann Bell": ("Line manager: Ann Bell", 1)}


def test_two_of_the_same_name_stay_two():
    assert [title for title, _ in named(facts_of(ANN, manager("Ann Bell", 4))).values()] == [
        "Line manager: Ann Bell 1",
        "Line manager: Ann Bell 2",
    ]


def test_the_order_of_answers_changes_nothing():
    assert facts_of(ANN, BO) == facts_of(BO, ANN)


def test_a_group_of_one_keeps_its_title_and_never_a_name():
    programme = programme_of()
    published = publish(programme, [ANN, *wave()], comment_key=KEY)

    assert [(cell.id, cell.person) for cell in published.cells if cell.id.startswith("manager")] == [("manager", "")]


def test_names_of_anonymous_raters_are_in_nothing_that_is_published():
    peers = [replace(r, person=Person("Pia Peer", "pia@example.org")) for r in wave() if r.group == "peer"]

    assert "Pia" not in str(publish(PROGRAMME, peers, comment_key=KEY))


def test_page_and_pdf_show_both_names_with_their_figures_and_no_mean_of_the_two():
    facts = facts_of(ANN, BO)
    made = documents(PROGRAMME, facts)
    html = unescape(made["html"].decode())
    paper = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(made["pdf"])).pages).split())

    for text in (html, paper):
        for name in ("Ann Bell", "Bo Day"):
            assert f"Line manager: {name}" in text
        assert "Ann Bell says 2" in text
    assert not {s.display for s in facts.statistics} & {"3.5 or so"}
    assert "Line manager</th>" not in html


# --- files without names ------------------------------------------------------------------------------------------


def rows(*managers: int) -> list[Response]:
    lines = [
        f"Dana,{group}," + ",".join([str(rating)] * len(ITEMS))
        for group, rating in [*(("manager", rating) for rating in managers), *[("peer", 3)] * 4]
    ]
    text = "\n".join([",".join(["delegate", "group", *ITEMS]), *lines])
    return read_responses(PROGRAMME, text.encode(), "r.csv")["Dana"]


def cells_of(responses: list[Response]) -> dict[str, tuple[str, float]]:
    facts = build_facts(PROGRAMME, heading(), publish(PROGRAMME, responses, comment_key=KEY))
    means = {s.cell: s.mean for s in facts.statistics}
    return {cell.cell: (cell.title, means[cell.cell]) for cell in facts.cells if cell.named}


def test_people_whose_names_a_file_does_not_hold_are_numbered_in_its_order():
    assert cells_of(rows(5, 2)) == {"manager:1": ("Line manager 1", 5.0), "manager:2": ("Line manager 2", 2.0)}


def test_the_only_person_of_a_file_needs_no_number():
    assert cells_of(rows(5)) == {"manager": ("Line manager", 5.0)}


# --- follow-up and cohort -----------------------------------------------------------------------------------------


def changed(before: Facts, after: Facts) -> set[str]:
    return {c.cell for c in with_changes(after, before, {}).changes}


def test_a_change_is_one_persons_and_never_the_difference_of_two():
    cy = manager("Cy Eve", 4)

    assert changed(facts_of(ANN, BO), facts_of(ANN, cy)) == {"self", "peer", "all_others", "manager:Ann Bell"}


def test_people_who_share_a_name_are_not_compared():
    namesakes = (manager("Sam Lee", 2), manager("Sam Lee", 5))

    assert changed(facts_of(*namesakes), facts_of(*namesakes)) == {"self", "peer", "all_others"}


def test_people_without_names_are_not_compared():
    nameless = (manager("", 2), manager("", 5))

    assert changed(facts_of(*nameless), facts_of(*nameless)) == {"self", "peer", "all_others"}


def test_the_consistency_of_a_cohort_compares_the_mean_of_both_with_the_other_raters():
    reports = [facts_of(ANN, manager("Bo Day", k + 1), delegate=f"D{k}") for k in range(5)]

    (figure,) = (c for c in consistency(PROGRAMME, reports) if c.about == "overall")
    rows = [(Fraction(2 + k + 1, 2), Fraction(7, 2)) for k in range(5)]
    assert figure.delegates == 5
    assert figure.display == two_decimals(max(Fraction(0), icc1(rows)))


def test_only_a_named_group_of_several_holds_named_people():
    assert RaterGroup("manager", "Line manager", 0, 2, named=True).has_named_people
    assert not RaterGroup("manager", "Line manager", 0, 1, named=True).has_named_people
    assert not RaterGroup("peer", "Peers", 0, 9, named=False).has_named_people
