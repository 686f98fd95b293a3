"""What delegates, raters and the administrator do while the questionnaire is open."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from chalicelib.admin.close_or_extend import extend, publish_with_few_answers
from chalicelib.collect import emails as collect_emails
from chalicelib.core.model import MANAGER_GROUP
from chalicelib.links.kinds import ANSWER, APPROVE, DECLINE, NOMINATE
from chalicelib.nominate import emails as nominate_emails
from chalicelib.waves.emails import about_lists, to_raters
from infra.local.demo import filling
from infra.local.demo.cast import Own, Part, Player, Reply
from infra.local.demo.mailbox import Letter
from infra.local.demo.world import Phase, React, World

MORNING, NOON, EVENING, LAST_CALL = 9 * 60 + 40, 12 * 60 + 15, 19 * 60 + 30, 22 * 60
HALF = 4  # pages
TYPES_EVERY = 4  # every fourth delegate types each rater; the others paste a list
QUESTIONNAIRE = "questionnaire"  # in the record of what was given
MORE_TIME = timedelta(days=7)
REMARK = "A good list. Please ask one more person who sees you when things go wrong."
FINISHES_AFTER, CHANGES_AFTER = 1, 2  # working days


# --- delegates ----------------------------------------------------------------------------------------------------


def on_opening(world: World, letter: Letter) -> None:
    """Let the delegate choose raters and answer; some do so only when reminded."""
    player = world.player(letter)
    world.deeds[player.email].opened = letter.sent_at
    place = world.players.index(player)
    later = world.calendar.working_days_on
    if player.way is not Own.LATE_LIST:
        when = later(letter.sent_at, place % 2, MORNING + 7 * place)
        world.plan(when, Phase.NOMINATIONS, partial(choose, world, player, letter))
    if player.way is not Own.LATE_ANSWERS:
        when = later(letter.sent_at, 1 + place % 4, NOON + 11 * place)
        world.plan(when, Phase.QUESTIONNAIRES, partial(answer_own, world, player, letter))


def on_choose_reminder(world: World, letter: Letter) -> None:
    when = world.calendar.working_days_on(letter.sent_at, 0, NOON)
    world.plan(when, Phase.NOMINATIONS, partial(choose, world, world.player(letter), letter))


def on_self_reminder(world: World, letter: Letter) -> None:
    player = world.player(letter)
    when = world.calendar.working_days_on(letter.sent_at, 0, EVENING)
    world.plan(when, Phase.QUESTIONNAIRES, partial(answer_own, world, player, letter))


def choose(world: World, player: Player, letter: Letter) -> None:
    mine = [part for part in player.parts if part.group != MANAGER_GROUP]  # who is on the list already
    at_once = [part for part in mine if not part.added_later]
    link = letter.link(NOMINATE)
    pastes = world.players.index(player) % TYPES_EVERY != 0
    filling.choose(world.browser, link, at_once, player.slip, pastes=pastes)
    world.deeds[player.email].list_sent = world.now
    world.show.step(Phase.NOMINATIONS, world.now)
    if player.way is Own.ADDS_LATER:
        when = world.calendar.working_days_on(world.now, 4, NOON)
        world.plan(when, Phase.NOMINATIONS, partial(add_later, world, player, link))


def add_later(world: World, player: Player, link: str) -> None:
    filling.choose(world.browser, link, [part for part in player.parts if part.added_later])


def on_change_wanted(world: World, letter: Letter) -> None:
    """Let the delegate add the person that the approver misses, and send the list again."""
    add = partial(add_later, world, world.player(letter), letter.link(NOMINATE))
    world.plan(world.calendar.working_days_on(letter.sent_at, 0, EVENING), Phase.NOMINATIONS, add)


def answer_own(world: World, player: Player, letter: Letter) -> None:
    link = letter.link(ANSWER)
    if player.way is not Own.TWO_SITTINGS:
        finish_own(world, player, link)
        return
    filling.answer_some(world.browser, link, player.answers, HALF)
    when = world.calendar.working_days_on(world.now, FINISHES_AFTER, EVENING)
    world.plan(when, Phase.QUESTIONNAIRES, partial(finish_own, world, player, link))


def finish_own(world: World, player: Player, link: str) -> None:
    filling.answer(world.browser, link, player.answers)
    world.note(QUESTIONNAIRE, player.email, player.email, player.answers)
    world.deeds[player.email].own_sent = world.now
    world.show.step(Phase.QUESTIONNAIRES, world.now)


# --- the approver of lists ----------------------------------------------------------------------------------------


def on_list(world: World, letter: Letter) -> None:
    """Let the approver look at it the same or the next morning, or wait for the reminder."""
    player = world.player(letter)
    if player.way is not Own.LATE_APPROVAL:
        _look_at_list(world, player, letter)


def on_approve_reminder(world: World, letter: Letter) -> None:
    _look_at_list(world, world.player(letter), letter)


def _look_at_list(world: World, player: Player, letter: Letter) -> None:
    asks = player.way is Own.ADDS_ON_REQUEST and not world.deeds[player.email].change_asked
    when = world.calendar.working_days_on(letter.sent_at, 0, NOON)
    world.plan(when, Phase.NOMINATIONS, partial(ask_for_change if asks else approve, world, player, letter))


def approve(world: World, player: Player, letter: Letter) -> None:
    filling.approve(world.browser, letter.link(APPROVE))
    deeds = world.deeds[player.email]
    deeds.list_approved = deeds.list_approved or world.now


def ask_for_change(world: World, player: Player, letter: Letter) -> None:
    filling.ask_for_change(world.browser, letter.link(APPROVE), REMARK)
    world.deeds[player.email].change_asked = world.now


# --- raters -------------------------------------------------------------------------------------------------------


def on_invitation(world: World, letter: Letter) -> None:
    part = world.part(letter)
    world.deeds[part.delegate].invited[letter.to] = letter.sent_at
    if part.reply is Reply.BOUNCES:
        bounce(world, part, letter)
    elif part.reply not in (Reply.NEVER, Reply.LATE):
        act = {Reply.DECLINES: decline, Reply.HALF: begin, Reply.TWO_SITTINGS: begin}.get(part.reply, reply)
        when = world.calendar.within(letter.sent_at, world.dates.closes - timedelta(days=1), part.share)
        world.plan(when, Phase.ANSWERS, partial(act, world, part, letter))


def on_extended(world: World, letter: Letter) -> None:
    part = world.part(letter)
    if part.reply is Reply.LATE:
        when = world.calendar.working_days_on(letter.sent_at, 2, EVENING)
        world.plan(when, Phase.ANSWERS, partial(reply, world, part, letter))


def reply(world: World, part: Part, letter: Letter) -> None:
    filling.answer(world.browser, letter.link(ANSWER), part.answers)
    world.note(QUESTIONNAIRE, part.delegate, part.person.email, part.answers)
    world.deeds[part.delegate].answered[part.person.email] = world.now
    world.show.step(Phase.ANSWERS, world.now)
    if part.reply is Reply.AMENDS:
        _second_visit(world, CHANGES_AFTER, partial(change, world, part, letter))


def change(world: World, part: Part, letter: Letter) -> None:
    filling.change(world.browser, letter.link(ANSWER), part.second_thoughts)
    world.note(QUESTIONNAIRE, part.delegate, part.person.email, {**part.answers, **part.second_thoughts})


def begin(world: World, part: Part, letter: Letter) -> None:
    """Save half; raters who need two sittings come back."""
    filling.answer_some(world.browser, letter.link(ANSWER), part.answers, HALF)
    world.deeds[part.delegate].begun[part.person.email] = world.now
    if part.reply is Reply.TWO_SITTINGS:
        _second_visit(world, FINISHES_AFTER, partial(reply, world, part, letter))


def decline(world: World, part: Part, letter: Letter) -> None:
    filling.decline(world.browser, letter.link(DECLINE), part.reason)
    world.deeds[part.delegate].declined[part.person.email] = world.now


def bounce(world: World, part: Part, letter: Letter) -> None:
    """Let the rater's email system bounce the email; SES sends the event."""
    world.browser.post(f"{world.cloud.site}/_local/bounce", {"mail": letter.accepted.id, "type": "Permanent"})
    world.deeds[part.delegate].bounced[part.person.email] = world.now


