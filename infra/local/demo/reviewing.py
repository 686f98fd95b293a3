"""The months after the programme, and the review: delegates note how it goes, the coach records what goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from chalicelib.areas import emails as areas_emails
from chalicelib.links.kinds import COACH, HUB
from chalicelib.meetings import emails as meetings_emails
from chalicelib.store import delegates, meetings, reviews
from chalicelib.store.meetings import MeetingKind, MeetingState
from infra.local.demo.arranging import kind_of, offer_times
from infra.local.demo.cast import Player
from infra.local.demo.filling import expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.pages import Form
from infra.local.demo.signing_in import open_page
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 10 * 60 + 25, 19 * 60 + 50
NOTES_EVERY = 3  # every third delegate notes their progress, each month
LEVELS_A_MONTH = 1  # steps of the scale from not started to a habit
NEXT_STEP = timedelta(days=60)
HAPPENED = (
    "I tried it twice and forgot it once.",
    "The team noticed before I said anything.",
    "It is harder in a busy week; I kept the Friday slot.",
    "I asked two people how it looked from their side.",
)
NOT_STARTED = "Not yet: the rota came first this month."
STEPS = (
    "Ask three colleagues in spring whether it still shows",
    "Show a new team leader how we do it",
    "Put it on the agenda of every second one-to-one",
)
CHANGED = "Do the same with the partner teams, and measure it there"
GIVEN_UP = "The service has moved to another directorate"


# --- each month -------------------------------------------------------------------------------------------------------


def on_month(world: World, letter: Letter) -> None:
    player = world.player(letter)
    if world.players.index(player) % NOTES_EVERY == 0:
        when = world.calendar.working_days_on(letter.sent_at, 0, EVENING)
        world.plan(when, Phase.WORKSHOPS, partial(note_progress, world, player, letter))


def note_progress(world: World, player: Player, letter: Letter) -> None:
    page = world.browser.open(f"{letter.home(HUB)}/areas/progress")
    form = page.page.form("/areas/progress")
    deeds, fields = world.deeds[player.email], dict[str, str]()
    for number, name in enumerate(name for name in form.options if name.startswith("level-")):
        levels = [option for option in form.options[name] if option]
        fields[name] = levels[min(len(deeds.progress) * LEVELS_A_MONTH + number % 2, len(levels) - 1)]
        if number == 0:
            line = HAPPENED[(world.players.index(player) + len(deeds.progress)) % len(HAPPENED)]
            fields[name.replace("level-", "line-")] = line if fields[name] != levels[0] else NOT_STARTED
    world.browser.send(page, form, fields)
    deeds.progress.append(world.now)


# --- the review -------------------------------------------------------------------------------------------------------


def on_propose(world: World, letter: Letter) -> None:
    when = world.calendar.working_days_on(letter.sent_at, 0, MORNING)
    offer = partial(offer_times, world, world.player(letter), letter, MeetingKind.REVIEW)
    world.plan(when, Phase.IMPACT, offer)


def on_booked(world: World, letter: Letter) -> None:
    """Record the review when it is over, whichever email gave its time last."""
    if kind_of(letter) is not MeetingKind.REVIEW:
        return
    player = world.player(letter)
    deeds = world.deeds[player.email]
    meeting = meetings.from_rows(delegates.load_rows(world.delegate_id(player)), MeetingKind.REVIEW)
    if meeting.booked is None or deeds.review_booked == meeting.booked.starts:
        return
    deeds.review_booked = meeting.booked.starts
    world.plan(meeting.booked.ends, Phase.IMPACT, partial(record, world, player, letter, deeds.review_booked))


def record(world: World, player: Player, letter: Letter, booked: object) -> None:
    if world.deeds[player.email].review_booked != booked:
        return  # it has moved
    page = open_page(world, f"{letter.home(COACH)}/{world.delegate_id(player)}/review-record", letter.to)
    form = page.page.form("/review-record")
    fields = {"held_on": world.calendar.day(world.now).isoformat(), **_outcomes(world, player, form)}
    expect(world.browser.send(page, form, fields), "Recorded")
    world.deeds[player.email].reviewed = world.now
    world.show.step(Phase.IMPACT, world.now)


def _outcomes(world: World, player: Player, form: Form) -> dict[str, str]:
    """Most areas go on, some are done; here and there one changes or is given up."""
    place = world.players.index(player)
    by = world.calendar.day(world.now + NEXT_STEP).isoformat()
    fields = {} if form.options else {"also": "We meet once more in the new year, and look at the figures again."}
    for number, name in enumerate(form.options):
        area, outcome = name.removeprefix("outcome-"), _outcome(place + number)
        fields[name] = outcome.value
        step = {f"step-{area}": STEPS[(place + number) % len(STEPS)], f"step_by-{area}": by}
        fields |= {
            reviews.Outcome.KEPT: step,
            reviews.Outcome.CHANGED: {**step, f"words-{area}": CHANGED},
            reviews.Outcome.DONE: {},
            reviews.Outcome.GIVEN_UP: {f"why-{area}": GIVEN_UP},
        }[outcome]
    return fields


def _outcome(place: int) -> reviews.Outcome:
    kept, changed, done, given_up = reviews.Outcome
    return (kept, done, kept, changed, kept, done, given_up)[place % 7]


def check(world: World) -> Iterator[str]:
    """Check that every review was held and recorded, and that notes of a month were kept."""
    for place, player in enumerate(world.players):
        rows = list(delegates.load_rows(world.delegate_id(player)))
        meeting, deeds = meetings.from_rows(rows, MeetingKind.REVIEW), world.deeds[player.email]
        if meeting.state is not MeetingState.HELD or not deeds.reviewed or not reviews.from_rows(rows):
            yield f"the review of {player.email} is {meeting.state.value}, recorded on {deeds.reviewed}"
        if place % NOTES_EVERY == 0 and not deeds.progress:
            yield f"{player.email} was never asked how it is going"


REACTIONS: dict[str, React] = {
    areas_emails.MONTHLY.name: on_month,
    meetings_emails.PROPOSE.name: on_propose,
    meetings_emails.BOOKED_COACH.name: on_booked,
}
