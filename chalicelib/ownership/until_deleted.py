"""Open the link of the notice: to a copy of own data until it is deleted, then to what was deleted and when."""

from __future__ import annotations

from datetime import date

from chalicelib.core.errors import Refusal
from chalicelib.core.formatting import day
from chalicelib.core.model import Programme
from chalicelib.links.kinds import DELETION, HUB
from chalicelib.links.signing import LinkRevoked, LinkUnknown
from chalicelib.store import cohorts, delegates, kept_data, programmes, stories
from chalicelib.store.stories import StoryState
from chalicelib.web.readers import Reader, Role, reader


class DataDeleted(Refusal):
    """The delegate's data was kept long enough, and is gone."""

    status = 410
    title = "Your data has been deleted"
    next_step = "There is nothing left for you to do."

    def __init__(self, programme: Programme, deleted_on: date) -> None:
        super().__init__(
            f"On {day(deleted_on)} we deleted what we held about you in {programme.title}: your report, your "
            "development areas, your work between the workshops and your answers to the survey. Some records stay "
            "longer: that you attended the sessions; your name in the list of who did what; a story of yours, if the "
            "sponsor may use it; and figures about the whole cohort, which name no one."
        )
        self.programme = programme


def open_until_deleted(token: str) -> Reader:
    """Return the delegate. Raises LinkUnknown, LinkRevoked or DataDeleted."""
    link = DELETION.open(token)
    delegate_id, version, cohort_id = link.parts
    delegate = delegates.find(delegate_id)
    if delegate is None:
        raise _gone(cohort_id)
    if delegate.person.is_erased or str(delegate.link_version) != version:
        raise LinkRevoked
    programme = programmes.load(delegate.programme_id, delegate.programme_version)
    about = {"cohort": delegate.cohort_id, "delegate": delegate.id}
    return reader(Role.DELETION, link.token, delegate.person, f"/{DELETION.verb}/{link.token}", programme, about)


def find_story_url(reader: Reader) -> str:
    """Return where a delegate whose data will be deleted can withdraw their story; empty if no one may use one."""
    delegate_id = reader.about.get("delegate", "")
    if reader.role is not Role.OWN_DATA or not reader.token.startswith(f"{Role.DELETION}."):
        return ""
    delegate, story = delegates.find(delegate_id), stories.find(delegate_id)
    if delegate is None or story is None or story.state is StoryState.WITHDRAWN:
        return ""
    return f"{HUB.url(delegate)}/story"


def _gone(cohort_id: str) -> Refusal:
    rows = tuple(cohorts.rows(cohort_id))
    cohort, deleted_on = cohorts.cohort_from(rows), kept_data.find_notice(rows)
    if cohort is None or deleted_on is None:
        return LinkUnknown()
    return DataDeleted(programmes.load(cohort.programme_id, cohort.programme_version), deleted_on)
