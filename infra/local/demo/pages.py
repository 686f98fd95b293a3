"""Reads a page as a browser does: its forms with their fields and buttons, and its links."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lxml.html import HtmlElement, document_fromstring

ONE_OF = ("radio", "checkbox")
TYPED = ("text", "email", "date", "number", "hidden", "search", "tel", "time")


class NotOnThePage(Exception):
    """The page does not have the button or field that a person wants to use."""


@dataclass
class Form:
    """One form: `fields` is what it would send untouched."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    options: dict[str, list[str]] = field(default_factory=dict)  # of radio buttons, ticks and lists
    buttons: list[tuple[str, str]] = field(default_factory=list)  # name and value
    words: list[str] = field(default_factory=list)  # on the buttons

    @property
    def names(self) -> set[str]:
        return self.fields.keys() | self.options.keys()

    def filled(self, answers: Mapping[str, str], button: str | None = None) -> dict[str, str]:
        """Return what the form sends. Empty answers untick. Raises NotOnThePage if it lacks a field, option or button.

        button   the value of the button that is pressed; the first one if left out
        """
        for name, answer in answers.items():
            if name not in self.names:
                raise NotOnThePage(f"no field {name} in the form to {self.action}")
            if answer and name in self.options and answer not in self.options[name]:
                raise NotOnThePage(f"{answer!r} is no option of {name}")
        sent = {**self.fields, **answers}
        for name in self.options:
            if not sent.get(name):
                sent.pop(name, None)
        pressed = [candidate for candidate in self.buttons if button in (None, candidate[1])]
        if not pressed:
            raise NotOnThePage(f"no button {button} in the form to {self.action}")
        name, value = pressed[0]
        return {**sent, name: value} if name else sent


class Page:
    """A page as its reader uses it: each part is read when it is first looked for."""

    def __init__(self, document: HtmlElement):
        self._document = document

    @cached_property
    def forms(self) -> list[Form]:
        return [_read_form(form) for form in self._document.iter("form")]

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """Address and words of each."""
        return [(link.get("href", ""), link.text_content().strip()) for link in self._document.iter("a")]

    @cached_property
    def heading(self) -> str:
        return next((words for header in self._document.iter("h1") if (words := header.text_content().strip())), "")

    @cached_property
    def status(self) -> str:
        """The line that shows the current step."""
        lines = (paragraph for paragraph in self._document.iter("p") if paragraph.get("class") == "status")
        return next((words for line in lines if (words := line.text_content().strip())), "")

    def form(self, ending: str = "") -> Form:
        """Find the first form whose address ends so. Raises NotOnThePage."""
        for candidate in self.forms:
            if candidate.action.endswith(ending):
                return candidate
        raise NotOnThePage(f"no form to …{ending} on the page “{self.heading}”")

    def form_with(self, name: str) -> Form:
        """Find the first form that has the field. Raises NotOnThePage."""
        for candidate in self.forms:
            if name in candidate.names:
                return candidate
        raise NotOnThePage(f"no form with a field {name} on the page “{self.heading}”")

    def link(self, words: str) -> str:
        """Find the first link whose words or address contain this. Raises NotOnThePage."""
        for address, text in self.links:
            if words in text or words in address:
                return address
        raise NotOnThePage(f"no link “{words}” on the page “{self.heading}” ({self.status})")


def read_page(html: str) -> Page:
    return Page(document_fromstring(html))


# --- forms ------------------------------------------------------------------------------------------------------------


def _read_form(element: HtmlElement) -> Form:
    form = Form(element.get("action", ""))
    for control in element.iter(*OF_FORMS):
        OF_FORMS[control.tag](form, control)
    return form


def _read_input(form: Form, element: HtmlElement) -> None:
    name, kind = element.get("name", ""), element.get("type", "text")
    if not name:
        return
    if kind in ONE_OF:
        value = element.get("value", "on")
        form.options.setdefault(name, []).append(value)
        if "checked" in element.attrib:
            form.fields[name] = value
    elif kind in TYPED:
        form.fields[name] = element.get("value", "")


def _read_select(form: Form, element: HtmlElement) -> None:
    options = list(element.iter("option"))
    name, values = element.get("name", ""), [option.get("value", "") for option in options]
    chosen = [value for option, value in zip(options, values, strict=True) if "selected" in option.attrib]
    if name and values:
        form.options.setdefault(name, []).extend(values)
        form.fields[name] = (chosen or values)[-1 if chosen else 0]


def _read_textarea(form: Form, element: HtmlElement) -> None:
    form.fields[element.get("name", "")] = (element.text or "").removeprefix("\n")


def _read_button(form: Form, element: HtmlElement) -> None:
    if element.get("type", "submit") == "submit":
        form.buttons.append((element.get("name", ""), element.get("value", "")))
    form.words.append(element.text_content().strip())


OF_FORMS: dict[str, Callable[[Form, HtmlElement], None]] = {
    "input": _read_input,
    "select": _read_select,
    "textarea": _read_textarea,
    "button": _read_button,
}
