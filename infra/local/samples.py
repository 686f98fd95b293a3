"""The desk's page of all emails with sample data: light, dark, with styles stripped, and as text."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from jinja2 import Template

from chalicelib.emails.mime import Rendered
from infra.local import email_samples
from infra.local.gateway import Answer

HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
LOOKS: dict[str, tuple[str, str, Callable[[Rendered], str]]] = {
    "light": ("Light", HTML, lambda email: email.html),
    "dark": ("Dark", HTML, lambda email: email_samples.dark(email.html)),
    "stripped": ("Styles stripped", HTML, lambda email: email_samples.stripped(email.html)),
    "text": ("Text", TEXT, lambda email: email.text),
}


def page(template: Template) -> Answer:
    rows = [
        {
            "id": email_id(*name),
            "template": name[0],
            "variant": name[1],
            "subject": email.subject,
            "preview": email.preview,
        }
        for name, email in email_samples.every().items()
    ]
    body = template.render(emails=rows, looks=[(look, title) for look, (title, _, _) in LOOKS.items()])
    return Answer(HTTPStatus.OK, {"Content-Type": HTML}, body.encode())


def look(wanted: str, name: str) -> Answer | None:
    """One email in one look; None if there is no such email or look."""
    samples = {email_id(*named): email for named, email in email_samples.every().items()}
    if wanted not in samples or name not in LOOKS:
        return None
    _title, kind, render_sample = LOOKS[name]
    return Answer(HTTPStatus.OK, {"Content-Type": kind}, render_sample(samples[wanted]).encode())


def email_id(template: str, variant: str) -> str:
    return "-".join(f"{template} {variant}".replace("/", " ").split())
