"""The mid-way round: delegates check the words, raters answer for a minute, and delegates read what people see."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from chalicelib.core.model import Wave
from chalicelib.forms.pulse import MIN_RATERS
from chalicelib.links.kinds import ANSWER, HUB
from chalicelib.pulse import emails as pulse_emails
from chalicelib.store import delegates, pulse_rounds
from chalicelib.store.pulse_rounds import RoundState
from chalicelib.waves.emails import to_raters
from infra.local.demo.cast import Player
from infra.local.demo.filling import expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.signing_in import open_signed_in
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 8 * 60 + 45, 19 * 60 + 10
FORGETS = 4  # place of the delegate who ticks nothing: no one is asked about them
READS_EVERY = 4  # every fourth delegate opens the page on the same day
ANSWERS, SUGGESTS = 0.75, 0.4  # shares of raters
BY = 8  # working days until the last rater answers
RATINGS = ("3", "4", "4", "5", "5", "5", "6", "6", "7")
SUGGESTIONS = (
    "Ask for one view from the quiet end of the table before you sum up.",
    "Keep the fifteen minutes after handover free, as you did in March.",
    "Say at the start what is decided already, and what is open.",
    "Bring the finance figures to the team, not only to the board.",
    "Let someone else chair every other week.",
    "Write down who does what by when before we leave the room.",
    "Come to the night shift once a month.",
    "Give feedback on the day, also when it is good.",
)


def on_check(world: World, letter: Letter) -> None:
    player = world.player(letter)
    if world.players.index(player) != FORGETS:
        when = world.calendar.working_days_on(letter.sent_at, 1, EVENING)
        world.plan(when, Phase.WORKSHOPS, partial(check_words, world, letter))


def check_words(world: World, letter: Letter) -> None:
    """Tick every area: the words are right."""
    page = world.browser.open(f"{letter.link(HUB)}/round/1")
    form = page.page.form("/round/1")
    ticks = {name: options[0] for name, options in form.options.items()}
    expect(world.browser.send(page, form, ticks), "Saved")
    world.show.step(Phase.WORKSHOPS, world.now)


def on_asked(world: World, letter: Letter) -> None:
    player, rng = world.player(letter), _dice(letter)
    world.deeds[player.email].midway[letter.to] = letter.sent_at
    if rng.random() < ANSWERS:
        when = world.calendar.working_days_on(letter.sent_at, int(rng.random() * BY), MORNING)
        world.plan(when, Phase.WORKSHOPS, partial(answer, world, player, letter))


def answer(world: World, player: Player, letter: Letter) -> None:
    rng = _dice(letter)
    opened_page = world.browser.open(letter.link(ANSWER))
    form = opened_page.page.form_with("form")
    answers = {name: rng.choice(RATINGS) for name in form.options}
    if rng.random() < SUGGESTS:
        answers["suggestion"] = rng.choice(SUGGESTIONS)
    expect(world.browser.send(opened_page, form, answers), "Thank you")
    world.deeds[player.email].midway_sent[letter.to] = world.now
    world.show.step(Phase.WORKSHOPS, world.now)


def _dice(letter: Letter) -> Random:
    return Random(f"{letter.id} {letter.to}")


def on_published(world: World, letter: Letter) -> None:
    player = world.player(letter)
    if world.players.index(player) % READS_EVERY == 0:
        when = world.calendar.working_days_on(letter.sent_at, 0, EVENING)
        world.plan(when, Phase.WORKSHOPS, partial(read, world, player, letter))


def read(world: World, player: Player, letter: Letter) -> None:
    page = open_signed_in(world, f"{letter.link(HUB)}/report", player.email)  # signing in leads there
    expect(world.browser.follow(page, "/seen"), "What people see so far")


def check(world: World) -> Iterator[str]:
    """Check that each round ended, with a result if five people or more answered, and that few were reminded."""
    for player in world.players:
        rows = list(delegates.load_rows(world.delegate_id(player)))
        pulse_round, deeds = pulse_rounds.find_in(rows, Wave.MIDWAY_1), world.deeds[player.email]
        wanted = _wanted(world, player, len(deeds.midway), len(deeds.midway_sent))
        if pulse_round is None or pulse_round.state is not wanted:
            state = pulse_round.state.value if pulse_round else "missing"
            yield f"the mid-way round of {player.email} is {state}, not {wanted.value}"
    for letter in world.mailbox.letters:
        if letter.template == to_raters.MIDWAY_REMINDER.name:
            done = world.deeds[world.player(letter).email].midway_sent.get(letter.to)
            if done and done < letter.sent_at:
                yield f"{letter.to} was reminded of a mid-way round after answering"


def _wanted(world: World, player: Player, asked: int, answered: int) -> RoundState:
    if not asked:
        is_forgotten = world.players.index(player) == FORGETS
        return RoundState.NOT_HELD if is_forgotten else RoundState.TOO_FEW
    return RoundState.PUBLISHED if answered >= MIN_RATERS else RoundState.TOO_FEW


REACTIONS: dict[str, React] = {
    pulse_emails.CHECK.name: on_check,
    to_raters.MIDWAY.name: on_asked,
    pulse_emails.PUBLISHED.name: on_published,
}
