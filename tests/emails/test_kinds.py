"""Every kind of email is complete, and a piece that is forgotten is named."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from jinja2 import TemplateNotFound, UndefinedError
from msgspec.structs import replace

from chalicelib.admin.emails import ANY_PAGE
from chalicelib.emails import compose
from chalicelib.emails.kinds import (
    FRAME_WORDS,
    LEASE,
    PACKAGES,
    EmailKind,
    OnNewAddress,
    To,
    declare_email,
    find_kind,
    label_of,
    lease_of,
    load_kinds,
)
from chalicelib.emails.render import render
from chalicelib.emails.samples import WORDS, sample
from chalicelib.links.kinds import KINDS as LINK_KINDS

KINDS = load_kinds()
TEMPLATES = {
    f"{path.parts[-4]}/{path.name.split('.')[0]}" for path in PACKAGES.glob("*/templates/mail/*.j2")
}  # files in another place are found by no one

pytestmark = pytest.mark.usefixtures("aws")


@pytest.mark.parametrize("name", sorted(TEMPLATES | KINDS.keys()))
def test_a_kind_is_complete(name):
    assert name in KINDS, f"declare_email({name!r}, ...) in {name.partition('/')[0]}/emails.py"
    gaps = list(find_gaps(KINDS[name]))
    assert not gaps, f"{name}, declared in {name.partition('/')[0]}/emails.py: {'; '.join(gaps)}"


def find_gaps(kind: EmailKind) -> Iterator[str]:
    """Name what is missing or superfluous, in words that say what to do."""
    if not re.fullmatch(r"[A-Z].*[^.]", kind.label):
        yield "the label begins with a capital and has no full stop"
    unsampled = sorted(kind.words - {*WORDS, *kind.sample})
    yield from (f"add {word} to WORDS of emails/samples.py" for word in unsampled if word in FRAME_WORDS)
    yield from (f"add sample={{{word!r}: ...}}" for word in unsampled if word not in FRAME_WORDS)
    yield from (f"no kind of link is called {link}" for link in sorted(kind.links - {*LINK_KINDS, ANY_PAGE}))
    yield from (f"{word} has a sample in emails/samples.py already" for word in sorted(kind.sample.keys() & {*WORDS}))
    stranger = {word for words in kind.variants.values() for word in words} - kind.words
    yield from (f"a variant changes {word}, which is no word of the kind" for word in sorted(stranger))
    yield from _gaps_of_templates(kind)


def _gaps_of_templates(kind: EmailKind) -> Iterator[str]:
    plausible = {**{word: word for word in kind.words}, **WORDS, **kind.sample}
    words = {word: plausible[word] for word in kind.words}
    links = {link: f"https://example.org/{link}" for link in kind.links}
    frame = {"button_colour": "#005eb8", "several": False, "opens_own_pages": True}
    try:
        usual = render(kind.name, {**words, **frame, "links": links})
    except TemplateNotFound as missing:
        yield f"the template {missing}"
        return
    except UndefinedError as error:
        yield f"the templates show what neither words= nor FRAME of emails/common_words.py declares: {error}"
        return
    context = {**words, **frame, "links": links}
    yield from (gap for word in sorted(kind.words - UNSEEN) for gap in _gaps_of_word(kind, context, word))
    yield from (
        f"the {part} does not show the link {link}"
        for link, url in sorted(links.items())
        for part in ("text", "html")
        if url not in getattr(usual, part)
    )
    if kind.names_several and render(kind.name, {**words, **frame, "links": links, "several": True}) == usual:
        yield "the templates do not look at `several`, so they say the wrong thing of several delegates"
    for title, changed in kind.variants.items():
        if render(kind.name, {**words, **changed, **frame, "links": links}) == usual:
            yield f"the variant {title!r} reads like the usual email"


def _gaps_of_word(kind: EmailKind, context: dict[str, object], word: str) -> Iterator[str]:
    if _is_rendered(kind, context, word):
        yield f"no template shows the word {word}"
    marked = render(kind.name, {**context, word: MARK})
    body = marked.html.partition("</div>")[2]  # what comes before holds subject and preview
    if MARK in marked.text and MARK not in body:
        yield f"the html does not show the word {word}"
    if MARK in body and MARK not in "".join((marked.subject, marked.preview, marked.text)):
        yield f"the text does not show the word {word}"


def _is_rendered(kind: EmailKind, context: dict[str, object], without: str) -> bool:
    try:
        render(kind.name, {name: word for name, word in context.items() if name != without})
        return True
    except UndefinedError:
        return False


MARK = "Zzyzx"
UNSEEN = {"brand", "from_name", "time_zone"}  # words that no template shows by themselves
RATER = KINDS["collect/invitation"]


@pytest.mark.parametrize(
    ("kind", "gap"),
    [
        pytest.param(replace(RATER, name="collect/nonesuch"), r"the template .*nonesuch\.txt\.j2", id="template"),
        pytest.param(replace(RATER, label=""), "the label begins", id="label"),
        pytest.param(replace(RATER, words=RATER.words - {"minutes"}), "neither .* declares: 'minutes'", id="word"),
        pytest.param(replace(RATER, words=RATER.words | {"season"}), "sample={'season'", id="sample"),
        pytest.param(replace(RATER, words=RATER.words | {"month"}), "shows the word month", id="unused word"),
        pytest.param(replace(RATER, links=RATER.links - {"decline"}), "has no attribute 'decline'", id="link"),
        pytest.param(replace(RATER, links=RATER.links | {"hub"}), "does not show the link hub", id="unused link"),
        pytest.param(replace(RATER, links=RATER.links | {"home"}), "no kind of link is called home", id="kind of link"),
        pytest.param(replace(RATER, variants={"x": {"month": "May"}}), "a variant changes month", id="variant"),
        pytest.param(replace(RATER, variants={"x": {}}), "'x' reads like the usual", id="idle variant"),
    ],
)
def test_a_forgotten_piece_is_named(kind, gap):
    assert re.search(gap, "\n".join(find_gaps(kind)))


def test_the_frame_is_among_the_words_of_each_kind():
    assert all(kind.words >= {*FRAME_WORDS} for kind in KINDS.values())


def test_a_name_is_declared_once():
    with pytest.raises(ValueError, match="two kinds of email are called collect/invitation"):
        declare_email("collect/invitation", "Again", to=To.RATER)


def test_the_kind_of_a_stored_email_is_found_by_its_name():
    assert {name: find_kind(name) for name in KINDS} == KINDS
    with pytest.raises(KeyError, match="no email is called collect/invite"):
        find_kind("collect/invite")


def test_an_email_of_an_earlier_version_keeps_its_name_and_has_the_usual_lease():
    assert (label_of("collect/invite"), lease_of("collect/invite#1")) == ("collect/invite", LEASE)
    assert label_of("collect/invitation") == "Invitation to a rater"
    assert all(lease_of(sample(name).id) == kind.lease for name, kind in KINDS.items())


def test_no_two_kinds_have_the_same_label():
    assert len({kind.label for kind in KINDS.values()}) == len(KINDS)


def test_what_carries_a_link_of_its_reader_is_never_sent_to_an_old_address():
    kept = {kind.name for kind in KINDS.values() if kind.on_new_address is OnNewAddress.KEEP}
    assert not {name for name in kept if KINDS[name].links}


def test_an_email_composes_from_its_sample():
    for name in KINDS:
        assert compose.context(sample(name))["links"].keys() == KINDS[name].links
