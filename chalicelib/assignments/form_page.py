"""Make the page of a form: what was typed, or what an unsaved form begins with. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.assignments.form import AREAS, AREAS_TITLE
from chalicelib.assignments.page_model import Input, PageForm, inputs_of
from chalicelib.assignments.prefill import fill
from chalicelib.assignments.table_fields import row_ids
from chalicelib.assignments.tasks import Book, Task
from chalicelib.assignments.text_fields import find_warnings
from chalicelib.assignments.values import WorkFault
from chalicelib.core import merging
from chalicelib.core.form_model import Rows


class FormPage(Struct, frozen=True):
    """The page of a form. marks: of the stored answers; text that was only filled in has none."""

    inputs: Sequence[Input]
    marks: str
    is_saved: bool


def draft_page(
    book: Book, task: Task, now: datetime, faults: Sequence[WorkFault], new_rows: tuple[str, ...], more: str
) -> FormPage:
    filled = fill(book, task, now)
    draft = replace(task.draft, typed={**filled.typed, **task.draft.typed})
    page_form = PageForm(
        form=task.form,
        draft=draft,
        context=book.context(task, now),
        faults=faults or task.read_draft(book.context(task, now)).of_draft,
        origins=filled.origins,
        new_rows=new_rows,
        copied_rows=_copied(book, task, now),
        more=more,
    )
    return FormPage(inputs_of(page_form), merging.marks(task.draft.typed), bool(task.draft.typed))


def _copied(book: Book, task: Task, now: datetime) -> frozenset[str]:
    """Return the ids of other forms' rows. Tables that are copied from these forms keep the ids."""
    sources = [field.type.source for field in task.form.fields if isinstance(field.type, Rows) and field.type.source]
    carried: set[str] = set()
    for source in sources:
        assignment, _, name = source.partition(".")
        earlier = book.find(assignment)
        if earlier is not None:
            carried |= {row["row"] for row in earlier.values(book.context(earlier, now)).get(name, ())}
            carried |= set(row_ids(f"f.{name}", earlier.draft.typed))
    return frozenset(carried)


def label_of(task: Task, name: str) -> str:
    """Return an input's label on the form, for messages about it."""
    if name.partition(".")[0] == AREAS:
        return AREAS_TITLE
    fields = {f"f.{field.id}": field.ask for field in task.form.fields}
    return next((words for known, words in fields.items() if name == known or name.startswith(f"{known}.")), name)


def warnings_of(task: Task) -> dict[str, str]:
    """Return what a writer may want to change, by input name. It is shown and never stored."""
    warned = {name: find_warnings(text) for name, text in task.draft.typed.items()}
    return {name: " ".join(said) for name, said in warned.items() if said}
