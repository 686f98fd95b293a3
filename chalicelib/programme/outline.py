"""What a YAML file says, by path, with lines: what the rules across a programme file look things up in. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.programme.faults import FaultList

Path = tuple[str | int, ...]
Findings = Iterator[tuple[Path, str]]  # what a rule says of which value
ANY = object()  # in a pattern: every entry of a list

MOST_VALUES = 20_000  # aliases of aliases would otherwise grow without bound


def path_text(path: Path) -> str:
    """`competencies[0].items[2].self`, counted from 0 as yq and jq do."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


class Outline:
    """Holds faulty scalars too: a reference to a faulty id must not be blamed as well."""

    def __init__(self, faults: FaultList):
        self.faults = faults
        self.scalars: dict[Path, object] = {}
        self._lines: dict[Path, int] = {}

    def place(self, path: Path, line: int) -> None:
        """Notes where a value is; refuses the file if it holds too many."""
        self._lines[path] = line
        if len(self._lines) > MOST_VALUES:
            self.fault((), f"holds more than {MOST_VALUES} values")
            self.faults.refuse_if_any()

    def line(self, path: Path) -> int:
        """Of the path, or of the nearest block around it that is in the file."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def fault(self, path: Path, message: str, line: int | None = None) -> None:
        self.faults.add(line or self.line(path), path_text(path), message)

    def find(self, *pattern: object) -> list[tuple[Path, object]]:
        """Scalars at a path pattern, in file order."""
        return [(path, value) for path, value in self.scalars.items() if _matches(path, pattern)]

    def texts(self, *pattern: object) -> list[tuple[Path, str]]:
        return [(path, value) for path, value in self.find(*pattern) if isinstance(value, str)]

    def number(self, *path: str | int) -> int | None:
        value = self.scalars.get(path)
        return value if type(value) is int else None  # not isinstance: true is no number


def _matches(path: Path, pattern: tuple[object, ...]) -> bool:
    return len(path) == len(pattern) and all(want in (ANY, step) for want, step in zip(pattern, path, strict=True))
