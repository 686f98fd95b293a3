"""Run the forms of a cohort's page: typed fields become an act, and a word for the page's notice.

Each raises errors.FormInvalid with what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime

from chalicelib.admin import confirm_address as confirm
from chalicelib.admin import resend_link, schedule_followup
from chalicelib.admin import revoke_links as revoke
from chalicelib.admin import void_answers as void
from chalicelib.admin.address_change import Preview, change_address, preview_change
from chalicelib.core.errors import FieldError, FormInvalid
from chalicelib.store.unreadable import list_unreadable

Fields = Mapping[str, str]
ADDRESS_FIELDS = ("address", "new", "name", "why")
Form = Callable[[str, Fields, datetime, str], str]


def preview_address(cohort_id: str, fields: Fields, now: datetime, by: str) -> Preview | None:
    """Say what the form would do; None if it was done before."""
    old, new, name, why = (fields.get(field, "") for field in ADDRESS_FIELDS)
    return preview_change(cohort_id, old, new, now, by, name=name, why=why)


def address(cohort_id: str, fields: Fields, now: datetime, by: str) -> str:
    old, new, name, why = (fields.get(field, "") for field in ADDRESS_FIELDS)
    change_address(cohort_id, old, new, now, by, name=name, why=why)
    return "replaced"


def link(cohort_id: str, fields: Fields, now: datetime, by: str) -> str:
    return resend_link.resend_link(cohort_id, fields.get("address", ""), now, by).value


def revoke_links(cohort_id: str, fields: Fields, now: datetime, by: str) -> str:
    revoke.revoke_links(cohort_id, fields.get("address", ""), now, by, send="send" in fields)
    return "revoked-in-part" if list_unreadable() else "revoked"


def void_answers(cohort_id: str, fields: Fields, now: datetime, by: str) -> str:
    address, delegate, why = (fields.get(field, "") for field in ("address", "delegate", "why"))
    done = void.void(cohort_id, address, now, by, delegate=delegate, why=why)
    if not done:
        return "voided-today"
    return "voided-in-part" if list_unreadable() else "voided"


def confirm_address(cohort_id: str, fields: Fields, now: datetime, by: str) -> str:
    return "confirmed" if confirm.confirm(cohort_id, fields.get("hold", ""), now, by) else "as-it-is"


def plan_followup(cohort_id: str, fields: Fields, now: datetime, by: str) -> str:
    opens, closes = read_followup_dates(fields)
    schedule_followup.plan(cohort_id, opens, closes, now, by)
    return "planned"


def read_followup_dates(fields: Fields) -> tuple[date, date]:
    """Return the first and the last day. Raises FormInvalid."""
    typed = {field: _date(fields.get(field, "")) for field in FOLLOWUP_DATES}
    opens, closes = typed["opens"], typed["closes"]
    if opens is None or closes is None:
        missing = [field for field, day in typed.items() if day is None]
        raise FormInvalid(*(FieldError(field, f"Give {FOLLOWUP_DATES[field]} as a date.") for field in missing))
    return opens, closes


FOLLOWUP_DATES = {"opens": "the first day", "closes": "the last day for answers"}


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


FORMS: dict[str, Form] = {
    "address": address,
    "link": link,
    "followup": plan_followup,
    "void": void_answers,
    "revoke-links": revoke_links,
    "confirm": confirm_address,
}
