"""How a reader gets past a page that needs a code: asks for one, finds it in the email, types it."""

from __future__ import annotations

import re

from chalicelib.web import emails as web_emails
from infra.local.demo.browser import Opened
from infra.local.demo.mailbox import EmailNotFound
from infra.local.demo.world import World

CODE = re.compile(r"^ +(\d{3} \d{3})$", re.MULTILINE)


def open_signed_in(world: World, link: str, reader: str) -> Opened:
    """Open the page of a reading link. Every reader has a browser of their own, and remains signed in for an hour."""
    world.browser.cookies = world.cookies[reader]
    opened_page = world.browser.open(link)
    if "/sign-in/" not in "".join(form.action for form in opened_page.page.forms):
        return opened_page
    asked = world.browser.send(opened_page, opened_page.page.form_with("form"), {})
    world.cloud.settle()  # the email is on its way at once
    return world.browser.send(asked, asked.page.form_with("code"), {"code": code_for(world, reader)})


def open_page(world: World, page: str, reader: str) -> Opened:
    """Open a page that needs a code. Signing in leads to the reader's own page first."""
    opened_page = open_signed_in(world, page, reader)
    return opened_page if opened_page.url == page else world.browser.open(page)


def code_for(world: World, reader: str) -> str:
    text = world.mailbox.last(reader, web_emails.SIGN_IN_CODE.name).accepted.part("plain")
    codes = CODE.findall(text)
    if not codes:
        raise EmailNotFound(f"the email to {reader} has no code")
    return str(codes[-1])
