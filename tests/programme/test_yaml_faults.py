"""A programme file that is not YAML: the fault names the line and says what to do."""

from __future__ import annotations

import pytest

from chalicelib.core.errors import FileInvalid
from chalicelib.programme.read_programme import read_programme
from tests.programme.small import SMALL

COLON = "put the text in quotes: it holds a colon and a blank"
COMMENT = "# begins a comment"
QUESTION = "put the text in quotes: it ends with a question mark"


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("was", "typed", "part", "says"),
    [
        pytest.param("A small programme", "Leading: others", "Leading:", COLON, id="colon-in-a-title"),
        pytest.param("text: What should", "text: Now: what should", "Now:", COLON, id="colon-in-a-question"),
        pytest.param("others: Waits.", "others: Waits: always.", "Waits:", COLON, id="colon-in-a-list"),
        pytest.param("title: Kind}", "title: Kind: open}", "Kind: open", COLON, id="colon-in-braces"),
        pytest.param(
            "    title: Listening",
            "\u00a0\u00a0\u00a0\u00a0title: Listening",
            "\u00a0",
            "a no-break space",
            id="no-break",
        ),
        pytest.param("    title: Listening", "\ttitle: Listening", "\t", "holds a tab where", id="tab"),
        pytest.param("    self: I ask.", "    \u2003self: I ask.", "\u2003", "begins with an em space", id="wide"),
        pytest.param("title: A small", "\u00a0title: A small", "\u00a0", "with a no-break space", id="first-key"),
        pytest.param('brand: "#1d5c63"', "brand: #1d5c63", "brand", COMMENT, id="colour-in-a-block"),
        pytest.param("title: Kind}", "title: #kind}", "#kind", COMMENT, id="number-sign-in-braces"),
        pytest.param("title: Peers,", "title: Peers?,", "Peers?", QUESTION, id="question-in-braces"),
        pytest.param("others: Waits.", "others: 'Doesn't wait.'", "Doesn't", "holds an apostrophe", id="apostrophe"),
        pytest.param("title: Kind}", "title: 'Isn't kind'}", "Isn't", "holds an apostrophe", id="apostrophe-in-braces"),
        pytest.param(
            "others: Waits.", 'others: "Says "wait" often."', 'Says "', "holds quotation marks", id="quotation-marks"
        ),
        pytest.param("others: Waits.", "others: 'Waits.", "open_questions", "is never closed", id="open-quote"),
        pytest.param("others: Waits.", "others: @waits", "@waits", "it begins with @", id="at"),
        pytest.param("others: Waits.", "others: `waits`", "`waits`", "it begins with `", id="backtick"),
        pytest.param("others: Waits.", "others: *waits*", "*waits*", "it begins with *", id="asterisk"),
        pytest.param("others: Waits.", "others: %waits", "%waits", "it begins with %", id="percent"),
        pytest.param("others: Waits.", "others: ! waits", "! waits", "it begins with !", id="exclamation-mark"),
        pytest.param("others: Waits.", "others: - waits", "- waits", "it begins with -", id="hyphen"),
        pytest.param("others: Waits.", "others: ? waits", "? waits", "it begins with ?", id="question-mark-first"),
        pytest.param("others: Waits.", "others: | waits", "| waits", "it begins with |", id="bar"),
        pytest.param("others: Waits.", "others: > waits", "> waits", "it begins with >", id="greater-than"),
        pytest.param("others: Waits.", 'others: "Waits \\d"', "\\d", "a backslash", id="backslash"),
        pytest.param("others: Waits.", "others: 'Waits' 'long'", "'long'", "behind the closing", id="behind-quotes"),
        pytest.param("version: 1", "version: 1\n---", "---", "a second document", id="second-document"),
        pytest.param("  - id", "  – id", "– id", "a hyphen and a blank", id="dash-of-an-editor"),
        pytest.param("  - id", "  • id", "• id", "a hyphen and a blank", id="bullet"),
        pytest.param("  - id", "  -id", "-id", "a hyphen and a blank", id="hyphen-without-a-blank"),
        pytest.param("title: Open}", "title: Open", "competencies", "close it", id="open-bracket"),
        pytest.param("version: 1", "version 1", "version 1", "a key needs a colon", id="no-colon"),
        pytest.param("version: 1", "version:1", "version:1", "put a blank after the colon", id="no-blank"),
        pytest.param("  name: Example", "   name: Example", "  brand", "is indented differently", id="indented"),
        pytest.param("  - {id: peer", "  -{id: peer", "-{id", "a hyphen and a blank", id="no-blank-after-a-hyphen"),
        pytest.param("    definition", "     definition", "definition", "is indented too far", id="indented-too-far"),
    ],
)
def test_a_fault_of_yaml_says_what_to_do_where_it_is(was, typed, part, says):
    text = SMALL.replace(was, typed)
    assert text != SMALL

    with pytest.raises(FileInvalid) as refused:
        read_programme(text, "p.yaml")

    fault = refused.value.faults[0]
    assert says in fault.message, fault
    assert abs(fault.line - line_of(text, part)) <= (says == "is never closed") * 50, fault


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_code_that_an_editor_saved_it_in(encoding):
    data = SMALL.replace("Example Trust", "Älterenhilfe Zoë & Söhne").encode(encoding)

    assert read_programme(data, "p.yaml").organisation.name == "Älterenhilfe Zoë & Söhne"


@pytest.mark.parametrize("sign", ["\u202e", "\u00ad", "\u200b", "\ufeff", "\u2066"])
def test_invisible_signs_are_taken_out_of_texts_and_ids(sign):
    text = SMALL.replace("A small", f"A s{sign}mall").replace("id: peer", f"id: pe{sign}er")

    assert read_programme(text, "p.yaml") == read_programme(SMALL, "p.yaml")


def test_a_text_may_hold_blanks_of_other_kinds():
    text = SMALL.replace("A small programme", "A small programme\u00a0– 10\u202f%")

    assert read_programme(text, "p.yaml").title == "A small programme – 10 %"
