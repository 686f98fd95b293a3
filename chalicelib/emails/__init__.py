"""Compose an email, send it once, and settle it by the events from SES."""
