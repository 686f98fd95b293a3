"""An administrator reads the questionnaire and every email before anything is sent."""

import email
import html
from email import policy

import pytest

from chalicelib.collect.pages import pages
from chalicelib.collect.preview.preview import NOT_OF_THE_PROGRAMME
from chalicelib.emails.kinds import load_kinds
from infra.local import memory
from tests.support import cloud, people
from tests.support.cloud import BASE_URL

PREVIEW = f"{BASE_URL}/admin/cohort/{people.COHORT}/preview"
SHOWN = [kind.name for kind in load_kinds().values() if kind.to not in NOT_OF_THE_PROGRAMME]


@pytest.fixture
def admin(visitor, clock):
    people.load(clock.now())
    return visitor.let_in_administrator(clock.now())


@pytest.mark.parametrize("group", people.programme().groups, ids=lambda group: group.id)
def test_each_group_reads_its_own_words_and_cannot_answer(admin, group):
    admin.open(f"{PREVIEW}/questionnaire/{group.id}")
    asked = [question for page in pages(people.programme(), group.id) for question in page.questions]

    assert admin.status == 200
    assert all(html.escape(question.text, quote=False) in html.unescape(admin.page) for question in asked)
    assert admin.page.count("<fieldset disabled>") == len(pages(people.programme(), group.id))
    assert "<form" not in admin.page.partition("<h1>")[2]


def test_every_email_of_a_programme_is_listed_and_opens(admin):
    admin.open(PREVIEW)
    assert sorted(admin.links("/preview/email/")) == sorted({f"{PREVIEW}/email/{name}" for name in SHOWN})

    for name in SHOWN:
        admin.open(f"{PREVIEW}/email/{name}")
        assert admin.status == 200, name
        assert people.programme().title in html.unescape(admin.page), name


def test_an_email_is_a_file_that_email_programs_open(admin):
    admin.open(f"{PREVIEW}/email/collect/invitation/file")
    message = email.message_from_string(admin.page, policy=policy.default)

    assert admin.headers["Content-Type"].startswith("message/rfc822")
    assert "invitation.eml" in admin.headers["Content-Disposition"]
    assert people.programme().organisation.brand in message.get_body(("html",)).get_content()


def test_what_the_programme_does_not_send_is_not_shown(admin):
    for name in ("web/code", "collect/nothing"):
        assert admin.open(f"{PREVIEW}/email/{name}").status == 404
    assert admin.open(f"{PREVIEW}/questionnaire/strangers").status == 404


def test_a_preview_writes_nothing(admin):
    before = memory.rows(f"fullcircle-{cloud.STAGE}", "")
    admin.open(PREVIEW)
    admin.open(f"{PREVIEW}/questionnaire/peer")
    admin.open(f"{PREVIEW}/email/collect/invitation/file")

    assert memory.rows(f"fullcircle-{cloud.STAGE}", "") == before
