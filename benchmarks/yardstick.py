"""Measure how fast a machine renders a PDF, with a document that never changes.

A report's budget of 120 ms was set on a machine that set a first sketch of the report in 67 ms. Other machines took
twice as long for that sketch, and half as long again from one hour to the next. So a report's time means something
only when compared with another document in the same run: this one, which took 0.85 times as long as the sketch where
both were set by turns, as medians of 50 each (0.79 to 0.95 in four runs). On the budget's machine it would have
taken PACE.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from random import Random
from typing import Any

import msgspec

from chalicelib.pdf import fonts
from chalicelib.pdf.compile import STANDARDS
from chalicelib.report.render_pdf import TEMPLATES

PACE = 0.067 * 0.85  # seconds, waited
ISSUED = datetime(2026, 11, 24, tzinfo=UTC)
WORDS = ("asks", "changes", "explains", "gives", "helps", "keeps", "listens", "makes", "meets", "others", "plans")
SOURCE = b"""
#let d = json("data.json")
#set document(title: "Yardstick", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: "en", font: "Source Sans Pro", size: 10pt)
#set page(paper: "a4", footer: context counter(page).display())
#for section in d [
  #heading(level: 1, section.title)
  #for words in section.paragraphs { par(words) }
  #table(columns: (3fr,) + (1fr,) * 4, stroke: none, ..section.rows.flatten())
]
"""


def waited(seed: int) -> float:
    """Seconds that one document takes; each seed gives other words, for typst remembers what it has laid out."""
    import typst

    sources = {"main.typ": SOURCE, "data.json": msgspec.json.encode(_sections(Random(seed)))}  # noqa: S311 no secret
    start = time.perf_counter()
    compiler = typst.Compiler(font_paths=fonts.for_typst(), root=str(TEMPLATES))
    compiler.compile(input=sources, format="pdf", timestamp=ISSUED, pdf_standards=STANDARDS)
    return time.perf_counter() - start


def _sections(random: Random) -> list[dict[str, Any]]:
    return [
        {
            "title": f"Section {number}",
            "paragraphs": [" ".join(random.choices(WORDS, k=40)) for _ in range(6)],
            "rows": [
                [" ".join(random.choices(WORDS, k=6)), *(f"{random.randint(10, 50) / 10}" for _ in range(4))]
                for _ in range(20)
            ],
        }
        for number in range(10)
    ]
