"""Drafts from several devices: of each field the later typing stays, and nothing is silently lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.assignments.draft import Draft, Post, marks_after, merge_draft
from chalicelib.core import merging
from chalicelib.core.merging import read_marks

NAMES = ("a", "b")
TEXTS = st.sampled_from(["", "one", "two", "three words here"])
EDITS = st.lists(st.tuples(st.sampled_from(["phone", "laptop"]), st.sampled_from(NAMES), TEXTS), max_size=8)


class Device:
    """A page that is open: it shows texts, and knows the marks of what it was shown and its own saves."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.marks = ""
        self.seen: list[int] = []

    def post(self, at: int) -> Post:
        self.seen.append(at)
        typed = {name: text for name, text in self.texts.items() if text}
        return Post(typed, read_marks({"shown": self.marks}), at, self.seen[:-1])


@given(EDITS)
def test_the_later_text_of_each_field_stays_and_the_other_is_kept_next_to_it(edits):
    devices = {"phone": Device(), "laptop": Device()}
    draft, last = Draft(), dict.fromkeys(NAMES, "")
    for at, (device, name, text) in enumerate(edits, start=1):
        page = devices[device]
        was = page.texts.get(name, "")
        page.texts[name] = text
        posted = page.post(at)
        before = draft.typed.get(name, "")
        merged = merge_draft(draft, posted, NAMES)
        draft, page.marks = merged.draft, marks_after(merged, posted)
        if text and text != was:
            assert draft.typed.get(name) == text
            assert before in ("", text, was) or before in draft.other.values() or name in merged.newer
        last[name] = draft.typed.get(name, "")
    assert all(draft.typed.get(name, "") == text for name, text in last.items())


def test_one_device_alone_never_hears_of_another():
    draft, page = Draft(), Device()
    for at, text in enumerate(["o", "on", "one", "", "two"], start=1):
        page.texts["a"] = text
        posted = page.post(at)
        merged = merge_draft(draft, posted, NAMES)
        draft, page.marks = merged.draft, marks_after(merged, posted)
        assert merged.newer == frozenset()
    assert (draft.typed, draft.other) == ({"a": "two"}, {})


def test_a_stale_page_that_only_changed_another_field_undoes_nothing():
    stored = Draft({"a": "new"}, {"a": 9})
    posted = Post({"a": "old", "b": "mine"}, {"a": merging.mark("old")}, 12)

    merged = merge_draft(stored, posted, NAMES)

    assert merged.draft.typed == {"a": "new", "b": "mine"}
    assert merged.newer == {"a"}
    again = Post({"a": "old", "b": "mine"}, read_marks({"shown": marks_after(merged, posted)}), 20)
    assert merge_draft(merged.draft, again, NAMES).draft.typed == {"a": "new", "b": "mine"}


def test_an_option_that_a_browser_does_not_send_is_not_removed():
    stored = Draft({"a": "some"}, {"a": 1})

    assert merge_draft(stored, Post({}, {"a": "some"}, 5), NAMES, {"a"}).draft.typed == {"a": "some"}
    assert merge_draft(stored, Post({}, {"a": merging.mark("some")}, 5), NAMES).draft.typed == {}
