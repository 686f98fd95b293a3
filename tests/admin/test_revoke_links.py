"""Revoke links: an old link opens nothing, and its owner loses nothing."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, resend_link, revoke_links, void_answers
from chalicelib.admin.cohort_status import CohortUnknown
from chalicelib.admin.resend_link import AddressNotFound
from chalicelib.admin.revoke_links_job import revoke_links_everywhere
from chalicelib.cli import parser
from chalicelib.core.clock import stamp
from chalicelib.core.ids import coach_id, inbox_key
from chalicelib.core.model import Approver, InvitationState, Wave
from chalicelib.links import kinds, signing
from chalicelib.report.emails import ready_email
from chalicelib.sponsor.emails.about_documents import edition_email
from chalicelib.store import audit_events, cohorts, delegates, emails, impact_surveys, invitations, jobs
from chalicelib.store.emails import EmailState
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from chalicelib.store.table import Missing, put, query, scan, update
from chalicelib.waves.emails import about_surveys
from tests.support import people
from tests.support.cloud import BASE_URL
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
CANARY = "CANARY"
DANA, MARA, CLEO, P0 = (people.person(name).email for name in ("dana delegate", "mara manager", "cleo coach", "p0"))
SPONSOR, MO = people.SPONSOR.email, people.FACILITATOR.person.email
COHORT = f"{BASE_URL}/admin/cohort/{people.COHORT}"
# kind of link -> whose it is
HOLDERS = {
    "hub": DANA,
    "nominate": DANA,
    "deletion": DANA,
    "approve": CLEO,
    "coach": CLEO,
    "facilitator": MO,
    "sponsor": SPONSOR,
    "inbox": P0,
    "answer": P0,
    "decline": P0,
    "impact": MARA,
    "shared": MARA,
}
every_kind = pytest.mark.parametrize("verb", HOLDERS)


@pytest.fixture
def opened(visitor, clock):
    """Open a questionnaire in a programme whose coaches approve; the manager's impact survey is open, too."""
    rules = replace(people.programme(), id="approving", raters_approved_by=Approver.COACH)
    people.opened(clock, chosen=people.raters(4, 0), rules=rules)
    survey = ImpactSurvey(people.dana(), Role.MANAGER, SurveyState.OPEN, clock.now(), people.CLOSE, ())
    people.write(impact_surveys.add(survey), delegates.open_link_of_manager(delegate()))
    clock.advance(hours=1)
    return visitor


def delegate():
    return delegates.find(people.dana())


def asked(email=P0):
    return next(
        invitation
        for invitation in invitations.of_delegate(people.dana(), Wave.BASELINE)
        if invitation.rater.email == email
    )


def survey():
    return next(iter(impact_surveys.surveys_from(delegates.load_rows(people.dana()))))


def links():
    """Return a link of each kind as it is now."""
    dana, cohort = delegate(), cohorts.find(people.COHORT)
    return {
        "hub": kinds.HUB.url(dana),
        "nominate": kinds.NOMINATE.url(dana),
        "deletion": kinds.DELETION.url(dana),
        "approve": kinds.APPROVE.url(dana, dana.coach),
        "coach": people.coach_url(),
        "facilitator": kinds.FACILITATOR.url(cohort, people.FACILITATOR.person),
        "sponsor": kinds.SPONSOR.url(cohort),
        "inbox": kinds.INBOX.url(asked()),
        "answer": kinds.ANSWER.url(asked()),
        "decline": kinds.DECLINE.url(asked()),
        "impact": kinds.IMPACT.url(survey()),
        "shared": kinds.SHARED.url(dana),
    }


def revoke(clock, email, **more):
    revoke_links.revoke_links(people.COHORT, email, clock.now(), BY, **more)
    drain(clock.now())


def is_revoked(visitor, url):
    visitor.open(url)
    return (visitor.status, "link-revoked" in visitor.messages) == (410, True)


# --- what a link opens ----------------------------------------------------------------------------------


def test_every_kind_of_link_to_a_person_is_revoked_here():
    assert HOLDERS.keys() == {verb for verb, kind in kinds.KINDS.items() if kind.is_signed} - {kinds.CODE.verb}


def damage(place):
    """Take everything out of a row but its key; return the row as it was."""
    (row,) = [row for row in query(place.pk) if row["sk"] == place.sk]
    people.write(update(place, remove=sorted(row.keys() - {"pk", "sk"}), refusal=Missing))
    return row


