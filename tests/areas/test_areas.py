"""Development areas live: they are revised with a history, noted on, shared, done, and closed with the coach's yes."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from chalicelib.areas import acts, states
from chalicelib.areas.acts import AreaRefused
from chalicelib.areas.openings import open_for_coach, open_for_delegate
from chalicelib.core.model import PulseArea, Wave
from chalicelib.core.state_machine import By
from chalicelib.debrief import release_report as releasing
from chalicelib.debrief.caseload import open_case
from chalicelib.links.kinds import HUB
from chalicelib.store import areas, audit_events, delegates, impact_surveys, reports
from chalicelib.store.areas import Area, AreaState
from chalicelib.store.table import Changed, scan, update
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails

COACH, MANAGER, DANA = (people.person(name).email for name in ("cleo coach", "mara manager", "dana delegate"))
LEGACY = "1"


def hub() -> str:
    return HUB.url(delegates.find(people.dana()))


def case() -> str:
    return f"{people.coach_url()}/{people.dana()}"


def stored(area_id: str = LEGACY) -> Area:
    rows = delegates.load_rows(people.dana())
    return next(area for area in areas.from_rows(rows, Wave.BASELINE) if area.id == area_id)


def for_delegate():
    return open_for_delegate(hub().rsplit("/", 1)[1])


def for_coach():
    return open_for_coach(people.coach_url().rsplit("/", 1)[1], people.dana())


def typed(clock, **changes: str) -> dict[str, str]:
    """One area as it is typed after the release."""
    fields = {name: text for name, text in people.areas_typed(clock.now().date()).items() if name.endswith("-1")}
    return {**fields, "why": "It fits my week better", **changes}


def emails(kind: str) -> list[str]:
    return [row["to"]["email"] for row in scan() if row["pk"].startswith(f"MAIL#areas/{kind}#")]


def header(page: str) -> str:
    return page.partition('<div class="who">')[2].partition("</header>")[0]


def test_the_header_never_names_the_delegate_to_the_coach(dana, clock):
    assert "Dana Delegate" in header(dana.open(f"{hub()}/area/{LEGACY}").page)
    dana.let_in(COACH, clock.now())
    for path in ("", "/areas", f"/area/{LEGACY}", "/seen"):
        assert "Dana Delegate" not in header(dana.open(case() + path).page), path


# --- revising ---------------------------------------------------------------------------------------------------


def test_a_revision_keeps_what_it_said_before_who_and_why(dana, clock):
    dana.open(f"{hub()}/area/{LEGACY}").post(
        f"{hub()}/area/{LEGACY}", typed(clock, **{"behaviour-1": "Ask two people"})
    )

    assert (stored().behaviour, stored().revision, stored().id) == ("Ask two people", 2, LEGACY)
    (change,) = for_delegate().history(stored())
    assert (change.act, change.by, change.name, change.why) == (
        states.REVISE,
        "delegate",
        "Dana Delegate",
        "It fits my week better",
    )
    assert change.before.behaviour == "Behaviour 1"
    page = dana.open(f"{hub()}/areas").page
    assert "Before: Behaviour 1" in page
    dana.let_in(COACH, clock.now())
    assert "Before: Behaviour 1" in dana.open(f"{case()}/areas").page


def test_a_revision_says_why(dana, clock):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}", typed(clock, why=""))

    assert (dana.status, dana.faults) == (400, {"why"})
    assert stored().revision == 1


def test_the_coach_revises_and_what_only_the_coach_writes_stays_hidden(dana, clock):
    dana.let_in(COACH, clock.now())
    evidence = {"evidence-1": "Peers: interrupts"}
    dana.open(f"{case()}/area/{LEGACY}").post(f"{case()}/area/{LEGACY}", typed(clock, **evidence))
    assert stored().evidence == "Peers: interrupts"

    dana.open(f"{hub()}/area/{LEGACY}")
    assert "interrupts" not in dana.page
    dana.post(f"{hub()}/area/{LEGACY}", typed(clock, **{"behaviour-1": "Listen first"}))
    assert (stored().behaviour, stored().evidence) == ("Listen first", "Peers: interrupts")


def test_two_windows_do_not_undo_one_another(dana, clock):
    first, second = for_delegate(), for_coach()
    assert acts.revise(first, first.area(LEGACY), typed(clock, **{"behaviour-1": "A"}), clock.now()) == ()

    with pytest.raises(AreaRefused, match="changed in another window"):
        acts.revise(second, second.area(LEGACY), typed(clock, **{"behaviour-1": "B"}), clock.now())
    assert stored().behaviour == "A"


def test_an_older_page_is_shown_again_with_its_words_and_undoes_nothing(dana, clock):
    older = dana.open(f"{hub()}/area/{LEGACY}").page
    dana.post(f"{hub()}/area/{LEGACY}", typed(clock, **{"behaviour-1": "On the laptop"}))
    dana.page = older
    dana.post(f"{hub()}/area/{LEGACY}", typed(clock, **{"behaviour-1": "On the phone"}))

    assert (dana.status, stored().behaviour) == (400, "On the laptop")
    assert "On the phone" in dana.page
    dana.post(f"{hub()}/area/{LEGACY}", typed(clock, **{"behaviour-1": "On the phone"}))
    assert stored().behaviour == "On the phone"


# --- done, dropped, replaced --------------------------------------------------------------------------------------


def test_the_delegate_marks_an_area_as_done_and_the_coach_gets_one_notice(dana, clock):
    for _ in range(2):
        dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/finish")

    assert stored().state is AreaState.DONE
    assert emails("done") == [COACH]


def test_an_area_is_dropped_only_with_the_coachs_yes(dana, clock):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/drop", {"why-close": "No time"})
    assert (dana.status, stored().state) == (409, AreaState.AGREED)

    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/ask-to-close", {"why-close": "My role changed"})
    assert stored().state is AreaState.ASKED
    assert emails("asked") == [COACH]

    dana.let_in(COACH, clock.now())
    dana.open(f"{case()}/area/{LEGACY}")
    assert "My role changed" in dana.page
    dana.post(f"{case()}/area/{LEGACY}/drop", {"why-close": "I see that"})
    assert (stored().state, stored().why) == (AreaState.DROPPED, "I see that")
    assert emails("answered") == [DANA]


@pytest.mark.parametrize(("who", "act"), [("coach", "keep"), ("delegate", "take-back")])
def test_an_area_goes_on_if_the_coach_says_no_or_the_delegate_thinks_again(dana, clock, who, act):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/ask-to-close", {"why-close": "No time"})
    dana.let_in(COACH, clock.now())
    at = case() if who == "coach" else hub()
    dana.open(f"{at}/area/{LEGACY}").post(f"{at}/area/{LEGACY}/{act}", {"why-close": "Stay with it"})

    assert stored().state is AreaState.AGREED


def sent_about_areas() -> list[tuple[str, ...]]:
    return [(email.row.split("#")[0], *email.addresses) for email in sent_emails() if email.row.startswith("areas/")]


@pytest.mark.parametrize(
    ("who", "act", "sent"),
    [
        ("no one", "", [("areas/asked", COACH)]),
        ("coach", "keep", [("areas/answered", DANA)]),
        ("coach", "drop", [("areas/answered", DANA)]),
        ("delegate", "take-back", []),
    ],
)
def test_a_request_goes_out_on_the_next_morning_unless_it_is_settled_by_then(dana, clock, who, act, sent):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/ask-to-close", {"why-close": "No time"})
    drain(clock.advance(minutes=10))
    assert sent_about_areas() == []
    if act:
        dana.let_in(COACH, clock.now())
        at = case() if who == "coach" else hub()
        dana.open(f"{at}/area/{LEGACY}").post(f"{at}/area/{LEGACY}/{act}", {"why-close": "Stay with it"})
    drain(clock.advance(days=1))

    assert sent_about_areas() == sent


def test_an_area_is_replaced_by_another_with_an_id_of_its_own(dana, clock):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/ask-to-close", {"why-close": "Other work now"})
    dana.let_in(COACH, clock.now())
    new = typed(clock, replaces=LEGACY, **{"behaviour-1": "Lead the new team"})
    dana.open(f"{case()}/area/new").post(f"{case()}/area/new", new)

    made = stored(stored().replaced_by)
    assert stored().state is AreaState.REPLACED
    assert re.fullmatch("[a-z2-7]{8}", made.id)
    assert (made.behaviour, made.number) == ("Lead the new team", 1)
    assert emails("answered") == [DANA]


def test_a_fourth_live_area_is_refused_and_a_done_one_does_not_count(dana, clock):
    def agree(area_id: str):
        opened = for_coach()
        return acts.agree(opened, typed(clock), area_id, clock.now())

    assert agree("aaaaaaaa") == ()
    with pytest.raises(AreaRefused, match="Close or replace one first"):
        agree("bbbbbbbb")
    done = for_delegate()
    acts.move(done, done.area(LEGACY), states.FINISH, {}, clock.now())
    assert agree("bbbbbbbb") == ()
    assert len(for_coach().live) == 3


def test_a_new_area_is_stored_once_however_often_it_is_sent(dana, clock):
    dana.let_in(COACH, clock.now())
    page = dana.open(f"{case()}/area/new").page
    for _ in range(2):
        dana.page = page
        dana.post(f"{case()}/area/new", typed(clock))

    assert len(for_coach().live) == 3


@pytest.mark.parametrize("by", [By.DELEGATE, By.COACH])
def test_nothing_leaves_an_area_that_is_closed(by):
    for state in (AreaState.DONE, AreaState.DROPPED, AreaState.REPLACED):
        assert not [step.act for step in states.AREA.transitions if states.AREA.allows(state, step.act, by)]


def test_a_dropped_area_is_not_asked_about_and_a_done_one_is(dana, clock):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/ask-to-close", {"why-close": "No time"})
    coach = for_coach()
    acts.move(coach, coach.area(LEGACY), states.DROP, {"why-close": "Fine"}, clock.now())
    done = for_delegate()
    acts.move(done, done.area("2"), states.FINISH, {}, clock.now())
    drain(clock.to(clock.now().replace(year=2027, month=5, day=31)))

    survey, *_ = impact_surveys.surveys_from(delegates.load_rows(people.dana()))
    assert survey.areas == (PulseArea("2", "Behaviour 2"),)


def test_raters_read_the_words_for_others(dana, clock):
    opened = for_delegate()
    acts.revise(opened, opened.area(LEGACY), typed(clock, **{"others_text-1": "Listens first"}), clock.now())
    drain(clock.to(clock.now().replace(year=2027, month=5, day=31)))

    survey, *_ = impact_surveys.surveys_from(delegates.load_rows(people.dana()))
    assert PulseArea(LEGACY, "Listens first") in survey.areas


def test_every_change_has_one_audit_line_with_from_and_to(dana):
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/finish")

    lines = [row["act"] for row in audit_events.of_cohort(people.COHORT) if "development area" in row["act"]]
    assert lines == ["changed a development area (finish: agreed → done)"]


# --- progress -----------------------------------------------------------------------------------------------------


def test_progress_is_noted_for_all_areas_at_once(dana, clock):
    notes = {"level-1": "tried", "line-1": "Asked in the Monday meeting", "level-2": "not_started"}
    assert "noted" not in dana.open(f"{hub()}/areas").messages
    dana.open(f"{hub()}/areas/progress").post(f"{hub()}/areas/progress", notes)
    assert "noted" in dana.open(f"{hub()}/areas").messages

    opened = for_delegate()
    assert [(note.level, note.line) for note in opened.progress(stored())] == [("tried", "Asked in the Monday meeting")]
    assert [note.level for note in opened.progress(stored("2"))] == ["not_started"]
    dana.let_in(COACH, clock.now())
    assert "Asked in the Monday meeting" in dana.open(f"{case()}/areas").page


def test_a_second_press_stores_no_second_note(dana):
    page = dana.open(f"{hub()}/areas/progress").page
    for _ in range(2):
        dana.page = page
        dana.post(f"{hub()}/areas/progress", {"level-1": "habit"})

    assert len(for_delegate().progress(stored())) == 1


def test_a_line_that_is_too_long_stores_nothing_and_is_shown_again(dana):
    notes = {"level-1": "tried", "line-1": "x" * 281, "level-2": "tried"}
    dana.open(f"{hub()}/areas/progress").post(f"{hub()}/areas/progress", notes)

    assert (dana.status, dana.faults) == (400, {"line-1"})
    assert "x" * 281 in dana.page
    assert for_delegate().progress(stored("2")) == ()


def test_the_coach_adds_a_remark_and_no_level(dana, clock):
    dana.let_in(COACH, clock.now())
    remark = {"line-1": "Well done on Monday", "level-1": "habit"}
    dana.open(f"{case()}/areas").post(f"{case()}/area/{LEGACY}/remark", remark)

    assert [(note.by, note.level, note.line) for note in for_coach().progress(stored())] == [
        ("coach", "", "Well done on Monday")
    ]


# --- before the release, and former people -------------------------------------------------------------------------


def test_before_the_release_there_is_no_area_to_see_or_change(dana, clock):
    key = reports.key(people.dana(), Wave.BASELINE)
    people.write(update(key, put={"state": "ready"}, refusal=Changed))
    assert "Behaviour 1" not in dana.open(f"{hub()}/areas").page
    assert dana.open(f"{hub()}/area/{LEGACY}").status == 404


def test_a_former_coach_sees_no_area(dana, clock):
    old = case()
    before = delegates.find(people.dana())
    people.write(delegates.change_addresses(before, replace(before, coach=people.person("new coach"))))
    dana.let_in(COACH, clock.now())

    for page in (f"{old}/areas", f"{old}/area/{LEGACY}"):
        assert dana.open(page).status in (404, 410)
        assert "Behaviour" not in dana.page


@pytest.mark.parametrize(("pressed", "emails_sent"), [({}, 1), ({"share-1": "on"}, 0), ({"go": "not-now"}, 0)])
def test_the_delegate_is_prompted_once_unless_they_share_or_decline(dana, clock, pressed, emails_sent):
    """Five working days after the release; 16 September 2026 is a Wednesday."""
    report = update(reports.key(people.dana(), Wave.BASELINE), put={"state": "ready"}, refusal=Changed)
    people.write(report)
    releasing.release(open_case(people.coach_url().rsplit("/", 1)[1], people.dana()), clock.now())
    drain(clock.now())
    if pressed:
        dana.open(f"{hub()}/areas").post(f"{hub()}/areas/share", pressed)

    drain(clock.to(people.OPENING.replace(day=22)))
    assert count_prompts() == 0
    drain(clock.to(people.OPENING.replace(day=23)))
    drain(clock.advance(days=9))
    assert count_prompts() == emails_sent


def count_prompts() -> int:
    return len([email for email in sent_emails(DANA) if email.row.startswith("areas/prompt#")])


# --- the words that others read -----------------------------------------------------------------------------------


def suggest(visitor, clock, words: str) -> None:
    """Let the coach write words for others."""
    visitor.let_in(COACH, clock.now()).open(f"{case()}/area/{LEGACY}")
    visitor.post(f"{case()}/area/{LEGACY}", typed(clock, **{"others_text-1": words}))


def test_words_of_the_coach_are_read_by_others_once_the_delegate_approves_them(dana, clock):
    suggest(dana, clock, "Involve more people")
    assert stored().words_for_others == stored().behaviour

    dana.open(f"{hub()}/area/{LEGACY}")
    mark = re.search(r'name="words" value="([^"]+)"', dana.page)[1]
    dana.post(f"{hub()}/area/{LEGACY}/approve-the-words", {"words": mark})

    assert stored().words_for_others == "Involve more people"
    assert for_delegate().history(stored())[0].act == states.APPROVE


def test_what_is_approved_is_what_was_shown(dana, clock):
    suggest(dana, clock, "Involve more people")
    mark = acts.words_mark(stored())
    suggest(dana, clock, "Involve everyone, always")
    dana.open(f"{hub()}/area/{LEGACY}").post(f"{hub()}/area/{LEGACY}/approve-the-words", {"words": mark})

    assert dana.status == 400
    assert stored().words_for_others == stored().behaviour


def test_the_delegates_own_words_need_no_approval(dana, clock):
    dana.open(f"{hub()}/area/{LEGACY}").post(
        f"{hub()}/area/{LEGACY}", typed(clock, **{"others_text-1": "Ask more people"})
    )

    assert stored().words_for_others == "Ask more people"


def test_the_coach_cannot_approve_them(dana, clock):
    suggest(dana, clock, "Involve more people")
    dana.post(f"{case()}/area/{LEGACY}/approve-the-words", {"words": acts.words_mark(stored())})

    assert stored().waits_for_approval
