"""Words made from figures and wordings."""

from __future__ import annotations

import pytest

from chalicelib.report.parts.wording import has_adverbs, label_of, lower_first, with_adverb

SCALE = ("Never", "Rarely", "Sometimes", "Often", "Always")


@pytest.mark.parametrize(
    ("words", "said"), [("you thank people", "you often thank people"), ("you are clear", "you are often clear")]
)
def test_the_adverb_follows_you_or_you_are(words, said):
    assert with_adverb(words, "often") == said


@pytest.mark.parametrize(
    ("mean", "label"),
    [
        (4.0, "often"),
        (4.25, "often"),
        (4.26, "often or always"),
        (4.7, "often or always"),
        (4.75, "always"),
        (5, "always"),
        (1, "never"),
        (1.3, "never or rarely"),
    ],
)
def test_a_mean_has_the_nearest_label_or_two(mean, label):
    assert label_of(mean, SCALE) == label


def test_only_labels_that_say_how_often_fit_into_a_sentence():
    assert has_adverbs(SCALE)
    assert not has_adverbs(("Disagree", "Neither", "Agree"))


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("Direct reports", "direct reports"),
        ("Peers", "peers"),
        ("A team", "a team"),
        ("HR partners", "HR partners"),
        ("Kolleginnen und Kollegen", "Kolleginnen und Kollegen"),
    ],
)
def test_a_title_inside_a_sentence(title, inside):
    assert lower_first(title) == inside
