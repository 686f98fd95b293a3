"""Emails say who sees what in the sentences of the form that they lead to, made from its declaration."""

import pytest
from msgspec.structs import replace

from chalicelib.core.model import SELF_GROUP, Invitation, InvitationState, Wave
from chalicelib.forms.readers import Form, Names, form_of, names_for, sentences
from chalicelib.store import delegates
from chalicelib.store.impact_surveys import EDITION, ImpactSurvey, Role, SurveyState
from chalicelib.waves.emails import about_surveys, to_raters
from tests.support import people
from tests.support.drain import drain


@pytest.fixture
def wave(aws, clock):
    people.load(clock.now())
    drain(clock.now())
    return delegates.find_with_wave(people.dana(), Wave.BASELINE)


WRITERS = (to_raters.first_email, to_raters.manual_reminder, to_raters.extension_email)


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("group", [group.id for group in people.programme().groups])
def test_an_email_about_a_questionnaire(wave, clock, group, write):
    delegate, its_wave = wave
    programme = people.programme()
    asked = Invitation("i", delegate.id, Wave.BASELINE, group, people.person("p0"), InvitationState.INVITED)
    rater_group = programme.group(group)

    said = sentences(form_of(rater_group), names_for(programme, delegate.person.name, rater_group, asked.rater.name))
    assert write(programme, delegate, its_wave, asked, clock.now()).words["who_sees"] == " ".join(said)
    assert (form_of(rater_group) is Form.OWN) == (group == SELF_GROUP)


def test_an_email_about_a_pulse(wave, clock):
    delegate, its_wave = wave
    programme = people.programme()
    asked = Invitation("i", delegate.id, Wave.PULSE, "peer", people.person("p0"), InvitationState.INVITED)
    pulse = replace(its_wave, wave=Wave.PULSE)

    names = names_for(programme, delegate.person.name, programme.group("peer"), asked.rater.name)
    email = to_raters.first_email(programme, delegate, pulse, asked, clock.now())
    assert email.words["who_sees"] == " ".join(sentences(Form.PULSE, names))


@pytest.mark.parametrize(("role", "form"), [(Role.DELEGATE, Form.IMPACT_DELEGATE), (Role.MANAGER, Form.IMPACT_MANAGER)])
def test_an_email_about_a_survey(wave, clock, role, form):
    delegate, its_wave = wave
    survey = ImpactSurvey(delegate.id, role, SurveyState.OPEN, clock.now(), its_wave.closes_at, (), edition=EDITION)

    email = about_surveys.first_email(people.programme(), delegate, survey)
    assert email.words["who_sees"] == " ".join(sentences(form, Names(delegate.person.name)))
