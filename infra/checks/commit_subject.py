"""Check the subject of a commit message, as a commit-msg hook: `python -m infra.checks.commit_subject FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

MAX_SUBJECT = 60  # characters


def fault_of(message: str) -> str:
    """Return what is wrong with a message, in words for its writer; empty if nothing is."""
    subject, _, rest = message.partition("\n")
    if len(subject) > MAX_SUBJECT:
        return (
            f"The subject has {len(subject)} characters. Write at most {MAX_SUBJECT}, and put the reason in the body."
        )
    if subject.endswith("."):
        return "The subject ends with a full stop. Leave it out."
    return "Leave the second line empty, and begin the body on the third." if rest.partition("\n")[0].strip() else ""


def main(path: str) -> int:
    fault = fault_of(Path(path).read_text("utf-8"))
    if fault:
        print(fault, file=sys.stderr)
    return bool(fault)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
