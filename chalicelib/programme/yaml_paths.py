"""Index a YAML file by path, with line numbers, for the rules across a programme file. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.file_errors import FaultList

Path = tuple[str | int, ...]
Findings = Iterator[tuple[Path, str]]  # path of a value -> what a rule reports about it
ANY = object()  # in a pattern: every entry of a list

# Without these limits, aliases of aliases would grow without bound: the content of an alias counts each time.
MAX_VALUES = 20_000
MAX_CHARACTERS = 400_000


def path_text(path: Path) -> str:
    """Format `competencies[0].items[2].self`, counted from 0 as yq and jq do."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


class Outline:
    """The values of a file by path.

    Includes faulty scalars: a reference to a faulty id must not be reported as well.
    """

    def __init__(self, faults: FaultList):
        self.faults = faults
        self.scalars: dict[Path, object] = {}
        self._faulty: set[Path] = set()
        self._lines: dict[Path, int] = {}
        self._values = 0
        self._characters = 0

    def place(self, path: Path, line: int) -> None:
        """Record the place of a value."""
        self._lines[path] = line
        self.count_values(1)

    def count_values(self, values: int, characters: int = 0) -> None:
        """Count the values. Raises FileInvalid if the file has too many."""
        self._values += values
        self._characters += characters
        if self._values > MAX_VALUES:
            self._refuse(f"holds more than {MAX_VALUES} values, each counted as often as an alias repeats it")
        if self._characters > MAX_CHARACTERS:
            self._refuse(f"holds more than {MAX_CHARACTERS} characters, each counted as often as an alias repeats it")

    def _refuse(self, message: str) -> None:
        self.fault((), message)
        raise self.faults.refusal()

    def line(self, path: Path) -> int:
        """Return the line of the path, or of the nearest enclosing block in the file."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def has_fault(self, path: Path) -> bool:
        """Return whether a fault was found in a block."""
        return any(faulty[: len(path)] == path for faulty in self._faulty)

    def fault(self, path: Path, message: str, line: int | None = None) -> None:
        self._faulty.add(path)
        self.faults.add(line or self.line(path), path_text(path), message)

    def find(self, *pattern: object) -> list[tuple[Path, object]]:
        """Return the scalars at a path pattern, in file order."""
        return [(path, value) for path, value in self.scalars.items() if _matches(path, pattern)]

    def texts(self, *pattern: object) -> list[tuple[Path, str]]:
        return [(path, value) for path, value in self.find(*pattern) if isinstance(value, str)]

    def number(self, *path: str | int) -> int | None:
        value = self.scalars.get(path)
        return value if type(value) is int else None  # not isinstance: true is not a number


def _matches(path: Path, pattern: tuple[object, ...]) -> bool:
    return len(path) == len(pattern) and all(want in (ANY, step) for want, step in zip(pattern, path, strict=True))
