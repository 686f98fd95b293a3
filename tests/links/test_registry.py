"""Each kind of link is declared in one place, completely: how it is made, remade, documented, and where it leads."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.core.ids import approver_id, coach_id, derive, manager_id, rater_key
from chalicelib.core.model import Cohort, Delegate, Invitation, InvitationState, Person, Wave
from chalicelib.links import kinds
from chalicelib.links.kinds import KINDS, read_wave
from chalicelib.links.link_kind import AfterChange, Link
from chalicelib.links.signing import LinkUnknown
from chalicelib.store.impact_surveys import ImpactSurvey, Role, SurveyState
from infra.docs.pages import FOLDER
from tests.support import people
from tests.web.rules import RULES

pytestmark = pytest.mark.usefixtures("aws")
ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 9, 14, tzinfo=UTC)
DANA, MARA, CLEO, RITA = (people.person(name) for name in ("dana delegate", "mara manager", "cleo coach", "rita rater"))
MO = people.FACILITATOR
COHORT = Cohort("autumn", "Autumn cohort", "leading", 1, people.DATES, people.SPONSOR, facilitators=(MO,))
DELEGATE = Delegate("d" * 12, COHORT.id, COHORT.title, "leading", 1, DANA, "Lead", "Nursing", MARA, CLEO)
INVITATION = Invitation("i" * 8, DELEGATE.id, Wave.BASELINE, "peer", RITA, InvitationState.INVITED)
SURVEY = ImpactSurvey(DELEGATE.id, Role.MANAGER, SurveyState.OPEN, NOW, NOW, ())

# every address about the delegate changes
NEW = Person("New", "new@example.org")
AFTER = AfterChange(
    delegate=replace(DELEGATE, person=NEW, manager=NEW, coach=NEW, link_version=2),
    reader=NEW,
    approver=NEW,
    invitations={INVITATION.id: replace(INVITATION, rater=NEW, link_version=2)},
    surveys={Role.MANAGER.value: 2},
)


def emailed() -> dict[str, Link]:
    """One link of each kind, as an email keeps it."""
    return {
        "answer": kinds.ANSWER.link(INVITATION),
        "decline": kinds.DECLINE.link(INVITATION),
        "inbox": kinds.INBOX.link(INVITATION),
        "hub": kinds.HUB.link(DELEGATE),
        "deletion": kinds.DELETION.link(DELEGATE),
        "nominate": kinds.NOMINATE.link(DELEGATE),
        "approve": kinds.APPROVE.link(DELEGATE, CLEO),
        "coach": kinds.COACH.link(COHORT.id, CLEO, 1),
        "facilitator": kinds.FACILITATOR.link(COHORT, MO.person),
        "impact": kinds.IMPACT.link(SURVEY),
        "shared": kinds.SHARED.link(DELEGATE),
        "sponsor": kinds.SPONSOR.link(COHORT),
        "code": kinds.CODE.link("hub", "challenge", "1", "token"),
        "admin": kinds.CONSOLE.link("cohort", COHORT.id),
    }


def remade() -> dict[str, Link]:
    """Return the same links after the change."""
    return {
        "answer": ("answer", DELEGATE.id, "b", INVITATION.id, "2"),
        "decline": ("decline", DELEGATE.id, "b", INVITATION.id, "2"),
        "inbox": ("inbox", rater_key(NEW.email), derive(6, "inbox", INVITATION.id, "2")),
        "hub": ("hub", DELEGATE.id, "2"),
        "deletion": ("deletion", DELEGATE.id, "2", COHORT.id),
        "nominate": ("nominate", DELEGATE.id, "2"),
        "approve": ("approve", DELEGATE.id, approver_id(DELEGATE.id, NEW.email), "2"),
        "coach": ("coach", COHORT.id, coach_id(COHORT.id, NEW.email), "1"),
        "facilitator": emailed()["facilitator"],  # no change about a delegate touches it
        "impact": ("impact", DELEGATE.id, "manager", "2"),
        "shared": ("shared", DELEGATE.id, manager_id(DELEGATE.id, NEW.email), "0"),
        "sponsor": emailed()["sponsor"],  # no change about a delegate touches it
        "code": emailed()["code"],
        "admin": emailed()["admin"],
    }


every_kind = pytest.mark.parametrize("verb", KINDS)


@every_kind
def test_a_kind_says_who_holds_its_link_what_revokes_it_and_when_it_ends(verb):
    kind = KINDS[verb]
    assert re.fullmatch("[a-z]+", verb)
    assert kind.parts
    assert len({*kind.parts}) == len(kind.parts)
    assert all(text.strip() for text in (kind.holder, kind.revoked, kind.ends))


@every_kind
def test_a_kind_has_a_page(verb):
    behind = {rule.verb for (method, path), rule in RULES.items() if path.split("/")[1] == verb}
    assert behind == {verb} if KINDS[verb].is_signed else behind == {""}


@every_kind
def test_a_link_is_made_with_the_declared_parts_and_opens(verb):
    kind, (name, *parts) = KINDS[verb], emailed()[verb]
    url = kinds.compose_url(emailed()[verb])
    assert (name, len(parts) >= kind.size) == (verb, True)
    if not kind.is_signed:
        assert url.endswith("/admin/cohort/autumn")
    elif kind is not kinds.CODE:  # its last part has several meanings: web/code_links.py opens it
        assert len(parts) == kind.size
        assert kind.open(url.rsplit("/", 1)[1]).parts == tuple(parts)
        with pytest.raises(LinkUnknown):
            kinds.signing.open_link(f"no-{verb}", url.rsplit("/", 1)[1], kind.size)


@every_kind
def test_a_link_is_remade_after_a_change(verb):
    assert kinds.remake(emailed()[verb], AFTER) == remade()[verb]


@every_kind
def test_a_link_that_nothing_has_changed_stays(verb):
    before = AfterChange(DELEGATE, RITA, CLEO)
    assert kinds.remake(emailed()[verb], before) == emailed()[verb]


def test_links_of_earlier_emails_are_remade_with_a_version():
    inbox, coach = ("inbox", rater_key(RITA.email)), ("coach", COHORT.id, coach_id(COHORT.id, CLEO.email))
    revoked = AfterChange(
        delegate=replace(DELEGATE, coach_link=2),
        reader=RITA,
        invitations={INVITATION.id: replace(INVITATION, link_version=2)},
    )
    assert kinds.remake(inbox, revoked) == (*inbox, derive(6, "inbox", INVITATION.id, "2"))
    assert kinds.remake(coach, revoked) == (*coach, "2")
    assert kinds.remake(inbox, AfterChange(DELEGATE, RITA)) == inbox


def test_a_link_of_no_kind_is_never_remade_or_composed():
    for act in (lambda link: kinds.remake(link, AFTER), kinds.compose_url):
        with pytest.raises(KeyError):
            act(("nonesuch", "part"))


@every_kind
def test_a_kind_is_documented(verb):
    kind = KINDS[verb]
    row = next(line for line in (FOLDER / "links.md").read_text().splitlines() if line.startswith(f"| `{verb}` |"))
    assert all(text in row for text in (kind.holder, kind.revoked, kind.ends))


def test_the_letter_of_a_wave_and_the_whole_word_are_read():
    for wave in Wave:
        assert read_wave(kinds.WAVES[wave]) is read_wave(wave.value) is wave


# --- no string names a kind outside the registry ------------------------------------------------------

SIGNING = {"make", "token", "read", "open_link", "is_signed", "read_form", "nonce"}  # take a verb
DECLARED_IN = ROOT / "chalicelib" / "links" / "kinds.py"


def test_no_string_names_a_kind_outside_the_registry():
    spelt = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / "chalicelib").rglob("*.py"))
        if path != DECLARED_IN
        for line in strings_that_name_a_kind(path.read_text(encoding="utf-8"))
    ]
    assert not spelt, "use the kinds of chalicelib/links/kinds.py: their link(), url(), token(), open() or verb"


@pytest.mark.parametrize(
    "code",
    [
        'signing.make("hub", delegate.id)',
        'signing.open_link("coach", token, 2)',
        'forms.read_form(body, "impact", token)',
        'create_email("a/b", links={"hub": link})',
        'links = {"open": ("coach", cohort.id)}',
        'return ("answer", *parts)',
    ],
)
def test_a_string_that_names_a_kind_is_found(code):
    assert list(strings_that_name_a_kind(code))


def strings_that_name_a_kind(code: str) -> Iterator[int]:
    """Line numbers of verbs as strings where a link is made, read, named or kept."""
    for node in ast.walk(ast.parse(code)):
        named = (_is_verb(part) for holder in _link_places(node) for part in ast.walk(holder))
        if any(named):
            yield node.lineno  # type: ignore[attr-defined]


def _link_places(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        yield from (arg for arg in node.args if name in SIGNING and isinstance(arg, ast.Constant))
        yield from (keyword.value for keyword in node.keywords if keyword.arg == "links")
    if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "links" for target in node.targets):
        yield node.value
    if isinstance(node, ast.Tuple) and [isinstance(part, ast.Constant) for part in node.elts[:2]] == [True, False]:
        yield node.elts[0]


def _is_verb(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in KINDS
