"""A row that is stored as a whole takes the place of what is there: each such writer says why nothing is lost by it.

Two acts at one moment both read a row, and each stores what it read with its own change: the second would undo the
first. So a writer gives a condition on what was read (`put_if`, `put_once`), or writes its own attributes (`update`).
"""

from __future__ import annotations

import ast
from pathlib import Path

STORE = Path(__file__).parents[2] / "chalicelib" / "store"
WITHOUT_CONDITION = {"put", "put_all"}
ONE_WISH = "The whole row is what one person wished last, and nothing in it comes from an earlier row"
GUARDED = "In one transaction with a write that is refused if the row it comes from changed"
SAME = "Every writer of this key writes the same"
OWN_KEY = "No other act writes this key"
ALLOWED = {
    "account_fault.save": "The last report of SES counts, and a fault that lasts is recorded again",
    "administrator_rights.limit": ONE_WISH,
    "areas.save": f"{GUARDED}: the debrief",
    "areas._remember": f"{GUARDED}: the area's revision is part of the key",
    "areas.note": f"{OWN_KEY}: it has the random number of the page",
    "areas.share": f"{ONE_WISH}: one area, shared or not, with one person",
    "assignments.save_line": f"{GUARDED}: the line in the other cohort",
    "audit_events.add_naming": f"{SAME}: moment, act and people are part of the key",
    "catalogue.add_cohort": f"{GUARDED}: the cohort",
    "catalogue.enter_programme": f"{GUARDED}: the programme's version, which never changes",
    "coach_comments.add": f"{GUARDED}: the report, which is added once",
    "cohorts.add_people": f"{SAME}: its checksum is part of the key",
    "debriefs.leave": f"{ONE_WISH}: the note for the next coach, in place of their last one",
    "digests.postpone": f"{SAME}: the email and its new day",
    "emails.redirect": f"{GUARDED}: the email, whose state is as it was read",
    "emails.add": f"{GUARDED}: the email, which is added once",
    "emails.show": f"{GUARDED}: the email's state",
    "invitations.add_to_inbox": f"{GUARDED}: the invitation",
    "kept_data.note_notice": f"{SAME}: the day follows from the cohort's dates",
    "openings.save": f"{ONE_WISH}: that this coach opened this report",
    "pauses.begin": f"{GUARDED}: the delegate's pause",
    "responses.store": f"{OWN_KEY}: a random id",
    "sessions.end_all": ONE_WISH,
    "waiting_emails.begin_list": SAME,
    "waiting_emails._complete": f"{SAME}: the id of the email is the key",
    "workshops.save": f"{GUARDED}: the cohort's load number",
}


def writers() -> set[str]:
    """Return every function of the store that stores a whole row without a condition, as `module.function`."""
    names = set()
    for path in sorted(STORE.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in tree.body:
            if isinstance(function, ast.FunctionDef) and path.stem != "table" and calls(function):
                names.add(f"{path.stem}.{function.name}")
    return names


def calls(function: ast.FunctionDef) -> bool:
    named = {
        node.func.id for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    return bool(named & WITHOUT_CONDITION)


def test_each_writer_of_a_whole_row_has_a_condition_or_a_reason():
    assert writers() == ALLOWED.keys()


def test_no_other_folder_stores_rows():
    others = [path for path in STORE.parent.rglob("*.py") if STORE not in path.parents]
    imported = {
        name.name
        for path in others
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "chalicelib.store.table"
        for name in node.names
    }

    assert imported & {"put", "put_all", "put_if", "put_once"} == set()
    assert "transact" in imported
