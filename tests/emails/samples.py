"""An email of each kind, with plausible words and links."""

from __future__ import annotations

from chalicelib.core.model import Person
from chalicelib.emails.samples import SAM, WORDS, sample
from chalicelib.store.emails import Email

__all__ = ["SAM", "WORDS", "make_email"]


def make_email(template: str = "people/rater_regrouped", *subject: str, to: Person = SAM, **words: str) -> Email:
    """Return a sample; by default one to a rater that is always an email of its own, and that pages may show."""
    return sample(template, *subject, to=to, **words)
