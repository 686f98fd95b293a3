"""The review page, seen by those whose comments are among others and by those who are shown by name."""

from tests.support import people


def reviewed(visitor, clock, name: str) -> str:
    people.opened(clock, people.raters())
    people.answer_all(visitor, people.link(name, "answer"), comment="As your deputy I told you <b>so</b>.")
    return visitor.page


def test_the_review_page_quotes_what_may_reveal_who_wrote_a_comment_and_still_sends_it(visitor, clock):
    page = reviewed(visitor, clock, "p0")

    assert "“As your deputy” shows how you work together." in page
    assert "“I told you” mentions a conversation you had." in page
    people.send(visitor, people.link("p0", "answer"))
    assert "Thank you" in visitor.page


def test_a_line_manager_is_shown_by_name_and_needs_no_such_hint(visitor, clock):
    assert "shows how you work" not in reviewed(visitor, clock, "mara manager")
