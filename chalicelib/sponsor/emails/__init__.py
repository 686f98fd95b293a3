"""Emails about the sponsor's documents, and about stories."""

from chalicelib.sponsor.emails import about_documents, about_stories

__all__ = ["about_documents", "about_stories"]