@pytest.mark.made_up_rows
def test_a_damaged_row_keeps_no_other_link_open_and_the_page_says_so(opened, clock):
    before = links()
    damage(impact_surveys.key(people.dana(), Role.MANAGER))
    opened.let_in_administrator(clock.now())
    opened.open(f"{COHORT}/revoke-links")

    opened.post(f"{COHORT}/revoke-links", {"address": MARA})
    opened.post(f"{COHORT}/revoke-links", {"confirmed": "yes"})
    assert "revoked-in-part" in opened.messages
    assert re.search(r'class="notice warn"[^>]*data-message="revoked-in-part"', opened.page)
    drain(clock.now())

    assert is_revoked(opened, before["shared"])


@pytest.mark.made_up_rows
def test_a_delegate_s_links_are_revoked_though_a_rater_s_row_is_damaged(opened, clock):
    before = links()
    damage(invitations.key_of(asked()))

    revoke(clock, DANA)

    assert is_revoked(opened, before["hub"])


@pytest.mark.made_up_rows
@every_kind
def test_a_link_is_revoked_though_the_delegate_s_line_cannot_be_read(opened, clock, verb):
    place = cohorts.line_key(people.COHORT, people.dana())
    before = links()[verb]
    row = damage(place)

    revoke(clock, HOLDERS[verb])
    people.write(put(row))

    assert is_revoked(opened, before)


@every_kind
def test_a_revoked_link_opens_nothing_and_the_new_one_opens_its_page(opened, clock, verb):
    before, email = links(), HOLDERS[verb]
    assert opened.open(before[verb]).status == 200

    revoke(clock, email)

    after = links()
    assert is_revoked(opened, before[verb])
    assert opened.open(after[verb]).status == 200
    assert {kind for kind in before if before[kind] != after[kind]} == {k for k, who in HOLDERS.items() if who == email}
    for kind, who in HOLDERS.items():
        if who != email:
            assert opened.open(before[kind]).status == 200


def test_links_that_an_earlier_version_emailed_work_until_they_are_revoked(opened, clock):
    inbox = signing.make("inbox", inbox_key(people.dana(), P0))
    coach = signing.make("coach", people.COHORT, coach_id(people.COHORT, CLEO))
    for url in (inbox, coach, f"{coach}/{people.dana()}"):
        assert opened.open(url).status == 200

    revoke(clock, P0)
    revoke(clock, CLEO)

    for url in (inbox, coach, f"{coach}/{people.dana()}"):
        assert is_revoked(opened, url)


def test_destroying_answers_shuts_out_a_person_who_has_the_old_email(opened, clock):
    """Its inbox link led to the new questionnaire of the person who was asked again."""
    of_email, earlier = people.link("p0", "inbox"), signing.make("inbox", inbox_key(people.dana(), P0))
    void_answers.void(people.COHORT, P0, clock.now(), BY)
    drain(clock.now())

    assert is_revoked(opened, of_email)
    assert is_revoked(opened, earlier)
    assert opened.open(people.link("p0", "inbox")).status == 200


def test_what_was_saved_and_sent_stays_and_only_the_new_link_shows_it(opened, clock):
    old = people.link("p0", "answer")
    people.send(people.answer_all(opened, old, comment=CANARY), old)
    before = asked()

    revoke(clock, P0)

    after = asked()
    assert (after.state, after.sent, after.draft) == (InvitationState.ANSWERED, before.sent, before.draft)
    assert CANARY not in opened.open(f"{old}/page/comments").page
    assert CANARY in opened.open(f"{kinds.ANSWER.url(after)}/page/comments").page
    assert opened.open(kinds.INBOX.url(after)).status == 200


def test_saving_through_a_revoked_link_is_refused(opened, clock):
    url = f"{people.link('p0', 'answer')}/page/comments"
    question = people.programme().open_questions[0].id
    opened.open(url)
    revoke(clock, P0)
    opened.post(url, {question: CANARY})

    assert opened.status == 410
    assert asked().draft == {}


# --- sessions -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["coach", "sponsor"])
def test_sessions_end_and_a_later_one_lasts(opened, clock, verb):
    email = HOLDERS[verb]
    opened.let_in(email, clock.now())
    assert "/sign-in/" not in opened.open(links()[verb]).page

    revoke_links.revoke_links(people.COHORT, email, clock.now(), BY)
    assert "/sign-in/" in opened.open(links()[verb]).page  # at once, before the job

    drain(clock.now())
    assert "/sign-in/" in opened.open(links()[verb]).page
    clock.advance(minutes=1)
    opened.sign_in(links()[verb], email, clock.now())
    assert (opened.status, "/sign-in/" in opened.page) == (200, False)


# --- emails that wait -----------------------------------------------------------------------------------


