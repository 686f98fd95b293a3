"""Each parser of what people send meets its worst text at its limit: half the text takes half the steps.

The modules that parse are found in the code. A new one fails here until it is given a worst case, or a reason.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

import chalicelib
from chalicelib.core import addresses, csv_reader, workbook_view
from chalicelib.core.calendar import parse_duration
from chalicelib.core.errors import Refusal
from chalicelib.core.western_text import western_text
from chalicelib.links import signing
from chalicelib.programme import logo, svg, yaml_reader
from chalicelib.programme.read_people import DELEGATE_COLUMNS, read_delegates
from chalicelib.programme.read_programme import read_programme
from chalicelib.report.responses_file import read_responses
from chalicelib.web import forms, sessions, uploads
from tests.programme.small import SMALL
from tests.support.steps import count_steps

ROOT = Path(chalicelib.__file__).parent
PRIMITIVES = {
    *(
        "csv.reader",
        "yaml.compose",
        "parse_qsl",
        "MultipartParser",
        "decompressobj",
        "ParserCreate",
        "unsign",
        "decode_header",
    ),
    *("loads", "decode", "b64decode"),
}
OF_OUR_OWN = {
    "cli/local_cloud": "the clock of the local cloud",
    "store/programme_codec": "programmes that were checked before they were stored",
    "core/settings": "settings of the operator",
    "collect/preview/preview": "a sample email that we composed",
    "store/erasure_log": "entries that we wrote, of ids",
    "store/withdrawals": "entries that we made",
    "store/unfinished_restore": "a moment that we wrote",
    "ownership/check_restore": "facts of documents that we made",
    "web/bare_page": "a stylesheet of our own",
    "core/formatting": "titles and names of limited length",
    "collect/encryption": "what we sealed",
    "core/ids": "digests",
    "emails/delivery_events": "what SES sends through our own topic",
    "core/working_days": "our own table of days off",
    "emails/calendar_entry": "an entry whose texts the cohort file or a form has limited",
    "emails/mime": "names and addresses that cells checked",
    "store/packing": "what we packed",
    "web/unsent": "what we packed and signed, and a form with the limits of every form",
    "web/second_factor": "a typed code; each pattern looks at one sign at a time",
    "debrief/routes": "a report that we stored",
    "milestones/routes": "a report that we stored",
    "web/reading": "a digest of our own style",
    "areas/plan/content": "what we wrote",
    "areas/plan/render": "a plan that we wrote",
    "impact/result/facts": "what we wrote",
    "impact/result/render": "a result that we wrote",
    "impact/result/routes": "a result that we stored",
    "sponsor/documents/pdf": "facts that we wrote",
    "sponsor/final/facts": "what we wrote",
    "report/render_pdf": "the report that was checked before it was stored",
    "pdf/compile": "a logo that was checked before it was stored",
    "emails/ses_tags": "what SES sends back of ours",
    "results/comments": "replaces line ends of a comment that the form has limited",
    "results/facts": "what we wrote",
    "results/cohort_snapshot": "what we wrote",
    "report/offline_ledger": "what report offline wrote",
    "report/offline": "makes a name for a folder",
    "nominate/seen_list": "a list that our page wrote; msgspec reads a form of limited size",
    "pdf/pdf_text": "a comment that the form has limited",
    "pdf/print_document": "content that we encoded",
    "programme/cohort_form": "a name that cells checked",
    "programme/cohort_plan": "digests of what the readers checked",
    "programme/read_programme": "what yaml_reader limits",
    "store/coach_comments": "what we wrote",
    "store/marshal": "what we wrote",
    "store/queues": "hints that we sent",
    "store/reports": "facts that we wrote",
    "web/static": "a logo that was checked before it was stored",
}


@dataclass(frozen=True)
class Case:
    """`make` gives the worst text of a size; `limit` is the largest that is read."""

    name: str
    module: str
    read: Callable[[object], object]
    limit: int
    make: Callable[[int], object]


def _paste(text: object) -> object:
    from chalicelib.nominate.pasted_list import read_list

    return read_list(str(text))


def _repeat(part: str) -> Callable[[int], str]:
    return lambda size: (part * (size // len(part) + 1))[:size]


def _repeat_below(header: str, part: str) -> Callable[[int], str]:
    return lambda size: header + _repeat(part)(size - len(header))


def _csv(row: str) -> Callable[[int], bytes]:
    header = ",".join(DELEGATE_COLUMNS) + "\n"
    return lambda size: (header + _repeat(row)(max(0, size - len(header)))).encode()


def _yaml(tail: str, part: str) -> Callable[[int], str]:
    return lambda size: SMALL + tail + _repeat(part)(max(0, size - len(SMALL) - len(tail)))


def _aliases(size: int) -> str:
    """Return a long text that is named again and again."""
    return (
        SMALL.replace("title: A small", f"title: &a {'x' * 1000} A small") + "extra: [" + "*a, " * (size // 4) + "]\n"
    )


def _svg(middle: str, size: int) -> bytes:
    start, end = "<svg xmlns='http://www.w3.org/2000/svg'>", "</svg>"
    return (start + middle * ((size - len(start) - len(end)) // len(middle)) + end).encode()


def _multipart(part: str) -> Callable[[int], bytes]:
    return lambda size: ("--b\r\n" + _repeat(part)(size)).encode()


def _upload(body: object) -> object:
    headers = {"content-type": "multipart/form-data; boundary=b"}
    return uploads.read_upload(SimpleNamespace(raw_body=body, headers=headers), "nonce")


def _cookie(text: object) -> object:
    request = SimpleNamespace(headers={"cookie": text})
    return sessions._session(request, datetime(2026, 9, 1, tzinfo=UTC))


def _western(part: bytes) -> Callable[[int], bytes]:
    return lambda size: (part * (size // len(part)))[:size] + b"\xe9"


def _view(rows: object) -> object:
    """Read a sheet that is cut off somewhere, and give each merged row its value."""
    source = BytesIO(f"<worksheet>{rows}".encode())
    with contextlib.suppress(*workbook_view.UNREADABLE):
        view = workbook_view.read_view(SimpleNamespace(_get_source=lambda: source))
        filler = workbook_view.Filler(view)
        return [filler.fill(line, ["a"]) for line in range(1, 100)]
    return None


TINY = read_programme(SMALL, "p.yaml")
RESPONSES_HEADER = ",".join(["delegate", "group", *(item.id for item in TINY.items)]) + "\n"
LIST_LIMIT = 30_000
READ_YAML = ("programme/yaml_reader", lambda text: read_programme(text, "p.yaml"), yaml_reader.MAX_FILE)
READ_PEOPLE = ("core/csv_text", lambda data: read_delegates(data, "d.csv"), csv_reader.MAX_BYTES // 4)
READ_SVG = ("programme/svg", svg.check_svg, logo.MAX_LOGO_BYTES)
READ_FORM = ("web/forms", lambda body: forms.read_form(body, "hub", "token"), forms.MAX_BODY_BYTES)
READ_UPLOAD = ("web/uploads", _upload, uploads.MAX_BODY_BYTES)
CASES = [
    *(
        Case(f"list-{name}", "nominate/paste", _paste, LIST_LIMIT, _repeat(part))
        for name, part in {
            "letters": "a",
            "ats": "@",
            "pairs": "a@",
            "blanks": " ",
            "brackets": "<",
            "round-brackets": "(",
            "quotes": '"',
            "semicolons": "a;",
            "people": "Jo Ward <jo@example.org>; ",
            "accents": "\u0323\u0301",
            "encoded": "=?utf-8?q?",
            "headers": "to: ",
        }.items()
    ),
    *(
        Case(f"list-rows-{name}", "nominate/pasted_lines", _paste, LIST_LIMIT, _repeat_below("name,email\n", row))
        for name, row in {"people": "Jo,jo@example.org\n", "quotes": '"', "commas": ",", "short": "a\n"}.items()
    ),
    *(
        Case(f"list-{name}", "nominate/pasted_lines", _paste, LIST_LIMIT, _repeat(part))
        for name, part in {"cells": "a\t", "labels": "a:", "numbers": "1. ", "dashes": "a - ", "commas": "a, "}.items()
    ),
    *(
        Case(f"people-{name}", *READ_PEOPLE, _csv(row))
        for name, row in {
            "rows": "Jo,jo@example.org,Nurse,Ward,Al,al@example.org,Bo,bo@example.org\n",
            "short-rows": "x\n",
            "quotes": '"',
            "commas": ",",
            "wide": "a,",
            "letters": "a",
            "lines": "\n",
            "accents": "\u0323\u0301",
        }.items()
    ),
    *(
        Case(f"yaml-{name}", *READ_YAML, make)
        for name, make in {
            "letters": _yaml("extra: ", "a"),
            "lines": _yaml("extra: |\n", "  a\n"),
            "keys": _yaml("", "k: 1\n"),
            "brackets": _yaml("extra: ", "["),
            "braces": _yaml("extra: ", "{a: "),
            "dashes": _yaml("extra:\n ", "- "),
            "quotes": _yaml('extra: "', "\\n"),
            "list": _yaml("extra: [", "a, "),
            "anchors": _yaml("extra: [", "&a b, "),
            "aliases": _aliases,
            "questions": _yaml("", "? a\n"),
        }.items()
    ),
    *(
        Case(f"svg-{name}", *READ_SVG, lambda size, part=part: _svg(part, size))
        for name, part in {
            "elements": "<g/>",
            "texts": "<style>a</style>",
            "urls": "<g style='fill:url(#a)'/>",
            "comments": "<!-- -->",
        }.items()
    ),
    Case("svg-depth", *READ_SVG, lambda size: ("<svg>" + "<g>" * ((size - 5) // 3)).encode()),
    Case("svg-attributes", *READ_SVG, lambda size: f"<svg {_repeat('x ')(size)}>".encode()),
    *(
        Case(f"form-{name}", *READ_FORM, lambda size, part=part: _repeat(part)(size).encode())
        for name, part in {"fields": "a=1&", "percent": "%C3%A9", "plus": "+", "ampersands": "&", "equals": "="}.items()
    ),
    *(
        Case(f"upload-{name}", *READ_UPLOAD, _multipart(part))
        for name, part in {
            "lines": "\r\n",
            "boundaries": "\r\n--b",
            "headers": "a: b\r\n",
            "fields": 'Content-Disposition: form-data; name="a"\r\n\r\n1\r\n--b\r\n',
            "letters": "a",
        }.items()
    ),
    Case(
        "packed-zeros",
        "web/uploads",
        lambda packed: uploads.unpack(str(packed)),
        2 * uploads.MAX_FILES_BYTES,  # unpacked
        lambda size: base64.b64encode(zlib.compress(b" " * size)).decode(),
    ),
    *(
        Case(
            f"responses-{name}",
            "core/csv_text",
            lambda data: read_responses(TINY, data, "r.csv"),
            400_000,
            lambda size, row=row: (RESPONSES_HEADER + _repeat(row)(size)).encode(),
        )
        for name, row in {"rows": "a,b\n", "ratings": "a,peer,(4) often (\n", "quotes": '"', "letters": "a"}.items()
    ),
    *(
        Case(f"western-{name}", "core/western_text", western_text, csv_reader.MAX_BYTES // 4, _western(part))
        for name, part in {"words": b"\xe9 ", "letters": b"\xe9", "dashes": b"Ma\x97a ", "one": b"A"}.items()
    ),
    *(
        Case(f"sheet-{name}", "core/workbook_view", _view, 400_000, _repeat(part))
        for name, part in {
            "rows": "<row hidden='1'/>",
            "columns": "<col min='1' max='16384' hidden='1'/>",
            "merged": "<mergeCell ref='A1:A9'/>",
            "depth": "<row>",
        }.items()
    ),
    Case(
        "responses-columns",
        "core/csv_reader",
        lambda data: read_responses(TINY, data, "r.csv"),
        400_000,
        lambda size: _repeat("a,")(size).encode(),
    ),
    *(
        Case(f"token-{name}", "links/signing", lambda text: signing.read("hub", str(text), 2), 100_000, _repeat(part))
        for name, part in {"dots": ".", "letters": "a", "ends": ";"}.items()
    ),
    *(
        Case(f"cookie-{name}", "web/sessions", _cookie, 100_000, _repeat(part))
        for name, part in {"semicolons": ";", "pairs": "a=b;", "ours": f"{sessions.COOKIE}=a.b;"}.items()
    ),
    *(
        Case(f"duration-{name}", "programme/dates", lambda text: parse_duration(str(text)), 100_000, _repeat(part))
        for name, part in {"digits": "1", "parts": "P1M"}.items()
    ),
    *(
        Case(f"name-{name}", "programme/cells", lambda text: addresses.clean_name(str(text)), 100_000, _repeat(part))
        for name, part in {"accents": "\u0323\u0301", "words": "=?utf-8?q?a?= ", "joiners": "\u200d"}.items()
    ),
    Case(
        "address",
        "core/addresses",
        lambda text: addresses.check_address(addresses.clean_address(str(text))),
        100_000,
        _repeat("a.@"),
    ),
]
SLACK = 1.2  # of twice


pytestmark = pytest.mark.usefixtures("aws")  # for the keys of links


def _read(case: Case, size: int) -> None:
    with contextlib.suppress(Refusal, ValueError):
        case.read(case.make(size))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_half_the_text_takes_half_the_steps(case):
    size = min(case.limit, 4_000 if case.module == "programme/yaml_reader" else 30_000)
    _read(case, 100)  # imports are not counted
    half, whole = (count_steps(lambda size=size: _read(case, size)) for size in (size // 2, size))

    assert whole <= 2 * SLACK * half + 1000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_longest_text_is_read_or_refused(case):
    _read(case, case.limit)


def _parsing_modules() -> set[str]:
    modules = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
                name = ast.unparse(node.func)
                if {name, name.rpartition(".")[2]} & PRIMITIVES:
                    modules.add(path.relative_to(ROOT).with_suffix("").as_posix())
    return modules


def test_every_module_that_parses_has_a_worst_case_or_a_reason():
    known = {case.module for case in CASES} | OF_OUR_OWN.keys() | {"programme/logo"}  # logo: tests of its header below

    assert sorted(_parsing_modules() - known) == []


# --- what is larger is refused at once, with the limit and what to do -----------------------------------


def _refusal(case: str, size: int) -> str:
    (parser,) = [known for known in CASES if known.name == case]
    try:
        result = parser.read(parser.make(size))
    except Refusal as refusal:
        return " ".join(map(str, getattr(refusal, "faults", [refusal])))
    return " ".join(map(str, getattr(result, "faults", ())))


@pytest.mark.parametrize(
    ("case", "size", "says"),
    [
        ("list-letters", LIST_LIMIT + 1, ("30001 characters", "at most 30000", "names and email addresses only")),
        ("people-letters", csv_reader.MAX_BYTES + 1, ("2,000 kB", "Split the list")),
        ("people-short-rows", csv_reader.MAX_ROWS * 2 + 200, ("row too many", "30,000", "Split the list")),
        ("people-wide", 1000, ("cells", "at most 50", "right file")),
        ("people-letters", 9000, ("characters", "at most 2000", "right file")),
        ("yaml-letters", yaml_reader.MAX_FILE + 1, ("200,001 characters", "at most 200,000", "right file")),
        ("form-fields", forms.MAX_BODY_BYTES + 4, ("too long for this page",)),
        ("upload-letters", uploads.MAX_BODY_BYTES + 1, ("larger than 2 MB", "several files")),
        ("packed-zeros", 2 * uploads.MAX_FILES_BYTES + 1, ("larger than 2 MB", "several files")),
        ("responses-columns", 1000, ("cells", "at most 200", "right file")),
    ],
)
def test_what_is_too_long_is_refused_with_the_limit_and_what_to_do(case, size, says):
    refusal = _refusal(case, size)

    assert [part for part in says if part not in refusal] == [], refusal


def _png(width: int, height: int) -> str:
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 6, 0, 0, 0)
    return "data:image/png;base64," + base64.b64encode(header + b"\0" * 100).decode()


def test_a_png_that_would_unfold_to_gigabytes_is_refused_by_its_header():
    assert logo.read_logo(_png(1000, 500), None)
    with pytest.raises(ValueError, match="30000 by 30000 pixels; allowed: sides of at most 4000"):
        logo.read_logo(_png(30_000, 30_000), None)


def test_one_text_that_many_aliases_repeat_counts_each_time():
    text = "x" * 100_000
    items = "".join(f"  - {{id: i{n}, title: *a}}\n" for n in range(11))
    spoilt = SMALL.replace("title: A small programme", f"title: &a {text}").replace("values:\n", f"values:\n{items}")

    with pytest.raises(Refusal) as refused:
        read_programme(spoilt, "p.yaml")
    assert "characters, each counted as often as an alias repeats it" in str(refused.value)
