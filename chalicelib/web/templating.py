"""Jinja, set up once: an undefined name fails, HTML is escaped. A template is `<stage>/<name>.html.j2`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined

from chalicelib import wording
from chalicelib.web import links, static

LIBRARY = Path(__file__).parent.parent


@cache
def environment() -> Environment:
    stages = {path.parent.name: FileSystemLoader(path) for path in LIBRARY.glob("*/templates")}
    env = Environment(
        loader=PrefixLoader(stages),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals |= {"url": links.url, "static_path": static.path, "brand_path": static.brand_path}
    env.filters |= {name: getattr(wording, name) for name in ("day", "local_day", "last_day", "month", "plural")}
    return env


def render(template: str, **context: object) -> str:
    return environment().get_template(f"{template}.html.j2").render(**context)
