"""HTTP routes of mid-way rounds: the delegate checks the words, and delegate and coach read what people see so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chalice import Blueprint, Response

from chalicelib.areas.openings import AreasPage, let_in, open_for_delegate, sign_in_coach
from chalicelib.core import clock
from chalicelib.core.errors import FieldError
from chalicelib.core.model import MIDWAY
from chalicelib.links import signing
from chalicelib.links.kinds import HUB
from chalicelib.pulse import check_wordings
from chalicelib.pulse.check_wordings import WordsCheck, find_check
from chalicelib.pulse.seen_so_far import Seen
from chalicelib.store import pulse_rounds
from chalicelib.web import forms
from chalicelib.web.page import GET, POST, page, page_handler, see_other
from chalicelib.web.sessions import signed_in

bp = Blueprint(__name__)


@bp.route("/hub/{token}/round/{number}", **GET)
@page_handler
def wordings(token: str, number: str) -> Response:
    return _check_page(find_check(_of_delegate(token), number))


@bp.route("/hub/{token}/round/{number}", **POST)
@page_handler
def check(token: str, number: str) -> Response:
    words_check = find_check(_of_delegate(token), number)
    fields = forms.read_form(bp.current_request.raw_body, HUB.verb, token)
    if faults := check_wordings.save(words_check, fields, clock.now()):
        return _check_page(words_check, faults)
    return see_other(signing.url(f"/hub/{words_check.opened.token}/round/{number}"))


@bp.route("/hub/{token}/seen", **GET)
@page_handler
def delegates_view(token: str) -> Response:
    """Show what raters see so far, after the same sign-in as the report."""
    opened = _of_delegate(token)
    delegate = signed_in(bp.current_request, opened.reader, clock.now())
    home = signing.url(f"/hub/{opened.token}")
    return delegate.page("pulse/seen", home=home, **_seen(opened))


@bp.route("/coach/{token}/{delegate_id}/seen", **GET)
@page_handler
def coachs_view(token: str, delegate_id: str) -> Response:
    opened, coach = sign_in_coach(bp.current_request, token, delegate_id, clock.now())
    home = signing.url(f"/coach/{opened.token}/{delegate_id}")
    return coach.page("pulse/seen", home=home, **_seen(opened))


def _of_delegate(token: str) -> AreasPage:
    return let_in(open_for_delegate(token), clock.now())


def _seen(opened: AreasPage) -> dict[str, Any]:
    results = pulse_rounds.results_from(opened.rows)
    cohort_id = opened.delegate.cohort_id
    means = {result.wave: pulse_rounds.find_mean(cohort_id, result.wave) for result in results if result.wave in MIDWAY}
    seen = Seen(results, pulse_rounds.from_rows(opened.rows), {wave: mean for wave, mean in means.items() if mean})
    return {
        "opened": opened,
        "programme": opened.programme,
        "seen": seen,
        "is_own": opened.by.value == "delegate",
        "zone": opened.programme.organisation.timezone,
    }


def _check_page(words_check: WordsCheck, faults: Sequence[FieldError] = ()) -> Response:
    opened = words_check.opened
    return page(
        "pulse/check",
        status=400 if faults else 200,
        words_check=words_check,
        programme=opened.programme,
        areas=opened.live,
        faults=faults,
        field=check_wordings.field,
        mark=check_wordings.words_mark,
        nonce=forms.nonce(HUB.verb, opened.token),
        home=signing.url(f"/hub/{opened.token}"),
        may_check=words_check.may_check(clock.now()),
        zone=opened.programme.organisation.timezone,
    )