@pytest.mark.parametrize("email", [P0, DANA])
def test_a_reminder_that_waits_brings_the_new_links(opened, clock, email):
    before = len(sent_emails(email))
    revoke(clock, email)
    drain(clock.to(people.CLOSE - timedelta(hours=1)))

    messages = sent_emails(email)[before:]
    urls = [
        url for message in messages for url in message.links if re.search("/(answer|decline|inbox|hub|nominate)/", url)
    ]
    assert messages
    assert urls
    assert {url: opened.open(url).status for url in urls} == dict.fromkeys(urls, 200)


@pytest.mark.parametrize(("verb", "template"), [("impact", "impact/reminder"), ("coach", "report/ready")])
def test_other_emails_that_wait_bring_the_new_link(opened, clock, verb, template):
    later = clock.now() + timedelta(hours=2)
    people.write(*emails.add(waiting_email(template, later)))
    revoke(clock, HOLDERS[verb])
    drain(clock.to(later))

    (url,) = [url for message in sent_emails(HOLDERS[verb])[-1:] for url in message.links if f"/{verb}/" in url]
    assert url == links()[verb]
    assert opened.open(url).status == 200


def waiting_email(template, due_at):
    if template == "report/ready":
        return replace(ready_email(people.programme(), delegate(), Wave.BASELINE, due_at), due_at=due_at)
    return about_surveys.reminder_email(people.programme(), delegate(), survey(), due_at)


def test_the_sponsors_summary_that_waits_brings_the_new_link(opened, clock):
    cohort = cohorts.find(people.COHORT)
    later = clock.now() + timedelta(hours=2)
    people.write(*emails.add(edition_email(people.programme(), cohort, 1, later)))
    revoke(clock, SPONSOR)
    drain(clock.to(later))

    assert links()["sponsor"] in sent_emails(SPONSOR)[-1].links


def test_a_lost_link_that_waits_becomes_the_new_one(opened, clock):
    resend_link.resend_link(people.COHORT, CLEO, clock.now(), BY)
    revoke_links.revoke_links(people.COHORT, CLEO, clock.now(), BY)
    revoke_links_everywhere(the_job(), clock.now())
    drain(clock.now())

    assert people.link("cleo coach", "coach") == links()["coach"]


def test_an_email_that_ses_refused_brings_the_new_link_when_it_is_sent_again(opened, clock):
    later = clock.now() + timedelta(hours=2)
    waiting = waiting_email("impact/reminder", later)
    people.write(*emails.add(waiting))
    held = emails.claim(waiting.id, "attempt", later, later + timedelta(minutes=1))
    people.write(*emails.refused(held, "The content was refused", later))
    clock.to(later)
    revoke(clock, MARA)

    after = emails.find(waiting.id)
    assert (after.state, after.links["impact"]) == (EmailState.REFUSED, kinds.IMPACT.link(survey()))


# --- the act --------------------------------------------------------------------------------------------


def the_job():
    (job,) = [job for job in jobs.waiting(people.CLOSE) if job.kind == "revoke_links"]
    return job


@pytest.mark.parametrize("email", [P0, DANA, CLEO, SPONSOR, MARA])
def test_a_repeated_job_raises_no_version_twice(opened, clock, email):
    revoke_links.revoke_links(people.COHORT, email, clock.now(), BY)
    job = the_job()
    revoke_links_everywhere(job, clock.now())
    once = links()
    revoke_links_everywhere(job, clock.now())

    assert links() == once


def test_links_may_be_revoked_again_and_the_lost_link_is_another_email_each_time(opened, clock):
    resend_link.resend_link(people.COHORT, P0, clock.now(), BY)
    drain(clock.now())
    for times in (1, 2):
        clock.advance(minutes=1)
        before = links()
        revoke(clock, P0, send=True)
        assert is_revoked(opened, before["inbox"])
        assert people.link("p0", "inbox") == links()["inbox"]
        assert sum("here is your link" in str(message.message["Subject"]) for message in sent_emails(P0)) == 1 + times


@pytest.mark.parametrize(("verb", "name"), [("impact", "mara manager"), ("approve", "cleo coach")])
def test_the_new_link_of_a_survey_or_a_list_is_sent(visitor, clock, verb, name):
    people.send_list_to_coach(visitor, clock)
    people.write(
        impact_surveys.add(ImpactSurvey(people.dana(), Role.MANAGER, SurveyState.OPEN, clock.now(), people.CLOSE, ()))
    )
    revoke(clock, people.person(name).email, send=True)

    assert visitor.open(people.link(name, verb)).status == 200
    dana = delegate()
    made = {"impact": kinds.IMPACT.url(survey()), "approve": kinds.APPROVE.url(dana, dana.coach)}
    assert people.link(name, verb) == made[verb]


