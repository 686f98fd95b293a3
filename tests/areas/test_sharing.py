"""A delegate shares areas with the line manager of today; the manager sees those and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.admin.address_change import change_address
from chalicelib.areas import acts, offer_help
from chalicelib.areas.openings import open_for_manager
from chalicelib.links.kinds import SHARED
from chalicelib.store import delegates
from chalicelib.store.areas import SharingState
from chalicelib.web import forms
from tests.areas.test_areas import LEGACY, MANAGER, case, emails, for_delegate, hub, stored, typed
from tests.support import people
from tests.support.drain import drain
from tests.support.emails import days_of, sent_emails


def page_of_manager() -> str:
    return SHARED.url(delegates.find(people.dana()))


def share(visitor, *shared: str):
    visitor.open(f"{hub()}/areas").post(f"{hub()}/areas/share", {f"share-{area}": "on" for area in shared})
    return visitor


def names_another_manager() -> None:
    """As a file does."""
    before = delegates.find(people.dana())
    people.write(delegates.change_addresses(before, replace(before, manager=people.person("new manager"))))


def test_what_is_shared_is_seen_and_nothing_else(dana, clock):
    opened = for_delegate()
    secret = {"first_step-1": "Secret step", "evidence-1": "Secret evidence", "support-1": "An hour a week"}
    acts.revise(opened, opened.area(LEGACY), typed(clock, **secret), clock.now())
    acts.note_progress(for_delegate(), {"level-1": "tried", "line-1": "Secret note"}, "aaaaaaaa", clock.now())
    share(dana, LEGACY)
    assert emails("shared") == [MANAGER]

    page = dana.open(page_of_manager()).page
    assert "behaviour 1" in page
    assert "when_i_will 1" in page
    assert "An hour a week" in page
    assert "Secret" not in page
    assert "Tried it" not in page
    assert "Behaviour 2" not in page


def test_the_link_arrives_by_email_and_opens_without_a_code(dana, clock):
    """On the next working morning, with the other emails that the line manager gets then."""
    share(dana, LEGACY)
    drain(clock.advance(hours=1))
    assert days_of("areas/shared") == []
    drain(clock.advance(days=1))
    assert days_of("areas/shared") == [clock.now().date().isoformat()]
    assert dana.open(people.link("mara manager", "shared")).status == 200


def test_what_is_taken_back_is_gone_at_once_and_can_be_shared_again(dana):
    share(dana, LEGACY, "2")
    share(dana, "2")
    assert for_delegate().sharing(stored()) is SharingState.WITHDRAWN
    assert "Behaviour 1" not in dana.open(page_of_manager()).page
    assert len(emails("shared")) == 1

    share(dana, LEGACY, "2")
    assert "Behaviour 1" in dana.open(page_of_manager()).page
    assert len(emails("shared")) == 2


def sent_to_manager() -> list[str]:
    return [f"{email.sent_at:%a %H:%M}" for email in sent_emails(MANAGER) if email.row.startswith("areas/shared")]


def in_the_evening(clock):
    """On a Saturday, so that the email about a sharing waits until Monday morning."""
    now = clock.now()
    return clock.to((now + timedelta(days=5 - now.weekday())).replace(hour=19))


def test_what_is_shared_at_a_weekend_is_emailed_on_monday_morning_once(dana, clock):
    """The second sharing takes the place of the first in one email."""
    in_the_evening(clock)
    share(dana, LEGACY)
    share(dana, LEGACY, "2")
    drain(clock.advance(hours=36))  # Monday, before the morning
    assert sent_to_manager() == []
    drain(clock.advance(hours=3))

    assert [when[:3] for when in sent_to_manager()] == ["Mon"]


def test_what_is_taken_back_before_the_morning_is_not_emailed(dana, clock):
    in_the_evening(clock)
    share(dana, LEGACY, "2")
    share(dana, "2")
    share(dana)
    drain(clock.advance(days=5))

    assert sent_to_manager() == []


def test_what_is_taken_back_in_part_is_emailed(dana, clock):
    in_the_evening(clock)
    share(dana, LEGACY, "2")
    share(dana, "2")
    drain(clock.advance(days=5))

    assert len(sent_to_manager()) == 1


def test_a_second_press_sends_no_second_email(dana):
    page = dana.open(f"{hub()}/areas").page
    for _ in range(2):
        dana.page = page
        dana.post(f"{hub()}/areas/share", {"share-1": "on"})

    assert len(emails("shared")) == 1


def test_a_new_manager_sees_nothing_until_the_delegate_shares_and_the_old_link_ends(dana, clock):
    share(dana, LEGACY)
    old = page_of_manager()
    names_another_manager()

    assert dana.open(old).status == 410
    assert "Behaviour" not in dana.page
    assert "Behaviour" not in dana.open(page_of_manager()).page
    assert for_delegate().sharing(stored()) is SharingState.PRIVATE

    share(dana, LEGACY)
    assert "Behaviour 1" in dana.open(page_of_manager()).page
    assert sorted(emails("shared")) == [MANAGER, people.person("new manager").email]
    assert dana.open(old).status == 410


def test_a_manager_who_comes_back_sees_what_was_shared_with_them(dana):
    share(dana, LEGACY)
    names_another_manager()
    before = delegates.find(people.dana())
    people.write(delegates.change_addresses(before, replace(before, manager=people.person("mara manager"))))

    assert for_delegate().sharing(stored()) is SharingState.SHARED


def test_a_page_that_named_the_former_manager_shares_nothing(dana):
    dana.open(f"{hub()}/areas")
    names_another_manager()
    dana.post(f"{hub()}/areas/share", {"share-1": "on"})

    assert dana.status == 409
    assert for_delegate().sharing(stored()) is SharingState.PRIVATE


def test_a_corrected_address_sees_nothing_until_the_delegate_shares_again(dana, clock):
    share(dana, LEGACY)
    old = page_of_manager()
    change_address(people.COHORT, MANAGER, "mara.new@example.org", clock.now(), "ada@example.org")
    drain(clock.now())

    assert dana.open(old).status == 410
    assert "Behaviour" not in dana.open(page_of_manager()).page


def test_after_the_delegate_left_the_link_opens_nothing(dana, clock):
    from chalicelib.people.leave import leave as withdraw

    share(dana, LEGACY)
    withdraw(people.dana(), clock.now(), "ada@example.org")

    assert dana.open(page_of_manager()).status == 410


def test_a_dropped_area_is_shared_no_more_and_a_done_one_is_marked(dana, clock):
    share(dana, LEGACY, "2")
    done = for_delegate()
    acts.move(done, done.area("2"), "finish", {}, clock.now())
    people_page = dana.open(page_of_manager()).page
    assert ">done<" in people_page

    asking = for_delegate()
    acts.move(asking, asking.area(LEGACY), "ask to close", {"why-close": "x"}, clock.now())
    dana.let_in(people.person("cleo coach").email, clock.now())
    dana.open(f"{case()}/area/{LEGACY}").post(f"{case()}/area/{LEGACY}/drop", {"why-close": "y"})
    assert "Behaviour 1" not in dana.open(page_of_manager()).page


@pytest.mark.parametrize("go", ["not-now", ""])
def test_the_delegate_may_keep_areas_to_themself(dana, go):
    dana.open(f"{hub()}/areas").post(f"{hub()}/areas/share", {"go": go})

    assert dana.status == 200
    assert emails("shared") == []


# --- the line manager answers -----------------------------------------------------------------------------------


def offer(visitor, line: str):
    url = page_of_manager()
    return visitor.open(url).post(url, {"line": line})


def offers() -> list[str]:
    return [offered.line for offered in for_delegate().offers]


def test_the_manager_offers_help_and_the_delegate_reads_it(dana, clock):
    offer(share(dana, LEGACY), "I take your Tuesday meeting")
    assert 'data-offers="1"' in dana.page
    assert emails("help") == [people.person("dana delegate").email]

    assert "I take your Tuesday meeting" in dana.open(f"{hub()}/areas").page
    assert "I take your Tuesday meeting" in dana.open(hub()).page
    dana.let_in(people.person("cleo coach").email, clock.now())
    assert "I take your Tuesday meeting" not in dana.open(f"{case()}/areas").page


def test_a_line_that_is_sent_twice_is_stored_and_emailed_once(dana):
    share(dana, LEGACY)
    page = dana.open(page_of_manager()).page
    for _ in range(2):
        dana.page = page
        dana.post(page_of_manager(), {"line": "An hour a week"})

    assert offers() == ["An hour a week"]
    assert len(emails("help")) == 1


@pytest.mark.parametrize("line", ["", "  ", "x" * (offer_help.MAX_LINE_CHARS + 1)])
def test_a_line_that_cannot_be_sent_is_kept_on_the_page(dana, line):
    offer(share(dana, LEGACY), line)

    assert dana.status == 400
    assert line in dana.page
    assert offers() == []


def test_nothing_is_offered_once_nothing_is_shared(dana):
    share(dana, LEGACY)
    url, page = page_of_manager(), dana.open(page_of_manager()).page
    share(dana)
    dana.page = page
    assert dana.post(url, {"line": "An hour a week"}).status == 409
    assert offers() == []


def test_a_manager_can_write_only_so_many_lines(dana):
    share(dana, LEGACY)
    for number in range(offer_help.MAX_OFFERS):
        offer(dana, f"Line {number}")
    assert 'name="line"' not in dana.page
    assert dana.post(page_of_manager(), {"line": "One more"}, nonce=forms_nonce()).status == 409
    assert len(offers()) == offer_help.MAX_OFFERS


def test_two_lines_at_once_are_no_more_than_the_most(dana, clock):
    """Both pages were opened when one line was left."""
    share(dana, LEGACY)
    for number in range(offer_help.MAX_OFFERS - 1):
        offer(dana, f"Line {number}")
    opened = open_for_manager(page_of_manager().rpartition("/")[2])
    assert offer_help.offer(opened, {"line": "The last"}, "once-1", clock.now()) == ()
    with pytest.raises(offer_help.EnoughOffered):
        offer_help.offer(opened, {"line": "One more"}, "once-2", clock.now())

    assert len(offers()) == offer_help.MAX_OFFERS
    assert "The last" in offers()


def test_two_lines_at_once_are_both_kept(dana, clock):
    share(dana, LEGACY)
    opened = open_for_manager(page_of_manager().rpartition("/")[2])
    for number in range(2):
        offer_help.offer(opened, {"line": f"Line {number}"}, f"once-{number}", clock.now())

    assert sorted(offers()) == ["Line 0", "Line 1"]
    assert len(emails("help")) == 2


def forms_nonce() -> str:
    return forms.nonce(SHARED.verb, page_of_manager().rpartition("/")[2])


def test_a_new_manager_reads_no_line_of_the_one_before(dana):
    offer(share(dana, LEGACY), "An hour a week")
    names_another_manager()
    share(dana, LEGACY)

    assert "An hour a week" not in dana.open(page_of_manager()).page
    assert "An hour a week" in dana.open(f"{hub()}/areas").page
    assert "former-manager" in dana.messages
