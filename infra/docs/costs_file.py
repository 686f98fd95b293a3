"""docs/costs-file.md: every key of the file of costs, from its types."""

from __future__ import annotations

from chalicelib.programme.costs_schema import CostsShape
from infra.docs.programme_file import describe

HEAD = """\
# The file of costs

Made from `chalicelib/programme/costs_schema.py` by `make docs`.

What a cohort cost, each figure with its source. Load it with `python -m chalicelib cohort costs ID FILE.yaml`, or enter
the same figures in the console (“Costs”). Loading replaces what was entered before. The sponsor's documents set the
benefit against the costs; without costs they state no return.
"""


def page() -> str:
    return HEAD + describe(CostsShape)
