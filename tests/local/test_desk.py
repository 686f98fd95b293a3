"""The desk over HTTP: clock, outbox, jobs, bounces and the example, as the README promises them."""

from __future__ import annotations

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from chalicelib.emails.kinds import find_kind
from chalicelib.links.kinds import KINDS
from infra.local.people import OF_ANYONE, ROLES, SURVEY


@pytest.mark.parametrize(("path", "to"), [("/", "/_local/"), ("/_local", "/_local/"), ("/api", "/api/")])
def test_short_addresses_lead_to_the_pages(desk, path, to):
    answer = desk.get(path)

    assert (answer.status, answer.headers["location"]) == (303, to)


def test_the_page_shows_clock_outbox_links_and_jobs(loaded):
    answer = loaded.get("/_local/")

    page = answer.body.decode()
    assert answer.headers["content-type"].startswith("text/html")
    assert all(f"<h2 id={name}" in page.replace('"', "") for name in ("clock", "outbox", "links", "jobs"))
    assert loaded.get("/_local/mail.json").json[-1]["links"][0] in page


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_local/nothing", 404),
        ("GET", "/_local/mail/nothing.eml", 404),
        ("GET", "/_local/bounce", 405),
        ("POST", "/_local/jobs.json", 405),
        ("DELETE", "/_local/clock", 405),
    ],
)
def test_what_the_desk_does_not_have_is_an_error_in_json(desk, method, path, status):
    answer = desk.ask(method, path)

    assert answer.status == status
    assert answer.json["error"]


# --- clock ------------------------------------------------------------------------------------------------------------


def now(desk) -> datetime:
    return datetime.fromisoformat(desk.get("/_local/clock").json["now"])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param('{"advance": "PT2H"}', "application/json", id="json"),
        pytest.param("advance=PT2H", "application/x-www-form-urlencoded", id="form"),
        pytest.param('{"advance": "PT2H"}', "application/x-www-form-urlencoded", id="curl-without-a-type"),
    ],
)
def test_the_clock_is_advanced(desk, body, kind):
    before = now(desk)

    answer = desk.ask("POST", "/_local/clock", body, **{"Content-Type": kind})

    assert answer.status == 200
    assert timedelta(hours=2) <= datetime.fromisoformat(answer.json["now"]) - before < timedelta(hours=2, minutes=5)
    assert answer.json["jobs_run"] >= 0


def test_the_clock_is_set_to_a_moment(desk):
    target = (now(desk) + timedelta(days=1)).isoformat()

    assert desk.post("/_local/clock", to=target).json["now"] == target.replace("+00:00", "Z")


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "[]",
        "{",
        '{"advance": "2 weeks"}',
        '{"advance": "P"}',
        '{"advance": "-P1D"}',
        '{"advance": "P1D", "to": "2099-01-01T00:00:00Z"}',
        '{"advance": "P999999999Y"}',
        '{"advance": "PT99999999999999H"}',
        '{"to": "2020-01-01T00:00:00Z"}',
        '{"to": "2099-01-01T00:00:00"}',
        '{"to": "9999-01-01T00:00:00Z"}',
        '{"to": "tomorrow"}',
        '{"to": null}',
    ],
)
def test_a_time_that_cannot_be_reached_is_refused_and_time_stays(desk, body):
    before = now(desk)

    answer = desk.ask("POST", "/_local/clock", body, **{"Content-Type": "application/json"})

    assert answer.status == 400
    assert answer.json["error"]
    assert now(desk) - before < timedelta(minutes=1)


