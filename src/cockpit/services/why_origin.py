"""Where the rows behind an answer came from: the hub, an import, or this device."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from cockpit.i18n import _
from cockpit.services.snapshots import Why
from cockpit.storage.reading import TABLES, Reader, among, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session

_STORED = frozenset(TABLES.values())
MOST_AT_ONCE = 400
"""Ids in one SELECT."""


def with_origins(source: Session | Reader, why: Why) -> Why:
    """The same answer with the origin of each stored row, and how many rows came from where."""
    reader = reader_of(source)
    found: dict[tuple[str, str], str] = {}
    for entity in sorted({row.entity for row in why.rows} & _STORED):
        ids = sorted({row.id for row in why.rows if row.entity == entity})
        for first in range(0, len(ids), MOST_AT_ONCE):
            found |= _origins(reader, entity, ids[first : first + MOST_AT_ONCE])
    if not found:
        return why
    rows = tuple(replace(row, origin=found.get((row.entity, row.id), row.origin)) for row in why.rows)
    counts = Counter(found.values())
    parts = [f"{name} {counts[name]}" for name in sorted(counts, key=lambda name: (-counts[name], name))]
    origin = _("{rows}: {counts}").format(rows=why.origin, counts=_(", ").join(parts))
    return replace(why, rows=rows, origin=origin)


def _origins(reader: Reader, entity: str, ids: list[str]) -> dict[tuple[str, str], str]:
    where, values = among("id", ids)
    sql = f'SELECT id, origin, external_source, rev, pending FROM "{entity}" WHERE {where}'
    return {
        (entity, row_id): origin_text(origin, external, rev, pending)
        for row_id, origin, external, rev, pending in reader.rows(sql, **values)
    }


def origin_text(origin: str, external: str | None, rev: int, pending: int) -> str:
    """`hub`, `CRM tryton`, `import crm-export`, `this device`; what the hub does not know yet says so."""
    if origin == "local":
        return _("this device")
    if not rev or pending:
        return _("this device, not sent yet")
    if origin == "crm" and external:
        return _("CRM {name}").format(name=external)
    return _("import {name}").format(name=external) if external else _("hub")
