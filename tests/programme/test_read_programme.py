"""What a sound programme file becomes."""

from __future__ import annotations

import base64
import json

import pytest
from msgspec.structs import replace

from chalicelib.core.errors import FileInvalid
from chalicelib.core.model import Approver, Assignment, ImpactRules
from chalicelib.programme.read_programme import as_read_today, read_programme
from chalicelib.store.programme_codec import decode_programme, encode_programme

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>'
SVG_URI = "data:image/svg+xml;base64," + base64.b64encode(SVG).decode()


def with_logo(text: str, logo: str) -> str:
    return text.replace("  timezone:", f"  logo: {logo}\n  timezone:")


def messages(text: str | bytes, **options) -> str:
    with pytest.raises(FileInvalid) as refusal:
        read_programme(text, "p.yaml", **options)
    return str(refusal.value)


def test_self_and_others_wording_of_an_item_are_kept(programme):
    item = programme.competencies[0].items[0]

    assert (item.self_wording, item.others_wording, item.values) == ("I ask.", "Asks.", ("kind", "open"))


@pytest.mark.parametrize(
    ("block", "is_read"),
    [
        ("answers: P7D", True),
        ("answers: P90D", False),
        ("answers: P90D\n  why: The trust asks for it.", True),
        ("lists: P4M", False),
        ("programme: P60M", False),
    ],
)
def test_data_is_kept_for_a_shorter_time_or_with_a_reason_for_a_longer_one(small_text, block, is_read):
    text = f"{small_text}\nretention:\n  {block}\n"
    if is_read:
        assert read_programme(text, "p.yaml").retention.answers.days in (7, 90)
    else:
        assert "give the reason as `why`" in messages(text)


def test_a_behaviour_may_be_worded_to_the_delegate(small_text, programme):
    text = small_text.replace("self: I ask.", "self: I ask how we could do better.\n        you: You ask for ideas.")
    worded = read_programme(text, "p.yaml")

    assert [item.you_wording for item in worded.items] == ["You ask for ideas.", ""]
    assert decode_programme(encode_programme(worded)) == worded
    assert "items[0].you: is missing" not in messages(text.replace("You ask for ideas.", '""'))
    assert "you" in messages(text.replace("You ask for ideas.", "x" * 241))


def test_sums_are_in_pounds_unless_the_file_names_another_currency(small_text):
    other = small_text.replace("  timezone:", "  currency: EUR\n  timezone:")
    currencies = [read_programme(text, "p.yaml").organisation.currency for text in (small_text, other)]

    assert currencies == ["GBP", "EUR"]
    assert "ISO 4217 code" in messages(small_text.replace("  timezone:", "  currency: euro\n  timezone:"))


def test_an_item_may_belong_to_no_value(programme):
    assert programme.competencies[0].items[1].values == ()


def test_reminders_are_days_with_the_largest_first(programme):
    assert programme.reminders == (7, 3)


def test_an_assignment_may_be_a_plain_title(programme):
    assert programme.milestones[0].assignments == (Assignment("write-a-plan", "Write a plan"),)


def test_an_assignment_may_carry_its_own_id(small_text):
    text = small_text.replace("[Write a plan]", "[{id: plan, title: Write a plan}]")

    assert read_programme(text, "p.yaml").milestones[0].assignments == (Assignment("plan", "Write a plan"),)


def test_the_impact_survey_stays_open_for_four_weeks_by_default(programme):
    assert programme.impact == ImpactRules(after_months=6, open_days=28)


def test_minimums_are_five_by_default(programme):
    assert (programme.minimum_responses, programme.comments_from, programme.close_when_complete) == (5, 5, False)


def test_unsaid_minimums_rise_with_the_threshold(small_text):
    programme = read_programme(small_text.replace("threshold: 3", "threshold: 7"), "p.yaml")

    assert (programme.minimum_responses, programme.behaviours_from, programme.comments_from) == (7, 8, 8)


def test_the_publishing_rule_is_three_and_five_by_default(small_text):
    programme = read_programme(small_text.replace("threshold: 3\n", ""), "p.yaml")

    assert (programme.threshold, programme.behaviours_from, programme.comments_from) == (3, 5, 5)
    assert (programme.rater_sd, programme.rater_halo) == (None, 0.4)
    assert [group.heard_apart for group in programme.groups] == [False] * 4


def test_the_keys_of_the_publishing_rule_are_read(small_text):
    text = small_text.replace("Direct reports, min: 3, max: 8", "Direct reports, min: 3, max: 8, heard_apart: true")
    programme = read_programme(text + "behaviours_from: 6\nrater_sd: 0.9\nrater_halo: 0.35\n", "p.yaml")

    assert (programme.behaviours_from, programme.comments_from) == (6, 6)
    assert (programme.rater_sd, programme.rater_halo) == (0.9, 0.35)
    assert [group.id for group in programme.groups if group.heard_apart] == ["direct_report"]
    assert decode_programme(encode_programme(programme)) == programme


def test_a_version_stored_before_the_second_rule_is_the_same_file(small_text):
    programme = read_programme(small_text, "p.yaml")
    stored = replace(programme, behaviours_from=0, comments_from=3)

    assert decode_programme(_without_new_fields(encode_programme(stored))) == stored
    assert as_read_today(stored) == replace(programme, comments_from=5)
    assert as_read_today(programme) == programme


