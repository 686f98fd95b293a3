"""Reads a page as a browser does: its forms with their fields and buttons, and its links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

ONE_OF = ("radio", "checkbox")
TYPED = ("text", "email", "date", "number", "hidden", "search", "tel")


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
        """What the form sends. An empty answer unticks. Raises NotOnThePage for a field, option or button it lacks.

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
        pressed = [one for one in self.buttons if button in (None, one[1])]
        if not pressed:
            raise NotOnThePage(f"no button {button} in the form to {self.action}")
        name, value = pressed[0]
        return {**sent, name: value} if name else sent


@dataclass
class Page:
    forms: list[Form] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # address and words
    heading: str = ""
    status: str = ""  # the line that shows the current step

    def form(self, ending: str = "") -> Form:
        """The first whose address ends so. Raises NotOnThePage."""
        for found in self.forms:
            if found.action.endswith(ending):
                return found
        raise NotOnThePage(f"no form to …{ending} on the page “{self.heading}”")

    def form_with(self, name: str) -> Form:
        """The first that has the field. Raises NotOnThePage."""
        for found in self.forms:
            if name in found.names:
                return found
        raise NotOnThePage(f"no form with a field {name} on the page “{self.heading}”")

    def link(self, words: str) -> str:
        """The first whose words or address contain this. Raises NotOnThePage."""
        for address, text in self.links:
            if words in text or words in address:
                return address
        raise NotOnThePage(f"no link “{words}” on the page “{self.heading}” ({self.status})")


def read_page(html: str) -> Page:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._form: Form | None = None
        self._list = ""  # the name of the list that is open
        self._area = ""  # the name of the text area that is open
        self._said: list[str] | None = None  # words of what is being read
        self._address = ""

    def updatepos(self, i: int, j: int) -> int:
        """Do not count lines: no one reads the position."""
        return j

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if begin := getattr(self, f"_begin_{tag}", None):
            begin(found)

    def handle_endtag(self, tag: str) -> None:
        if end := getattr(self, f"_end_{tag}", None):
            end("".join(self._said or []))

    def handle_data(self, data: str) -> None:
        if self._said is not None:
            self._said.append(data)

    # --- forms --------------------------------------------------------------------------------------------------------

    def _begin_form(self, found: dict[str, str]) -> None:
        self._form = Form(found.get("action", ""))
        self.page.forms.append(self._form)

    def _end_form(self, _said: str) -> None:
        self._form = None

    def _begin_input(self, found: dict[str, str]) -> None:
        form, name, kind = self._form, found.get("name", ""), found.get("type", "text")
        if form is None or not name:
            return
        if kind in ONE_OF:
            value = found.get("value", "on")
            form.options.setdefault(name, []).append(value)
            if "checked" in found:
                form.fields[name] = value
        elif kind in TYPED:
            form.fields[name] = found.get("value", "")

    def _begin_select(self, found: dict[str, str]) -> None:
        self._list = found.get("name", "")

    def _begin_option(self, found: dict[str, str]) -> None:
        if self._form is None or not self._list:
            return
        value = found.get("value", "")
        known = self._form.options.setdefault(self._list, [])
        if "selected" in found or not known:
            self._form.fields[self._list] = value
        known.append(value)

    def _end_select(self, _said: str) -> None:
        self._list = ""

    def _begin_textarea(self, found: dict[str, str]) -> None:
        self._area, self._said = found.get("name", ""), []

    def _end_textarea(self, said: str) -> None:
        if self._form is not None:
            self._form.fields[self._area] = said.removeprefix("\n")
        self._said = None

    def _begin_button(self, found: dict[str, str]) -> None:
        self._said = []
        if self._form is not None and found.get("type", "submit") == "submit":
            self._form.buttons.append((found.get("name", ""), found.get("value", "")))

    def _end_button(self, said: str) -> None:
        if self._form is not None:
            self._form.words.append(said.strip())
        self._said = None

    # --- words and links ----------------------------------------------------------------------------------------------

    def _begin_a(self, found: dict[str, str]) -> None:
        self._address, self._said = found.get("href", ""), []

    def _end_a(self, said: str) -> None:
        self.page.links.append((self._address, said.strip()))
        self._said = None

    def _begin_h1(self, _found: dict[str, str]) -> None:
        self._said = []

    def _end_h1(self, said: str) -> None:
        self.page.heading = self.page.heading or said.strip()
        self._said = None

    def _begin_p(self, found: dict[str, str]) -> None:
        if found.get("class") == "status":
            self._said = []

    def _end_p(self, said: str) -> None:
        if said and not self.page.status:
            self.page.status = said.strip()
        self._said = None
