"""Log lines hold ids and states: no token, address, name, answer or comment, over the whole way."""

import io
import json
import logging
import re

from pythonjsonlogger.json import JsonFormatter

from chalicelib.admin import close, replace
from chalicelib.mail import events
from infra.local import outbox
from tests.support import people
from tests.support.drain import drain
from tests.support.mails import sent_mails

CANARY = "canary-comment-9f3b"
NEW = "canary.address@example.org"


def test_no_log_line_tells_a_token_an_address_or_an_answer(visitor, clock):
    written, log = io.StringIO(), logging.getLogger("fullcircle")
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    log.addHandler(handler)
    try:
        the_whole_way(visitor, clock)
    finally:
        log.removeHandler(handler)
    lines = written.getvalue().splitlines()
    secrets = {CANARY, "Keep going", *tokens(), *addresses(), "P0", "Dana", "Mara"}

    assert len(lines) > 20
    assert all(json.loads(line)["message"] for line in lines)
    assert [line for line in lines for secret in secrets if secret in line] == []


def the_whole_way(visitor, clock):
    people.opened(clock, chosen=people.raters(5, 0))
    for name in ("p0", "p1", "p2", "p3", "mara manager", "dana delegate"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url, comment=CANARY), url)
    visitor.open(people.link("p4", "answer").replace("answer/", "answer/forged"))
    visitor.open(people.link("p4", "decline"))
    visitor.post(visitor.url, {"reason": "wrong_person"})
    events.settle(outbox.bounce(sent_mails("p4@example.org")[0], clock.now()), clock.now())
    replace.replace(people.COHORT, "p4@example.org", NEW, clock.now(), "ada@example.org")
    drain(clock.now())
    close.publish(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    drain(clock.advance(days=1))


def tokens():
    links = [link for mail in sent_mails() for link in mail.links]
    return {part for link in links for part in re.findall(r"[\w-]{22}(?=$|[/?])", link)}


def addresses():
    return {address for mail in sent_mails() for address in mail.addresses} | {NEW}
