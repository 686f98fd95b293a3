"""How a behaviour is said to the delegate."""

import pytest

from chalicelib.core.model import Item
from chalicelib.core.you_wording import needs_reading, to_you


def item(own: str, you: str = "") -> Item:
    return Item("a", own, "Does it.", (), you)


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("I thank people who raise a concern with me.", "you thank people who raise a concern with you"),
        ("I am clear about what I expect of myself.", "you are clear about what you expect of yourself"),
        ("I say so when I was wrong.", "you say so when you were wrong"),
        ("I’m open about my mistakes, and they're mine.", "you’re open about your mistakes, and they're yours"),
        ("I ask people when am I too fast.", "you ask people when are you too fast"),
        ("My meetings start on time.", "Your meetings start on time"),
        ("I share our plans.", "you share your plans"),
        ("I name the amount in my summary.", "you name the amount in your summary"),
    ],
)
def test_pronouns_and_their_verbs_change(own, said):
    assert to_you(item(own)) == said


def test_the_files_own_wording_comes_first():
    assert to_you(item("I adapt how we work.", "You adapt how the team works.")) == "you adapt how the team works"


def test_other_languages_are_left_alone():
    assert to_you(item("Ich frage nach Rückmeldung.", "Sie fragen nach Rückmeldung.")) == "Sie fragen nach Rückmeldung"
    assert to_you(item("Ich frage nach.")) == "Ich frage nach"


@pytest.mark.parametrize(
    ("own", "you", "doubtful"),
    [
        ("I ask how we could do better.", "", True),
        ("I ask how we could do better.", "You ask how it could be done better.", False),
        ("I show how our work helps.", "", True),
        ("I use powerful questions.", "", False),
    ],
)
def test_wordings_with_we_want_a_reader(own, you, doubtful):
    assert needs_reading(item(own, you)) is doubtful
