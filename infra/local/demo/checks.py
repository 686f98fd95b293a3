"""What must be true when the demo is over; every check that fails is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

from chalicelib.programme.dates import MORNING, add_months
from infra.local import memory
from infra.local.demo.cast import ANSWERS, Own, Reply
from infra.local.demo.world import World

REMINDERS = ("collect/reminder", "collect/self_reminder", "impact/pulse_reminder", "impact/reminder")
SETTLED = ("sent", "delivered", "bounced", "complained")


def failures(world: World) -> list[str]:
    return [fault for check in CHECKS for fault in check(world)]


def _jobs_are_done(world: World) -> Iterator[str]:
    for row in memory.rows(world.cloud.table, "JOB#"):
        if row["state"] != "done":
            yield f"job {row['id']} is {row['state']}: {row.get('error', '')}"


def _mails_are_settled_and_single(world: World) -> Iterator[str]:
    for mail_id, count in Counter(letter.id for letter in world.mailbox.letters).items():
        if count > 1:
            yield f"mail {mail_id} went out {count} times"
    sent = {letter.id for letter in world.mailbox.letters}
    for row in memory.rows(world.cloud.table, "MAIL#"):
        is_sent = row["state"] in SETTLED
        if is_sent != (row["id"] in sent):
            yield f"mail {row['id']} is {row['state']}, and {'was' if row['id'] in sent else 'was never'} accepted"
        if not is_sent and "cancelled" not in row:
            yield f"mail {row['id']} is {row['state']}"


def _nobody_is_reminded_for_nothing(world: World) -> Iterator[str]:
    for letter in world.mailbox.letters:
        if letter.template not in REMINDERS:
            continue
        player = world.player(letter)
        deeds = world.deeds[player.email]
        done = {
            "collect/reminder": deeds.answered.get(letter.to) or deeds.declined.get(letter.to),
            "collect/self_reminder": deeds.own_sent,
            "impact/pulse_reminder": deeds.pulse_sent.get(letter.to),
            "impact/reminder": deeds.impact_sent.get("delegate" if letter.to == player.email else "manager"),
        }[letter.template]
        if done and done < letter.sent_at:
            yield f"{letter.to} was reminded ({letter.subject}) after answering"


def _everybody_has_a_report_in_time(world: World) -> Iterator[str]:
    for player in world.players:
        deeds = world.deeds[player.email]
        if not (deeds.opened and deeds.own_sent and deeds.list_sent and deeds.report and deeds.released):
            yield f"{player.email} did not get as far as a released report"
        if player.way is Own.FEW:
            if len(deeds.held) != 2 or not deeds.published:
                yield f"{player.email} was held {len(deeds.held)} times instead of twice"
            elif deeds.report and deeds.report < deeds.published:
                yield f"{player.email} has a report from before the administrator's decision"
        elif deeds.held:
            yield f"{player.email} was held"


def _people_did_as_cast(world: World) -> Iterator[str]:
    for player in world.players:
        deeds = world.deeds[player.email]
        wanted = {part.person.email for part in player.parts if part.reply in ANSWERS}
        if wanted != deeds.answered.keys():
            yield f"{player.email}: {len(wanted)} raters were to answer, {len(deeds.answered)} did"
    if not any(world.deeds[player.email].bounced for player in world.players):
        yield "no address bounced"
    declined = sum(part.reply is Reply.DECLINES for player in world.players for part in player.parts)
    if declined != sum(len(world.deeds[player.email].declined) for player in world.players):
        yield f"{declined} raters were to decline"


def _impact_is_asked_on_its_morning(world: World) -> Iterator[str]:
    zone = ZoneInfo(world.programme.organisation.timezone)
    due = add_months(world.dates.ends, world.programme.impact.after_months)
    for player in world.players:
        asked = world.deeds[player.email].impact
        for role in ("delegate", "manager"):
            moment = asked[role].astimezone(zone) if role in asked else None
            if moment is None or moment.date() != due or moment.hour != MORNING:
                yield f"the {role}'s impact survey of {player.email} was mailed at {moment} instead of {due} 09:00"


def _sponsor_has_read(world: World) -> Iterator[str]:
    if set(world.sponsor_documents) != {"summary.html", "facts.json"}:
        yield "the sponsor has no summary"


CHECKS: tuple[Callable[[World], Iterator[str]], ...] = (
    _jobs_are_done,
    _mails_are_settled_and_single,
    _nobody_is_reminded_for_nothing,
    _everybody_has_a_report_in_time,
    _people_did_as_cast,
    _impact_is_asked_on_its_morning,
    _sponsor_has_read,
)
