"""Facts about this file, by key: device_id, hub_url, person_id, epoch, complete, last_sync_at.

They are read and written beside the mapped classes: the sync asks for a few at every step.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from cockpit.storage.reading import Reader, carry_out

if TYPE_CHECKING:
    from sqlmodel import Session

_PUT = "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
_IF_HIGHER = "WHERE CAST(excluded.value AS BIGINT) > CAST(meta.value AS BIGINT)"
_COUNT = """INSERT INTO meta (key, value) VALUES (:key, '1')
    ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(meta.value AS BIGINT) + 1 AS VARCHAR)"""


def get(source: Session | Reader, key: str, default: str = "") -> str:
    found = _rows(source, "SELECT value FROM meta WHERE key = :key", key=key)
    return str(found[0][0]) if found else default


def get_all(source: Session | Reader, keys: Collection[str]) -> dict[str, str]:
    """The values of those of `keys` that are known, in one SELECT."""
    marks = {f"k{number}": key for number, key in enumerate(keys)}
    sql = f"SELECT key, value FROM meta WHERE key IN ({', '.join(f':{mark}' for mark in marks)})"
    return {str(key): str(value) for key, value in _rows(source, sql, **marks)}


def starting(source: Session | Reader, prefix: str) -> dict[str, str]:
    """What is kept under keys that begin with `prefix`, by the rest of the key."""
    sql = "SELECT key, value FROM meta WHERE key >= :first AND key < :end"
    found = _rows(source, sql, first=prefix, end=prefix[:-1] + chr(ord(prefix[-1]) + 1))
    return {str(key).removeprefix(prefix): str(value) for key, value in found}


def everything(source: Session | Reader) -> dict[str, str]:
    return {str(key): str(value) for key, value in _rows(source, "SELECT key, value FROM meta")}


def put(session: Session, key: str, value: str) -> None:
    put_all(session, {key: value})


def put_all(session: Session, values: Mapping[str, str]) -> None:
    carry_out(session, _PUT, *({"key": key, "value": value} for key, value in values.items()))


def raise_to(session: Session, key: str, value: int) -> None:
    """Make a whole number at least `value`."""
    carry_out(session, f"{_PUT} {_IF_HIGHER}", {"key": key, "value": str(value)})


def count(session: Session, key: str) -> None:
    """Add one to a whole number, which begins at zero."""
    carry_out(session, _COUNT, {"key": key})


def remove(session: Session, key: str) -> None:
    carry_out(session, "DELETE FROM meta WHERE key = :key", {"key": key})


def _rows(source: Session | Reader, sql: str, **values: str) -> list[Any]:
    if isinstance(source, Reader):
        return source.rows(sql, **values)
    return list(carry_out(source, sql, values))
