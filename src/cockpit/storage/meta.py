"""Facts about this file, by key: device_id, hub_url, person_id, epoch, complete, last_sync_at."""

from __future__ import annotations

from sqlmodel import Session, select

from cockpit.storage.tables import MetaRow


def get(session: Session, key: str, default: str = "") -> str:
    row = session.get(MetaRow, key)
    return default if row is None else row.value


def put(session: Session, key: str, value: str) -> None:
    row = session.get(MetaRow, key)
    if row is None:
        session.add(MetaRow(key=key, value=value))
    else:
        row.value = value


def everything(session: Session) -> dict[str, str]:
    return {row.key: row.value for row in session.exec(select(MetaRow))}
