"""HTTP for what all pages share: stylesheets, scripts and the way in without a link."""

from chalice import Blueprint, Response

from chalicelib.web import static
from chalicelib.web.links import LinkUnknown
from chalicelib.web.view import GET, HEADERS, page, view

bp = Blueprint(__name__)

FOREVER = HEADERS | {"Cache-Control": "public, max-age=31536000, immutable"}


@bp.route("/static/{name}", **GET)
@view
def static_file(name: str) -> Response:
    asset = static.find(name)
    if asset is None:
        raise LinkUnknown
    return Response(body=asset.body, status_code=200, headers=FOREVER | {"Content-Type": asset.media_type})


@bp.route("/", **GET)
@view
def front() -> Response:
    return page("web/front")
