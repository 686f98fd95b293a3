"""A mail of each kind, with plausible words and links."""

from infra.local.mail_samples import SAM, WORDS
from infra.local.mail_samples import sample as mail

__all__ = ["SAM", "WORDS", "mail"]
