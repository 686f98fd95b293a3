"""Set up Jinja once: an undefined name fails, HTML is escaped. A template is `<stage>/<name>.html.j2`."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from chalicelib.core import currency, formatting
from chalicelib.links import signing
from chalicelib.store.unreadable import list_unreadable
from chalicelib.web import static

LIBRARY = Path(__file__).parent.parent
FORMATS = (  # functions of core.formatting that templates use as filters
    *("day", "month", "short_date", "local_day", "last_day", "last_moment", "short_day"),
    *("local_time", "day_and_time", "clock_time", "time_zone_name", "plural", "join_words"),
)


@cache
def environment() -> Environment:
    stages = {path.parent.name: FileSystemLoader(path) for path in LIBRARY.glob("*/templates")}
    env = Environment(
        loader=PrefixLoader(stages),
        autoescape=True,
        auto_reload=False,  # otherwise every page checks its files' dates first
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {"url": signing.url, "static_path": static.path}
    env.globals["unreadable_rows"] = list_unreadable
    env.globals |= {"brand_path": static.brand_path, "logo_path": static.logo_path}
    env.filters |= {name: getattr(formatting, name) for name in FORMATS}
    env.filters["by_field"] = by_field
    env.filters["money"] = lambda kept, code: currency.exact_sum(Decimal(kept), code)
    return env


def by_field(faults: Iterable[Any]) -> dict[str, str]:
    """Map field to message, for a page that shows each fault at its field."""
    return {fault.field: fault.message for fault in faults}


def render(template: str, **context: object) -> str:
    return environment().get_template(f"{template}.html.j2").render(page_name=template, **context)
