"""What operators see holds ids and states: no token, address, name, answer or comment, over the whole way.

That is log lines, addresses of pages and documents, tags of emails, messages of the queues and keys of rows, which AWS
keeps in trails and metrics of its own. Figures made from log lines have no dimensions: tests/infra/test_stack.py.
"""

import ast
import base64
import hashlib
import io
import itertools
import json
import logging
import re
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from chalice.test import Client
from pythonjsonlogger.json import JsonFormatter

from chalicelib.admin import address_change, close_or_extend
from chalicelib.core import ids, log
from chalicelib.core.model import Wave
from chalicelib.emails import delivery_events
from infra.local import account, outbox
from infra.local.memory import backend
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

CANARY = "canary-9f3b"
NEW = "canary.address@example.org"
NAMES = ("Dana", "Mara", "Cleo", "P0", "P4")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Every log line, as Lambda would have it."""
    log_text, logger = io.StringIO(), logging.getLogger("fullcircle")
    handler = logging.StreamHandler(log_text)
    handler.setFormatter(JsonFormatter("{levelname}{message}", style="{"))
    logger.addHandler(handler)
    level = logger.level
    logger.setLevel(logging.INFO)
    yield log_text
    logger.setLevel(level)
    logger.removeHandler(handler)


def test_nothing_that_operators_see_contains_a_token_an_address_a_name_or_an_answer(visitor, clock, written):
    page_texts = the_whole_way(visitor, clock)
    lines = written.getvalue().splitlines()
    links = [link for message in sent_emails() for link in message.links]
    people_know = {CANARY, *NAMES, *addresses()}

    assert len(lines) > 40
    assert all(json.loads(line)["message"] for line in lines)
    assert find_secrets(lines, people_know | tokens(links)) == []
    assert find_secrets([*links, *page_texts], people_know) == []
    assert find_secrets(seen_by_aws(), people_know | tokens(links)) == []


def test_no_one_with_a_list_of_staff_can_find_out_whose_an_id_is(visitor, clock, written):
    """With every hash that the code makes, and the usual others, but without the key."""
    page_texts = the_whole_way(visitor, clock)
    seen = [*written.getvalue().splitlines(), *page_texts, *seen_by_aws()]
    seen += [link for message in sent_emails() for link in message.links]
    staff = addresses() | {account.ADMINISTRATOR}
    contexts = (people.COHORT, people.dana(), *Wave)

    assert {"delegate", "invitation", "coach", "approver", "reader", "administrator", "rater"} <= LABELS
    assert len(words_of(seen)) > 100
    assert recognised(seen, staff, contexts) == set()
    for unkeyed in (
        ids.unkeyed_delegate_id(people.COHORT, NEW),
        ids.unkeyed(8, "invitation", people.dana(), Wave.PULSE, NEW),
        ids.unkeyed_rater_key(NEW),
        ids.coach_ids(people.COHORT, NEW)[1],
        hashlib.sha256(NEW.encode()).hexdigest()[:10],
    ):
        assert recognised([f"/x/{unkeyed}.1"], staff, contexts) == {NEW}, "the attack itself finds what has no key"


def labels_in_the_code() -> set[str]:
    """Return what ids are made for, as the code says it to the functions that make them."""
    trees = [ast.parse(path.read_text()) for path in Path(ids.__file__).parent.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    made = [call for call in calls if getattr(call.func, "id", "") in ("derive", "unkeyed", "make")]
    return {arg.value for call in made for arg in call.args if isinstance(arg, ast.Constant)}


LABELS = {label for label in labels_in_the_code() if isinstance(label, str)} | {""}


def words_of(seen: list[str]) -> set[str]:
    return {word.lower() for line in seen for word in re.findall(r"[A-Za-z0-9]{8,}", line)}


def recognised(seen: list[str], staff: set[str], contexts: tuple[str, ...]) -> set[str]:
    """Whose ids are among the words: a word gives someone away if a hash of their address begins with it."""
    words = words_of(seen)
    starts = {word[:8] for word in words}
    return {
        email
        for email in staff
        for written in spellings(email, contexts)
        if written[:8] in starts and any(written.startswith(word) for word in words)
    }


def spellings(email: str, contexts: tuple[str, ...]) -> Iterator[str]:
    between = [(), *((context_word,) for context_word in contexts), *itertools.permutations(contexts, 2)]
    for label, context, sep in itertools.product(LABELS, between, ("\x1f", "|", "")):
        text = sep.join(part for part in (label, *context, email) if part).encode()
        for make in ("sha256", "sha1", "md5"):
            digest = hashlib.new(make, text).digest()
            yield base64.b32encode(digest).decode().lower()
            yield digest.hex()


def the_whole_way(visitor, clock) -> list[str]:
    """Return where the pages and documents were that a person came to see."""
    the_questionnaires(visitor, clock)
    documents = the_report(visitor, clock)
    return [*documents, *six_months_on(visitor, clock)]


def the_questionnaires(visitor, clock):
    people.opened(clock, chosen=people.raters(5, 0))
    for name in ("p0", "p1", "p2", "p3", "mara manager", "dana delegate"):
        url = people.link(name, "answer")
        people.send(people.answer_all(visitor, url, comment=CANARY), url)
    visitor.open(people.link("p4", "answer").replace("answer/", "answer/forged"))
    visitor.open(people.link("p4", "decline"))
    visitor.post(visitor.url, {"reason": "wrong_person"})
    delivery_events.record_delivery_event(outbox.bounce(sent_emails("p4@example.org")[0], clock.now()), clock.now())
    address_change.change_address(people.COHORT, "p4@example.org", NEW, clock.now(), "ada@example.org")
    drain(clock.now())
    close_or_extend.publish_with_few_answers(people.COHORT, people.person("dana delegate").email, clock.now())
    drain(clock.now())
    drain(clock.to(people.CLOSE))
    drain(clock.advance(days=1))


def the_report(visitor, clock) -> list[str]:
    coach = people.coach_url()
    case = f"{coach}/{people.dana()}"
    visitor.sign_in(coach, "cleo.coach@example.org", clock.now())
    visitor.open(case).post(f"{case}/report", {"kind": "pdf"})
    document = visitor.headers["Location"]
    areas = people.areas_typed(clock.now().date(), CANARY)
    visitor.open(case).post(f"{case}/debrief", {"held_on": clock.now().date().isoformat(), **areas})
    visitor.open(f"{case}/release").post(f"{case}/release")
    assert "Released" in visitor.page
    drain(clock.now())
    return [document, visitor.url]


def six_months_on(visitor, clock) -> list[str]:
    drain(clock.to(clock.now().replace(year=2027, month=5, day=31)))
    drain(clock.advance(days=1))
    impact = people.link("dana delegate", "impact")
    visitor.open(f"{impact}/part/closing").post(f"{impact}/part/closing", {"negative": CANARY})
    visitor.open(f"{impact}/review").post(f"{impact}/send")
    effect = f"{people.link('mara manager', 'impact')}/part/effect"
    visitor.open(effect).post(effect, {"effect": CANARY})
    pulse = people.link("p0", "answer")
    visitor.open(pulse).post(f"{pulse}/pulse", dict(zip(people.area_ids(), ("6", "na"), strict=True)))
    assert visitor.shows == "collect/thanks"
    drain(clock.advance(days=40))
    visitor.sign_in(people.link("sponsor", "sponsor"), "sponsor@example.org", clock.now())
    assert visitor.status == 200
    return [visitor.url]


def seen_by_aws() -> list[str]:
    """Names of documents, keys of rows, tags of emails, hints."""
    rows = [row for table in backend("dynamodb").tables.values() for row in table.all_items()]
    keys = [str(row.attrs[name].value) for row in rows for name in ("pk", "sk", "id", "due_shard") if name in row.attrs]
    documents = [key for bucket in backend("s3").buckets.values() for key in bucket.keys]
    emails = [value for message in outbox.accepted() for values in message.tags.values() for value in values]
    hints = [message.body for queue in backend("sqs").queues.values() for message in queue._messages]
    assert all((keys, documents, emails, hints))
    return [*keys, *documents, *emails, *(message.row for message in outbox.accepted()), *hints]


def find_secrets(lines: list[str], secrets: set[str]) -> list[str]:
    return [f"{secret} in {line}" for line in lines for secret in secrets if secret in line]


def tokens(links: list[str]) -> set[str]:
    return {part for link in links for part in re.findall(r"[\w-]{22}(?=$|[/?])", link)}


def addresses() -> set[str]:
    return {address for message in sent_emails() for address in message.addresses} | {NEW}


def test_every_line_of_a_job_or_email_carries_its_id(visitor, clock, written):
    people.opened(clock, chosen=people.raters(4, 0))
    lines = [json.loads(line) for line in written.getvalue().splitlines()]

    assert {line["message"] for line in lines} == {"job_done", "mail_sent"}
    assert all(line.get("job") or line.get("mail") for line in lines)


def test_ids_are_shared_by_the_lines_inside_and_no_others(written):
    with log.bind(request="r-1", stage="prod"), log.bind(job="j"):
        log.info("inside", attempts=1)
        log.error("failed", ValueError("what a person typed"))
    log.warning("outside")
    inside, failed, outside = (json.loads(line) for line in written.getvalue().splitlines())

    assert inside == {"levelname": "INFO", "message": "inside", "request": "r-1", "stage": "prod", "job": "j"} | {
        "attempts": 1
    }
    assert failed["request"] == "r-1"
    assert "typed" not in failed["error"]
    assert outside == {"levelname": "WARNING", "message": "outside"}


def test_the_text_of_an_error_that_ends_a_run_is_in_no_log_and_in_no_trace(aws):
    """Lambda writes what a function raises into its log, and X-Ray into a trace."""
    from app import app

    typed = "what a person typed"
    with pytest.raises(log.RunFailed) as ended, log.hide_text_of_errors():
        raise ValueError(typed)
    with Client(app) as functions, pytest.raises(log.RunFailed, match=r"^IndexError at .*app\.py:\d+$"):
        functions.lambda_.invoke("work", functions.events.generate_sqs_event(['{"row": "no row of ours"}']))

    assert str(ended.value).startswith("ValueError at ")
    assert typed not in "".join(traceback.format_exception(ended.value))
