"""Store documents in the bucket, and make links to them that last one minute."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chalicelib.core.aws import client
from chalicelib.core.settings import settings
from chalicelib.store import row_kinds

LINK_SECONDS = 60

TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
}


class FolderUndeclared(Exception):
    """No kind of row declares the folder of a document, so no erasure and no retention would delete it."""


def save(name: str, body: bytes) -> None:
    """Store a document under its name. One name always holds the same bytes, so a repeat changes nothing.

    Raises FolderUndeclared.
    """
    if not _folders().match(name):
        raise FolderUndeclared(f"{name}: declare its folder at the kind of row that names it (store/row_kinds/)")
    client("s3").put_object(
        Bucket=settings().bucket,
        Key=name,
        Body=body,
        ContentType=TYPES[name.rsplit(".", 1)[1]],
        ServerSideEncryption="AES256",
    )


def load(name: str) -> bytes:
    body: bytes = client("s3").get_object(Bucket=settings().bucket, Key=name)["Body"].read()
    return body


def find(name: str) -> bytes | None:
    """Load a document; None if there is none."""
    try:
        return load(name)
    except client("s3").exceptions.NoSuchKey:
        return None


def remove(name: str) -> None:
    """Delete a document, whether or not it exists. The bucket keeps a deleted version for 30 days."""
    client("s3").delete_object(Bucket=settings().bucket, Key=name)


def remove_all(folder: str) -> int:
    """Delete every document of a folder, also those that no row names; return how many there were."""
    names = list(list_names(folder))
    for name in names:
        remove(name)
    return len(names)


def bring_back(name: str) -> None:
    """Undo the deletion of a document, if its last version is still kept. Raises LookupError if it is not."""
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=settings().bucket, Prefix=name)
    markers = (mark for page in pages for mark in page.get("DeleteMarkers", ()))
    marks = [mark for mark in markers if mark["Key"] == name and mark["IsLatest"]]
    for mark in marks:
        client("s3").delete_object(Bucket=settings().bucket, Key=name, VersionId=mark["VersionId"])
    if find(name) is None:
        raise LookupError(f"{name} is gone from the bucket, which keeps deleted versions for 30 days")


def list_names(folder: str) -> Iterator[str]:
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=settings().bucket, Prefix=folder)
    return (entry["Key"] for page in pages for entry in page.get("Contents", ()))


@cache
def _folders() -> re.Pattern[str]:
    """Match a name in a declared folder: a part of the key has no slash."""
    folders = (re.sub(r"\{\w+\}", "[^/]+", folder) for folder in row_kinds.folders())
    return re.compile(f"(?:{'|'.join(folders)})[^/]")


def link(name: str, download_as: str | None = None) -> str:
    """Make a link to a document that is valid for one minute; `download_as` is the file name. No call is made."""
    params = {"Bucket": settings().bucket, "Key": name}
    if download_as:
        params["ResponseContentDisposition"] = f'attachment; filename="{download_as}"'
    url: str = client("s3").generate_presigned_url("get_object", Params=params, ExpiresIn=LINK_SECONDS)
    return url


def origin() -> str:
    """Return scheme and host of the links to documents. No call is made."""
    endpoint: str = client("s3").meta.endpoint_url
    return endpoint
