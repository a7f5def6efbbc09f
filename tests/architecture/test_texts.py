"""Text: every entry translated, no sign that terminals draw wide, nothing from outside parsed as markup."""

from __future__ import annotations

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from scripts.catalogues import FOLDER, gather, texts_of

SOURCE = Path(__file__).parents[2] / "src" / "cockpit"
AMBIGUOUS = re.compile("[\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u00b7\u2022\u00b1\u2460-\u2473]")
HALF_WIDTH = re.compile("[\u4e00-\u9fff)}%\u300d][,:;?!](?: |$)")
"""A comma or a stop of English behind a Chinese sign, or behind a value in Chinese text."""
FIGURES = re.compile("`[^`]*`|'[^']*'|\"[^\"]*\"|\\([^)\u4e00-\u9fff]*\\)")
"""Code, and numbers in brackets: both are alike in every language."""
SAME_IN_BOTH = {"ID", "-", "{detail}", "{path}", "Cockpit", "KPI", "CSV", "JSON", "DATE", "NAME", "URL", "{name}"}
SINKS = {"Static", "Label", "update", "add_row", "add_option", "notify", "Option", "print"}


def _catalogue() -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    with (FOLDER / "zh_CN" / "LC_MESSAGES" / "cockpit.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    pairs = []
    for message in catalogue:
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            texts = (message.string,) if isinstance(message.string, str) else message.string or ()
            pairs.append((tuple(str(part) for part in ids), tuple(str(part) for part in texts)))
    return pairs


def test_every_text_is_translated() -> None:
    known = {ids[0] for ids, texts in _catalogue() if all(texts)}
    assert sorted(gather() - known) == []


def test_a_text_inside_an_f_string_is_gathered() -> None:
    source = "f\"{_('one')}: {ngettext('{n} day', '{n} days', n)}\" + _(\"two \" \"parts\")"
    assert sorted(texts_of(source), key=str) == [("{n} day", "{n} days"), "one", "two parts"]


NO_WORDS = {
    "cli/metrics.py": "codes of a formula",
    "hub/rowwall.py": "SQL",
    "hub/upstream/settings.py": "TOML",
    "hub/upstream/shaping.py": "a value as it is stored",
    "i18n.py": "the one place",
    "services/cardparts.py": "a value as it is stored",
    "services/conflict_words.py": "a value as it is stored",
    "services/metric_files.py": "TOML",
    "services/typed_values.py": "a value as it is typed",
}
"""Modules that join by an ASCII comma what nobody reads as a list of words."""


@pytest.mark.parametrize(
    "layer", ["screens", "widgets", "services", "cli", "hub", "feedback.py", "config.py", "i18n.py"]
)
def test_lists_of_words_are_joined_in_their_language(layer: str) -> None:
    found = SOURCE / layer
    paths = sorted(found.rglob("*.py")) if found.is_dir() else [found]
    joining = {str(path.relative_to(SOURCE)) for path in paths if '", ".join(' in path.read_text("utf-8")}
    assert joining <= NO_WORDS.keys()


def test_no_dead_entry() -> None:
    assert sorted({ids[0] for ids, _ in _catalogue()} - gather()) == []


def test_chinese_is_not_english() -> None:
    same = {ids[0] for ids, texts in _catalogue() if ids[0] == texts[0]}
    assert {text for text in same if re.search("[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text))} <= SAME_IN_BOTH


def test_placeholders_agree() -> None:
    for ids, texts in _catalogue():
        wanted = set(re.findall(r"\{\w+\}", ids[-1]))
        for text in texts:
            assert set(re.findall(r"\{\w+\}", text)) == wanted, ids


def test_no_ambiguous_signs() -> None:
    for ids, texts in _catalogue():
        for text in (*ids, *texts):
            assert not AMBIGUOUS.search(text), text


def test_chinese_has_its_own_stops() -> None:
    for _ids, chinese in _catalogue():
        for text in chinese:
            words = FIGURES.sub("", text)
            assert not (re.search("[\u4e00-\u9fff]", words) and HALF_WIDTH.search(words)), text


@pytest.mark.parametrize("folder", ["zh_CN"])
def test_compiled_catalogue_is_current(folder: str) -> None:
    base = FOLDER / folder / "LC_MESSAGES" / "cockpit"
    with base.with_suffix(".po").open("rb") as file:
        catalogue = read_po(file, locale=folder)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    assert base.with_suffix(".mo").read_bytes() == buffer.getvalue(), "run `make locale`"


def _is_plain(node: ast.expr) -> bool:
    """A call of `plain(...)` or something that is not text by itself (a variable built elsewhere)."""
    return not isinstance(node, (ast.JoinedStr, ast.Constant)) and not (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "str", "ngettext")
    )


@pytest.mark.parametrize(
    "path",
    sorted([*(SOURCE / "screens").rglob("*.py"), *(SOURCE / "widgets").rglob("*.py"), SOURCE / "app.py"]),
    ids=lambda path: path.stem,
)
def test_text_reaches_widgets_through_plain(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in SINKS:
            continue
        if name == "notify":
            markup = {keyword.arg: keyword.value for keyword in node.keywords}.get("markup")
            assert isinstance(markup, ast.Constant), f"{path.name}:{node.lineno} notify without markup=False"
            assert markup.value is False
            continue
        for argument in node.args:
            is_empty = isinstance(argument, ast.Constant) and argument.value in ("", None)
            assert is_empty or _is_plain(argument), f"{path.name}:{node.lineno} str given to {name}"
