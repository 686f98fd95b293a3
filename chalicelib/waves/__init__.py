"""Manage one round of answers: open it, ask, remind."""
