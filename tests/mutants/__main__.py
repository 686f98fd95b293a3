"""Take out one rule after the other in copies of the tree; whichever no test misses is a survivor.

`python -m tests.mutants [WORDS]`: all of them, or those whose name or file holds the words. Ends with status 1 if a
rule survives without a written reason, or cannot be tried.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from time import monotonic
from typing import NamedTuple

from tests.mutants import rules
from tests.mutants.rules import ROOT, Rule

PASSED, FAILED = 0, 1  # pytest's; anything else says that the tests did not run
TOO_LONG = -1  # the tests were stopped: they have noticed nothing, unless the rule says that it ends a loop
MAX_SECONDS = 3600  # for the tests of one file with every rule in place
MIN_SECONDS = 60  # for the tests of one rule, however quick they were with every rule in place
MAX_RATIO = 4  # how much longer the tests of one rule may take than with every rule in place
QUIET = ("-q", "-x", "-n", "0", "--no-header", "--tb=no", "-p", "no:cacheprovider")


class Outcome(NamedTuple):
    status: int  # of pytest, or TOO_LONG
    seconds: float


Try = Callable[[Path, Sequence[str], float], Outcome]  # runs tests in a tree, for so many seconds at most


def main(words: str) -> int:
    wanted = rules.every(words)
    faults = [fault for rule in wanted if (fault := rule.fault())]
    if faults or not wanted:
        print("\n".join(faults or [f"No rule is about {words}."]))
        return 1
    with tempfile.TemporaryDirectory() as folder:
        trees = [Path(folder, str(number)) for number in range(os.cpu_count() or 1)]
        for tree in trees:
            _copy_to(tree)
        return judge(wanted, Trees(trees), run_tests)


class Trees:
    """Copies of the tree, each for one run of tests at a time."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.pool = ThreadPoolExecutor(len(paths))
        self._free: SimpleQueue[Path] = SimpleQueue()
        for path in paths:
            self._free.put(path)

    @contextmanager
    def one(self) -> Iterator[Path]:
        path = self._free.get()
        try:
            yield path
        finally:
            self._free.put(path)


def judge(wanted: Sequence[Rule], trees: Trees, run: Try) -> int:
    """Return the exit status, after a line for each rule."""
    seconds = _time_each(sorted({test for rule in wanted for test in rule.tests}), trees, run)
    if seconds is None:
        return 1

    def try_one(place: int, rule: Rule) -> bool:
        with trees.one() as tree:
            outcome = _run_without(rule, tree, run, limit_for(rule, seconds))
        good, word = _verdict(rule, outcome.status)
        print(f"{place}/{len(wanted)} {word}: {rule.name} ({rule.file})", flush=True)
        return good

    verdicts = list(trees.pool.map(try_one, range(1, len(wanted) + 1), wanted))
    wrong = [rule for rule, good in zip(wanted, verdicts, strict=True) if not good]
    print(f"{len(wanted)} rules, {len(wrong)} to look at", *(f"  {rule.file}: {rule.name}" for rule in wrong), sep="\n")
    return 1 if wrong else 0


def _time_each(tests: Sequence[str], trees: Trees, run: Try) -> Mapping[str, float] | None:
    """Return how many seconds each file of tests takes with every rule in place; None if one of them does not pass."""

    def time_one(place: int, test: str) -> Outcome:
        with trees.one() as tree:
            outcome = run(tree, [test], MAX_SECONDS)
        print(f"{place}/{len(tests)} with every rule in place, {outcome.seconds:.0f} s: {test}", flush=True)
        return outcome

    outcomes = dict(zip(tests, trees.pool.map(time_one, range(1, len(tests) + 1), tests), strict=True))
    failed = [test for test, outcome in outcomes.items() if outcome.status != PASSED]
    for test in failed:
        why = "take too long" if outcomes[test].status == TOO_LONG else "fail"
        print(f"The tests {why} with every rule in place: fix that first.\n  {test}")
    return None if failed else {test: outcome.seconds for test, outcome in outcomes.items()}


def limit_for(rule: Rule, seconds: Mapping[str, float]) -> float:
    """Return how many seconds the tests of a rule may take.

    seconds   of each file of tests, with every rule in place
    """
    return max(MIN_SECONDS, MAX_RATIO * sum(seconds[test] for test in rule.tests))


def _run_without(rule: Rule, tree: Path, run: Try, most: float) -> Outcome:
    path = tree / rule.file
    text = path.read_text()
    path.write_text(rule.taken_out_of(text))
    try:
        return run(tree, rule.tests, most)
    finally:
        path.write_text(text)


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


def run_tests(tree: Path, tests: Sequence[str], most: float) -> Outcome:
    """Run them in one process that lets others go first, for so many seconds at most."""
    command = [sys.executable, "-m", "pytest", *QUIET, "-m", "not prove and not browser and not infra", *tests]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(tree)}
    began = monotonic()
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
        return Outcome(TOO_LONG, monotonic() - began)
    return Outcome(done.returncode, monotonic() - began)


if __name__ == "__main__":
    sys.exit(main(" ".join(sys.argv[1:])))
