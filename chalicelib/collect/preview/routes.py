"""HTTP routes for administrators: the questionnaire of each group and every email, before the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalice import Blueprint, Response

from chalicelib.core import clock
from chalicelib.links import signing
from chalicelib.web.page import GET, page_handler
from chalicelib.web.sessions import SignedIn, administrator

if TYPE_CHECKING:
    from chalicelib.collect.preview.preview import Preview

bp = Blueprint(__name__)

PAGE = "/admin/cohort/{cohort_id}/preview"


@bp.route(PAGE, **GET)
@page_handler
def preview(cohort_id: str) -> Response:
    from chalicelib.collect.preview.preview import list_emails, open_preview

    admin = administrator(bp.current_request, clock.now())
    opened = open_preview(cohort_id)
    return _page(admin, "collect/preview", opened, emails=list_emails())


@bp.route(f"{PAGE}/questionnaire/{{group_id}}", **GET)
@page_handler
def questionnaire(cohort_id: str, group_id: str) -> Response:
    from chalicelib.collect.preview.preview import open_preview

    admin = administrator(bp.current_request, clock.now())
    opened = open_preview(cohort_id)
    return _page(admin, "collect/preview_questions", opened, **opened.questions(group_id))


@bp.route(f"{PAGE}/email/{{folder}}/{{kind}}", **GET)
@page_handler
def email(cohort_id: str, folder: str, kind: str) -> Response:
    from chalicelib.collect.preview.preview import open_preview

    admin = administrator(bp.current_request, clock.now())
    opened = open_preview(cohort_id)
    return _page(admin, "collect/preview_email", opened, **opened.email_page(f"{folder}/{kind}"))


@bp.route(f"{PAGE}/email/{{folder}}/{{kind}}/file", **GET)
@page_handler
def email_file(cohort_id: str, folder: str, kind: str) -> Response:
    from chalicelib.collect.preview.preview import as_file, open_preview

    admin = administrator(bp.current_request, clock.now())
    text = as_file(open_preview(cohort_id).email(f"{folder}/{kind}"), clock.now())
    return admin.file(f"{folder}-{kind}.eml", "message/rfc822", text)


def _page(admin: SignedIn, template: str, preview: Preview, **context: Any) -> Response:
    base = signing.url(f"/admin/cohort/{preview.cohort.id}/preview")
    return admin.page(template, preview=preview, programme=preview.programme, base=base, **context)
