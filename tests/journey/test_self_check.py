"""The review page, seen by those whose comments are among others and by those who are shown by name."""

import re

from tests.support import people


def reviewed(visitor, clock, name: str) -> None:
    people.opened(clock, people.raters())
    people.answer_all(visitor, people.link(name, "answer"), comment="As your deputy I told you <b>so</b>.")


def test_the_review_page_quotes_what_may_reveal_who_wrote_a_comment_and_still_sends_it(visitor, clock):
    reviewed(visitor, clock, "p0")

    assert set(re.findall("“[^”]+”", visitor.said("reveals"))) == {"“As your deputy”", "“I told you”"}
    people.send(visitor, people.link("p0", "answer"))
    assert visitor.shows == "collect/thanks"


def test_a_line_manager_is_shown_by_name_and_needs_no_such_hint(visitor, clock):
    reviewed(visitor, clock, "mara manager")

    assert visitor.shows == "collect/review"
    assert "reveals" not in visitor.messages
