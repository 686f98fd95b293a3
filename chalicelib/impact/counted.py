"""Show a line manager the effect of their answers after the survey has closed. The survey's link opens this page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from chalicelib.areas.openings import AreasPage, open_areas
from chalicelib.core import currency
from chalicelib.core.state_machine import By
from chalicelib.forms.impact_answers import Claim, claim_of, claimed
from chalicelib.forms.survey import sections_of
from chalicelib.impact.result.collect import answer_lines
from chalicelib.impact.result.facts import AnswerLine
from chalicelib.links import signing
from chalicelib.links.kinds import IMPACT
from chalicelib.store import impact_results
from chalicelib.store.impact_surveys import ImpactSurvey, Role, surveys_from
from chalicelib.web.holds import refuse_held


class Counted(Struct, frozen=True):
    """What the line manager reads: no figure of raters, no level, and only the sums that they gave a share of.

    shared   words of the areas that the delegate shares with them
    sums     for each sum, whose share counted: own (the delegate's), manager, both or none; and the same in words
    line     what the delegate wrote to them
    """

    opened: AreasPage
    shared: tuple[str, ...]
    answers: tuple[AnswerLine, ...]
    sums: tuple[tuple[str, str], ...]
    line: str


def open_counted(token: str, now: datetime) -> Counted | None:
    """Return the page; None before there is a result, or if they did not answer. Raises LinkUnknown or LinkRevoked."""
    link = IMPACT.open(token)
    delegate_id, role, version = link.parts
    if role != Role.MANAGER.value:
        return None
    opened = open_areas(link.token, delegate_id, By.MANAGER)
    surveys = {survey.role: survey for survey in surveys_from(opened.rows)}
    manager, own = surveys.get(Role.MANAGER), surveys.get(Role.DELEGATE)
    is_theirs = manager is not None and str(manager.link_version) == version and not manager.sealed
    if not is_theirs or opened.delegate.withdrawn or impact_results.from_rows(opened.rows) is None:
        return None
    signing.refuse_ended(opened.programme, opened.ends_at, now)
    refuse_held(opened.reader, now)
    return _page(opened, manager, own) if manager and manager.sent and own else None


def _page(opened: AreasPage, manager: ImpactSurvey, own: ImpactSurvey) -> Counted:
    sent = own.answers if own.sent else {}
    return Counted(
        opened=opened,
        shared=tuple(area.words_for_others for area in opened.shared),
        answers=tuple(_answers(opened, manager, own)),
        sums=tuple(_sums(opened, manager, own)),
        line=sent.get("line_to_manager", ""),
    )


def _answers(opened: AreasPage, manager: ImpactSurvey, own: ImpactSurvey) -> Iterator[AnswerLine]:
    sent = own.answers if own.sent else {}
    sections = sections_of(opened.programme, manager, opened.delegate.person.name, sent)
    for section in sections:
        yield from answer_lines(section, manager.answers)


def _sums(opened: AreasPage, manager: ImpactSurvey, own: ImpactSurvey) -> Iterator[tuple[str, str]]:
    code = opened.programme.organisation.currency
    for measure in claimed(own.answers) if own.sent else ():
        claim = claim_of(measure, manager.answers)
        if claim:
            whose, words = _whose(claim, opened)
            yield whose, f"{measure.name}, {currency.whole_sum(claim.money, code)} a year: {words}"


def _whose(claim: Claim, opened: AreasPage) -> tuple[str, str]:
    if claim.manager_share is None:
        return "none", "you gave no share, so nothing counted."
    if claim.own_share == claim.manager_share:
        return "both", "you both gave the same share, and it counted."
    if claim.counted == "manager":
        return "manager", "your share counted, because it was the lower one."
    return "own", f"the share of {opened.delegate.person.name} counted, because it was the lower one."
