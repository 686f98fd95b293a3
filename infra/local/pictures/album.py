"""Which pages are photographed, when in the programme, and how each is come by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.debrief import emails as debrief_emails
from chalicelib.links.kinds import ANSWER, APPROVE, COACH, DECLINE, HUB, IMPACT, INBOX, NOMINATE, SPONSOR
from chalicelib.nominate import emails as nominate_emails
from chalicelib.report import emails as report_emails
from chalicelib.sponsor.emails import about_documents
from chalicelib.store.impact_surveys import Role
from chalicelib.waves.emails import about_surveys, to_raters
from infra.local.account import ADMINISTRATOR
from infra.local.demo.cast import Own, Part, Player, Reply
from infra.local.demo.mailbox import Letter
from infra.local.demo.world import World
from infra.local.pictures.camera import Camera

if TYPE_CHECKING:
    from playwright.sync_api import Page

MANY = 4  # answers to a page of the questionnaire


@dataclass(frozen=True)
class Day:
    """So many days after one of the cohort's dates: what is photographed then, before everyone's pages are walked."""

    name: str
    after: str  # opens, closes or ends
    days: int
    shoot: Callable[[World, Camera], None] | None = None


# --- while the questionnaire is open ------------------------------------------------------------------------------


def delegates_begin(world: World, camera: Camera) -> None:
    """Find a delegate who has not chosen raters yet."""
    player = next(player for player in world.players if player.way is Own.LATE_LIST)
    letter = world.mailbox.last(player.email, to_raters.OPENING.name)
    with camera.visitor(letter.link(ANSWER)) as page:
        camera.shoot(page, "delegate-questionnaire")
    with camera.visitor(letter.link(NOMINATE)) as page:
        camera.shoot(page, "delegate-raters-none")
        page.goto(f"{letter.link(NOMINATE)}/check")
        camera.shoot(page, "delegate-raters-check")
    with camera.visitor(letter.link(HUB)) as page:
        camera.shoot(page, "delegate-hub-begins")
    waits = next(player for player in world.players if player.way is Own.LATE_APPROVAL)
    letter = world.mailbox.last(waits.entry.manager.email, nominate_emails.APPROVE_LIST.name)
    with camera.visitor(letter.link(APPROVE)) as page:
        camera.shoot(page, "approver-list")
    for name, path in (("front", "/"), ("unknown-link", "/answer/no.such.link")):
        with camera.visitor(f"{world.cloud.base_url}{path}") as page:
            camera.shoot(page, name)


def raters_answer(world: World, camera: Camera) -> None:
    """Find a rater who will never send: what the photographer saves there changes nothing in the story."""
    part, letter = _silent_rater(world)
    with camera.visitor(letter.link(ANSWER)) as page:
        camera.shoot(page, "rater-landing")
        _answer(page, part)
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url("**/page/**")
        camera.shoot(page, "rater-questions-new")
        _answer(page, part)
        camera.shoot(page, "rater-questions")
        page.goto(f"{letter.link(ANSWER)}/page/comments")
        page.locator("textarea").first.fill("Explains hard decisions calmly, and asks what we think before deciding.")
        camera.shoot(page, "rater-comments")
        page.get_by_role("button", name="Save and check").click()
        page.wait_for_url("**/review")
        camera.shoot(page, "rater-review")
    with camera.visitor(letter.link(DECLINE)) as page:
        camera.shoot(page, "rater-decline")
    with camera.visitor(letter.link(INBOX)) as page:
        camera.shoot(page, "rater-inbox")
    sender = next(candidate for player in world.players for candidate in player.parts if _has_sent(world, candidate))
    about = _delegate(world, sender).entry.person.name
    sent = world.mailbox.last(sender.person.email, to_raters.INVITATION.name, about)
    with camera.visitor(sent.link(ANSWER)) as page:
        camera.shoot(page, "rater-already-sent")
        page.goto(f"{page.url.rstrip('/')}/thanks")
        camera.shoot(page, "rater-thanks")
    letter = world.mailbox.last(world.players[0].email, to_raters.OPENING.name)
    with camera.visitor(letter.link(NOMINATE)) as page:
        camera.shoot(page, "delegate-raters")
    with camera.visitor(letter.link(HUB)) as page:
        camera.shoot(page, "delegate-hub-collecting")


def the_wave_has_closed(world: World, camera: Camera) -> None:
    """Show pages of a rater who is too late, and of the administrator if a delegate has too few answers."""
    _, letter = _silent_rater(world)
    with camera.visitor(letter.link(ANSWER)) as page:
        camera.shoot(page, "rater-closed")
    administrator_watches(world, camera)


def _answer(page: Page, part: Part) -> None:
    """Answer a few of the page's questions, as this rater would."""
    names: Sequence[str] = page.evaluate(
        "[...new Set([...document.querySelectorAll('input[type=radio]')].map(i => i.name))]"
    )
    for name in names[:MANY]:
        page.check(f"input[name='{name}'][value='{part.answers.get(name) or 'na'}']", force=True)


