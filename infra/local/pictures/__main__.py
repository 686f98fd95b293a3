"""`python -m infra.local.pictures`: plays the example programme and photographs its pages on the way."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console

from infra.local.cloud import Cloud
from infra.local.demo import START, free_port, new_world, reactions
from infra.local.demo.world import World
from infra.local.pictures.album import ALBUM, Day
from infra.local.pictures.camera import Camera, EveryPage, chromium

FOLDER = Path(__file__).parents[3] / "docs" / "pictures"
NOON = time(12)
PORT = 8000


def main() -> int:
    console = Console()
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with Cloud(free_port(PORT), start=START) as cloud, chromium(path) as browser:
        world = new_world(cloud, console)
        camera = Camera(browser, world, FOLDER, lambda name: console.print(f"{world.now:%d %b %Y}  {name}"))
        walk = EveryPage(world, camera)
        for day in ALBUM:
            world.play(reactions(), _moment(world, day))
            if day.shoot:
                day.shoot(world, camera)
            walk.shoot(day.name)
        world.browser.close()
    console.print("No picture of: " + ", ".join(walk.missing))
    return 0


def _moment(world: World, day: Day) -> datetime:
    zone = ZoneInfo(world.programme.organisation.timezone)
    date = getattr(world.dates, day.after)
    return datetime.fromordinal(date.toordinal() + day.days).replace(hour=NOON.hour, tzinfo=zone)


if __name__ == "__main__":
    sys.exit(main())
