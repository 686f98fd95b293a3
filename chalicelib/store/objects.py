"""Store documents in the bucket, and make links to them that last one minute."""

from __future__ import annotations

from chalicelib.core.aws import client
from chalicelib.core.settings import settings

LINK_SECONDS = 60

TYPES = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}


def save(name: str, body: bytes) -> None:
    """Store a document under its name. One name always holds the same bytes, so a repeat changes nothing."""
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
