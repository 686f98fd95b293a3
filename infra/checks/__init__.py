"""Checks of this repository's text that `make lint` runs."""
