"""The folder rules of docs/architecture.md, executed."""

import ast
import sys
from pathlib import Path

import pytest

from tests.support import cloud
from tests.web.rules import RULES

ROOT = Path(__file__).parent.parent
LIB = ROOT / "chalicelib"
MODULES = {".".join(path.relative_to(LIB).with_suffix("").parts): path for path in LIB.rglob("*.py")}
STAGES = {"programme", "nominate", "collect", "report", "debrief", "milestones", "impact", "sponsor", "admin"}
REACHES_OUT = {"os", "sys", "io.open", "pathlib", "socket", "subprocess", "random", "secrets", "time", "threading"}
STANDARD = set(sys.stdlib_module_names) - REACHES_OUT  # what a pure module may use: it computes, and does nothing else
RENDERERS = {
    *("report.facts", "report.view", "report.page", "report.pdf", "report.charts", "report.figures"),
    *("report.documents", "report.scoring", "report.cohort", "report.change", "report.frozen", "report.ledger"),
    *("sponsor.page", "sponsor.summary", "impact.pulse_result"),
}
MAY_READ_ANSWERS = {"collect", "report.publish", "report.responses_file", "store.responses"}


def imports(name: str) -> set[str]:
    """Every module that a module names, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def ours(name: str) -> set[str]:
    """Our own modules that a module imports, without the package's name."""
    return {found.removeprefix("chalicelib.") for found in imports(name)} & MODULES.keys()


def packages(name: str) -> set[str]:
    return {found.split(".")[0] for found in imports(name)}


def is_pure(name: str) -> bool:
    """Pure is what a module's docstring says of itself."""
    first = ast.get_docstring(ast.parse(MODULES[name].read_text())) or ""
    return "Pure" in first.partition("\n\n")[0] or "\nPure" in first


PURE = {name for name in MODULES if is_pure(name)}


def stage_of(name: str) -> str:
    return name.split(".")[0] if name.split(".")[0] in STAGES else ""


def test_there_are_pure_modules():
    assert {
        "model",
        "answers",
        "merging",
        "programme.dates",
        "report.partition",
        "collect.form",
        "impact.pulse",
    } <= PURE


@pytest.mark.parametrize("name", sorted(PURE))
def test_pure_modules_import_only_one_another_the_standard_library_and_the_base_of_our_types(name):
    assert packages(name) <= STANDARD | {"chalicelib", "msgspec"}
    assert ours(name) <= PURE


@pytest.mark.parametrize("name", sorted(MODULES))
def test_types_are_structs_because_a_hundred_dataclasses_would_delay_every_cold_start(name):
    assert "dataclasses" not in packages(name), "write class X(Struct, frozen=True), with replace of msgspec.structs"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_botocore_stays_in_the_store_the_mail_and_the_settings(name):
    assert not packages(name) & {"boto3", "botocore"} or name.split(".")[0] in {"store", "mail", "config"}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_chalice_stays_in_routes_and_web(name):
    assert "chalice" not in packages(name) or name.endswith(".routes") or name.startswith("web.")


@pytest.mark.parametrize("name", sorted(MODULES))
def test_the_clock_is_read_only_where_requests_and_commands_come_in(name):
    text = MODULES[name].read_text()
    reads = any(call in text for call in ("clock.now(", "datetime.now(", "date.today(", "utcnow(", "time.time("))
    assert not reads or name.endswith(".routes") or name in {"cli_commands", "clock"}


@pytest.mark.parametrize("name", sorted(name for name in MODULES if stage_of(name)))
def test_a_stage_imports_only_pure_modules_of_another(name):
    others = {found for found in ours(name) if stage_of(found) not in ("", stage_of(name)) and "." in found}
    assert others <= PURE


@pytest.mark.parametrize("name", sorted(name for name in MODULES if name.startswith("store.")))
def test_the_store_knows_no_stage(name):
    assert not {found for found in ours(name) if stage_of(found)}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_raw_answers_are_read_only_where_they_are_collected_and_published(name):
    allowed = name in MAY_READ_ANSWERS or stage_of(name) == "collect"
    assert allowed or not ours(name) & {"answers", "store.responses"} or name in {"report.wave_facts", "impact.work"}


@pytest.mark.parametrize("name", sorted(RENDERERS))
def test_renderers_reach_no_raw_answer_by_any_way(name):
    reached, waiting = set(), {name}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        waiting |= ours(module) - reached
    assert not reached & {"answers", "store.responses", "report.publish"}


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
def test_a_failed_condition_is_caught_by_the_refusal_that_its_write_stands_for(name):
    """A catch of every failed condition would guess why it failed, and tell a person so. Name the class."""
    caught = [
        each.id
        for node in ast.walk(ast.parse(MODULES[name].read_text()))
        if isinstance(node, ast.ExceptHandler) and node.type
        for each in ast.walk(node.type)
        if isinstance(each, ast.Name)
    ]
    assert not {"ConditionFailed"} & {*caught}, "catch the refusal of the write, declared beside it in chalicelib/store"


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
