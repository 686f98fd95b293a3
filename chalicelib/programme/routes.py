"""HTTP routes for loading a programme and its people: form, preview, confirm. Only the last one writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalice import Blueprint, Response
from msgspec import Struct

from chalicelib.core import clock, log
from chalicelib.core.errors import FieldError
from chalicelib.core.model import Cohort, Programme
from chalicelib.core.you_wording import needs_reading, to_you
from chalicelib.links import signing
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import catalogue, cohorts
from chalicelib.store.catalogue import ProgrammeEntry
from chalicelib.store.programmes import load as load_programme
from chalicelib.web import uploads
from chalicelib.web.page import FILES, GET, page_handler
from chalicelib.web.sessions import SignedIn, administrator
from chalicelib.web.uploads import File, Upload

if TYPE_CHECKING:
    from chalicelib.programme.cohort_form import Draft, DraftRefused
    from chalicelib.programme.cohort_plan import Plan

bp = Blueprint(__name__)

DATES = ("opens", "closes", "ends")
OWN_FIELDS = ("kept", "seen")  # fields of the form itself, not typed by a person


class Form(Struct, frozen=True):
    """The form of a new cohort, or of the people of an existing one."""

    path: str
    cohort: Cohort | None
    read: Callable[[Upload], Draft]
    programme: Programme | None = None  # of an existing cohort: its name and colours


# --- a new cohort -------------------------------------------------------------------------------------


@bp.route("/admin/start", **GET)
@page_handler
def start() -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _form_page(admin, _start(admin))


@bp.route("/admin/start", **FILES)
@page_handler
def preview_start() -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _preview(admin, _start(admin))


@bp.route("/admin/start/confirm", **FILES)
@page_handler
def confirm_start() -> Response:
    admin = administrator(bp.current_request, clock.now())
    return _confirm(admin, _start(admin))


# --- the people of a cohort that is there ---------------------------------------------------------------


@bp.route("/admin/cohort/{cohort_id}/people", **GET)
@page_handler
def people(cohort_id: str) -> Response:
    return _form_page(administrator(bp.current_request, clock.now()), _people(cohort_id))


@bp.route("/admin/cohort/{cohort_id}/people", **FILES)
@page_handler
def preview_people(cohort_id: str) -> Response:
    return _preview(administrator(bp.current_request, clock.now()), _people(cohort_id))


@bp.route("/admin/cohort/{cohort_id}/people/confirm", **FILES)
@page_handler
def confirm_people(cohort_id: str) -> Response:
    return _confirm(administrator(bp.current_request, clock.now()), _people(cohort_id))


# --- a programme by itself ------------------------------------------------------------------------------


@bp.route("/admin/programme", **GET)
@page_handler
def programmes() -> Response:
    return _programmes_page(administrator(bp.current_request, clock.now()))


@bp.route("/admin/programme", **FILES)
@page_handler
def preview_programme() -> Response:
    return _programme(administrator(bp.current_request, clock.now()), confirmed=False)


@bp.route("/admin/programme/confirm", **FILES)
@page_handler
def confirm_programme() -> Response:
    return _programme(administrator(bp.current_request, clock.now()), confirmed=True)


@bp.route("/admin/example/{name}", **GET)
@page_handler
def example(name: str) -> Response:
    """Download a file to fill in."""
    from chalicelib.programme.example_files import SAMPLES

    admin = administrator(bp.current_request, clock.now())
    if (sample := SAMPLES.get(name)) is None:
        raise LinkUnknown
    return admin.file(sample.name, sample.kind, sample.text)


# --- shared by the three steps ------------------------------------------------------------------------


def _start(admin: SignedIn) -> Form:
    from chalicelib.programme.cohort_form import read_start

    def read(given: Upload) -> Draft:
        return read_start(given, _programmes_of(admin), clock.now(), admin.may_see)

    return Form("/admin/start", None, read)


def _programmes_of(admin: SignedIn) -> tuple[ProgrammeEntry, ...]:
    """List the stored programmes that the administrator may see."""
    return tuple(entry for entry in catalogue.everything().programmes if admin.may_see(entry.id))


def _refuse_others(admin: SignedIn, programme: Programme) -> None:
    """Refuse a programme that the administrator was not given. Raises DraftRefused."""
    from chalicelib.programme.cohort_form import DraftRefused

    if not admin.may_see(programme.id):
        said = f"You were not given the programme {programme.id}. Ask an administrator who sees all programmes."
        raise DraftRefused([FieldError("programme", said, "not-given")])


def _refuse_taken(admin: SignedIn, draft: Draft) -> None:
    """Refuse the short name of a cohort that the administrator may not see, and say nothing of that cohort.

    Raises DraftRefused.
    """
    from chalicelib.programme.cohort_form import DraftRefused

    programme_id = catalogue.find_programme_of(draft.cohort.id) if admin.programmes is not None else ""
    if programme_id and not admin.may_see(programme_id):
        raise DraftRefused([FieldError("id", f"{draft.cohort.id} cannot be used. Give it another short name.")])


def _people(cohort_id: str) -> Form:
    from chalicelib.programme.cohort_form import read_people

    last = cohorts.find_load(cohort_id)
    if last is None:
        raise LinkUnknown
    programme = load_programme(last.cohort.programme_id, last.cohort.programme_version)
    return Form(f"/admin/cohort/{cohort_id}/people", last.cohort, lambda given: read_people(given, last), programme)


def _preview(admin: SignedIn, form: Form) -> Response:
    from chalicelib.programme.cohort_form import DraftRefused
    from chalicelib.programme.cohort_plan import plan

    given = uploads.read_carried(bp.current_request, admin.nonce)
    try:
        draft = form.read(given)
        _refuse_others(admin, draft.programme)
        _refuse_taken(admin, draft)
        return _preview_page(admin, form, given, plan(draft, clock.now(), new=form.cohort is None))
    except DraftRefused as refused:
        return _form_page(admin, form, given, refused)


def _confirm(admin: SignedIn, form: Form) -> Response:
    """Load only what was shown; what was loaded before succeeds."""
    from chalicelib.programme.cohort_form import DraftRefused
    from chalicelib.programme.cohort_plan import load, plan

    given = uploads.read_carried(bp.current_request, admin.nonce)
    try:
        draft = form.read(given)
        _refuse_others(admin, draft.programme)
        _refuse_taken(admin, draft)
        planned = plan(draft, clock.now(), new=form.cohort is None)
        if not planned.nothing_new and planned.fingerprint != given.fields.get("seen"):
            return _preview_page(admin, form, given, planned, stale=True)
        load(planned, clock.now(), by=admin.reader.person.email if admin.reader.person else "")
    except DraftRefused as refused:
        return _form_page(admin, form, given, refused)
    log.info("cohort_loaded", cohort=planned.draft.cohort.id)
    return admin.see_other(signing.url(f"/admin/cohort/{planned.draft.cohort.id}?done=loaded"))


def _programme(admin: SignedIn, *, confirmed: bool) -> Response:
    from chalicelib.programme.cohort_form import DraftRefused
    from chalicelib.programme.cohort_plan import plan_programme, store_programme

    given = uploads.read_carried(bp.current_request, admin.nonce)
    try:
        planned = plan_programme(given, admin.may_see)
        _refuse_others(admin, planned.programme)
        changed = planned.is_new and planned.fingerprint != given.fields.get("seen")  # storing it again succeeds
        if not confirmed or changed:
            wordings = [(to_you(item), needs_reading(item)) for item in planned.programme.items]
            return admin.page(
                "programme/preview_programme", plan=planned, you_wordings=wordings, kept=uploads.pack(given.files)
            )
        store_programme(planned, clock.now())
    except DraftRefused as refused:
        return _programmes_page(admin, given, refused)
    return admin.see_other(signing.url("/admin/programme?done=stored"))


def _form_page(
    admin: SignedIn, form: Form, given: Upload = uploads.NOTHING, refused: DraftRefused | None = None
) -> Response:
    return admin.page(
        "programme/start",
        400 if refused else 200,
        action=signing.url(form.path),
        cohort=form.cohort,
        loaded=() if form.cohort else _programmes_of(admin),
        **({"programme": form.programme} if form.programme else {}),
        **_filled(given, refused),
    )


def _programmes_page(admin: SignedIn, given: Upload = uploads.NOTHING, refused: DraftRefused | None = None) -> Response:
    return admin.page(
        "programme/programmes",
        400 if refused else 200,
        loaded=_programmes_of(admin),
        done="done" in (bp.current_request.query_params or {}),
        **_filled(given, refused),
    )


def _preview_page(admin: SignedIn, form: Form, given: Upload, plan: Plan, *, stale: bool = False) -> Response:
    return admin.page(
        "programme/preview",
        409 if stale else 200,
        plan=plan,
        stale=stale,
        action=signing.url(form.path),
        action_path=form.path,
        kept=uploads.pack(given.files),
        typed={name: value for name, value in given.fields.items() if name not in OWN_FIELDS},
    )


def _filled(given: Upload, refused: DraftRefused | None) -> dict[str, Any]:
    """Return what a form shows again: fields as typed, valid files kept, each fault at its field."""
    sound = {field: file for field, file in given.files.items() if refused is None or field not in refused.faulty}
    errors = [*refused.fields, *refused.of_files] if refused else []
    return {
        "typed": given.fields,
        "kept": uploads.pack(sound) if sound else "",
        "have": _names(sound),
        "errors": errors,
        "wrong": dict.fromkeys(FIELDS, "") | {error.field: error.message for error in errors},
        "file_faults_found": refused.files if refused else (),
    }


FILE_FIELDS = ("programme", "logo", "delegates", "raters", "cohort_file")
FIELDS = (*FILE_FIELDS, "delegates_list", "raters_list", "title", "id", "sponsor_name", "sponsor_email", *DATES)


def _names(files: Mapping[str, File]) -> dict[str, str]:
    return dict.fromkeys(FIELDS, "") | {field: file.name for field, file in files.items()}