def _without_new_fields(data: bytes) -> bytes:
    content = json.loads(data)
    for name in ("behaviours_from", "rater_sd", "rater_halo"):
        del content[name]
    for group in content["groups"]:
        del group["heard_apart"]
    return json.dumps(content).encode()


def test_optional_keys_are_read(small_text):
    text = small_text + "minimum_responses: 6\ncomments_from: 7\nclose_when_complete: true\n"
    programme = read_programme(text, "p.yaml")

    assert (programme.minimum_responses, programme.comments_from, programme.close_when_complete) == (6, 7, True)


def test_no_one_approves_lists_of_raters_by_default(programme, small_text):
    assert programme.raters_approved_by is None
    asked = read_programme(small_text + "raters_approved_by: coach\n", "p.yaml")
    assert asked.raters_approved_by is Approver.COACH
    assert decode_programme(encode_programme(asked)) == asked
    assert 'raters_approved_by: is "boss"; allowed: coach or manager' in messages(
        small_text + "raters_approved_by: boss\n"
    )


def test_anchors_and_aliases_are_read(small_text):
    text = small_text.replace("values: [kind, open]", "values: &both [kind, open]")
    text = text.replace("others: Waits.", "others: Waits.\n        values: *both")

    assert read_programme(text, "p.yaml").competencies[0].items[1].values == ("kind", "open")


def test_folded_text_becomes_one_line(small_text):
    text = small_text.replace("Hears what is said.", ">\n      Hears what\n      is said.")

    assert read_programme(text, "p.yaml").competencies[0].definition == "Hears what is said."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_bytes_are_read_in_the_encodings_of_editors(small_text, encoding):
    data = small_text.replace("Example Trust", "Ymddiriedolaeth Tŷ Gŵyl").encode(encoding)

    assert read_programme(data, "p.yaml").organisation.name == "Ymddiriedolaeth Tŷ Gŵyl"


def test_windows_line_ends_make_no_difference(small_text, programme):
    assert read_programme(small_text.replace("\n", "\r\n"), "p.yaml") == programme


def test_a_stored_programme_comes_back_equal(programme):
    assert decode_programme(encode_programme(programme)) == programme


def test_equal_programmes_are_stored_as_equal_bytes(programme, small_text):
    lines = small_text.splitlines()
    reordered = "\n".join([*lines[1:], lines[0]])

    assert encode_programme(read_programme(reordered, "p.yaml")) == encode_programme(programme)


# --- the logo -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("nothing", ["", "null", "~"])
def test_no_logo_is_needed(small_text, nothing):
    assert read_programme(with_logo(small_text, nothing), "p.yaml").organisation.logo is None


def test_a_logo_may_be_a_data_uri(small_text):
    assert read_programme(with_logo(small_text, SVG_URI), "p.yaml").organisation.logo == SVG_URI


def test_a_logo_next_to_the_file_becomes_a_data_uri(small_text, tmp_path):
    (tmp_path / "logo.svg").write_bytes(SVG)

    assert read_programme(with_logo(small_text, "logo.svg"), "p.yaml", tmp_path).organisation.logo == SVG_URI


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        pytest.param("logo.gif", b"GIF89a", "the name of an .svg or .png file", id="another-kind"),
        pytest.param("logo.svg", SVG + b" " * 40_000, "larger than 40 kB", id="too-large"),
        pytest.param("logo.png", SVG, "does not hold the picture", id="svg-named-png"),
        pytest.param("logo.svg", b"<svg><script>x()</script></svg>", "contains the element <script>", id="script"),
        pytest.param("../logo.svg", SVG, "outside the folder", id="outside"),
    ],
)
def test_a_logo_that_cannot_be_used_is_a_fault(small_text, tmp_path, name, content, part):
    folder = tmp_path / "programme"
    folder.mkdir()
    (folder / name).write_bytes(content)

    assert part in messages(with_logo(small_text, name), folder=folder)


@pytest.mark.parametrize(
    ("logo", "part"),
    [
        pytest.param("logo.svg", "p.yaml:7: organisation.logo: names a file, but", id="no-folder"),
        pytest.param("data:image/gif;base64,R0lG", "a data URI of another kind", id="another-kind"),
        pytest.param("data:image/png;base64,%%%", "not whole base64", id="not-base64"),
    ],
)
def test_a_logo_without_a_folder_must_be_a_whole_data_uri(small_text, logo, part):
    assert part in messages(with_logo(small_text, logo).replace("  timezone: Europe/London\n", "", 1), folder=None)


def test_a_logo_that_is_not_there_is_a_fault(small_text, tmp_path):
    assert "cannot be read" in messages(with_logo(small_text, "logo.png"), folder=tmp_path)


def test_a_text_that_was_stored_with_invisible_characters_is_the_text_of_today(small_text):
    programme = read_programme(small_text, "p.yaml")
    stored = replace(programme, title="A s\u00admall\u200b programme")

    assert stored != programme
    assert as_read_today(stored) == programme