def _silent_rater(world: World) -> tuple[Part, Letter]:
    """With the most requests, so that the inbox has something to show."""
    silent = [part for player in world.players for part in player.parts if part.reply is Reply.NEVER]
    asked = [
        part for part in silent if any(True for _ in world.mailbox.all(part.person.email, to_raters.INVITATION.name))
    ]
    part = max(
        asked, key=lambda candidate: len(list(world.mailbox.all(candidate.person.email, to_raters.INVITATION.name)))
    )
    return part, world.mailbox.last(
        part.person.email, to_raters.INVITATION.name, _delegate(world, part).entry.person.name
    )


def _delegate(world: World, part: Part) -> Player:
    return next(player for player in world.players if player.email == part.delegate)


def _has_sent(world: World, part: Part) -> bool:
    return part.person.email in world.deeds[part.delegate].answered


# --- the report ---------------------------------------------------------------------------------------------------


def coach_prepares(world: World, camera: Camera) -> None:
    player = next(player for player in world.players if world.deeds[player.email].debriefed)
    coach = player.entry.coach.email
    link = world.mailbox.last(coach, report_emails.READY.name).link(COACH)
    with camera.visitor(link) as page:
        camera.shoot(page, "sign-in")
        page.locator("main form button").first.click()
        camera.shoot(page, "sign-in-code")
    world.cloud.settle()  # so that the code of the next visit comes after this one
    world.mailbox.look()
    with camera.visitor(link, coach) as page:
        camera.shoot(page, "coach-caseload")
        page.goto(f"{link}/{world.delegate_id(player)}")
        camera.shoot(page, "coach-case")
        page.goto(f"{link}/{world.delegate_id(player)}/release")
        camera.shoot(page, "coach-release")


def delegate_reads(world: World, camera: Camera) -> None:
    player = next(player for player in world.players if world.deeds[player.email].opened_report)
    link = world.mailbox.last(player.email, debrief_emails.RELEASED.name).link(HUB)
    with camera.visitor(link) as page:
        camera.shoot(page, "delegate-hub")
        page.goto(f"{link}/work/engage")
        camera.shoot(page, "delegate-assignment")
    with camera.visitor(f"{link}/report", player.email) as page:
        camera.shoot(page, "delegate-report")
    with camera.visitor("about:blank") as page:
        page.set_content(world.deeds[player.email].documents["html"].decode())
        camera.shoot(page, "report", at="#page")


# --- six months on ------------------------------------------------------------------------------------------------


def six_months_on(world: World, camera: Camera) -> None:
    player = world.players[0]
    for role, who in ((Role.DELEGATE, player.email), (Role.MANAGER, player.entry.manager.email)):
        with camera.visitor(world.mailbox.last(who, about_surveys.FIRST[role].name).link(IMPACT)) as page:
            camera.shoot(page, f"impact-{role}")
            page.locator("main a.button").first.click()
            camera.shoot(page, f"impact-{role}-part")
            page.goto(f"{page.url.partition('/part/')[0]}/review")
            camera.shoot(page, f"impact-{role}-review")
    part = next(part for part in player.parts if part.person.email in world.deeds[player.email].pulse)
    with camera.visitor(world.mailbox.last(part.person.email, to_raters.PULSE.name).link(ANSWER)) as page:
        camera.shoot(page, "pulse")


def administrator_watches(world: World, camera: Camera) -> None:
    home = f"{world.cloud.base_url}/admin"
    with camera.visitor(home) as page:
        camera.shoot(page, "administrator-sign-in")
        page.fill("input[type=email]", ADMINISTRATOR)
        camera.sign_in(page, ADMINISTRATOR)
        page.locator("main a[href*='/cohort/']").first.click()
        camera.shoot(page, "administrator-cohort")


def sponsor_reads(world: World, camera: Camera) -> None:
    letters = [letter for letter in world.mailbox.letters if letter.template == about_documents.SUMMARY.name]
    link = letters[-1].link(SPONSOR)
    with camera.visitor(link, letters[-1].to) as page:
        camera.shoot(page, "sponsor-summaries")
        page.get_by_role("button", name="Read the summary").click()
        camera.shoot(page, "sponsor-summary")


ALBUM = (
    Day("1-begins", "opens", 1, delegates_begin),
    Day("2-collecting", "opens", 11, raters_answer),
    Day("3-closed", "closes", 5, the_wave_has_closed),
    Day("4-debriefs", "closes", 10, coach_prepares),
    Day("5-workshops", "closes", 46, delegate_reads),
    Day("6-between", "ends", 47),
    Day("7-survey", "ends", 186, six_months_on),
    Day("8-results", "ends", 215),
    Day("9-final", "ends", 270, sponsor_reads),
)
