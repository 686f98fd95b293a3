"""Missing fonts end the build and the process, never a report."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from chalicelib.pdf import fonts


def test_the_installed_packages_have_every_font():
    for package in (*fonts.FACES, *fonts.FALLBACK_PACKAGES):
        lacking = fonts.missing(Path(importlib.import_module(package).__path__[0]).parent)
        assert [name for name in lacking if name.startswith(package)] == []
    assert {*fonts.FAMILIES, *fonts.FALLBACKS} <= set(fonts.fallbacks()) | set(fonts.FAMILIES)


def test_a_layer_without_a_font_fails_and_says_what_it_lacks(tmp_path):
    (tmp_path / "manimgx_fonts").mkdir()
    (tmp_path / "manimgx_fonts" / "NotoSans[wght].ttf").touch()

    assert fonts.missing(tmp_path) == [
        "font_source_sans_pro/files/SourceSansPro-Regular.otf",
        "font_source_sans_pro/files/SourceSansPro-Semibold.otf",
        "font_source_serif_pro/files/SourceSerifPro-Semibold.otf",
        "noto_cjk_sans_otc/*.ttc",
    ]


def test_without_the_package_the_module_cannot_be_imported():
    with pytest.raises(ImportError, match=r"no package font_that_is_not_there: install requirements-report.txt"):
        _import_again(Path(fonts.__file__).read_text().replace('"font_source_serif_pro"', '"font_that_is_not_there"'))


def test_without_the_file_the_module_cannot_be_imported(tmp_path, monkeypatch):
    package = tmp_path / "font_source_serif_pro"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "font_source_serif_pro", raising=False)

    with pytest.raises(ImportError, match=r"no font .*Serif.*: install requirements-report.txt"):
        _import_again(Path(fonts.__file__).read_text())


def _import_again(source: str) -> None:
    names = {"__name__": "fonts_again", "__file__": fonts.__file__}
    exec(compile(source, fonts.__file__, "exec"), names)  # noqa: S102 it is our own module, once more


@pytest.mark.parametrize(
    ("text", "families"),
    [
        pytest.param("Keeps her word – café", [], id="none-for-plain-words"),
        pytest.param("Thank you 👏🙂", ["Noto Emoji"], id="pictures"),
        pytest.param("شكرا 👏", ["Noto Emoji", "Noto Sans Arabic"], id="in-the-order-of-all"),
        pytest.param("陈美玲", ["Noto Sans CJK SC"], id="chinese-forms"),
        pytest.param("佐々木 さくら", ["Noto Sans CJK JP"], id="japanese-forms"),
        pytest.param("김민수 金", ["Noto Sans CJK KR"], id="korean-forms"),
    ],
)
def test_only_the_families_that_draw_something_are_asked_for(text, families):
    assert fonts.needed(frozenset(map(ord, text))) == families


def test_every_character_that_can_be_printed_has_a_family():
    for code in sorted(fonts.covered() - fonts.drawn()):
        assert fonts.needed(frozenset({code}))
