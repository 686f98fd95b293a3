"""What coaches and delegates do once a report is ready: preview, debrief, release, read, and work on it."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from chalicelib.core.model import Wave
from chalicelib.debrief import emails as debrief_emails
from chalicelib.links.kinds import COACH, HUB
from chalicelib.report import emails as report_emails
from chalicelib.store import objects, reports
from infra.local.demo.browser import Opened
from infra.local.demo.cast import Own, Player
from infra.local.demo.filling import Unexpected, expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.phrases import bank
from infra.local.demo.signing_in import open_page, open_signed_in
from infra.local.demo.working import begin_work
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 10 * 60, 20 * 60
RELEASE_AFTER, READ_AFTER = 1, 1  # working days
THREE_AREAS_EVERY = 3  # every third delegate agrees a third area


def on_ready(world: World, letter: Letter) -> None:
    """Plan that the coach reads the report on the same day."""
    player = world.player(letter)
    world.deeds[player.email].report = letter.sent_at
    when = world.calendar.working_days_on(letter.sent_at, 0, MORNING)
    world.plan(when, Phase.REPORTS, partial(preview, world, player, letter))


def preview(world: World, player: Player, letter: Letter) -> None:
    case = open_case(world, player, letter)
    deeds = world.deeds[player.email]
    for kind, begins in (("pdf", b"%PDF-"), ("html", b"<!")):
        page = world.browser.send(case, case.page.form("/report"), {}, kind)
        if not page.body.lstrip().lower().startswith(begins.lower()):
            raise Unexpected(f"the coach was given no {kind} of {player.email}")
        deeds.documents[kind] = page.body
    deeds.documents["facts"] = facts_of(world, player)
    deeds.previewed = world.now
    world.show.step(Phase.REPORTS, world.now)


def open_case(world: World, player: Player, letter: Letter) -> Opened:
    return open_page(world, f"{letter.home(COACH)}/{world.delegate_id(player)}", letter.to)


def facts_of(world: World, player: Player) -> bytes:
    """Read the figures behind the documents, as an operator takes them from the bucket."""
    report = reports.find(world.delegate_id(player), Wave.BASELINE)
    if report is None:
        raise Unexpected(f"no report of {player.email} is stored")
    return objects.load(report.facts)


def record_debrief(world: World, player: Player, letter: Letter) -> None:
    """Hold it, note its date and the areas, and release the report the next day."""
    case = open_case(world, player, letter)
    for _, _, behaviour in areas_to_agree(world, player):
        case = world.browser.send(case, case.page.form("/debrief"), {}, behaviour)
    fields = {"held_on": world.calendar.day(world.now).isoformat(), **areas_of(world, player, case)}
    expect(world.browser.send(case, case.page.form("/debrief"), fields), "Debrief recorded")
    world.deeds[player.email].debriefed = world.now
    when = world.calendar.working_days_on(world.now, RELEASE_AFTER, MORNING)
    world.plan(when, Phase.DEBRIEFS, partial(release, world, player, letter))


def areas_of(world: World, player: Player, case: Opened) -> dict[str, str]:
    """Two or three areas where the figures are lowest, in the words of coach and delegate."""
    words = bank("phrases")
    place = world.players.index(player)
    last_day = case.page.form("/debrief").fields["review_by-1"]  # as the page suggests: the end of the programme
    fields: dict[str, str] = {}
    for number, (competency, figure, _) in enumerate(areas_to_agree(world, player), start=1):
        card = words[competency]["areas"][place % len(words[competency]["areas"])]
        title = next(c.title for c in world.programme.competencies if c.id == competency)
        fields |= {f"{part}-{number}": text for part, text in card.items()}
        fields[f"when_i_will-{number}"] = (
            f"When I plan my week, I will choose one occasion to {lower_first(card['behaviour'])}"
        )
        fields[f"evidence-{number}"] = f"{title}: others see {figure} on average"
        fields[f"review_by-{number}"] = last_day
    return fields


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def areas_to_agree(world: World, player: Player) -> list[tuple[str, str, str]]:
    """(competency, mean of all others as shown, its lowest behaviour); without such figures, the delegate's view."""
    count = 3 if world.players.index(player) % THREE_AREAS_EVERY == 0 else 2
    facts: dict[str, Any] = json.loads(world.deeds[player.email].documents["facts"])
    return [
        (score["id"], score["display"], _behaviour(world, facts, score["id"])) for score in _lowest(facts, "competency")
    ][:count]


def _behaviour(world: World, facts: dict[str, Any], competency: str) -> str:
    items = [
        item.id for candidate in world.programme.competencies if candidate.id == competency for item in candidate.items
    ]
    return next((score["id"] for score in _lowest(facts, "item") if score["id"] in items), items[0])


def _lowest(facts: dict[str, Any], about: str) -> list[dict[str, Any]]:
    scores = [score for score in facts["statistics"] if score["about"] == about]
    candidates = [score for score in scores if score["cell"] == "all_others"] or [
        score for score in scores if score["cell"] == "self"
    ]
    return sorted(candidates, key=lambda score: (score["mean"], score["id"]))


def release(world: World, player: Player, letter: Letter) -> None:
    case = open_case(world, player, letter)
    asked = world.browser.follow(case, "/release")
    expect(world.browser.send(asked, asked.page.form("/release"), {}), "Released")
    world.deeds[player.email].released = world.now
    world.show.step(Phase.DEBRIEFS, world.now)


def on_released(world: World, letter: Letter) -> None:
    player = world.player(letter)
    when = world.calendar.working_days_on(letter.sent_at, READ_AFTER, EVENING)
    world.plan(when, Phase.DEBRIEFS, partial(read_report, world, player, letter))


def read_report(world: World, player: Player, letter: Letter) -> None:
    """Let the delegate see the very document that the coach saw."""
    opened = open_signed_in(world, f"{letter.link(HUB)}/report", player.email)
    seen = world.browser.send(opened, opened.page.form("/report"), {}, "pdf")
    if seen.body != world.deeds[player.email].documents["pdf"]:
        raise Unexpected(f"{player.email} was given another report than the coach")
    world.deeds[player.email].opened_report = world.now
    if player.way is not Own.FEW:
        begin_work(world, player, letter.link(HUB))


REACTIONS: dict[str, React] = {report_emails.READY.name: on_ready, debrief_emails.RELEASED.name: on_released}
