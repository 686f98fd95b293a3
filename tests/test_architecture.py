"""The folder rules of docs/architecture.md, executed."""

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.core.state_machine import load_machines
from chalicelib.emails.kinds import load_kinds
from chalicelib.jobs.kinds import JobKind
from chalicelib.links.kinds import KINDS as LINKS
from chalicelib.store import due
from chalicelib.store.audit_events import AuditEvent
from chalicelib.store.row_kinds import all_kinds
from chalicelib.store.table import Key
from tests.support import cloud
from tests.web.rules import RULES

ROOT = Path(__file__).parent.parent
LIB = ROOT / "chalicelib"
MODULES = {".".join(path.relative_to(LIB).with_suffix("").parts): path for path in LIB.rglob("*.py")}
PURE_FOLDERS = ("results.", "forms.")
PURE = {
    "core.model",
    "core.answers",
    "core.calendar",
    "core.merging",
    "core.currency",
    "core.colour",
    "core.formatting",
}
REACHES_OUT = {"os", "sys", "io.open", "pathlib", "socket", "subprocess", "random", "secrets", "time", "threading"}
STANDARD = set(sys.stdlib_module_names) - REACHES_OUT  # what a pure module may use: it computes, and does nothing else


def imports(name: str) -> set[str]:
    """Every module that a module names, inside functions too."""
    return imports_of(MODULES[name])


def imports_of(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return names


def ours(name: str) -> set[str]:
    """Our own modules that a module imports, without the package's name."""
    return {imported.removeprefix("chalicelib.") for imported in imports(name)} & MODULES.keys()


def packages(name: str) -> set[str]:
    return {imported.split(".")[0] for imported in imports(name)}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Copy the code and the rules that `make lint` holds it to."""
    folder = tmp_path_factory.mktemp("tree")
    shutil.copytree(LIB, folder / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def broken_rules(tree: Path) -> str:
    """Return what lint-imports says of a tree; empty if it keeps every rule."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=tree, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode else ""


def test_no_folder_imports_what_is_above_it(tree):
    assert broken_rules(tree) == ""


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("store/audit_events", "from chalicelib.jobs.kinds import HANDLERS"),
        ("emails/common_words", "from chalicelib.waves.suppression import addresses"),
        ("waves/lifecycle", "from chalicelib.admin import dashboard"),
        ("jobs/sweep", "from chalicelib.site.reader_lookup import find"),
        ("emails/send", "from chalicelib.sponsor import jobs"),
        ("collect/submit_answers", "from chalicelib.report import render"),
        ("report/render", "from chalicelib.store import responses"),
    ],
)
def test_an_upward_import_is_named(tree, name, line):
    path = tree / "chalicelib" / f"{name}.py"
    text = path.read_text()
    path.write_text(f"{text}\n\n{line}\n")
    try:
        assert f"chalicelib.{name.replace('/', '.')} -> {line.split()[1]}" in broken_rules(tree)
    finally:
        path.write_text(text)


def test_every_module_is_in_a_folder():
    assert [name for name in MODULES if "." not in name and name not in ("__init__", "__main__")] == []


# --- nothing is forgotten ---------------------------------------------------------------------------------------------

READ = (".py", ".j2", ".typ", ".yaml")
FOUND_BY_FOLDER = "report.sections."  # its folder is listed, and each module in it imported
OF_TESTS = {"collect.questionnaire:clear_cache", "core.working_days:holiday_calendars"}


def test_every_module_is_imported_by_another():
    imported = {module for path in [*MODULES.values(), ROOT / "app.py"] for module in imports_of(path)}
    named = {module.removeprefix("chalicelib.") for module in imported} | set(named_as_text())
    forgotten = {
        name
        for name in MODULES
        if name not in named and not name.endswith(("__init__", "__main__")) and not name.startswith(FOUND_BY_FOLDER)
    }

    assert not forgotten, f"no code imports {', '.join(sorted(forgotten))}: was its use forgotten?"


def named_as_text() -> Iterator[str]:
    """Modules that are imported when they are needed: `<module in chalicelib>:<function>`."""
    for path in MODULES.values():
        yield from re.findall(r'"([a-z_.]+):[a-z_]+"', path.read_text())


