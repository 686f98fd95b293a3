"""A sealed page shows nothing of its content, and opens nowhere else."""

import json

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.collect import pages
from chalicelib.collect.encryption import (
    NONCE,
    RoomExceeded,
    _bound_to,
    _cipher,
    decrypt_page,
    encrypt_page,
    hide_moment,
)
from chalicelib.collect.pages import COMMENTS, MAX_COLLAPSED_CHARS, MAX_COMMENT_CHARS, Page, Question, read_page, room
from tests.support import people

KEY = bytes(range(32))
SAVED = {"asks": "4", "why": "Because."}


@given(st.dictionaries(st.text(min_size=1, max_size=9), st.text(max_size=300), max_size=5))
def test_what_was_sealed_is_read_again(saved):
    assert decrypt_page(KEY, "i1", "c-1", encrypt_page(KEY, "i1", "c-1", saved, 9000)) == saved


FOLDED = Page("c-1", "One", "", (Question("asks", "?"), Question("why", "?", True, MAX_COLLAPSED_CHARS, True)))
TEXT = st.text(st.characters(codec="utf-8"), max_size=MAX_COLLAPSED_CHARS)


@given(st.sampled_from(["", "1", "na"]), TEXT, st.booleans())
def test_every_answer_to_a_page_is_sealed_to_the_same_size(asks, why, coach_only):
    typed = {"asks": asks, "why": why, **({"why.coach": "yes"} if coach_only else {})}
    saved, _ = read_page(FOLDED, 5, typed)

    assert len(encrypt_page(KEY, "i1", "c-1", saved, room(FOLDED))) == NONCE + room(FOLDED) + 16


@pytest.mark.parametrize(
    "words",
    [
        "Dana's opening of every meeting with what the service needs has changed how we work together. ",
        "Przychodzi na każde spotkanie z gotową listą pytań i wysłuchuje każdej odpowiedzi do końca. ",
        "Εξηγεί με υπομονή γιατί αλλάζει κάτι, και ρωτά πρώτα όσους θα το κάνουν κάθε μέρα. ",
    ],
)
def test_comments_of_the_longest_length_have_room(words):
    page = pages.pages(people.programme(), "peer")[-1]
    text = "".join(f"{words[n % 7 :]}{n * 7919 % 10007} " for n in range(200))
    typed = {question.id: text[n * 50 :][:MAX_COMMENT_CHARS].strip() for n, question in enumerate(page.questions)}
    saved, faults = read_page(page, 5, typed)

    assert (page.id, faults, saved) == (COMMENTS, [], typed)


def test_signs_that_no_language_strings_together_may_need_a_shorter_comment():
    text = "".join(chr(0x4E00 + n * n * 7919 % 20000) for n in range(MAX_COLLAPSED_CHARS))
    saved, faults = read_page(FOLDED, 5, {"asks": "4", "why": text})

    assert (saved, [fault.field for fault in faults]) == ({"asks": "4"}, ["why"])
    assert read_page(FOLDED, 5, {"asks": "4", "why": text[: MAX_COLLAPSED_CHARS // 4]})[1] == []


def test_what_does_not_fit_is_refused_and_not_cut():
    with pytest.raises(RoomExceeded):
        encrypt_page(KEY, "i1", "c-1", {"why": "".join(map(chr, range(500, 1500)))}, 512)


def test_a_page_that_an_earlier_version_sealed_is_still_read():
    text = json.dumps(SAVED, ensure_ascii=False).encode()
    box = bytes(NONCE) + _cipher(KEY).encrypt(bytes(NONCE), text + b" " * (-len(text) % 512), _bound_to("i1", "c-1"))

    assert decrypt_page(KEY, "i1", "c-1", box) == SAVED


@given(st.integers(0, 2**42), st.integers(0, 2**42))
def test_hidden_moments_keep_the_order_within_a_page_and_have_one_length(first, second):
    hidden_first, hidden_second = hide_moment(KEY, "i1", "c-1", first), hide_moment(KEY, "i1", "c-1", second)

    assert (hidden_first < hidden_second, hidden_first - hidden_second) == (first < second, first - second)
    assert len(str(hidden_first)) == len(str(hidden_second)) == 19


def test_hidden_moments_of_other_pages_raters_and_waves_cannot_be_compared():
    moments = [hide_moment(*of, 1_800_000_000_000) for of in ((KEY, "i1", "a"), (KEY, "i1", "b"), (KEY, "i2", "a"))]
    gaps = [abs(moment - other) for moment in moments for other in moments if moment != other]

    assert min(gaps) > 10**12  # milliseconds: 30 years
    assert hide_moment(bytes(32), "i1", "a", 1) != hide_moment(KEY, "i1", "a", 1)


def test_the_same_answers_never_look_the_same():
    assert encrypt_page(KEY, "i1", "c-1", SAVED, 512) != encrypt_page(KEY, "i1", "c-1", SAVED, 512)


@pytest.mark.parametrize(
    ("key", "invitation", "page"), [(bytes(32), "i1", "c-1"), (KEY, "i2", "c-1"), (KEY, "i1", "c-2")]
)
def test_another_key_rater_or_page_opens_nothing(key, invitation, page):
    with pytest.raises(InvalidTag):
        decrypt_page(key, invitation, page, encrypt_page(KEY, "i1", "c-1", SAVED, 512))
