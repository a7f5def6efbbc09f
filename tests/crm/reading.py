"""What tests of connectors do with pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cockpit.crm.connector import Page, Remote


def rows(pages: Iterable[Page]) -> list[Any]:
    return [row for page in pages for row in page.rows]


def one(pages: Iterable[Page]) -> Remote:
    (found,) = rows(pages)
    assert isinstance(found, Remote), found
    return found


def last_cursor(pages: Iterable[Page]) -> str:
    return [page.cursor for page in pages][-1]


def set_ones(row: Remote) -> dict[str, Any]:
    """Fields of theirs that have a value."""
    return {name: value for name, value in row.unknown.items() if value is not None}
