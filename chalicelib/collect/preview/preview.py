"""Make what people of a cohort will get, with sample names where the cohort has none yet. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from chalicelib.collect.pages import Page, fits_in_a_row, pages
from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import minutes, time_zone_name
from chalicelib.core.model import SELF_GROUP, Cohort, Person, Programme, Wave
from chalicelib.core.settings import settings
from chalicelib.emails.compose import compose_message, context
from chalicelib.emails.kinds import EmailKind, To, load_kinds
from chalicelib.emails.render import render
from chalicelib.emails.samples import COACH, DELEGATE, SAM, reader_of, sample
from chalicelib.forms.readers import Form, form_of_wave, names_for, sentences
from chalicelib.links.signing import LinkUnknown
from chalicelib.store import cohorts, programmes
from chalicelib.store.emails import Email

NOTHING_ANSWERED: Mapping[str, Any] = {"answers": {}, "faults": (), "blank": (), "asked_about": False, "check": None}
NOT_OF_THE_PROGRAMME = (To.SIGNING_IN, To.ADMINISTRATOR, To.LINK_OWNER)


class EmailUnknown(Refusal):
    status = 404
    title = "There is no such email"
    next_step = "Choose an email from the list."


class About(Struct, frozen=True):
    """The delegate of the preview: the first of the cohort, or a sample."""

    person: Person
    coach: Person


class PreviewForm(Struct, frozen=True):
    """The questionnaire of one group, as its template reads it."""

    delegate: About
    pages: tuple[Page, ...]
    is_self: bool


class Preview(Struct, frozen=True):
    cohort: Cohort
    programme: Programme
    about: About

    def questions(self, group_id: str) -> Mapping[str, Any]:
        """Return what the questionnaire's page shows of a group. Raises LinkUnknown for a group that is not there."""
        group = {group.id: group for group in self.programme.groups}.get(group_id)
        if group is None:
            raise LinkUnknown
        names = names_for(self.programme, self.about.person.name, group, SAM.name)
        options = [(str(rating), label) for rating, label in enumerate(self.programme.scale, start=1)]
        return {
            "opened": PreviewForm(self.about, pages(self.programme, group.id), group.id == SELF_GROUP),
            "group": group,
            "who_sees": sentences(form_of_wave(Wave.BASELINE, group), names),
            "minutes": minutes(self.programme),
            "options": options,
            "in_a_row": fits_in_a_row(self.programme.scale),
            **NOTHING_ANSWERED,
        }

    def email_page(self, name: str) -> Mapping[str, Any]:
        """Return what the page of an email shows. Raises EmailUnknown."""
        email = self.email(name)
        return {"kind": load_kinds()[name], "shown": render(name, context(email))}

    def email(self, name: str) -> Email:
        """Make a sample of a kind of email in the programme's colours. Raises EmailUnknown."""
        kind = load_kinds().get(name)
        if kind is None or kind.to in NOT_OF_THE_PROGRAMME:
            raise EmailUnknown("The address names an email that this programme does not send.")
        return _sample(kind, self.programme, self.cohort)


def open_preview(cohort_id: str) -> Preview:
    """Open the preview. Raises LinkUnknown if there is no such cohort."""
    rows = list(cohorts.rows(cohort_id))
    cohort = cohorts.cohort_from(rows)
    if cohort is None:
        raise LinkUnknown
    programme = programmes.load(cohort.programme_id, cohort.programme_version)
    lines = cohorts.lines_from(rows)
    first = min(lines, key=lambda line: line.name) if lines else None
    sample_about = About(Person(DELEGATE, SAM.email), Person(COACH, SAM.email))
    return Preview(cohort, programme, About(Person(first.name, first.email), first.coach) if first else sample_about)


def list_emails() -> Mapping[To, Sequence[EmailKind]]:
    """Return every kind of email of a programme, by who reads it."""
    kinds = sorted(load_kinds().values(), key=lambda kind: kind.label)
    return {to: [kind for kind in kinds if kind.to is to] for to in To if to not in NOT_OF_THE_PROGRAMME}


def as_file(email: Email, now: datetime) -> str:
    """Return an email as a file that email programs open: it looks there as its reader will see it."""
    return compose_message(email, settings(), now).decode()


def _sample(kind: EmailKind, programme: Programme, cohort: Cohort) -> Email:
    organisation = programme.organisation
    names = names_for(programme, DELEGATE, (*programme.anonymous_groups, *programme.groups)[0], SAM.name)
    words = {
        "programme": programme.title,
        "organisation": organisation.name,
        "brand": organisation.brand,
        "from_name": programme.title,
        "time_zone": time_zone_name(organisation.timezone),
        "name": reader_of(kind),
        "cohort": cohort.title,
        "who_sees": " ".join(sentences(kind.form or Form.ANONYMOUS_GROUP, names)),
    }
    return sample(kind.name, to=SAM, **{name: word for name, word in words.items() if name in kind.words})
