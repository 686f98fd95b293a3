"""HTTP routes for administrators: what they prepare for the sponsor of a cohort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from chalice import Blueprint, Response
from msgspec import Struct

from chalicelib.core import clock, log
from chalicelib.core.costs import CostKind, CostSource, total_of
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Cohort, Programme
from chalicelib.links import signing
from chalicelib.sponsor.prepare.costs_form import read_form, typed_of
from chalicelib.sponsor.prepare.enter_costs import CohortUnknown, enter_costs
from chalicelib.store import cohorts, costs, programmes
from chalicelib.store.costs import Costs, CostsChanged
from chalicelib.web.page import GET, POST, page_handler
from chalicelib.web.sessions import SignedIn, administrator

bp = Blueprint(__name__)

PAGE = "/admin/cohort/{cohort_id}/costs"
TIME = (CostKind.DELEGATES_TIME, CostKind.MANAGERS_TIME, CostKind.RATERS_TIME, CostKind.ADMINISTRATION)
CHANGED = FieldError(
    "", "Someone else changed the costs in the meantime. Check them below, then save again.", "overtaken"
)


class Opened(Struct, frozen=True):
    cohort: Cohort
    programme: Programme
    stored: Costs | None

    @property
    def url(self) -> str:
        return signing.url(f"/admin/cohort/{self.cohort.id}/costs")

    @property
    def seen(self) -> str:
        """Return which revision the form shows."""
        return str(self.stored.revision if self.stored else 0)


@bp.route(PAGE, **GET)
@page_handler
def show_costs(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    opened = _open(cohort_id)
    return _costs_page(admin, opened, typed_of(opened.stored.costs if opened.stored else ()))


@bp.route(PAGE, **POST)
@page_handler
def change_costs(cohort_id: str) -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _posted_costs(admin, _open(cohort_id), admin.form(bp.current_request))


def _open(cohort_id: str) -> Opened:
    cohort = cohorts.find(cohort_id)
    if cohort is None:
        raise CohortUnknown(cohort_id)
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    return Opened(cohort, programme, costs.find(cohort_id))


def _posted_costs(admin: SignedIn, opened: Opened, fields: Mapping[str, str]) -> Response:
    given, faults = read_form(fields, opened.programme.organisation.currency)
    is_same = opened.stored is not None and opened.stored.costs == given
    if not faults and not is_same and fields.get("seen") != opened.seen:
        faults = [CHANGED]
    if faults:
        return _costs_page(admin, opened, fields, faults)
    try:
        enter_costs(opened.cohort.id, given, _by(admin), clock.now())
    except CostsChanged:
        return _costs_page(admin, _open(opened.cohort.id), fields, [CHANGED])
    log.info("costs_entered", cohort=opened.cohort.id)
    return admin.see_other(f"{opened.url}?done=saved")


def _by(admin: SignedIn) -> str:
    return admin.reader.person.email if admin.reader.person else ""


def _costs_page(
    admin: SignedIn, opened: Opened, typed: Mapping[str, str], faults: Sequence[FieldError] = ()
) -> Response:
    return admin.page(
        "sponsor/costs",
        400 if faults else 200,
        opened=opened,
        programme=opened.programme,
        kinds=[(kind.value, kind.label, kind in TIME) for kind in CostKind],
        sources=[(source.value, source.label) for source in CostSource],
        typed=typed,
        total=total_of(opened.stored.costs) if opened.stored else None,
        is_saved="done" in (bp.current_request.query_params or {}),
        errors=faults,
        wrong={fault.field: fault.message for fault in faults},
    )
