"""Take out one rule after the other in a copy of the tree; whichever no test misses is a survivor.

`python -m tests.mutants [WORDS]`: all of them, or those whose name or file holds the words. Ends with status 1 if a
rule survives without a written reason, or cannot be tried.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic

from tests.mutants import rules
from tests.mutants.rules import ROOT, Rule

PASSED, FAILED = 0, 1  # pytest's; anything else says that the tests did not run
TOO_LONG = -1  # the tests were stopped: they have noticed nothing, unless the rule says that it ends a loop
MAX_SECONDS = 3600  # for the tests of one group with every rule in place
MIN_SECONDS = 60  # for the tests of one rule, however quick they were with every rule in place
MAX_RATIO = 4  # how much longer the tests of one rule may take than with every rule in place
QUIET = ("-q", "-x", "-n", "0", "--no-header", "--tb=no", "-p", "no:cacheprovider")

Try = Callable[[Sequence[str], float], int]  # runs tests for so many seconds at most; returns their status


def main(words: str) -> int:
    wanted = rules.every(words)
    faults = [fault for rule in wanted if (fault := rule.fault())]
    if faults or not wanted:
        print("\n".join(faults or [f"No rule is about {words}."]))
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy_to(copy)
        return judge(wanted, copy, lambda tests, most: run_tests(copy, tests, most))


def judge(wanted: Sequence[Rule], tree: Path, run: Try) -> int:
    """Return the exit status, after a line for each rule."""
    limits: dict[tuple[str, ...], float] = {}
    for tests in sorted({rule.tests for rule in wanted}):
        began = monotonic()
        status = run(tests, MAX_SECONDS)
        if status != PASSED:
            why = "take too long" if status == TOO_LONG else "fail"
            print(f"The tests {why} with every rule in place: fix that first.", *tests, sep="\n  ")
            return 1
        limits[tests] = max(MIN_SECONDS, MAX_RATIO * (monotonic() - began))
    tries = [(rule, f"{place}/{len(wanted)}") for place, rule in enumerate(wanted, 1)]
    wrong = [rule for rule, place in tries if not _tried(rule, place, tree, lambda tests: run(tests, limits[tests]))]
    print(f"{len(wanted)} rules, {len(wrong)} to look at", *(f"  {rule.file}: {rule.name}" for rule in wrong), sep="\n")
    return 1 if wrong else 0


def _tried(rule: Rule, place: str, tree: Path, run: Callable[[tuple[str, ...]], int]) -> bool:
    path = tree / rule.file
    text = path.read_text()
    path.write_text(rule.taken_out_of(text))
    try:
        status = run(rule.tests)
    finally:
        path.write_text(text)
    good, word = _verdict(rule, status)
    print(f"{place} {word}: {rule.name} ({rule.file})", flush=True)
    return good


def _verdict(rule: Rule, status: int) -> tuple[bool, str]:
    if status == TOO_LONG:
        return rule.loops, "noticed, as a loop without end" if rule.loops else "TOOK TOO LONG: the tests were stopped"
    if status == FAILED:
        return not rule.survives, "noticed, though written down as a survivor" if rule.survives else "noticed"
    if status != PASSED:
        return False, f"THE TESTS DID NOT RUN (status {status})"
    return bool(rule.survives), f"survives, because: {rule.survives}" if rule.survives else "SURVIVES"


def _copy_to(folder: Path) -> None:
    """List what git knows of, as it is now."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def run_tests(tree: Path, tests: Sequence[str], most: float) -> int:
    """Run them in one process that lets others go first, for so many seconds at most."""
    command = [sys.executable, "-m", "pytest", *QUIET, "-m", "not prove and not browser and not infra", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    try:
        done = subprocess.run(
            ["nice", *command],  # noqa: S607
            cwd=tree,
            env=environment,
            capture_output=True,
            check=False,
            timeout=most,
        )
    except subprocess.TimeoutExpired:
        return TOO_LONG
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
