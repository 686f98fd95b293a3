"""What a file that names other people does: no one reads or changes what someone before them wrote."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from chalicelib.admin import address_change, reopen_survey
from chalicelib.admin.address_change import ReplaceRefused
from chalicelib.core.model import DelegateEntry, PulseArea
from chalicelib.links.kinds import IMPACT
from chalicelib.programme.load_cohort import load_cohort
from chalicelib.programme.load_programme import LoadRefused
from chalicelib.store import cohorts, delegates, impact_surveys
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

BY = "ada@example.org"
CANARY = "CANARY"
OWN = people.person("dana delegate").email
AREA = PulseArea("1", "Asks for two views")


@pytest.fixture
def opened(visitor, clock):
    people.opened(clock, chosen=people.raters(4, 0))
    clock.advance(days=1)
    return visitor


def load(clock, entry: DelegateEntry) -> None:
    load_cohort(cohorts.find(people.COHORT), people.programme(), (entry,), {}, clock.now(), by=BY)
    drain(clock.advance(minutes=1))


def name_max_as_manager(clock) -> None:
    load(clock, replace(people.entry("dana delegate"), manager=people.person("max manager")))


def survey_of_manager(clock, **more) -> ImpactSurvey:
    survey = ImpactSurvey(
        delegate_id=people.dana(),
        role=Role.MANAGER,
        opened_at=clock.now(),
        closes_at=people.CLOSE,
        areas=(AREA,),
        **{"state": SurveyState.OPEN, "answers": {"change.1": "2", "evidence.1": CANARY}, **more},
    )
    people.write(impact_surveys.add(survey))
    return survey


def survey_now() -> ImpactSurvey:
    surveys = impact_surveys.surveys_from(delegates.load_rows(people.dana()))
    return next(survey for survey in surveys if survey.role is Role.MANAGER)


def links_to(name: str) -> list[str]:
    return [url for email in sent_emails(people.person(name).email) for url in email.links if "/impact/" in url]


@pytest.mark.parametrize("sent", [False, True])
def test_another_manager_does_not_open_the_survey_of_the_one_before(opened, clock, sent):
    before = survey_of_manager(clock, sent=sent)
    name_max_as_manager(clock)

    assert opened.open(IMPACT.url(before)).status == 410
    assert survey_now().sealed is sent
    assert CANARY not in opened.open(IMPACT.url(survey_now())).page
    assert bool(links_to("max manager")) is not sent  # asked if no answer counts yet


def test_another_manager_who_is_asked_again_starts_with_an_empty_survey(opened, clock):
    """What the one before had sent cannot be counted, so the manager of today is asked."""
    survey_of_manager(clock, sent=True, state=SurveyState.CLOSED, answers={"change.1": "99", "evidence.1": CANARY})
    name_max_as_manager(clock)
    reopen_survey.ask_again(people.dana(), clock.now(), BY)
    drain(clock.advance(minutes=6))

    url = links_to("max manager")[-1]
    pages = [url, *opened.open(url).links("/part/")]
    assert not any(CANARY in opened.open(page).page for page in pages)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("cleo.coach@example.org", OWN),
        ("mara.manager@example.org", OWN),
        (OWN, "cleo.coach@example.org"),
        (OWN, "mara.manager@example.org"),
    ],
)
def test_no_one_becomes_their_own_coach_or_manager(opened, clock, old, new):
    with pytest.raises(ReplaceRefused):
        address_change.change_address(people.COHORT, old, new, clock.now(), BY)


def test_a_file_with_an_address_that_was_replaced_is_refused(opened, clock):
    """The row may be another person's: they would take over the delegate's report."""
    address_change.change_address(people.COHORT, OWN, "dana.new@example.org", clock.now(), BY)
    drain(clock.advance(minutes=1))
    before = delegates.find(people.dana())

    other = replace(people.entry("dana delegate"), coach=people.person("carl coach"))
    with pytest.raises(LoadRefused, match=OWN):
        load(clock, replace(other, person=replace(other.person, name="Other Person")))
    assert delegates.find(people.dana()) == before
