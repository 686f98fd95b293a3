"""Check the result of the demo; report every check that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from chalicelib.core.clock import stamp
from chalicelib.core.model import MANAGER_GROUP
from chalicelib.store import cohorts
from chalicelib.store.cohorts import SurveyStage
from infra.local import aws_contract, memory
from infra.local.demo import arranging, attending, calendars, email_checks, midway, returning, reviewing, sponsoring
from infra.local.demo.cast import ANSWERS, Own, Reply
from infra.local.demo.world import World


def failures(world: World) -> list[str]:
    return [fault for check in CHECKS for fault in check(world)]


def _jobs_are_done(world: World) -> Iterator[str]:
    for row in memory.rows(world.cloud.table, "JOB#"):
        is_ahead = row["state"] == "waiting" and row["due_at"] > stamp(
            world.now
        )  # old data is deleted for years to come
        if row["state"] != "done" and not is_ahead:
            yield f"job {row['id']} is {row['state']}: {row.get('error', '')}"


def _aws_would_have_taken_every_call(_world: World) -> Iterator[str]:
    yield from aws_contract.broken


def _everyone_has_a_report_in_time(world: World) -> Iterator[str]:
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


def _lists_were_approved(world: World) -> Iterator[str]:
    """Check that lists were approved, where the programme wants that, and no one was invited before."""
    if world.programme.raters_approved_by is None:
        return
    for player in world.players:
        deeds = world.deeds[player.email]
        chosen = {part.person.email for part in player.parts if part.group != MANAGER_GROUP}
        first = min((moment for email, moment in deeds.invited.items() if email in chosen), default=None)
        if deeds.list_approved is None or first is None or first < deeds.list_approved:
            yield f"raters of {player.email} were invited at {first}, the list was approved at {deeds.list_approved}"
        if (player.way is Own.ADDS_ON_REQUEST) != (deeds.change_asked is not None):
            yield f"the list of {player.email} came back at {deeds.change_asked}"


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


def _dashboard_counts_what_people_did(world: World) -> Iterator[str]:
    lines = {line.email: line for line in cohorts.list_lines(world.cohort)}
    if lines.keys() != {player.email for player in world.players}:
        yield f"the dashboard has {len(lines)} delegates"
    for email, line in lines.items():
        deeds = world.deeds[email]
        did = (len(deeds.invited) + 1, len(deeds.answered) + 1, len(deeds.declined))  # one more: themselves
        if (line.invited, line.answered, line.declined) != did or line.survey is not SurveyStage.CLOSED:
            yield f"the dashboard says {line} of {email}, who has {did} invited, answered, declined"


def _no_document_names_a_rater(world: World) -> Iterator[str]:
    """But the named ones: the delegate and the line manager."""
    for player in world.players:
        documents = world.deeds[player.email].documents
        text = (documents.get("html", b"") + documents.get("facts", b"")).decode()
        for part in player.parts[1:]:
            if part.person.name in text or part.person.email in text:
                yield f"the report of {player.email} names {part.person.email}"


CHECKS: tuple[Callable[[World], Iterator[str]], ...] = (
    _jobs_are_done,
    _aws_would_have_taken_every_call,
    email_checks.emails_are_settled_and_single,
    email_checks.no_one_is_reminded_after_answering,
    email_checks.raters_who_declined_get_no_more_emails,
    email_checks.silent_raters_are_reminded,
    email_checks.impact_is_asked_on_its_morning,
    calendars.calendars_show_the_dates,
    arranging.check,
    attending.check,
    midway.check,
    reviewing.check,
    returning.check,
    _everyone_has_a_report_in_time,
    _lists_were_approved,
    _people_did_as_cast,
    _dashboard_counts_what_people_did,
    _no_document_names_a_rater,
    sponsoring.check_documents,
)
