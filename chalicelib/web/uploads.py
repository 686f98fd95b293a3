"""Read a form with files completely or refuse it, and only if it comes from a page of ours.

A browser forgets the files of a form that comes back with a fault, and a preview is confirmed on another page: so a
page may carry files in a hidden field, packed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import io
import zlib
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from chalicelib.web.forms import FormRefused

MAX_BODY_BYTES = 3_000_000  # bytes; Lambda accepts 6 MB, and API Gateway adds a third to files
MAX_FILES_BYTES = 2_000_000  # bytes, all files of a form together
MAX_FIELDS = 40
MAX_CONTENT_TYPE_CHARS = 300  # characters; browsers send about 80
TOO_LARGE = (
    "A programme and a list of people are rarely larger than 200 kB, so this may be the wrong file. If it is right, "
    "load the delegates first and the raters in several files: each adds to what is there. "
    "Please go back and choose again."
)
MAX_NAME_CHARS = 80
CARRIED = "kept"  # the hidden field in which a page carries files


class FilesTooLarge(FormRefused):
    """The files together are larger than a form may bring."""

    def __init__(self) -> None:
        super().__init__(f"The files together are larger than {MAX_FILES_BYTES // 1_000_000} MB.", TOO_LARGE)


class File(msgspec.Struct, frozen=True):
    name: str  # the file's name without folders
    data: bytes


class Upload(Struct, frozen=True):
    fields: Mapping[str, str]
    files: Mapping[str, File]  # by field; without fields that were left empty


NOTHING = Upload({}, {})


def read_upload(request: Any, nonce: str) -> Upload:
    """Return the fields and files of a posted form. Raises FormRefused if it does not come from our page."""
    body = request.raw_body
    if len(body) > MAX_BODY_BYTES:
        raise FilesTooLarge
    upload = _parsed(body, request.headers.get("content-type", ""))
    fields = dict(upload.fields)
    if not hmac.compare_digest(fields.pop("form", "").encode(), nonce.encode()):
        raise FormRefused("The form was incomplete.")
    return Upload(fields, upload.files)


def read_carried(request: Any, nonce: str) -> Upload:
    """Return what `read_upload` does, with the files that the page carried along. Raises FormRefused."""
    upload = read_upload(request, nonce)
    return Upload(upload.fields, {**unpack(upload.fields.get(CARRIED, "")), **upload.files})


def list_fields(request: Any) -> dict[str, str]:
    """Return what a form with files holds next to files, from any page; nothing if it cannot be read."""
    try:
        return dict(_parsed(request.raw_body, request.headers.get("content-type", "")).fields)
    except FormRefused:
        return {}


def _parsed(body: bytes, content_type: str) -> Upload:
    import multipart  # one page in a hundred has files

    if len(content_type) > MAX_CONTENT_TYPE_CHARS:
        raise FormRefused("The form was damaged on the way.")
    kind, options = multipart.parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise FormRefused("The form arrived without its files.")
    limits = {"part_limit": MAX_FIELDS, "spool_limit": MAX_BODY_BYTES, "memory_limit": MAX_BODY_BYTES}
    try:
        parts = list(multipart.MultipartParser(io.BytesIO(body), options["boundary"], strict=True, **limits))
        fields = [(part.name, part.raw.decode("utf-8")) for part in parts if part.filename is None]
    except (multipart.MultipartError, ValueError):
        raise FormRefused("The form was damaged on the way.") from None
    files = {part.name: File(_base_name(part.filename), part.raw) for part in parts if part.filename}
    if len({part.name for part in parts}) != len(parts):
        raise FormRefused("The form had a field twice.")
    return Upload(dict(fields), files)


def _base_name(name: str) -> str:
    """Return the name without the folders that some browsers send, and safe to show."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in bare if sign.isprintable())[:MAX_NAME_CHARS] or "file"


# --- files that a page carries along --------------------------------------------------------------------


def pack(files: Mapping[str, File]) -> str:
    return base64.b64encode(zlib.compress(msgspec.json.encode(dict(files)), 9)).decode()


def unpack(packed: str) -> dict[str, File]:
    """Unpack the files. Raises FormRefused for data that `pack` did not make."""
    if not packed:
        return {}
    unzip = zlib.decompressobj()
    try:
        content = unzip.decompress(base64.b64decode(packed, validate=True), MAX_FILES_BYTES * 2)
        if not unzip.eof:
            raise FilesTooLarge
        return msgspec.json.decode(content, type=dict[str, File])
    except (binascii.Error, zlib.error, msgspec.MsgspecError):
        raise FormRefused("The form was damaged on the way.") from None
