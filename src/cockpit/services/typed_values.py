"""One value of a row as a person types it, and back: what the forms of refused changes and of conflicts ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, Protocol, get_args
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cockpit.domain import entities as e
from cockpit.domain.amounts import whole_amount
from cockpit.domain.moments import read_moment, settle_ahead
from cockpit.domain.text import clean, clean_line
from cockpit.errors import BadUse
from cockpit.i18n import _
from cockpit.services import words
from cockpit.services.field_names import FIELDS, field_name
from cockpit.services.matching import one_account
from cockpit.services.snapshots import TypedField
from cockpit.storage import rows
from cockpit.storage.records import column_types, wire_value
from cockpit.storage.tables import SYNCED

_KINDS = (str, int, date, datetime, list)
_NAMED_ONLY = frozenset({"companion_id", "contact_id", "deal_id", "owner_id", "product_id", "rep_id", "stage_id"})
"""Names of other rows, which are chosen where the row is, not typed."""
_OF_TARGETS = frozenset({"value", "agreed_by_lead_at", "agreed_by_rep_at"})
"""Set on the targets' own screen, where the sums are kept."""
_CODES: dict[str, tuple[object, Callable[[str], str]]] = {
    "goal_result": (e.GoalResult, words.goal_result),
    "lifecycle": (e.Lifecycle, words.lifecycle),
    "status": (e.ActivityStatus, words.activity_status),
    "tier": (e.Tier, str),
}
"""Fields of a few known values, with the word for each."""


class Refused(Protocol):
    """What is asked of a queued change."""

    entity: str
    op: str
    patch: dict[str, Any]
    error_text: str


def can_type(entity: str, field: str) -> bool:
    """Whether a field's value is one that a person types."""
    if entity not in SYNCED or field not in FIELDS or field in _NAMED_ONLY | _OF_TARGETS:
        return False
    return column_types(entity).get(field) in _KINDS


def typable(mutation: Refused) -> list[str]:
    """The fields of a change that can be typed anew, in the order of their names on screens."""
    if mutation.op == "delete":
        return []
    return sorted(name for name in mutation.patch if can_type(mutation.entity, name))


def as_typed(entity: str, field: str, value: Any, zone: ZoneInfo) -> str:
    """A value in wire form as it would be typed; empty for none."""
    if value is None or value == []:
        return ""
    kind = column_types(entity).get(field)
    if field in _CODES and isinstance(value, str):
        return _CODES[field][1](value)
    if field.endswith("_minor") and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d}".removesuffix(".00")
    if kind is list and isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if kind is datetime and isinstance(value, str):
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%d %H:%M}"
    return str(value)


def code_word(field: str, value: str) -> str:
    """The word for a value of a field that has a few known ones; empty for any other field."""
    return _CODES[field][1](value) if field in _CODES else ""


def fields_of(session: Session, mutation: Refused, zone: ZoneInfo) -> tuple[TypedField, ...]:
    """The values of a change that can be typed anew: first what the refusal names, then its account."""
    found = []
    names = sorted(typable(mutation), key=lambda name: (name not in mutation.error_text, name != "account_id", name))
    for name in names:
        value = mutation.patch[name]
        text = as_typed(mutation.entity, name, value, zone)
        if name == "account_id" and isinstance(value, str):
            text = str(getattr(rows.find(session, "account", value), "name", ""))
        found.append(TypedField(name, field_name(name), text))
    return tuple(found)


def read_typed(session: Session, entity: str, field: str, text: str, now: datetime) -> Any:
    """What was typed, in wire form. `now` is in the viewer's zone. Raises BadUse for what cannot be read."""
    kind, text = column_types(entity)[field], text.strip()
    if field == "account_id":
        return one_account(session, text).id
    if field in _CODES:
        return _code(field, text)
    if kind is str:
        return clean(text) if field in ("agenda", "advantages", "result") else clean_line(text)
    if not text:
        return [] if kind is list else None
    if field.endswith("_minor"):
        found = whole_amount(text)
        if found is None:
            raise BadUse(_("{text} is no amount: try 66k or 66,000.").format(text=text))
        return found.minor
    if kind is list:
        return [clean_line(one) for one in text.replace("，", ",").split(",") if one.strip()]
    if kind is int:
        if not text.lstrip("-").isdecimal() or len(text) > 12:
            raise BadUse(_("{text} is no number.").format(text=text))
        return int(text)
    return _moment(kind, text, now)


def _code(field: str, text: str) -> str | None:
    known, word = _CODES[field]
    codes: tuple[str, ...] = get_args(known)
    for code in codes:
        if text.casefold() in (code.casefold(), word(code).casefold()):
            return code
    if not text and field == "goal_result":
        return None
    raise BadUse(_("{text} is none of {names}.").format(text=text or "-", names=", ".join(map(word, codes))))


def _moment(kind: type, text: str, now: datetime) -> Any:
    reading = read_moment(text, now)
    if reading is None or reading.length < len(text):
        raise BadUse(_("{text} is no time: try thu 10 or 11-26 14:00.").format(text=text))
    slot = settle_ahead(reading, now)
    return slot.starts_at.date().isoformat() if kind is date else wire_value(slot.starts_at.astimezone(UTC))
