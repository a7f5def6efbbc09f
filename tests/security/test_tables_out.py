"""Data as a spreadsheet meets it: nothing that leaves as CSV is run, and what comes in as CSV is text."""

from __future__ import annotations

import ast
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from cockpit.domain.text import as_cell, clean_line
from cockpit.hub.importing import import_csv
from cockpit.storage.database import Database
from cockpit.storage.tables import AccountRow
from tests.cli.conftest import Cockpit
from tests.hub.test_import_dirt import HEADER, MAPPING
from tests.security.payloads import FORMULAS, PAYLOADS
from tests.security.test_bytes import TWINS, _home

SOURCE = Path(__file__).parents[2] / "src" / "cockpit"
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def _cells(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not as_cell(text).startswith(STARTS)
    assert as_cell(text).removeprefix("'") == clean_line(text).removeprefix("'")


@pytest.mark.parametrize("twin", TWINS, ids=" ".join)
def test_no_twin_prints_a_formula(cockpit: Cockpit, tmp_path: Path, twin: tuple[str, ...]) -> None:
    _home(tmp_path)
    found = _cells(cockpit(*twin, "--csv").out)
    assert [cell for cell in found if cell.startswith(STARTS) and not NUMBER.fullmatch(cell)] == []


@pytest.fixture
def hub_file(tmp_path: Path) -> Iterator[Database]:
    database = Database.at(tmp_path / "hub" / "hub.db")
    yield database
    database.close()


def test_formulas_come_in_as_text_and_go_into_the_report_as_text(hub_file: Database, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "small.toml").write_text(MAPPING, "utf-8")
    (folder / "people.csv").write_text("who\nAnn\n", "utf-8")
    names = [text for text in FORMULAS if "\x00" not in text and "\r" not in text]
    with (folder / "accounts.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("customer", "class"))
        out.writerows((name, "A") for name in names)
        out.writerows((f"{name} bad", name) for name in names)
    (folder / "deals.csv").write_text(HEADER, "utf-8")
    report = import_csv(hub_file, folder, folder / "small.toml")
    with hub_file.read() as session:
        kept = {row.name for row in session.exec(select(AccountRow))}
    assert {clean_line(name) for name in names} - {""} <= kept
    if report.report_path is not None:
        cells = _cells(report.report_path.read_text("utf-8"))
        assert [cell for cell in cells if cell.startswith(STARTS)] == []


def test_no_archive_and_no_object_is_ever_unpacked() -> None:
    unpacking = {"zipfile", "tarfile", "pickle", "shelve", "marshal", "yaml", "lzma", "bz2", "dill", "joblib"}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.split(".")[0] for name in names} & unpacking, path.name
            assert not (isinstance(node, ast.Attribute) and node.attr in ("unpack_archive", "extractall")), path.name
            assert not (isinstance(node, ast.Name) and node.id in ("eval", "exec", "compile", "__import__")), path.name
