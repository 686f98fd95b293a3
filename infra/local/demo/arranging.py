"""How debriefs are arranged and areas shared: the coach offers times, the delegate picks one, the manager reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from chalicelib.areas import emails as areas_emails
from chalicelib.debrief import emails as debrief_emails
from chalicelib.links.kinds import COACH, HUB, SHARED
from chalicelib.meetings import emails as meetings_emails
from chalicelib.report import emails as report_emails
from chalicelib.store import delegates, meetings
from chalicelib.store.meetings import MeetingKind, MeetingState
from infra.local.demo.cast import Player
from infra.local.demo.debriefing import record_debrief
from infra.local.demo.filling import expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.signing_in import open_page, open_signed_in
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 10 * 60 + 15, 19 * 60 + 30  # after reading the report; in time for the next day
DEBRIEF_AFTER, SECOND_AFTER = 4, 6  # working days: the first times that are offered, and how much later the others
DAYS, HOURS = 5, (9 * 60 + 30, 11 * 60 + 30, 14 * 60 + 30)  # debriefs are spread over so many days
SHARE_EVERY, SHARE_AFTER = 3, 2  # all but every third delegate share their first area; working days
PLACE = "Education Centre, Room 2"


def on_ready(world: World, letter: Letter) -> None:
    when = world.calendar.working_days_on(letter.sent_at, 0, MORNING)
    world.plan(when, Phase.DEBRIEFS, partial(offer_times, world, world.player(letter), letter))


def offer_times(world: World, player: Player, letter: Letter, kind: MeetingKind = MeetingKind.DEBRIEF) -> None:
    """Offer two times."""
    page = open_page(world, f"{letter.home(COACH)}/{world.delegate_id(player)}/meeting/{kind.value}", letter.to)
    place = world.players.index(player)
    fields = {"place": PLACE, "minutes": "90"}
    for number, days in enumerate((DEBRIEF_AFTER, SECOND_AFTER), start=1):
        minute = HOURS[place // DAYS % len(HOURS)]
        start = world.calendar.working_days_on(letter.sent_at, days + place % DAYS, minute)
        fields |= {f"day-{number}": start.date().isoformat(), f"time-{number}": f"{start:%H:%M}"}
    expect(world.browser.send(page, page.page.form("/offer"), fields), "Times are offered")


def kind_of(letter: Letter) -> MeetingKind:
    """Return the meeting that an email is about: the third part of its id."""
    return MeetingKind(letter.id.split("#")[2])


def on_offered(world: World, letter: Letter) -> None:
    player, kind = world.player(letter), kind_of(letter)
    phase = Phase.DEBRIEFS if kind is MeetingKind.DEBRIEF else Phase.IMPACT
    when = world.calendar.working_days_on(letter.sent_at, 0, EVENING)
    world.plan(when, phase, partial(choose, world, player, letter, kind))


def choose(world: World, player: Player, letter: Letter, kind: MeetingKind) -> None:
    """Pick the first time that is offered; every third delegate the second, and then moves to the first."""
    page = world.browser.open(f"{letter.home(HUB)}/meeting/{kind.value}")
    form = page.page.form("/choose")
    first = form.buttons[0][1]
    if world.players.index(player) % SHARE_EVERY == 1:
        page = world.browser.send(page, form, {}, form.buttons[-1][1])
        form = page.page.form("/choose")
    expect(world.browser.send(page, form, {}, first), "Booked")


def on_booked(world: World, letter: Letter) -> None:
    """Hold the debrief when it is booked, whichever email said so last."""
    if kind_of(letter) is not MeetingKind.DEBRIEF:
        return
    player = world.player(letter)
    meeting = meetings.from_rows(delegates.load_rows(world.delegate_id(player)), MeetingKind.DEBRIEF)
    deeds = world.deeds[player.email]
    if meeting.booked is None or deeds.booked == meeting.booked.starts:
        return
    deeds.booked = meeting.booked.starts
    held = meeting.booked.starts + timedelta(minutes=meeting.booked.minutes)
    world.plan(held, Phase.DEBRIEFS, partial(_hold, world, player, letter, deeds.booked))


def _hold(world: World, player: Player, letter: Letter, booked: object) -> None:
    if world.deeds[player.email].booked == booked:  # else it has moved
        record_debrief(world, player, letter)


def on_released(world: World, letter: Letter) -> None:
    """Two of three delegates share their first area with their line manager."""
    player = world.player(letter)
    if world.players.index(player) % SHARE_EVERY:
        when = world.calendar.working_days_on(letter.sent_at, SHARE_AFTER, EVENING)
        world.plan(when, Phase.DEBRIEFS, partial(share, world, player, letter))


def share(world: World, player: Player, letter: Letter) -> None:
    page = open_signed_in(world, f"{letter.link(HUB)}/areas", player.email)
    form = page.page.form("/areas/share")
    world.browser.send(page, form, {min(form.options): "on"})


def on_shared(world: World, letter: Letter) -> None:
    """Let the manager look at once: the page has no code, and no figures."""
    player = world.player(letter)
    opened_page = world.browser.open(letter.link(SHARED))
    expect(opened_page, player.entry.person.name)
    world.deeds[player.email].shared = world.now


def check(world: World) -> Iterator[str]:
    """Check that every debrief was booked and held, and that managers saw what was shared."""
    for place, player in enumerate(world.players):
        deeds = world.deeds[player.email]
        meeting = meetings.from_rows(delegates.load_rows(world.delegate_id(player)), MeetingKind.DEBRIEF)
        if deeds.booked is None or meeting.state is not MeetingState.HELD:
            yield f"the debrief of {player.email} is {meeting.state.value}, booked for {deeds.booked}"
        if bool(place % SHARE_EVERY) != (deeds.shared is not None):
            yield f"the manager of {player.email} saw a shared area on {deeds.shared}"


REACTIONS: dict[str, React] = {
    report_emails.READY.name: on_ready,
    debrief_emails.RELEASED.name: on_released,
    meetings_emails.OFFERED.name: on_offered,
    meetings_emails.BOOKED_COACH.name: on_booked,
    areas_emails.SHARED_AREAS.name: on_shared,
}
