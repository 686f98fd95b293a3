"""What the command line does, the console does too; an act that stays a command alone says why."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import pytest

from chalicelib.cli import parser
from chalicelib.people.acts import ACTS
from chalicelib.people.cohort_acts import COHORT_ACTS
from tests.web.rules import RULES

COHORT = "/admin/cohort/{cohort_id}"
ONE = f"{COHORT}/delegate/{{delegate_id}}"
PEOPLE = {f"people/{act.id}" for act in ACTS} | {f"cohort/{act.id}" for act in COHORT_ACTS}
EVERY_CLIENT = "It reads every row of the deployment, so of every client, and administrators may see a part of them. "
IN_CONSOLE: dict[str, list[str]] = {
    "programme check": ["/admin/programme"],
    "cohort load": ["/admin/start", "/admin/start/confirm", f"{COHORT}/people", f"{COHORT}/people/confirm"],
    "cohort status": [COHORT, f"{COHORT}/progress"],
    "cohort remind": [f"{COHORT}/all/{{act_id}}", f"{ONE}/{{act_id}}"],
    "cohort close": [f"{COHORT}/all/{{act_id}}", f"{ONE}/{{act_id}}"],
    "cohort move": ["cohort/move-opens", "cohort/move-closes", "cohort/move-survey", f"{COHORT}/dates"],
    "cohort followup": [f"{COHORT}/followup"],
    "cohort register": [f"{COHORT}/register/{{session}}/file"],
    "cohort costs": [f"{COHORT}/costs"],
    "cohort evidence": [f"{COHORT}/board/evidence"],
    "cohort rename": ["cohort/rename"],
    "cohort discard": ["cohort/discard"],
    "cohort sponsor": ["cohort/sponsor"],
    "cohort facilitator": ["cohort/facilitator"],
    "cohort replace": [f"{COHORT}/address"],
    "cohort void": [f"{COHORT}/void"],
    "cohort revoke-links": [f"{COHORT}/revoke-links"],
    "delegate add": ["cohort/add"],
    "delegate change": ["people/details", "people/coach", "people/manager", f"{COHORT}/address"],
    "delegate pause": ["people/pause"],
    "delegate return": ["people/return"],
    "delegate transfer": ["people/transfer", f"{COHORT}/many"],
    "delegate leave": ["people/leave"],
    "delegate hold": ["people/hold", "people/hold-end"],
    "rater add": ["people/rater-add"],
    "rater remove": ["people/rater-remove"],
    "rater regroup": ["people/rater-group"],
    "rater correct": ["people/rater-correct"],
    "restore settle": ["people/settle"],
    "jobs due": ["/admin/work"],
    "jobs retry": ["/admin/work"],
    "mails retry": ["/admin/work"],
}
COMMAND_ONLY = {
    "report offline": "It works on files and needs no cloud: there is no cohort whose page it could be on.",
    "administrator reset-second-factor": "Those who lost it, or have their mailbox, could reset it "
    "themselves: it takes AWS credentials.",
    "administrator limit": "An administrator could give themselves other clients: it takes AWS credentials.",
    "administrator list": "It goes with the limits, and names clients that an administrator may not see.",
    "person export": EVERY_CLIENT + "The archive holds what the console never shows, such as private notes. "
    "Delegates, coaches and line managers have a button of their own.",
    "person erase": EVERY_CLIENT + "It cannot be undone, and runs longer than a page may.",
    "restore check": "The pages are closed while a table is restored.",
    "restore finish": "The pages are closed while a table is restored.",
}


def commands(made: argparse.ArgumentParser, name: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the name of every command."""
    groups = [action for action in made._actions if isinstance(action, argparse._SubParsersAction)]
    if not groups:
        yield " ".join(name)
    for group in groups:
        for verb, part in group.choices.items():
            yield from commands(part, (*name, verb))


def test_every_command_is_an_act_of_the_console_or_says_why_not():
    assert sorted(commands(parser.parser())) == sorted([*IN_CONSOLE, *COMMAND_ONLY])


@pytest.mark.parametrize("command", IN_CONSOLE)
def test_the_place_in_the_console_exists(command):
    routes = {path for _, path in RULES}
    assert all(place in PEOPLE or place in routes for place in IN_CONSOLE[command])


def test_a_reason_is_a_sentence():
    assert all(why.endswith(".") for why in COMMAND_ONLY.values())
