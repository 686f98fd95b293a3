"""The questionnaire in Chromium: the whole way, without JavaScript, in a tunnel, by keyboard, enlarged, scanned."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from chalicelib.collect.comment_check import for_script
from chalicelib.core.model import Person
from chalicelib.web import static
from infra.local.demo import filling
from infra.local.demo.browser import Browser
from tests.browser import people
from tests.browser.checks import assert_fits, assert_sound, fault, message, page_name
from tests.browser.scanner import rows, scan_emails
from tests.collect import test_comment_check as vectors
from tests.support.people import programme

COMPETENCIES = programme().competencies
FIRST = f"/page/c-{COMPETENCIES[0].id}"
ITEMS = [item.id for item in COMPETENCIES[0].items]
PEERS = 8
MANY, SOON = 3900, 8000  # characters of a comment; milliseconds, of the twenty seconds between two saves
ZOOMED = {"width": 320, "height": 256, "device_scale_factor": 4}  # 1280 by 1024 at 400 %


@pytest.fixture(scope="module")
def asked(cloud):
    """Two delegates have asked eight peers and a colleague; `asked(verb, number)` is the newest link of one of them."""
    people.load_example(cloud)
    for letter in people.letters(cloud, about="Your 360 opens")[:2]:
        parts = [SimpleNamespace(group="peer", person=_peer(number)) for number in range(PEERS)]
        parts.append(SimpleNamespace(group="other", person=_peer(PEERS)))
        filling.choose(Browser(), letter.link("nominate"), parts)
    people.approve_lists(cloud)
    return lambda verb, number: people.link(cloud, verb, _peer(number).email)


def _peer(number: int) -> Person:
    return Person(f"Pat Number {number}", f"pat.{number}@example.org")


def choose(page, item: str, value: str = "4") -> None:
    """As a finger does: on the button, not on the radio in it."""
    option(page, item, value).click()


def option(page, item: str, value: str):
    """Return the button of an answer."""
    return page.locator(f'label.option:has(input[name="{item}"][value="{value}"])')


def checked(page) -> dict[str, str]:
    pressed = page.eval_on_selector_all("input:checked", "all => all.map(one => [one.name, one.value])")
    return dict(map(tuple, pressed))


def wait_for_state(page, state: str) -> None:
    """Wait until the bar says so: see `say` in answer.js."""
    page.locator(f'#saved[data-state="{state}"]').wait_for()


# --- the whole way --------------------------------------------------------------------------------------------------


def test_a_first_time_rater_is_done_with_about_sixty_taps(asked, visit):
    page = visit(asked("answer", 0), has_touch=True)
    taps = 0

    def tap(target) -> None:
        nonlocal taps
        target.click()
        taps += 1

    assert_sound(page)
    for competency in COMPETENCIES:
        for item in competency.items:
            tap(page.locator(f'label.option:has(input[name="{item.id}"][value="4"])'))
        tap(page.get_by_role("button", name="Save and continue"))
    page.wait_for_url("**/page/comments")
    assert_sound(page)
    for name in ("strengths", "one_change"):
        tap(page.locator(f"#q-{name}"))
        page.keyboard.type("You keep the ward calm.")
    tap(page.get_by_role("button", name="Save and check"))
    page.wait_for_url("**/review")
    assert_sound(page)
    assert page.locator("blockquote").all_inner_texts() == ["You keep the ward calm."] * 2
    tap(page.get_by_role("button", name="Send my answers"))
    page.wait_for_url("**/thanks")
    assert page_name(page) == "collect/thanks"
    assert_sound(page)
    assert taps <= 60

    page.goto(asked("answer", 0))
    assert message(page, "sent").first.is_visible()
    assert_sound(page)


def test_the_whole_way_works_without_javascript(asked, visit):
    page = visit(asked("answer", 1), javascript=False)
    choose(page, ITEMS[0], "2")
    page.get_by_role("button", name="Save and continue").click()
    assert message(page, "left-blank").locator("li").count() == 3
    page.get_by_role("button", name="Leave blank and continue").first.click()
    choose(page, COMPETENCIES[1].items[0].id, "na")
    page.get_by_role("button", name="Back").click()
    assert checked(page) == {ITEMS[0]: "2"}
    page.get_by_role("button", name="Save and finish later").click()

    page.goto(asked("answer", 1))
    page.get_by_role("link", name="Continue").click()
    assert checked(page) == {COMPETENCIES[1].items[0].id: "na"}
    page.get_by_text("All parts").click()
    page.get_by_role("link", name="In your own words").click()
    page.get_by_label("What one change").fill("As your deputy I told you so.")
    page.get_by_role("button", name="Save and check").click()
    assert "“As your deputy” shows how you work together." in page.locator("main").inner_text()
    page.get_by_role("button", name="Send my answers").click()
    assert page_name(page) == "collect/thanks"


def test_every_other_page_and_error_is_sound(asked, visit):
    page = visit(asked("answer", 2) + FIRST)
    assert_sound(page)
    choose(page, ITEMS[0])
    page.get_by_role("button", name="Save and continue").click()
    page.wait_for_url("**?blank=1")
    assert page.evaluate("document.activeElement.className") == "errors soft"
    assert_sound(page)

    page.goto(asked("answer", 2) + "/page/comments")
    area = page.locator("#q-strengths")
    area.evaluate("area => { area.removeAttribute('maxlength'); area.value = 'x'.repeat(4003); }")
    page.get_by_role("button", name="Save and check").click()
    fault(page, "q-strengths").wait_for()
    assert_sound(page)

    page.goto(asked("decline", 2))
    assert_sound(page)
    page.get_by_role("button", name="Confirm").click()
    fault(page, "reason").wait_for()
    assert_sound(page)
    page.get_by_label("I do not have the time").check()
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_selector('[data-page="collect/declined"]')
    assert_sound(page)
    for address in (asked("answer", 2), asked("inbox", 2), asked("answer", 2) + "/page/none"):
        page.goto(address)
        assert_sound(page)


# --- saving by itself -----------------------------------------------------------------------------------------------


def test_quick_answers_are_saved_together_and_are_there_on_another_device(asked, visit):
    page = visit(asked("answer", 3) + FIRST)
    posts = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    choose(page, ITEMS[0], "5")
    choose(page, ITEMS[1], "na")
    wait_for_state(page, "saved")

    assert len(posts) <= 2
    assert page.locator(".bar progress").get_attribute("max") == "4"
    assert page.locator(".bar progress").evaluate("bar => bar.value") == 2
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]
    assert checked(visit(asked("answer", 3) + FIRST, javascript=False)) == {ITEMS[0]: "5", ITEMS[1]: "na"}


@pytest.mark.parametrize(("tunnel", "values"), [("abort", "1234"), ("503", "5432")])
def test_no_answer_is_lost_in_a_tunnel(asked, visit, tunnel, values):
    page = visit(asked("answer", 4) + FIRST)
    through = (lambda route: route.abort()) if tunnel == "abort" else (lambda route: route.fulfill(status=503))
    page.route("**/page/**", through)
    for item, value in zip(ITEMS, values, strict=True):
        choose(page, item, value)
    wait_for_state(page, "trying")
    page.get_by_role("button", name="Save and continue").click()
    wait_for_state(page, "leaving")
    assert checked(page) == dict(zip(ITEMS, values, strict=True))

    page.unroute("**/page/**")
    page.wait_for_url(f"**/page/c-{COMPETENCIES[1].id}")
    assert checked(visit(asked("answer", 4) + FIRST)) == dict(zip(ITEMS, values, strict=True))


def test_answers_one_after_the_other_are_one_request_and_are_saved_when_the_page_is_left(asked, visit):
    address = asked("answer", 5) + f"/page/c-{COMPETENCIES[2].id}"
    page, posts = visit(address), []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    first, *others = [item.id for item in COMPETENCIES[2].items]
    choose(page, first)
    wait_for_state(page, "saved")
    for item in others:
        choose(page, item)
        page.wait_for_timeout(600)  # longer than an answer used to wait for the next
    assert len(posts) == 1
    page.goto(asked("inbox", 5))
    page.wait_for_timeout(500)

    assert checked(visit(address, javascript=False)) == dict.fromkeys([first, *others], "4")


def test_an_answer_whose_request_has_not_arrived_is_sent_again_when_the_page_is_left(asked, visit):
    """A browser ends an ordinary request of a page that is gone."""
    page, held = visit(asked("answer", 5) + f"/page/c-{COMPETENCIES[1].id}"), []
    page.route("**/page/**", lambda route: held.append(route))
    with page.expect_request("**/page/**"):
        choose(page, COMPETENCIES[1].items[0].id)
    with page.expect_request("**/page/**", timeout=5000) as again:  # a script that waits tries again after 15 seconds
        page.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert f"{COMPETENCIES[1].items[0].id}=4" in again.value.post_data
    page.unroute("**/page/**")


def test_half_a_comment_is_saved_when_its_writer_leaves(asked, visit):
    address = asked("answer", 5) + "/page/comments"
    page = visit(address)
    page.locator("#q-strengths").press_sequentially("Half a thou")
    page.goto(asked("inbox", 5))
    page.wait_for_timeout(500)  # the browser completes the save by itself, without an event at its end

    page.goto(address)
    assert page.locator("#q-strengths").input_value() == "Half a thou"


def test_what_was_chosen_before_the_script_arrived_is_saved_when_it_arrives(asked, visit):
    page = visit(asked("answer", 6))
    held = []

    def hold(route) -> None:
        held.append(route)

    page.route("**/answer-*.js", hold)
    page.goto(asked("answer", 6) + FIRST, wait_until="commit")
    page.locator("input[type=radio]").first.wait_for(state="attached")
    option(page, ITEMS[0], "3").hover()
    page.mouse.down()  # not `click`, which waits until the script has arrived
    page.mouse.up()
    page.wait_for_timeout(300)
    assert held
    for route in held:
        route.continue_()
    wait_for_state(page, "saved")

    assert page.locator(".bar progress").evaluate("bar => bar.value") == 1
    assert checked(visit(asked("answer", 6) + FIRST, javascript=False)) == {ITEMS[0]: "3"}


def test_a_page_that_was_not_touched_before_the_script_arrived_saves_nothing(asked, visit):
    posts = []
    page = visit(asked("answer", 6))
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(asked("answer", 6) + FIRST)
    page.goto(asked("answer", 6) + "/page/comments")
    page.wait_for_timeout(500)

    assert posts == []


def test_an_older_tab_takes_nothing_back_and_a_comment_can_be_emptied(asked, visit):
    address = asked("answer", 2) + "/page/comments"
    older, newer = visit(address), visit(address)
    newer.locator("#q-strengths").fill("Listens.")
    wait_for_state(newer, "saved")
    older.locator("#q-one_change").fill("Rest more.")
    wait_for_state(older, "saved")
    newer.locator("#q-strengths").fill("")
    wait_for_state(newer, "waiting")
    wait_for_state(newer, "saved")
    assert visit(address).locator("#q-one_change").input_value() == "Rest more."

    last = visit(address)
    last.locator("#q-strengths").fill("Half a thought.")
    wait_for_state(last, "saved")
    last.locator("#q-strengths").fill("")
    last.get_by_role("button", name="Save and check").click()
    last.wait_for_url("**/review")
    assert visit(address).locator("#q-strengths").input_value() == ""


def test_a_text_that_no_page_can_send_while_it_goes_is_saved_without_waiting(asked, visit):
    page = visit(asked("answer", 7) + "/page/comments")
    for place in page.locator("textarea").all():
        place.fill("é" * MANY)
    wait_for_state(page, "saved")
    with page.expect_request(lambda request: request.method == "POST", timeout=SOON):
        page.locator("#q-strengths").fill("é" * MANY + "!")
    wait_for_state(page, "saved")

    asked_to_stay = []
    page.on("dialog", lambda dialog: (asked_to_stay.append(dialog.type), dialog.dismiss()))
    page.locator("#q-strengths").fill("é" * MANY + "!!")
    page.close(run_before_unload=True)
    page.wait_for_timeout(1000)
    assert asked_to_stay == ["beforeunload"]


def test_after_a_form_was_sent_its_page_says_that_it_saves_no_more(asked, visit):
    page = visit(asked("answer", 5) + FIRST)
    page.route("**/page/**", lambda route: route.fulfill(status=410, body="closed"))
    choose(page, ITEMS[0])

    wait_for_state(page, "refused")


# --- keyboard, zoom, spacing, colours, motion, paper ------------------------------------------------------------------


def test_a_page_is_filled_in_with_the_keyboard_alone(asked, visit):
    page = visit(asked("answer", PEERS) + FIRST)  # no other test answers for this rater
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    for _ in ITEMS:
        page.keyboard.press("Tab")  # one stop for each scale
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        legend = page.evaluate(
            "document.activeElement.closest('fieldset').querySelector('legend').getBoundingClientRect().top"
        )
        bar = page.evaluate("document.querySelector('.progress').getBoundingClientRect().bottom")
        assert legend >= bar
    assert checked(page) == dict.fromkeys(ITEMS, "3")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Save and continue"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/page/c-{COMPETENCIES[1].id}")


def test_the_link_to_a_blank_leads_to_its_buttons_below_the_bar(asked, visit):
    page = visit(asked("answer", 7) + FIRST + "?blank=1")
    page.locator(".errors a").last.click()

    assert page.evaluate("document.activeElement.name") == ITEMS[-1]
    top = "document.activeElement.closest('fieldset').querySelector('legend').getBoundingClientRect().top"
    assert page.evaluate(top) >= page.evaluate("document.querySelector('.progress').getBoundingClientRect().bottom")


@pytest.mark.parametrize("path", ["", FIRST, "/page/comments", "/review"])
def test_a_page_bears_four_hundred_per_cent(asked, visit, path):
    assert_fits(visit(asked("answer", 7) + path, **ZOOMED))


def test_at_four_hundred_per_cent_the_scale_is_a_list_and_the_bar_stays_behind(asked, visit):
    page = visit(asked("answer", 7) + FIRST, **ZOOMED)
    boxes = [page.locator(f'input[name="{ITEMS[0]}"]').nth(n).bounding_box() for n in range(5)]

    assert len({box["x"] for box in boxes}) == 1
    assert page.locator(".progress").evaluate("bar => getComputedStyle(bar).position") == "static"


def test_targets_are_large_enough_for_a_thumb(asked, visit):
    page = visit(asked("answer", 7) + FIRST)
    sizes = [box.bounding_box() for box in page.locator("label.option, .steps button").all()]

    assert min(size["height"] for size in sizes) >= 44
    assert min(size["width"] for size in sizes) >= 44


def test_what_is_chosen_shows_without_our_colours_and_nothing_moves_unasked(asked, visit):
    page = visit(asked("answer", 7) + FIRST, forced_colors="active", reduced_motion="reduce")
    choose(page, ITEMS[0], "5")
    look = "one => getComputedStyle(one.nextElementSibling).backgroundColor"
    chosen, other = (page.locator(f'input[name="{ITEMS[0]}"][value="{value}"]').evaluate(look) for value in "54")

    assert chosen != other
    assert page.locator(".steps button").first.evaluate("one => getComputedStyle(one).transitionDuration") == "0s"


def test_paper_shows_what_is_folded_away(asked, visit):
    page = visit(asked("answer", 7) + FIRST)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


# --- words that give their writer away ----------------------------------------------------------------------------


def test_the_browser_marks_the_same_words_as_the_last_page(visit):
    rules = json.dumps(for_script(vectors.WRITER, vectors.KNOWN)).replace("&", "&amp;").replace("'", "&#39;")
    page = visit()
    page.set_content(
        "<p id=saved></p><p id=saved-aloud></p><div class=progress></div>"
        f"<form id=answers action=x data-check='{rules}'>"
        "<input name=at value=0><textarea id=q-keep></textarea><div id=q-keep-check hidden><ul></ul></div></form>"
    )
    page.clock.install()
    scripts = [file.body for name, file in static.assets().items() if name.startswith("comments-")]
    page.add_script_tag(content=scripts[0])
    comments = [*(case.values[0] for case in vectors.TELLING), *vectors.PLAIN]
    for comment in comments:
        page.locator("#q-keep").fill(comment)
        page.clock.run_for(600)
        marked = page.locator("#q-keep-check li").all_inner_texts()
        assert marked == [f"“{hint.phrase}” {hint.why}." for hint in vectors.hints(comment)], comment


# --- scanners of email ------------------------------------------------------------------------------------------------


def test_a_scanner_changes_nothing(cloud, asked, visit):
    before = rows(cloud)

    assert scan_emails(cloud, visit) >= {"answer", "decline", "inbox", "hub", "nominate"}

    assert rows(cloud) == before
