"""The page of problems names no one who may not have answered."""

from datetime import timedelta

from chalicelib.collect.submit_answers import submit
from chalicelib.store import emails
from chalicelib.store.due import due_columns
from chalicelib.store.emails import EmailMissing, EmailState
from chalicelib.store.table import update
from tests.faults import scene
from tests.support import people
from tests.support.cloud import BASE_URL


def test_an_unconfirmed_reminder_is_listed_by_kind_alone_and_stays_when_the_rater_answers(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 4))
    clock.advance(days=1)
    reminder = people.reminders_of(scene.invitation("p1"))[0]
    lease = {"state": EmailState.SENDING, "attempt": "x", **due_columns(reminder, clock.now() + timedelta(minutes=30))}
    people.write(update(emails.key(reminder), put=lease, refusal=EmailMissing))

    def list_of_unconfirmed():
        visitor.cookies.clear()
        page = visitor.let_in_administrator(clock.now()).open(f"{BASE_URL}/admin/work").page
        return page.partition("Unconfirmed emails")[2].partition("</main>")[0]

    before = list_of_unconfirmed()
    answer_link = scene.link_of(scene.invitation("p1"))
    scene.fill_in(answer_link, "3", clock.now())
    submit(answer_link, clock.now())

    assert "<li>" in before
    assert "p1@" not in before
    assert list_of_unconfirmed() == before
