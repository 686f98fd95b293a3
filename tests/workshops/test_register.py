"""A facilitator records who attended, on a phone without script, and how an absence is made up for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from chalicelib.people import leave
from chalicelib.store import attendance, audit_events
from chalicelib.store.table import Missing, update
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import sent_emails
from tests.workshops.registers import BEGINS, DAY_1, DAY_2, MO, NAMES, OTHERS, id_of, page, states

QUARTER = timedelta(minutes=15)
AFTER = datetime.fromisoformat("2026-10-28T00:00:00Z")  # the first moment after ten working days
DANA, DORA, DEV = NAMES


@pytest.fixture
def at_session(dated, clock):
    """Sign the facilitator in while the register is open."""
    clock.to(BEGINS - QUARTER)
    return dated.let_in(MO, clock.now())


def mark(visitor, marks, session=DAY_1):
    """Press a button for each person, and save."""
    url = page(session)
    visitor.open(url).post(url, {id_of(name): state for name, state in marks.items()})
    return visitor


def trail() -> list[tuple[str, str]]:
    entries = audit_events.of_cohort(people.COHORT)
    return [(row["act"], row["by"].split()[0]) for row in entries if row["act"].startswith("marked")]


def catch_up(visitor, name, go="set", session=DAY_1, **typed):
    url = page(session)
    return visitor.open(url).post(f"{url}/catch-up", {"who": id_of(name), "go": go, **typed})


def test_the_facilitator_gets_a_code_and_sees_their_sessions_with_what_waits(dated, clock):
    clock.to(BEGINS - QUARTER)
    dated.sign_in(page(), MO, clock.now())

    assert dated.status == 200
    for text in ("Leading Self, day 1 of 2", "Tuesday 13 October 2026, 09:30 to 16:30", "Education Centre, Room 4"):
        assert text in dated.page
    standing = dict(re.findall(r'data-state="(\w+)">\s*<span[^>]*>([^<]*)', dated.page))
    assert "27 Oct" in standing["open"]
    assert "09:15" in standing["early"]
    assert "Leading Self, day 1 of 2, by Tuesday 27 October 2026." in dated.said("register-next")
    assert "registers-wait" in dated.messages


def test_a_damaged_row_is_left_out_of_the_register_and_everyone_else_can_be_marked(at_session, clock):
    mark(at_session, {DANA: "attended"})
    people.write(update(attendance.key(id_of(DANA), DAY_1), remove=["session"], refusal=Missing))
    mark(at_session, {DORA: "attended"})

    register = at_session.open(page(DAY_1))
    assert register.status == 200
    assert 'data-message="unread"' in register.page
    assert id_of(DANA) not in register.page
    marks, broken = attendance.find_readable([id_of(DANA), id_of(DORA)], [DAY_1])
    assert marks[id_of(DORA), DAY_1].state == "attended"
    assert broken.keys() == {id_of(DANA)}


def test_once_a_register_is_filled_in_the_page_asks_about_those_who_were_absent(at_session, clock):
    mark(at_session, {DANA: "absent", DORA: "attended", DEV: "attended"})
    said = at_session.open(page()).said("catch-up-next")
    assert "Dana Delegate" in said
    assert "Leading Self, day 1 of 2" in said

    catch_up(at_session, DANA, what="Watch the recording.", by="2026-10-30")
    assert "nothing-now" in at_session.open(page()).messages


def test_one_tap_for_each_person_and_the_page_says_that_it_saved(at_session):
    mark(at_session, {DANA: "attended", DORA: "partly", DEV: "excused"})

    assert (at_session.status, 'data-message="saved"' in at_session.page) == (200, True)
    assert states() == {"dana": "attended", "dora": "partly", "dev": "excused"}
    assert sorted(trail()) == [
        ("marked Leading Self, day 1 of 2: from expected to attended (register)", "facilitator"),
        ("marked Leading Self, day 1 of 2: from expected to attended in part (register)", "facilitator"),
        ("marked Leading Self, day 1 of 2: from expected to excused (register)", "facilitator"),
    ]


def test_saving_the_same_again_changes_nothing(at_session):
    mark(at_session, {DANA: "attended"})
    before = trail()

    mark(at_session, {DANA: "attended"})

    assert trail() == before


def test_an_older_page_does_not_undo_what_was_recorded_since(at_session):
    url = page(DAY_1)
    older = at_session.open(url).page
    mark(at_session, {DANA: "absent"})
    at_session.page = older

    at_session.post(url, {id_of(DORA): "attended"})

    assert states() == {"dana": "absent", "dora": "attended"}


@pytest.mark.parametrize(
    "moment", [BEGINS - QUARTER - timedelta(seconds=1), datetime.fromisoformat("2026-10-28T00:00:00Z")]
)
def test_outside_its_time_a_register_shows_and_takes_nothing(dated, clock, moment):
    clock.to(moment)
    dated.let_in(MO, clock.now()).open(page())
    nonce = dated.nonce

    assert 'type="radio"' not in dated.open(page(DAY_1)).page
    dated.post(page(DAY_1), {id_of(DANA): "attended"}, nonce=nonce)

    assert (dated.status, "register-closed" in dated.messages) == (400, True)
    assert states() == {}


def test_what_no_button_sends_is_refused(at_session):
    mark(at_session, {DANA: "caught_up"})

    assert at_session.status == 400
    assert states() == {}


def test_who_has_left_is_on_no_register_and_cannot_be_marked(at_session, clock):
    left = id_of(DEV)
    leave.leave(left, clock.now(), "ada@example.org")
    drain(clock.now())

    mark(at_session, {DANA: "attended"})
    assert people.person(DEV).name not in at_session.page
    at_session.post(f"{page(DAY_1)}/catch-up", {"who": left, "what": "Read", "by": "2026-10-20"})

    assert (at_session.status, "person-not-expected" in at_session.messages) == (400, True)


def test_a_session_that_another_facilitator_runs_is_not_found(at_session, clock):
    from msgspec.structs import replace

    from chalicelib.store import workshops
    from tests.workshops.registers import SESSIONS

    people.write(workshops.save(replace(SESSIONS[1], plan=replace(SESSIONS[1].plan, by="someone-else"))))

    assert at_session.open(page(DAY_2)).status == 404
    assert "day 2 of 2" not in at_session.open(page()).page


# --- catching up ------------------------------------------------------------------------------------------


def test_an_absent_delegate_is_emailed_on_the_next_working_morning_and_catches_up(at_session, clock):
    clock.to(BEGINS + timedelta(hours=8))
    at_session.come_back(MO, clock.now())
    mark(at_session, {DANA: "absent", DORA: "attended", DEV: "attended"})
    assert "Dana Delegate" in at_session.said("catch-up-next")

    catch_up(at_session, DANA, what="Watch the recording.", by="2026-10-30")

    assert states()["dana"] == "catch_up"
    address = people.person(DANA).email
    drain(clock.now())
    assert not [email for email in sent_emails(address) if "missed" in str(email.message["Subject"])]
    drain(clock.to(datetime.fromisoformat("2026-10-14T08:00:00Z")))  # 09:00 in London
    (email,) = [email for email in sent_emails(address) if "missed" in str(email.message["Subject"])]
    assert "Watch the recording." in email.part("plain")
    assert "Friday 30 October 2026" in email.part("plain")

    clock.to(datetime.fromisoformat("2026-11-05T10:00:00Z"))  # after the time for the register
    at_session.come_back(MO, clock.now()).let_in(MO, clock.now())
    catch_up(at_session, DANA, go="done")

    assert states()["dana"] == "caught_up"
    assert [act for act, _ in trail() if "caught up" in act] == [
        "marked Leading Self, day 1 of 2: from absent, catching up to caught up (register)"
    ]


def test_a_way_to_catch_up_holds_no_web_address(at_session):
    mark(at_session, {DANA: "absent", DORA: "attended", DEV: "attended"})
    catch_up(at_session, DANA, what="See www.cheap-loans.example for more.", by="2026-10-30")

    assert (at_session.status, states()["dana"]) == (400, "absent")
    assert at_session.faults == {"what"}


def test_no_email_goes_out_once_the_absence_was_a_mistake(at_session, clock):
    mark(at_session, {DANA: "absent"})
    catch_up(at_session, DANA, what="Watch the recording.", by="2026-10-30")

    mark(at_session, {DANA: "attended"})
    drain(clock.to(BEGINS + timedelta(days=2)))

    assert states()["dana"] == "attended"
    assert not [email for email in sent_emails(people.person(DANA).email) if "missed" in str(email.message["Subject"])]


def test_only_the_latest_way_to_catch_up_is_emailed(at_session, clock):
    mark(at_session, {DANA: "absent"})
    catch_up(at_session, DANA, what="Watch the recording.", by="2026-10-30")
    catch_up(at_session, DANA, what="Come to the spring cohort.", by="2026-10-30")
    drain(clock.to(BEGINS + timedelta(days=2)))

    (email,) = [
        sent_email
        for sent_email in sent_emails(people.person(DANA).email)
        if "missed" in str(sent_email.message["Subject"])
    ]
    assert "Come to the spring cohort." in email.part("plain")


def test_the_email_about_catching_up_does_not_go_out_on_a_day_off(at_session, clock):
    """The session is on Friday; the next working day is Monday."""
    from datetime import date

    from msgspec.structs import replace

    from chalicelib.store import workshops
    from tests.workshops.registers import SESSIONS

    friday = date(2026, 10, 16)
    people.write(workshops.save(replace(SESSIONS[0], plan=replace(SESSIONS[0].plan, date=friday))))
    clock.to(datetime.fromisoformat("2026-10-16T16:00:00Z"))
    at_session.let_in(MO, clock.now())
    mark(at_session, {DANA: "absent"})
    catch_up(at_session, DANA, what="Watch the recording.", by="2026-10-30")

    def sent() -> int:
        return len(
            [
                sent_email
                for sent_email in sent_emails(people.person(DANA).email)
                if "missed" in str(sent_email.message["Subject"])
            ]
        )

    drain(clock.to(datetime.fromisoformat("2026-10-19T07:59:59Z")))
    assert sent() == 0
    drain(clock.to(datetime.fromisoformat("2026-10-19T08:00:00Z")))
    assert sent() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"what": "", "by": "2026-10-30"}, "what"),
        ({"what": "x" * 501, "by": "2026-10-30"}, "what"),
        ({"what": "Read", "by": ""}, "by"),
        ({"what": "Read", "by": "2026-10-12"}, "by"),  # yesterday
        ({"what": "Read", "by": "2028-01-01"}, "by"),
        ({"what": "Read", "by": "31/02"}, "by"),
    ],
)
def test_a_fault_is_named_at_its_field_and_nothing_is_recorded(at_session, typed, field):
    mark(at_session, {DANA: "absent"})

    catch_up(at_session, DANA, **typed)

    assert (at_session.status, f'id="{field}-error"' in at_session.page) == (400, True)
    assert states() == {"dana": "absent"}


def test_the_other_workshop_has_a_register_of_its_own(at_session):
    mark(at_session, {DANA: "attended"})

    assert states(OTHERS) == {}
