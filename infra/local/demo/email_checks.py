"""What must be true of the demo's email: each sent once, reminders on their mornings, none to who need not be asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from chalicelib.core.calendar import MORNING, opens_at
from chalicelib.core.working_days import reminder_times, survey_opens_at, working_days
from chalicelib.emails import digest
from chalicelib.waves.emails import about_surveys, to_raters
from infra.local import memory
from infra.local.demo.cast import Player
from infra.local.demo.collecting import MORE_TIME
from infra.local.demo.world import World

REMINDERS = (
    to_raters.REMINDER.name,
    to_raters.SELF_REMINDER.name,
    to_raters.PULSE_REMINDER.name,
    about_surveys.REMINDER.name,
)
SETTLED = ("sent", "delivered", "bounced", "complained")


def emails_are_settled_and_single(world: World) -> Iterator[str]:
    sent = Counter(letter.id for letter in world.mailbox.letters)
    yield from (f"email {email_id} went out {count} times" for email_id, count in sent.items() if count > 1)
    for row in memory.rows(world.cloud.table, "MAIL#"):
        if row["template"] == digest.NAME:
            continue  # its items are checked
        is_sent = row["state"] in SETTLED
        if is_sent != (row["id"] in sent):
            yield f"email {row['id']} is {row['state']}, and {'was' if row['id'] in sent else 'was never'} accepted"
        if not is_sent and "cancelled" not in row:
            yield f"email {row['id']} is {row['state']}"


def no_one_is_reminded_after_answering(world: World) -> Iterator[str]:
    for letter in world.mailbox.letters:
        if letter.template not in REMINDERS:
            continue
        player = world.player(letter)
        deeds = world.deeds[player.email]
        done = {
            to_raters.REMINDER.name: deeds.answered.get(letter.to),
            to_raters.SELF_REMINDER.name: deeds.own_sent,
            to_raters.PULSE_REMINDER.name: deeds.pulse_sent.get(letter.to),
            about_surveys.REMINDER.name: deeds.impact_sent.get("delegate" if letter.to == player.email else "manager"),
        }[letter.template]
        if done and done < letter.sent_at:
            yield f"{letter.to} was reminded ({letter.subject}) after answering"


def raters_who_declined_get_no_more_emails(world: World) -> Iterator[str]:
    asks = (to_raters.REMINDER.name, to_raters.EXTENDED.name, to_raters.PULSE.name, to_raters.PULSE_REMINDER.name)
    for letter in world.mailbox.letters:
        if letter.template in asks:
            declined = world.deeds[world.player(letter).email].declined.get(letter.to)
            if declined and declined < letter.sent_at:
                yield f"{letter.to} declined, and got “{letter.subject}”"


def silent_raters_are_reminded(world: World) -> Iterator[str]:
    """On the mornings that the programme file says, and on no others."""
    zone = ZoneInfo(world.programme.organisation.timezone)
    sent: dict[str, set[tuple[str, datetime]]] = {player.email: set() for player in world.players}
    for letter in world.mailbox.letters:
        if letter.template == to_raters.REMINDER.name:
            morning = letter.sent_at.astimezone(zone).replace(minute=0, second=0)  # a sweep may be minutes late
            sent[world.player(letter).email].add((letter.to, morning))
    for player in world.players:
        wanted = set(_reminders_wanted(world, player))
        for to, morning in wanted ^ sent[player.email]:
            what = "was not" if (to, morning) in wanted else "need not have been"
            yield f"{to} {what} reminded of {player.email} on {morning:%d %B at %H:%M}"


def _reminders_wanted(world: World, player: Player) -> Iterator[tuple[str, datetime]]:
    programme, dates, deeds = world.programme, world.dates, world.deeds[player.email]
    zone = programme.organisation.timezone
    days = working_days(programme.organisation)
    mornings = reminder_times(dates.closes, programme.reminders, days, opens_at(dates, zone))
    if deeds.extended:
        mornings += reminder_times(dates.closes + MORE_TIME, programme.reminders, days, deeds.extended)
    for to, asked in deeds.invited.items():
        silent_until = deeds.answered.get(to) or deeds.declined.get(to) or deeds.bounced.get(to) or world.now
        for morning in mornings:
            if asked < morning < silent_until:
                yield to, morning.astimezone(ZoneInfo(zone))


def impact_is_asked_on_its_morning(world: World) -> Iterator[str]:
    zone = ZoneInfo(world.programme.organisation.timezone)
    due = survey_opens_at(world.programme, world.dates).astimezone(zone).date()
    for player in world.players:
        asked = world.deeds[player.email].impact
        for role in ("delegate", "manager"):
            moment = asked[role].astimezone(zone) if role in asked else None
            if moment is None or moment.date() != due or moment.hour != MORNING:
                yield f"the {role}'s impact survey of {player.email} was emailed at {moment} instead of {due} 09:00"