def test_every_function_and_every_type_is_used():
    """A part of a report, an email or a planner that no code calls would never be seen."""
    places = [path for folder in (LIB, ROOT / "infra") for path in folder.rglob("*") if path.suffix in READ]
    words = Counter(word for path in [*places, ROOT / "app.py"] for word in re.findall(r"\w+", path.read_text()))
    unused = {
        f"{name}:{node.name}"
        for name, path in MODULES.items()
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.decorator_list and words[node.name] == 1
    }

    forgotten = sorted(unused - OF_TESTS)
    assert not forgotten, f"no code uses {', '.join(forgotten)}: was the call forgotten?"
    assert unused == OF_TESTS, "code uses it now: take it out of OF_TESTS"


def is_pure(name: str) -> bool:
    return name.startswith(PURE_FOLDERS) or name in PURE


@pytest.mark.parametrize("name", sorted(filter(is_pure, MODULES)))
def test_pure_modules_import_only_the_standard_library_types_and_one_another(name):
    assert packages(name) <= STANDARD | {"chalicelib", "msgspec"}
    assert all(is_pure(imported) or not imported.startswith(("store.", "web.", "emails.")) for imported in ours(name))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_types_are_structs_because_a_hundred_dataclasses_would_delay_every_cold_start(name):
    assert "dataclasses" not in packages(name), "write class X(Struct, frozen=True), with replace of msgspec.structs"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_botocore_stays_in_the_store_the_emails_and_the_client(name):
    assert not packages(name) & {"boto3", "botocore"} or name.startswith(
        ("store.", "emails.", "core.aws", "core.settings")
    )


@pytest.mark.parametrize("name", sorted(MODULES))
def test_chalice_stays_in_routes_and_web(name):
    assert "chalice" not in packages(name) or name.endswith(".routes") or name.startswith("web.")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_clock_is_read_only_where_requests_and_commands_come_in(name):
    text = MODULES[name].read_text()
    reads = any(call in text for call in ("clock.now(", "datetime.now(", "date.today(", "utcnow(", "time.time("))
    assert not reads or name.endswith(".routes") or name.startswith("cli.") or name == "core.clock"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_imports_the_app(name):
    assert "app" not in packages(name)


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.endswith(".routes")))
def test_a_view_is_at_most_five_statements(name):
    tree = ast.parse(MODULES[name].read_text())
    views = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.decorator_list]
    assert [view.name for view in views if len(view.body) > 5] == []


def test_every_route_says_in_the_rules_who_may_use_it():
    """What is not there is refused. Add a line to tests/web/rules.py for a new route."""
    cloud.set_environment()
    from app import app

    assert {(method, path) for path, methods in app.routes.items() for method in methods} == set(RULES)


@pytest.mark.parametrize("name", sorted(name for name in MODULES if not name.startswith(("store.", "jobs."))))
def test_a_failed_condition_is_caught_by_the_refusal_of_its_write(name):
    """A catch of every failed condition would guess why it failed, and show a person the guess. Name the class."""
    caught = [
        each.id
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.ExceptHandler) and node.type
        for each in ast.walk(node.type)
        if isinstance(each, ast.Name)
    ]
    assert not {"ConditionFailed"} & {*caught}, "catch the refusal of the write, declared with it in chalicelib/store"


