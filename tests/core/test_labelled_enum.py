"""A value and its words are one declaration, and stored values are read as before."""

import msgspec

from chalicelib.core.labelled_enum import LabelledEnum


class Colour(LabelledEnum):
    ANY = "", "Any colour"
    RED = "red", "Deep red"


def test_a_value_has_its_words():
    assert Colour.labels() == {"": "Any colour", "red": "Deep red"}
    assert (Colour.RED, Colour.RED.label) == ("red", "Deep red")


def test_a_text_that_no_value_has_is_the_first():
    assert (Colour.read("red"), Colour.read("blue")) == (Colour.RED, Colour.ANY)


def test_a_stored_value_is_read():
    assert msgspec.convert(msgspec.to_builtins({"colour": Colour.RED}), dict[str, Colour]) == {"colour": Colour.RED}
