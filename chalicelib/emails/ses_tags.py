"""Write ids as values of SES message tags: only letters, digits, `-` and `_`, at most 256. Pure."""

from base64 import b64decode, urlsafe_b64encode

MAX_TAG_CHARS = 256


def tag(email_id: str) -> str:
    """Encode an id. Raises ValueError for an id that no tag can hold."""
    value = urlsafe_b64encode(email_id.encode()).decode().rstrip("=")
    if len(value) > MAX_TAG_CHARS:
        raise ValueError(f"an email id of {len(email_id)} characters is too long for a tag")
    return value


def read_tag(value: str) -> str:
    """Decode a tag to its id. Raises ValueError for a tag that is not ours."""
    return b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
