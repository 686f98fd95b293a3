"""Values of one kind, each declared with its words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Self


class LabelledEnum(StrEnum):
    """A kind of value that people choose from, as in `AHEAD = "ahead", "Not open yet"`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Self:  # a look-up by value, Reason("leave"), gives no label
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    @classmethod
    def labels(cls) -> Mapping[Self, str]:
        """Return the words of each value, in the order of the declaration."""
        return {member: member.label for member in cls}

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the value that a text names; of an unknown text, the first."""
        return next((member for member in cls if member.value == text), next(iter(cls)))
