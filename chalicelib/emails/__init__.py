"""Compose a mail, send it once, and settle it by what SES says of it."""
