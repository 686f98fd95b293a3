"""Responses: a rater's answers, stored under a random id and without identity."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from chalicelib.core.answers import Response
from chalicelib.core.model import Wave
from chalicelib.store.marshal import Row, fields, read
from chalicelib.store.table import Key, key_of, put_all, query


def key(delegate_id: str, wave: Wave, response_id: str) -> Key:
    return Key(f"DELEGATE#{delegate_id}", f"RESPONSE#{wave.value}#{response_id}")


def comment_key(rows: Iterable[Row], wave: Wave) -> bytes:
    """Derive a key for the order of comments from the random ids of the responses.

    It is the same at each attempt, and independent of who wrote what.
    """
    prefix = f"RESPONSE#{wave.value}#"
    ids = sorted(row["sk"] for row in rows if row["sk"].startswith(prefix))
    return hashlib.sha256("\n".join(ids).encode()).digest()


def store(delegate_id: str, wave: Wave, responses: Mapping[str, Response]) -> None:
    """Write responses in the order of their random ids, so that the order shows nothing. A repeat changes nothing."""
    put_all(
        {**key(delegate_id, wave, response_id)._asdict(), **fields(response)}
        for response_id, response in sorted(responses.items())
    )


def of_wave(delegate_id: str, wave: Wave) -> list[Response]:
    return from_rows(query(f"DELEGATE#{delegate_id}", f"RESPONSE#{wave.value}#"), wave)


def list_keys(delegate_id: str, wave: Wave) -> list[Key]:
    return [key_of(row) for row in query(f"DELEGATE#{delegate_id}", f"RESPONSE#{wave.value}#")]


def from_rows(rows: Iterable[Row], wave: Wave) -> list[Response]:
    """Find the responses among the rows of a delegate's partition."""
    prefix = f"RESPONSE#{wave.value}#"
    return [read(Response, row) for row in rows if row["sk"].startswith(prefix)]
