"""Six months on: delegates, line managers and raters report the results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random

from chalicelib.links.kinds import ANSWER, IMPACT
from chalicelib.store.impact_surveys import Role
from chalicelib.waves.emails import about_surveys, to_raters
from infra.local.demo import filling
from infra.local.demo.attending import decision_on
from infra.local.demo.cast import Player
from infra.local.demo.mailbox import Letter
from infra.local.demo.pages import Form
from infra.local.demo.phrases import bank
from infra.local.demo.world import Phase, React, World

MORNING, EVENING = 8 * 60 + 30, 19 * 60
SILENT_DELEGATES, SILENT_MANAGERS = (8,), (4, 8, 10)  # places in the cast of those who never answer
NAMED, ANONYMOUS = 3, 2  # of five: how delegates let themselves be quoted
MAX_AREAS = 3  # of a delegate


def on_survey(world: World, letter: Letter, role: str) -> None:
    player = world.player(letter)
    world.deeds[player.email].impact[role] = letter.sent_at
    place = world.players.index(player)
    if place in (SILENT_DELEGATES if role == "delegate" else SILENT_MANAGERS):
        return
    when = world.calendar.working_days_on(letter.sent_at, 1 + place % 9, EVENING if role == "delegate" else MORNING)
    world.plan(when, Phase.IMPACT, partial(answer_survey, world, player, role, letter.link(IMPACT)))


def answer_survey(world: World, player: Player, role: str, link: str) -> None:
    rng, given = Random(f"{player.email} {role}"), dict[str, str]()
    page = world.browser.follow(world.browser.open(link), "/part/")
    while not page.url.endswith("/review"):
        form = page.page.form_with("form")
        answers = delegate_answers if role == "delegate" else manager_answers
        fields = answers(world, player, form, rng)
        asked = {name: answer for name, answer in fields.items() if name in form.names}
        given |= form.filled(asked, "next")
        page = world.browser.send(page, form, asked, "next")
    filling.expect(world.browser.send(page, page.page.form("/send"), {}), "Thank you")
    world.note(
        f"impact/{role}", player.email, player.email if role == "delegate" else player.entry.manager.email, given
    )
    world.deeds[player.email].impact_sent[role] = world.now
    world.show.step(Phase.IMPACT, world.now)


def delegate_answers(world: World, player: Player, form: Form, rng: Random) -> dict[str, str]:
    """Return plausible answers to every question that a part of the survey may ask."""
    words, place = bank("later"), world.players.index(player)
    fields = {"relevance": str(rng.choice((3, 4, 4, 5))), "recommend": str(rng.randint(6, 10))}
    fields["useful"] = rng.choice([option for option in form.options.get("useful", ["feedback"]) if option])
    for name, options in form.options.items():
        fields |= _choice(name, [option for option in options if option], rng)
    for number, name in enumerate(sorted(name for name in form.fields if name.startswith("example."))):
        fields[name] = words["examples"][MAX_AREAS * place + number]
    if "proposal" in form.options:
        fields["proposal"] = decision_on(place)
    if place % 4 != 1:
        fields |= _named_before(form, rng) | _worth(words["measures"][place], rng)
        fields["implemented"] = words["implemented"][place]
    fields["negative"] = words["worse"][place]
    fields["consent"] = "named" if place % 5 < NAMED else "anonymous" if place % 5 < NAMED + 1 else "no"
    return fields


def _choice(name: str, options: list[str], rng: Random) -> dict[str, str]:
    if name.startswith("then."):
        then = rng.randint(2, 4)
        return {name: str(then), f"now.{name.removeprefix('then.')}": str(min(5, then + rng.choice((0, 1, 1))))}
    if name.startswith("level."):
        return {name: rng.choice(options[1:])}
    if name.startswith("work."):
        return {name: rng.choice(options[:2])}
    if name.startswith("factor."):
        return {name: rng.choice(("-2", "-1", "-1", "0", "1", "1", "2", "na"))}
    if name.startswith(("sign.", "stance.")):
        return {name: rng.choice(options[:-1])}
    return {}


def _named_before(form: Form, rng: Random) -> dict[str, str]:
    """Give the figure now of the measure that the delegate named in a workshop; some got no better."""
    before = form.fields.get("measure.1.baseline", "")
    if not before:
        return {}
    better = rng.choice((0.2, 0.1, 0.1, 0, -0.1))
    now = float(before) * (1 + better if form.fields.get("measure.1.direction") == "up" else 1 - better)
    return {"measure.1.now": f"{now:.0f}", "measure.1.period": "since July", "measure.1.scope": "team"}


def _worth(card: Mapping[str, str], rng: Random) -> dict[str, str]:
    """Add a measure that was not named before, with what it is worth if the delegate says so."""
    parts = ("name", "unit", "direction", "baseline", "now", "period", "source", "scope")
    fields = {"moved": "yes", **{f"measure.2.{part}": card[part] for part in parts}}
    if not card["money"]:
        return fields
    return fields | {
        "measure.2.money": f"£{int(card['money']):,}",
        "measure.2.basis": card["basis"],
        "share.2": str(rng.choice((30, 40, 50, 60))),
        "confidence.2": f"{rng.choice((60, 70, 80))} %",
    }


def manager_answers(world: World, player: Player, form: Form, rng: Random) -> dict[str, str]:
    words, place = bank("later"), world.players.index(player)
    fields = {name: rng.choice(("0", "1", "1", "2")) for name in form.options if name.startswith("change.")}
    for number, name in enumerate(sorted(name for name in form.fields if name.startswith("evidence."))):
        fields[name] = words["evidence"][MAX_AREAS * place + number]
    shares = {name: str(rng.choice((20, 30, 40, 50))) for name in form.names if name.startswith("share.")}
    return fields | shares | {"effect": words["effects"][place]}


# --- raters -----------------------------------------------------------------------------------------------


def on_pulse(world: World, letter: Letter) -> None:
    part = world.part(letter)
    world.deeds[part.delegate].pulse[letter.to] = letter.sent_at
    if part.answers_pulse:
        when = world.calendar.working_days_on(letter.sent_at, int(part.share * 12), MORNING)
        world.plan(when, Phase.IMPACT, partial(answer_pulse, world, part.delegate, letter))


def answer_pulse(world: World, delegate: str, letter: Letter) -> None:
    link, rng = letter.link(ANSWER), Random(f"{delegate} {letter.to}")
    page = world.browser.open(link)
    form = page.page.form_with("form")
    areas = form.options
    answers = {name: "na" if rng.random() < 0.1 else str(rng.choice((4, 4, 5, 5, 6, 6, 7))) for name in areas}
    if set(answers.values()) == {"na"}:
        answers = dict.fromkeys(answers, "4")
    filling.expect(world.browser.send(page, form, answers), "Thank you")
    world.note(to_raters.PULSE.name, delegate, letter.to, answers)
    world.deeds[delegate].pulse_sent[letter.to] = world.now
    world.show.step(Phase.IMPACT, world.now)


REACTIONS: dict[str, React] = {
    about_surveys.FIRST[Role.DELEGATE].name: partial(on_survey, role="delegate"),
    about_surveys.FIRST[Role.MANAGER].name: partial(on_survey, role="manager"),
    to_raters.PULSE.name: on_pulse,
}
