"""What is kept of a row besides the fields this version knows."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cockpit.storage.reading import Reader, among, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class Kept:
    """Fields of the sender that this version does not know, and where the row came from."""

    extra: Mapping[str, Any]
    source: str
    ref: str


def kept_of(source: Session | Reader, table: str, row_ids: Collection[str]) -> dict[str, Kept]:
    """By the id of each row of a table."""
    where, values = among("id", row_ids)
    sql = f"SELECT id, extra, external_source, external_ref FROM {table} WHERE {where}"
    return {
        row_id: Kept((json.loads(extra) if isinstance(extra, str) else extra) or {}, origin or "", ref or "")
        for row_id, extra, origin, ref in reader_of(source).rows(sql, **values)
    }


def won_reasons(source: Session | Reader, deal_ids: Collection[str]) -> dict[str, str]:
    """Why these deals were won, as far as somebody said."""
    found = ((row_id, kept.extra.get("won_reason")) for row_id, kept in kept_of(source, "deal", deal_ids).items())
    return {row_id: str(reason) for row_id, reason in found if reason}
