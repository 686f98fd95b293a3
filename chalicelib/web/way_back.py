"""Find the page above one that was refused: a page without a link would end the reader's visit. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from msgspec import Struct

CONSOLE = "/admin"
COHORT = f"{CONSOLE}/cohort/{{cohort_id}}"
PLACES = (  # how routes start, the page above them and its link; the longest start first
    (f"{COHORT}/person/{{delegate_id}}", f"{COHORT}/delegate/{{delegate_id}}", "Back to the delegate"),
    (f"{COHORT}/delegate/{{delegate_id}}", f"{COHORT}/delegate/{{delegate_id}}", "Back to the delegate"),
    (COHORT, COHORT, "Back to the cohort"),
    (CONSOLE, CONSOLE, "Back to the cohorts"),
)
ANSWER = "answer"


class WayBack(Struct, frozen=True):
    """A path below the stage, and the words of its link."""

    path: str
    label: str


def find_way_back(route: str, values: Mapping[str, str]) -> WayBack | None:
    """Return the page above; None for the first page of a link, where there is nothing above.

    route    as it is declared: `/hub/{token}/work/{work}`
    values   of its parts in braces
    """
    for start, above, label in PLACES:
        if route.startswith(f"{start}/"):
            return WayBack(_fill(above, values), label)
    verb, _, rest = route.removeprefix("/").partition("/")
    if rest.startswith("{token}/"):
        label = "Back to the questionnaire" if verb == ANSWER else "Back to your page"
        return WayBack(_fill(f"/{verb}/{{token}}", values), label)
    return None


def is_console(route: str) -> bool:
    return route == CONSOLE or route.startswith(f"{CONSOLE}/")


def _fill(route: str, values: Mapping[str, str]) -> str:
    return route.format_map({name: quote(value, safe=".") for name, value in values.items()})
