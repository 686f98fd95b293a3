"""Erase what belongs to a person, keep a log of it, and repeat it after a restore."""
