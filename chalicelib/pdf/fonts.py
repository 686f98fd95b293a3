"""Find the fonts of the PDF in the packages of requirements-report.txt. Import fails without them."""

from __future__ import annotations

import unicodedata
from collections.abc import Set
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chalicelib.pdf.font_coverage import coverage

SANS = "font_source_sans_pro"
FACES = {  # used by the template; a character must be in all of them, or in a fallback
    SANS: ("SourceSansPro-Regular", "SourceSansPro-Semibold"),
    "font_source_serif_pro": ("SourceSerifPro-Semibold",),
}
FAMILIES = ("Source Sans Pro", "Source Serif Pro")
NOTO_PACKAGE = "manimgx_fonts"  # Noto Emoji, and Noto Sans in some twenty scripts, a file for each
EAST_ASIAN_PACKAGE = "noto_cjk_sans_otc"  # Noto Sans for Chinese, Japanese and Korean, all in one file
FALLBACK_PACKAGES = {NOTO_PACKAGE: "*.ttf", EAST_ASIAN_PACKAGE: "*.ttc"}
FALLBACKS = ("Noto Sans", "Noto Emoji", "Noto Sans Symbols")  # tried in this order, and then those of other scripts
CHINESE, JAPANESE, KOREAN = (f"Noto Sans CJK {region}" for region in ("SC", "JP", "KR"))  # one file, other forms


class FontsMissing(ImportError):
    """The fonts are missing. typst would print blank pages, so the process ends before it claims a report."""


def missing(packages: Path) -> list[str]:
    """Return the files that a folder of installed packages lacks; used to check the layer before upload."""
    files = [f"{package}/files/{face}.otf" for package, faces in FACES.items() for face in faces]
    lacking = [name for name in files if not (packages / name).is_file()]
    return lacking + [
        f"{package}/{files}"
        for package, files in FALLBACK_PACKAGES.items()
        if not any((packages / package).glob(files))
    ]


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise FontsMissing(f"no package {package}: install requirements-report.txt")
    return Path(spec.submodule_search_locations[0])


@cache
def for_typst() -> Any:
    """Return typst's fonts. Raises RuntimeError if a family is missing."""
    import typst

    folders = [str(_folder(package) / "files") for package in FACES]
    folders += [str(_folder(package)) for package in FALLBACK_PACKAGES]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    if missing := {*FAMILIES, *FALLBACKS, CHINESE, JAPANESE, KOREAN} - set(fonts.families()):
        raise RuntimeError(f"no font {', '.join(sorted(missing))} in {folders}: install requirements-report.txt")
    return fonts


def needed(letters: Set[int]) -> list[str]:
    """Return the fallbacks that draw some of these characters, in their order.

    Typst goes through the whole list for every text; with all twenty families it would add a fifteenth to a report's
    time.
    """
    foreign = letters - drawn()
    if not foreign:
        return []
    families = [family for family in fallbacks() if foreign & _draws_first()[family]]
    return [_east_asian_family(foreign) if family == CHINESE else family for family in families]


def _east_asian_family(letters: Set[int]) -> str:
    """Return the family whose forms of shared characters suit: Japanese writes kana too, and Korean writes Hangul."""
    names = {unicodedata.name(chr(code), "").partition(" ")[0] for code in letters}
    return JAPANESE if names & {"HIRAGANA", "KATAKANA"} else KOREAN if "HANGUL" in names else CHINESE


@cache
def _draws_first() -> dict[str, frozenset[int]]:
    """Return fallback -> the characters that no earlier family can draw."""
    drawn_by, before = {}, frozenset[int]()
    for family in fallbacks():
        characters = frozenset[int]().union(*(coverage(file.read_bytes()) for file in _files_of(family)))
        drawn_by[family], before = characters - before, before | characters
    return drawn_by


def _files_of(family: str) -> list[Path]:
    if family == CHINESE:
        return _fallback_files(EAST_ASIAN_PACKAGE)
    return sorted(_folder(NOTO_PACKAGE).glob(f"{family.replace(' ', '')}[[]*.ttf"))


def _fallback_files(package: str) -> list[Path]:
    return sorted(_folder(package).glob(FALLBACK_PACKAGES[package]))


@cache
def fallbacks() -> tuple[str, ...]:
    """Return the families in the order in which they are tried. CHINESE represents all families of its file."""
    one_script = {family for family in for_typst().families() if " CJK " not in family}
    return (*FALLBACKS, *sorted(one_script - {*FAMILIES, *FALLBACKS}), CHINESE)


def _face(package: str, face: str) -> bytes:
    return (_folder(package) / "files" / f"{face}.otf").read_bytes()


@cache
def drawn() -> frozenset[int]:
    """Return the characters that every face of the template can draw."""
    return frozenset.intersection(*(coverage(_face(package, face)) for package in FACES for face in FACES[package]))


@cache
def covered() -> frozenset[int]:
    """Return the characters that can be printed: those of the template's faces and of the fallbacks."""
    files = [file for package in FALLBACK_PACKAGES for file in _fallback_files(package)]
    return drawn().union(*(coverage(file.read_bytes()) for file in files))


for _package in (*FACES, *FALLBACK_PACKAGES):
    if _missing := [name for name in missing(_folder(_package).parent) if name.startswith(_package)]:
        raise FontsMissing(f"no font {', '.join(_missing)}: install requirements-report.txt")
