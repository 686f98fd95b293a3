"""The sponsor's year: the cohort at the start, stories that delegates approve, and what the cohort achieved."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from chalicelib.links.kinds import HUB, SPONSOR
from chalicelib.programme.read_costs import read_costs
from chalicelib.sponsor.board.requests import revision_of, save_asks
from chalicelib.sponsor.emails import about_documents, about_stories
from chalicelib.sponsor.prepare.enter_costs import currency_of, enter_costs
from chalicelib.sponsor.stories import acts
from chalicelib.sponsor.stories.acts import CHECKS, Of
from chalicelib.store import board_requests, cohorts, delegates, stories
from infra.local.demo.filling import expect
from infra.local.demo.mailbox import Letter
from infra.local.demo.phrases import bank
from infra.local.demo.signing_in import open_signed_in
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 10 * 60, 19 * 60 + 20
READS_AFTER = 2  # working days
COSTS = Path("examples/maximising-potential/costs.yaml")
SAYS_NO = 5  # every fifth delegate who is asked
ASKS = {
    "ask.1": "Fill vacant posts first in teams that try out a change.",
    "ask.2": "Protect half a day a month for each delegate’s improvement work, with cover.",
}
TAGS = ("pathway", "promotion", "tender", "award", "accreditation")
ACHIEVED = {
    "html": "summary.html",
    "facts": "facts.json",
    "board": "board.pdf",
    "slides": "slides.pdf",
    "csv": "figures.csv",
    "evidence": "evidence.zip",
}
AT_THE_START = {"html": "start.html", "pdf": "start.pdf"}
ENOUGH = 5  # delegates: with fewer there are no figures


def on_start(world: World, letter: Letter) -> None:
    when = world.calendar.working_days_on(letter.sent_at, READS_AFTER, MORNING)
    world.plan(when, Phase.DEBRIEFS, partial(read_start, world, letter))


def read_start(world: World, letter: Letter) -> None:
    read(world, letter, "start", AT_THE_START, "cohort")
    costs = read_costs(COSTS.read_bytes(), COSTS.name, currency_of(world.cohort))
    enter_costs(world.cohort, costs, "administrator", world.now)


def on_story(world: World, letter: Letter) -> None:
    when = world.calendar.working_days_on(letter.sent_at, 1, EVENING)
    world.plan(when, Phase.IMPACT, partial(decide, world, letter))


def decide(world: World, letter: Letter) -> None:
    """Approve the words as they are, or say no; an administrator reads what was approved on the next day."""
    player = world.player(letter)
    place = world.players.index(player)
    page = world.browser.open(f"{letter.link(HUB)}/story")
    form = page.page.form_with("text")
    if place % SAYS_NO == SAYS_NO - 1:
        expect(world.browser.send(page, form, {}, "withdraw"), "withdrawn")
        return
    has_gain = place % 2 and form.fields["text"] not in bank("later")["worse"]
    tag = {f"tag.{TAGS[place % len(TAGS)]}": "yes"} if has_gain else {}
    expect(world.browser.send(page, form, tag, "approve"), "You approved these words")
    when = world.calendar.working_days_on(world.now, 1, MORNING)
    world.plan(when, Phase.IMPACT, partial(check, world, world.delegate_id(player)))


def check(world: World, delegate_id: str) -> None:
    (story,) = stories.of_delegates([delegate_id])
    delegate, cohort = delegates.find(delegate_id), cohorts.find(world.cohort)
    if delegate is None or cohort is None:
        raise LookupError(delegate_id)
    seen = dict.fromkeys(CHECKS, "yes") | {"seen": str(story.revision)}
    acts.review(story, Of(delegate, cohort, world.programme), seen, "administrator", world.now)
    save_asks(cohort, ASKS | {"seen": revision_of(board_requests.find(cohort.id))}, "administrator", world.now)
    world.show.step(Phase.IMPACT, world.now)


def on_summary(world: World, letter: Letter) -> None:
    when = world.calendar.working_days_on(letter.sent_at, READS_AFTER, MORNING)
    world.plan(when, Phase.IMPACT, partial(read, world, letter, "impact", ACHIEVED, "sponsor"))


def read(world: World, letter: Letter, name: str, kinds: dict[str, str], folder: str) -> None:
    shelf = open_signed_in(world, letter.link(SPONSOR), letter.to)
    form = next(form for form in shelf.page.forms if form.fields.get("summary") == name)
    for kind, file in kinds.items():
        world.sponsor_documents[f"{folder}/{file}"] = world.browser.send(shelf, form, {}, kind).body
    world.show.step(Phase.IMPACT, world.now)


def check_documents(world: World) -> Iterator[str]:
    wanted = {f"sponsor/{file}" for file in ACHIEVED.values()}
    if len(world.players) >= ENOUGH:
        wanted |= {f"cohort/{file}" for file in AT_THE_START.values()}
    for name in sorted(wanted - world.sponsor_documents.keys()):
        yield f"the sponsor has no {name}"


REACTIONS: dict[str, React] = {
    about_documents.START.name: on_start,
    about_stories.OFFERED.name: on_story,
    about_documents.SUMMARY.name: on_summary,
}
