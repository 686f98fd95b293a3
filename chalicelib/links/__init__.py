"""Signed links: how they are made and read, and what each kind holds."""
