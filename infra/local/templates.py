"""Templates on this machine: read again when their file has changed. Functions on AWS read each once."""

from __future__ import annotations

from chalicelib.emails import render
from chalicelib.web import templating


def reload_when_changed() -> None:
    """For pages and emails, from now on."""
    templating.environment().auto_reload = True
    render.environment().auto_reload = True