def _second_visit(world: World, days: int, act: partial[None]) -> None:
    evening = world.calendar.working_days_on(world.now, days, EVENING)
    world.plan(min(evening, world.calendar.at(world.dates.closes, LAST_CALL)), Phase.ANSWERS, act)


# --- the administrator --------------------------------------------------------------------------------------------


def on_too_few(world: World, letter: Letter) -> None:
    """Give more time once; the second time publish what may be shown."""
    player = world.player(letter)
    world.deeds[player.email].held.append(letter.sent_at)
    act = give_more_time if len(world.deeds[player.email].held) == 1 else publish_few
    when = world.calendar.working_days_on(letter.sent_at, 0, MORNING)
    world.plan(when, Phase.ANSWERS, partial(act, world, player))


def give_more_time(world: World, player: Player) -> None:
    world.deeds[player.email].extended = world.now
    extend(world.cohort, player.email, world.dates.closes + MORE_TIME, world.now)


def publish_few(world: World, player: Player) -> None:
    world.deeds[player.email].published = world.now
    publish_with_few_answers(world.cohort, player.email, world.now)


REACTIONS: dict[str, React] = {
    to_raters.OPENING.name: on_opening,
    about_lists.CHOOSE_RATERS.name: on_choose_reminder,
    nominate_emails.APPROVE_LIST.name: on_list,
    nominate_emails.APPROVE_REMINDER.name: on_approve_reminder,
    nominate_emails.CHANGE_WANTED.name: on_change_wanted,
    to_raters.SELF_REMINDER.name: on_self_reminder,
    to_raters.INVITATION.name: on_invitation,
    to_raters.EXTENDED.name: on_extended,
    collect_emails.TOO_FEW.name: on_too_few,
}