def test_no_one_learns_from_the_act_or_its_traces_who_has_answered(opened, clock):
    url = people.link("p1", "answer")
    people.send(people.answer_all(opened, url), url)
    said = [
        revoke_links.revoke_links(people.COHORT, people.person(name).email, clock.now(), BY) for name in ("p0", "p1")
    ]
    drain(clock.now())

    assert [[(target.verb, target.version) for target in targets] for targets in said] == [[("answer", "1")]] * 2
    trail = [row for row in audit_events.of_cohort(people.COHORT) if row["act"].startswith("revoked the links of")]
    raters = [people.person(name).email for name in ("p0", "p1")]
    lines = {audit_events.say_line(row) for row in trail}
    assert lines == {f"revoked the links of {email}" for email in raters}  # one line each, also of one moment
    assert {(row["by"], row["about"], row["at"], *sorted(row)) for row in trail} == {
        (BY, people.COHORT, stamp(clock.now()), *sorted(trail[0]))
    }


def test_a_delegate_who_leaves_leaves_no_approver_with_a_link(opened, clock):
    revoke(clock, DANA)
    before = delegate()
    people.write(delegates.withdraw(before, revoke_links=True))

    assert delegate().approver_version == before.approver_version + 1


def test_later_loads_and_changes_of_people_give_a_coach_the_link_that_works(opened, clock):
    """Versions are in the cohort's row, and delegates hold a copy for emails."""
    rules = replace(people.programme(), id="approving", raters_approved_by=Approver.COACH)
    revoke(clock, CLEO)
    revoke(clock, SPONSOR)
    people.load(clock.now(), names=("dana delegate", "dora delegate"), rules=rules)
    drain(clock.now())

    cohort = cohorts.find(people.COHORT)
    lines = cohorts.list_lines(people.COHORT)
    assert (cohort.sponsor_link, [*cohort.coach_links.values()]) == (2, [2])
    assert {delegates.find(line.delegate_id).coach_link for line in lines} == {2}
    assert opened.open(people.coach_url()).status == 200

    address_change.change_address(people.COHORT, CLEO, "other.coach@example.org", clock.now(), BY)
    drain(clock.now())
    assert delegate().coach_link == 1
    clock.advance(minutes=1)
    address_change.change_address(people.COHORT, "other.coach@example.org", CLEO, clock.now(), BY)
    drain(clock.now())
    assert delegate().coach_link == 2


def test_a_stranger_or_an_unknown_cohort_is_refused(opened, clock):
    with pytest.raises(AddressNotFound, match="who@example"):
        revoke_links.revoke_links(people.COHORT, "who@example.org", clock.now(), BY)
    with pytest.raises(CohortUnknown):
        revoke_links.revoke_links("nowhere", P0, clock.now(), BY)


def test_the_command_says_what_it_would_do_and_does_it(opened, clock, capsys):
    before = links()
    rows = len(list(scan()))
    command = ["cohort", "revoke-links", people.COHORT, CLEO.upper()]
    assert parser.main([*command, "--dry-run"]) == 0
    assert f"approve about {people.dana()}: would be revoked" in capsys.readouterr().out
    assert len(list(scan())) == rows

    assert parser.main([*command, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["dry_run"], {link["verb"] for link in printed["links"]}) == (False, {"approve", "coach"})
    drain(clock.now())
    assert is_revoked(opened, before["coach"])


def test_the_console_revokes_and_sends_the_new_link(opened, clock):
    before = links()
    opened.let_in_administrator(clock.now())
    opened.open(f"{COHORT}/delegate/{people.dana()}")
    opened.open(opened.links("/revoke-links")[0])
    assert DANA in opened.page
    opened.post(f"{COHORT}/revoke-links", {"address": DANA, "send": "yes"})
    assert (opened.shows, links()) == ("admin/preview", before)
    assert "Dana Delegate" in opened.page
    opened.post(f"{COHORT}/revoke-links", {"confirmed": "yes"})
    assert "revoked" in opened.messages
    drain(clock.now())

    assert is_revoked(opened, before["hub"])
    assert people.link("dana delegate", "hub") == links()["hub"]


def test_the_console_says_what_is_wrong_with_an_address(opened, clock):
    opened.let_in_administrator(clock.now())
    opened.open(f"{COHORT}/link")
    opened.open(opened.links("/revoke-links")[0])
    opened.post(f"{COHORT}/revoke-links", {"address": "who@example.org"})

    assert (opened.status, "who@example.org" in opened.page) == (400, True)