def test_a_button_on_the_page_leads_back_to_the_page(desk):
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html,*/*"}

    answer = desk.ask("POST", "/_local/clock", "advance=PT1H", **form)

    assert (answer.status, answer.headers["location"]) == (303, "/_local/")


# --- email and jobs ---------------------------------------------------------------------------------------------------


def test_every_email_is_listed_with_its_parts_and_links(loaded):
    emails = loaded.get("/_local/mail.json").json
    pages = f"http://127.0.0.1:{loaded.port}/api/"

    assert len(emails) >= 12
    for message in emails:
        assert message.keys() >= {
            "id",
            "mail",
            "to",
            "from",
            "subject",
            "sent_at",
            "text",
            "html",
            "links",
            "attachments",
            "items",
        }
        assert datetime.fromisoformat(message["sent_at"]) <= now(loaded)
        assert bool(message["links"]) == any(find_kind(item).links for item in message["items"])
        assert all(link in message["text"] and link.startswith(pages) for link in message["links"])


def test_an_email_is_served_as_it_was_sent(loaded):
    message = loaded.get("/_local/mail.json").json[0]

    answer = loaded.get(f"/_local/mail/{message['id']}.eml")

    message = message_from_bytes(answer.body, policy=default)
    assert answer.headers["content-type"] == "message/rfc822"
    assert (message["To"], message["Subject"]) == (message["to"], message["subject"])


def test_every_link_of_an_email_opens_a_page_of_the_application(loaded):
    for link in loaded.get("/_local/mail.json").json[0]["links"]:
        path = link.removeprefix(f"http://127.0.0.1:{loaded.port}")

        assert loaded.get(path).status == 200
        assert (loaded.ask("HEAD", path).status, loaded.ask("HEAD", path).body) == (200, b"")


def test_jobs_and_emails_are_listed_with_their_result(loaded):
    jobs = loaded.get("/_local/jobs.json").json

    assert all(job.keys() == {"id", "kind", "due_at", "state", "attempts", "error"} for job in jobs)
    assert {job["state"] for job in jobs} == {"waiting", "done"}
    assert {"mail", "close", "enrol"} <= {job["kind"] for job in jobs}
    sent = {message["mail"] for message in loaded.get("/_local/mail.json").json}
    assert sent <= {job["id"] for job in jobs if job["kind"] == "mail" and job["state"] == "done"}


def test_an_email_bounces_by_its_id_or_its_rows(loaded):
    message = loaded.get("/_local/mail.json").json[1]

    by_id = loaded.post("/_local/bounce", mail=message["id"], type="Permanent")
    by_row = loaded.post("/_local/bounce", mail=message["mail"])

    assert (by_id.status, by_row.status) == (200, 200)
    row = loaded.client("dynamodb").get_item(
        TableName="fullcircle-local", Key={"pk": {"S": f"MAIL#{message['mail']}"}, "sk": {"S": "MAIL"}}
    )
    assert row["Item"]["state"] == {"S": "bounced"}


@pytest.mark.parametrize("fields", [{}, {"mail": "nothing"}, {"mail": "", "type": "Permanent"}, {"type": "Soft"}])
def test_a_bounce_of_nothing_is_refused(desk, fields):
    assert desk.post("/_local/bounce", **fields).status == 400


# --- people -----------------------------------------------------------------------------------------------------------


def test_everyone_with_a_link_is_listed_with_role_and_links(loaded):
    people = loaded.get("/_local/people.json").json

    assert all(person.keys() == {"role", "name", "email", "cohort", "links"} for person in people)
    assert people[0]["role"] == "administrator"
    assert loaded.get("/_local/people.json").json == people
    delegates = [person for person in people if person["role"] == "delegate"]
    assert len(delegates) == 12
    for person in delegates:
        assert person["cohort"] == "cohort-1"
        assert person["links"].keys() == {"answer", "hub", "nominate"}


def test_every_kind_of_link_has_a_role():
    assert {*ROLES, *OF_ANYONE, SURVEY} == set(KINDS)


def test_facilitators_are_listed_from_the_loading_of_their_cohort_on(loaded):
    people = loaded.get("/_local/people.json").json
    (facilitator,) = [person for person in people if person["role"] == "facilitator"]

    assert (facilitator["name"], facilitator["cohort"]) == ("Mo Hart", "cohort-1")
    link = facilitator["links"]["facilitator"].removeprefix(f"http://127.0.0.1:{loaded.port}")
    assert loaded.get(link).status == 200


def test_every_listed_link_opens_a_page(loaded):
    for person in loaded.get("/_local/people.json").json[:3]:
        for link in person["links"].values():
            assert loaded.get(link.removeprefix(f"http://127.0.0.1:{loaded.port}")).status in (200, 303)


def test_a_kind_that_no_job_has_is_refused_with_the_kinds_there_are(desk):
    answer = desk.post("/_local/jobs/fail", kind="nothing")

    assert answer.status == 400
    assert "close" in answer.json["error"]


# --- the example ------------------------------------------------------------------------------------------------------


def test_the_button_of_the_welcome_leads_to_an_opened_questionnaire(loaded):
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}

    answer = loaded.ask("POST", "/_local/demo", "open=1", **form)

    assert answer.status == 303
    assert "/api/answer/" in answer.headers["location"]


def test_the_example_loaded_twice_is_there_once(loaded):
    assert loaded.post("/_local/demo").json["changed"] is False
