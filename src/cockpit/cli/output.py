"""Printing: a sheet of lines and tables as plain text or CSV, and JSON as one object."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any

import typer

from cockpit.domain.text import as_cell, clean, clean_line
from cockpit.errors import BadUse
from cockpit.i18n import _
from cockpit.plain import cells, fit

Plain = Annotated[bool, typer.Option("--plain", help=_("Plain text; the default when piped."))]
Json = Annotated[bool, typer.Option("--json", help=_("One JSON object."))]
Csv = Annotated[bool, typer.Option("--csv", help=_("The main table as CSV."))]
AsOf = Annotated[str | None, typer.Option("--as-of", help=_("What was known at the end of that day."), metavar="DATE")]
Rep = Annotated[str | None, typer.Option("--rep", help=_("Another rep, by name or id."), metavar="NAME")]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns and rows of text; a column title starting with `>` is right-aligned."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    empty: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines first, then tables. `records` is the main table for CSV: exact values, English keys."""

    lines: Sequence[str]
    tables: Sequence[Table] = ()
    records: Sequence[dict[str, Any]] = field(default=())


def wants_screen(plain: bool, as_json: bool, as_csv: bool) -> bool:
    """True when no form was asked for and a person sits at a terminal."""
    from cockpit.cli.opening import has_terminal

    if plain + as_json + as_csv > 1:
        raise BadUse(_("Choose one of --plain, --json and --csv."))
    return not (plain or as_json or as_csv) and has_terminal()


def show(sheet: Sheet, shape: dict[str, Any], as_json: bool, as_csv: bool) -> None:
    """Print in the form asked for."""
    if as_json:
        write(json.dumps(shape, ensure_ascii=False, indent=2, default=_json_value))
    elif as_csv:
        write(_as_csv(sheet.records).rstrip("\n"))
    else:
        write("\n".join(_as_text(sheet)))


def write(text: str) -> None:
    """Data for stdout, safe for a terminal."""
    with _reader_may_go():
        sys.stdout.write(clean(text, limit=50_000_000) + "\n")
        sys.stdout.flush()


def write_bytes(data: bytes) -> None:
    """A file for stdout, byte for byte; its texts have to be clean already."""
    with _reader_may_go():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _reader_may_go() -> Iterator[None]:
    """A reader that has gone (`cockpit team | head`) is no error: done."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None


def talk(text: str) -> None:
    """Words for the person, on stderr."""
    sys.stderr.write(clean(text) + "\n")


@contextmanager
def progress(what: str) -> Iterator[Callable[[str], None]]:
    """Say on stderr what goes on, how far it is and how to stop it, in one line that is written over. Silent where nobody
    sits in front of it."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    hint, widest = _("Ctrl+C stops it; what has come stays."), 0

    def tell(text: str) -> None:
        nonlocal widest
        line = clean_line(_("{what}: {how_far}. {hint}").format(what=what, how_far=text, hint=hint))
        line = fit(line, min(cells(line), shutil.get_terminal_size().columns - 1))
        sys.stderr.write("\r" + line + " " * (widest - cells(line)))
        sys.stderr.flush()
        widest = max(widest, cells(line))

    try:
        yield tell
    finally:
        if widest:
            sys.stderr.write("\r" + " " * widest + "\r")
            sys.stderr.flush()


def _json_value(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _as_csv(records: Sequence[dict[str, Any]]) -> str:
    """CSV with a header; text that a spreadsheet would run as a formula is prefixed with a quote."""
    buffer = io.StringIO()
    if records:
        writer = csv.DictWriter(buffer, fieldnames=list(records[0]), lineterminator="\n")
        writer.writeheader()
        for record in records:
            writer.writerow({name: _csv_value(value) for name, value in record.items()})
    return buffer.getvalue()


def _csv_value(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        value = " ".join(str(part) for part in value)
    if isinstance(value, str):
        return as_cell(value)
    return value


def _as_text(sheet: Sheet) -> list[str]:
    lines = list(sheet.lines)
    for table in sheet.tables:
        lines.append("")
        if table.title:
            lines.append(table.title)
        lines += _table_lines(table) if table.rows else [f"  {table.empty or _('nothing')}"]
    return lines


def _table_lines(table: Table) -> list[str]:
    titles = [title.lstrip(">") for title in table.columns]
    rows = [[clean_line(str(value)) for value in row] for row in table.rows]
    widths = [max([cells(title), *(cells(row[i]) for row in rows)]) for i, title in enumerate(titles)]

    def line(values: Sequence[str]) -> str:
        parts = (
            fit(value, width, right=column.startswith(">"))
            for value, width, column in zip(values, widths, table.columns, strict=True)
        )
        return ("  " + "  ".join(parts)).rstrip()

    return [line(titles), *(line(row) for row in rows)]
