"""docs/cohort-file.md: every key of the cohort file, from its types."""

from __future__ import annotations

from chalicelib.programme.cohort_schema import CohortShape
from infra.docs.programme_file import describe

HEAD = """\
# The cohort file

Made from `chalicelib/programme/cohort_schema.py` by `make docs`.

A cohort file has the dates of one cohort: its questionnaire, who runs its workshops, and each session with day, hours
and place. Load it with `python -m chalicelib cohort load ID --programme FILE --cohort FILE --delegates FILE`. Copy
`examples/maximising-potential/cohort.yaml`. Every fault is named with its line.

The programme ends on the day of its last session, and the impact survey follows the end. Load the file again after a
change: sessions that differ move, those that are missing are cancelled, new ones are added. Everyone concerned gets one
email for each session that changed, with the entry for their calendar, on the next working morning; at once within
working hours if the session is less than three working days away. The same change can be made in the console
(“Edit dates”), and one session moves with
`python -m chalicelib cohort move ID --session leading_self/1 --to 2026-03-12`.
A session that has begun can no longer change.

Put times in quotes: YAML reads 16:30 without quotes as a number.
"""


def page() -> str:
    return HEAD + describe(CohortShape)
