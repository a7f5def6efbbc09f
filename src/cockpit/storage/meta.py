"""Facts about this file, by key: device_id, hub_url, person_id, epoch, complete, last_sync_at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.storage.reading import Reader, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session


def get(source: Session | Reader, key: str, default: str = "") -> str:
    found = reader_of(source).rows("SELECT value FROM meta WHERE key = :key", key=key)
    return found[0][0] if found else default


def put(session: Session, key: str, value: str) -> None:
    from cockpit.storage.tables import MetaRow

    row = session.get(MetaRow, key)
    if row is None:
        session.add(MetaRow(key=key, value=value))
    else:
        row.value = value


def everything(source: Session | Reader) -> dict[str, str]:
    return {str(key): str(value) for key, value in reader_of(source).rows("SELECT key, value FROM meta")}
