"""Delegates thank their raters: some after the report was released, some after the six-month result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from chalicelib.debrief import emails as debrief_emails
from chalicelib.impact import emails as impact_emails
from chalicelib.links.kinds import HUB
from infra.local.demo.cast import Player
from infra.local.demo.filling import expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.world import Phase, React, World

EVENING = 20 * 60 + 20
AFTER = 3  # working days
AFTER_RELEASE, AFTER_RESULT = (1, 6), (0, 6)  # places in the cast: few, for each thanks everyone who was asked
WORDS = (
    "Thank you for the time you gave. It has changed what I look at first in the morning.",
    "Thank you. I read every line twice, and I know where to begin.",
)


def on_released(world: World, letter: Letter) -> None:
    _plan(world, letter, AFTER_RELEASE, Phase.DEBRIEFS)


def on_result(world: World, letter: Letter) -> None:
    _plan(world, letter, AFTER_RESULT, Phase.IMPACT)


def _plan(world: World, letter: Letter, places: tuple[int, ...], phase: Phase) -> None:
    player = world.player(letter)
    if world.players.index(player) in places:
        when = world.calendar.working_days_on(letter.sent_at, AFTER, EVENING)
        world.plan(when, phase, partial(thank, world, player, letter))


def thank(world: World, player: Player, letter: Letter) -> None:
    """Write, look at the email as it goes out, and send it."""
    page = world.browser.open(f"{letter.home(HUB)}/thank-raters")
    deeds = world.deeds[player.email]
    preview = world.browser.send(page, page.page.form("/thank-raters"), {"text": WORDS[len(deeds.thanked)]})
    expect(preview, "Your email to the raters")
    world.browser.send(preview, preview.page.form("/thank-raters/send"), {})
    deeds.thanked.append(world.now)


def check(world: World) -> Iterator[str]:
    """Check that everyone who was asked and did not decline heard of it once each time, with an answer or without."""
    heard = Counter(
        (world.player(letter).email, letter.to)
        for letter in world.mailbox.letters
        if letter.template == impact_emails.RETURNED.name
    )
    for player in world.players:
        deeds = world.deeds[player.email]
        reached = deeds.invited.keys() - deeds.bounced.keys() - deeds.declined.keys()
        wanted = {(player.email, email): len(deeds.thanked) for email in reached if deeds.thanked}
        if wanted != {pair: times for pair, times in heard.items() if pair[0] == player.email}:
            yield f"{player.email} thanked {len(deeds.thanked)} times; {heard.total()} emails of thanks went out"


REACTIONS: dict[str, React] = {debrief_emails.RELEASED.name: on_released, impact_emails.RESULT.name: on_result}
