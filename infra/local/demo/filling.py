"""How a person goes through our pages: a questionnaire page by page, and a list of raters one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from infra.local.demo.browser import Browser, Opened
from infra.local.demo.cast import Part

SEND_TO_APPROVER = "Send the list"  # the button of a programme with an approver of lists


class Unexpected(Exception):
    """A page that is not the one a person would be shown here."""


def expect(page: Opened, words: str) -> None:
    """Raise Unexpected unless the words are in the page's heading or its status line."""
    if words not in page.page.heading and words not in page.page.status:
        raise Unexpected(f"“{page.page.heading}” ({page.page.status}) instead of “{words}”")


def answer(browser: Browser, link: str, answers: Mapping[str, str]) -> None:
    """From the link in the email to the thanks."""
    page = _open_questions(browser, link)
    while not page.url.endswith("/review"):
        page = _answer_page(browser, page, answers, "next")
    expect(browser.send(page, page.page.form("/send"), {}), "Thank you")


def answer_some(browser: Browser, link: str, answers: Mapping[str, str], pages: int) -> None:
    """Only so many pages, and the rest another day."""
    page = _open_questions(browser, link)
    for left in reversed(range(pages)):
        page = _answer_page(browser, page, answers, "next" if left else "later")
    expect(page, "Your answers so far are saved")


def change(browser: Browser, link: str, changes: Mapping[str, str]) -> None:
    """Change answers of the first page that were sent before, and send again."""
    page = browser.follow(browser.open(link), "Change my answers")
    page = _answer_page(browser, page, changes, "later")
    page = browser.follow(page, "Check and send")
    expect(browser.send(page, page.page.form("/send"), {}), "Thank you")


def decline(browser: Browser, link: str, reason: str) -> None:
    page = browser.open(link)
    expect(browser.send(page, page.page.form_with("reason"), {"reason": reason}), "Noted")


def choose(
    browser: Browser, link: str, parts: Sequence[Part], slip: Part | None = None, *, pastes: bool = False
) -> None:
    """Add raters, check the list and send it; `slip` is added by mistake and removed.

    pastes   a list for each group, as from Outlook, instead of typing each person
    """
    page = browser.open(link)
    chosen = (*parts, *([slip] if slip else []))
    for field, fields in (_lists if pastes else _people)(chosen):
        page = browser.send(page, page.page.form_with(field), fields)
    if slip:
        pressed = ("remove", slip.person.email)
        page = browser.send(page, next(form for form in page.page.forms if pressed in form.buttons), {}, pressed[1])
    page = browser.follow(page, "Check and send")
    form = page.page.form("/send")
    sent = browser.send(page, form, {"fewer": "yes"} if "fewer" in form.names else {})
    expect(sent, "Your list is with" if SEND_TO_APPROVER in form.words else "Sent: ")


def _people(parts: Sequence[Part]) -> Iterator[tuple[str, dict[str, str]]]:
    for part in parts:
        yield "email", {"group": part.group, "name": part.person.name, "email": part.person.email}


def _lists(parts: Sequence[Part]) -> Iterator[tuple[str, dict[str, str]]]:
    for group in dict.fromkeys(part.group for part in parts):
        people = [part.person for part in parts if part.group == group]
        yield "list", {"group": group, "list": "; ".join(f"{person.name} <{person.email}>" for person in people)}


def approve(browser: Browser, link: str) -> None:
    """Approve a list, after reading it."""
    page = browser.open(link)
    expect(browser.send(page, page.page.form_with("decision"), {"decision": "approve"}), "Approved")


def ask_for_change(browser: Browser, link: str, remark: str) -> None:
    """Send a list back to its delegate."""
    page = browser.open(link)
    fields = {"decision": "change", "remark": remark}
    expect(browser.send(page, page.page.form_with("decision"), fields), "You asked for a change")


def _open_questions(browser: Browser, link: str) -> Opened:
    """Open a link: its page has the first questions, or leads to where the person stopped."""
    page = browser.open(link)
    has_questions = any("/page/" in form.action for form in page.page.forms)
    return page if has_questions else browser.follow(page, "/page/")


def _answer_page(browser: Browser, page: Opened, answers: Mapping[str, str], button: str) -> Opened:
    form = page.page.form_with("form")
    after = browser.send(page, form, {name: answers[name] for name in form.names if name in answers}, button)
    if after.url.endswith("?blank=1"):
        return browser.send(after, after.page.form_with("form"), {}, "skip")
    return after