@pytest.mark.parametrize("name", sorted(name for name in MODULES if not name.startswith("store.")))
def test_only_the_store_knows_the_keys_of_rows(name):
    """Ask store/delegate_record.py for a delegate's rows, or a kind of store/row_kinds/: `kind.has(row)`."""
    texts = {
        node.value
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [text for text in sorted(texts) if text in KEY_WORDS or text.startswith(KEY_HEADS)] == []


def _key_heads() -> set[str]:
    """How keys of rows begin, up to the first part that differs from row to row."""
    return {template.partition("{")[0] for kind in all_kinds() for template in (kind.pk, kind.sk)} - {""}


KEY_HEADS = tuple(sorted(head for head in _key_heads() if "#" in head))
KEY_WORDS = {*Key._fields, "META"}  # a word such as SESSION may mean something else


# --- no string names a kind outside its registry -------------------------------------------------------------------

SOURCES = sorted([ROOT / "app.py", *LIB.rglob("*.py"), *(ROOT / "infra").rglob("*.py")])
DECLARES_EMAILS = re.compile(r"chalicelib/\w+/emails(/\w+)?\.py")
KIND = re.compile(r"(^|\.)kind$|\['kind'\]$")
EMAILS, JOBS = load_kinds(), {kind.id for kind in JobKind}
ACTS = {event.words for event in AuditEvent if " " in event.words}


@pytest.mark.parametrize("path", [str(path.relative_to(ROOT)) for path in SOURCES])
def test_no_string_names_a_kind_outside_its_registry(path):
    """Import the kind: `INVITATION.name`, `JobKind.CLOSE.id`, `HUB.verb`, `AuditEvent.CLOSED.words`."""
    assert list(spelt_kinds(path, ast.parse((ROOT / path).read_text()))) == []


def spelt_kinds(path: str, tree: ast.Module) -> Iterator[str]:
    """Return the strings of a module that name a kind which another module declares."""
    is_machine = any(map(_is_transition, ast.walk(tree)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _spelt(path, node.value, is_machine=is_machine)
        if isinstance(node, ast.JoinedStr) and _head(node).partition("#")[0] in JOBS and "#" in _head(node):
            yield _head(node)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("link", "home"):
            yield from (each.value for each in node.args if isinstance(each, ast.Constant) and each.value in LINKS)
        if isinstance(node, ast.Compare) and KIND.search(ast.unparse(node.left)):
            yield from (each.value for each in ast.walk(node) if _is_one_of(each, {*JOBS, due.EMAIL}))


def _spelt(path: str, text: str, *, is_machine: bool) -> Iterator[str]:
    """Return a kind that is spelt. A state machine may: it imports no email, and the test below checks its names."""
    if text in EMAILS and not is_machine and not DECLARES_EMAILS.fullmatch(path) and not _is_page(text):
        yield text
    if text in ACTS and path != "chalicelib/store/audit_events.py":
        yield text


def _is_page(name: str) -> bool:
    """Return whether a page has the name of an email: then its template is next to the emails' folder."""
    stage, _, page = name.partition("/")
    return (LIB / stage / "templates" / f"{page}.html.j2").exists()


def _is_transition(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Transition"


def _head(node: ast.JoinedStr) -> str:
    first = node.values[0] if node.values else None
    return str(first.value) if isinstance(first, ast.Constant) else ""


def _is_one_of(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Constant) and node.value in names


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("x = 'collect/invitation'", ["collect/invitation"]),
        ("jobs.find(f'close#{delegate}')", ["close#"]),
        ("letter.link('hub')", ["hub"]),
        ("row['kind'] == 'mail'", ["mail"]),
        ("kind in ('close', 'open')", ["close", "open"]),
        ("act = 'released the report'", ["released the report"]),
        ("page('web/code')", []),
        ("Transition(ACT, A, B, C, ('collect/invitation',))", []),
    ],
)
def test_a_spelt_kind_is_found(line, named):
    assert [*spelt_kinds("infra/some.py", ast.parse(line))] == named


@pytest.mark.parametrize("thread", sorted(load_machines()))
def test_a_state_machine_sends_emails_that_exist(thread):
    assert {name for step in load_machines()[thread].transitions for name in step.sends} <= EMAILS.keys()


@pytest.mark.parametrize("name", sorted(MODULES.keys() - {"store.table"}))
def test_each_conditional_write_names_a_refusal_of_its_own(name):
    """The classes of store.table say what kind of refusal it is, not which one."""
    named = [
        each.id
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"update", "put_once", "put_if", "check"}
        for each in [*node.args, *(keyword.value for keyword in node.keywords)]
        if isinstance(each, ast.Name)
    ]
    assert not {"ConditionFailed", "AlreadyExists", "Changed", "Missing"} & {*named}
