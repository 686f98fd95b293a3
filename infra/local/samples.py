"""The desk's page of all emails with sample data: light, dark, with styles stripped, and as text."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from jinja2 import Template

from chalicelib.emails.mime import Rendered
from infra.local import mail_samples
from infra.local.gateway import Answer

HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
LOOKS: dict[str, tuple[str, str, Callable[[Rendered], str]]] = {
    "light": ("Light", HTML, lambda mail: mail.html),
    "dark": ("Dark", HTML, lambda mail: mail_samples.dark(mail.html)),
    "stripped": ("Styles stripped", HTML, lambda mail: mail_samples.stripped(mail.html)),
    "text": ("Text", TEXT, lambda mail: mail.text),
}


def page(template: Template) -> Answer:
    shown = [
        {
            "id": email_id(*name),
            "template": name[0],
            "variant": name[1],
            "subject": mail.subject,
            "preview": mail.preview,
        }
        for name, mail in mail_samples.every().items()
    ]
    body = template.render(emails=shown, looks=[(look, title) for look, (title, _, _) in LOOKS.items()])
    return Answer(HTTPStatus.OK, {"Content-Type": HTML}, body.encode())


def look(wanted: str, name: str) -> Answer | None:
    """One email in one look; None if there is no such email or look."""
    mails = {email_id(*named): mail for named, mail in mail_samples.every().items()}
    if wanted not in mails or name not in LOOKS:
        return None
    _title, kind, shown = LOOKS[name]
    return Answer(HTTPStatus.OK, {"Content-Type": kind}, shown(mails[wanted]).encode())


def email_id(template: str, variant: str) -> str:
    return "-".join(f"{template} {variant}".replace("/", " ").split())
