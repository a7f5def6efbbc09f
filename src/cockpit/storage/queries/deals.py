"""What is kept of deals besides their columns."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from cockpit.storage.reading import Reader, among, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session


def won_reasons(source: Session | Reader, deal_ids: Collection[str]) -> dict[str, str]:
    """Why these deals were won, as far as somebody said."""
    where, values = among("id", deal_ids)
    found = reader_of(source).rows(f"SELECT id, extra FROM deal WHERE {where}", **values)
    kept = ((row_id, json.loads(extra) if isinstance(extra, str) else extra or {}) for row_id, extra in found)
    return {row_id: str(extra["won_reason"]) for row_id, extra in kept if extra.get("won_reason")}
