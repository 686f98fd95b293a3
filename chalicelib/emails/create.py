"""A mail to be: a row whose id says what caused it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chalicelib.core.model import Person
from chalicelib.emails import kinds, ses_tags
from chalicelib.store.emails import Email


def create_email(
    template: str,
    *subject: str,
    to: Person,
    due_at: datetime,
    words: Mapping[str, str],
    links: Mapping[str, tuple[str, ...]],
    about: Mapping[str, str],
    good_until: datetime | None = None,
) -> Email:
    """The mail `<template>#<subject>...`; store.mails.add stores it in the transaction that causes it.

    Raises KeyError if a word or link of the template is missing, ValueError if the id is too long for SES.
    """
    mail = Email("#".join((template, *subject)), template, to, due_at, words, links, about, good_until)
    kinds.check(mail)
    ses_tags.tag(mail.id)
    return mail
