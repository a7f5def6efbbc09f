"""The edge of the hub: values from outside are cleaned, typed and measured before anything looks at them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from sqlalchemy import BigInteger, Integer
from sqlalchemy import inspect as inspect_table

from cockpit.domain import entities
from cockpit.domain.amounts import MAX_MINOR
from cockpit.domain.text import MAX_LENGTH, clean
from cockpit.errors import BadUse
from cockpit.hub.problems import Problem
from cockpit.i18n import N_
from cockpit.storage.records import DERIVED, from_wire, required_columns, wire_value
from cockpit.storage.tables import SYNCED
from cockpit.storage.tables.base import BOOKKEEPING

ID = re.compile(r"[\x21-\x7e]{1,64}")
"""An id: 1 to 64 visible ASCII signs."""

EXTRA_BYTES = 8_192
EXTRA_DEPTH = 6
LIST_ITEMS = 100
ITEM_LENGTH = 500

_HUB_KEEPS = {"rev": 0, "origin": "hub", "external_source": None, "external_ref": None}
"""Columns no device may set, with the value that a whole row of a device brings along."""

_PATTERNS = {"currency": re.compile(r"[A-Z]{3}"), "opens": re.compile(r"\d\d:\d\d"), "closes": re.compile(r"\d\d:\d\d")}
_RANGES = {
    "weekday": (0, 6),
    "lat": (-90, 90),
    "lon": (-180, 180),
    "home_lat": (-90, 90),
    "home_lon": (-180, 180),
    "probability": (0, 100),
    "stance": (-2, 2),
    "value": (0, MAX_MINOR),
}


def is_id(value: object) -> bool:
    return isinstance(value, str) and ID.fullmatch(value) is not None


def inert(value: Any, depth: int = EXTRA_DEPTH) -> Any:
    """JSON with every string cleaned, at most `depth` levels deep. Raises Problem validation."""
    if isinstance(value, str):
        if len(value) > MAX_LENGTH:
            raise Problem("validation", f"at most {MAX_LENGTH} signs fit")  # never cut: the device would not know
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise Problem("validation", N_("a number is not finite"))
    if isinstance(value, (list, dict)) and depth == 0:
        raise Problem("validation", "values are nested too deep")
    if isinstance(value, list):
        return [inert(item, depth - 1) for item in value]
    if isinstance(value, dict):
        return {clean(str(name), 64): inert(item, depth - 1) for name, item in value.items()}
    return value


def canonical(entity: str, data: dict[str, Any]) -> dict[str, Any]:
    """`data` cleaned, typed and back in wire form, so that equal values are equal. Raises Problem validation."""
    try:
        values = from_wire(entity, inert(data))
    except (BadUse, OverflowError) as error:
        raise Problem(
            "validation", clean(str(error), 300), field=str(getattr(error, "facts", {}).get("field", ""))
        ) from error
    extra = values.pop("extra", {})
    if len(json.dumps(extra)) > EXTRA_BYTES:
        raise Problem("validation", "the unknown fields are too large")
    return {**extra, **{name: wire_value(value) for name, value in values.items()}}


def accept(entity: str, row_id: str, data: dict[str, Any], *, is_trusted: bool = False) -> dict[str, Any]:
    """The values of a create or a patch, ready to be stored. Raises Problem validation.

    `is_trusted` (an administrator) may set where a row comes from; nobody sets a revision.
    """
    if data.get("id", row_id) != row_id:
        raise Problem("validation", "the id in the values is another one", field="id")
    given = {name: value for name, value in data.items() if name not in BOOKKEEPING | DERIVED | {"id", "extra"}}
    for name, default in _HUB_KEEPS.items():
        is_ours = name in given and (name == "rev" or not is_trusted)
        if is_ours and given.pop(name) not in (default, None):
            raise Problem("validation", f"{name} is given by the hub", field=name)
    values = canonical(entity, given)
    measure(entity, values)
    return values


def measure(entity: str, values: Mapping[str, Any]) -> None:
    """Raise Problem validation for a value in wire form that its column does not take."""
    for name, value in values.items():
        reason = _misfit(entity, name, value)
        if reason:
            raise Problem("validation", f"{entity}.{name}: {reason}", field=name)


def missing_columns(entity: str, values: dict[str, Any]) -> list[str]:
    """Columns that a new row must bring and `values` does not."""
    return sorted(name for name in required_columns(entity) - {"id"} if values.get(name) is None)


@cache
def _choices(entity: str) -> dict[str, frozenset[str]]:
    cls = getattr(entities, "".join(part.title() for part in entity.split("_")), None)
    found: dict[str, frozenset[str]] = {}
    for name, hint in (get_type_hints(cls) if cls else {}).items():
        for part in (hint, *get_args(hint)):
            if get_origin(part) is Literal:
                found[name] = frozenset(get_args(part))
    return found


def _misfit(entity: str, name: str, value: Any) -> str | None:
    column = inspect_table(SYNCED[entity]).columns.get(name)
    if column is None:
        return None
    if value is None:
        return None if column.nullable else N_("a value is needed")
    allowed = _choices(entity).get(name)
    if allowed and value not in allowed:
        return f"one of {', '.join(sorted(allowed))} is needed"
    if isinstance(value, list):
        is_too_much = len(value) > LIST_ITEMS or any(len(item) > ITEM_LENGTH for item in value)
        return f"at most {LIST_ITEMS} items of {ITEM_LENGTH} signs fit" if is_too_much else None
    longest = getattr(column.type, "length", None) or (MAX_LENGTH if isinstance(value, str) else None)
    if longest is not None and len(value) > longest:
        return f"at most {longest} signs fit"
    if name.endswith("_id") and value != "" and not is_id(value):
        return N_("not an id")
    if isinstance(column.type, Integer) and not isinstance(value, bool):
        bits = 63 if isinstance(column.type, BigInteger) else 31
        if not -(2**bits) <= value < 2**bits:
            return N_("the number is too large")
    if name in _RANGES and not _RANGES[name][0] <= value <= _RANGES[name][1]:
        return f"between {_RANGES[name][0]} and {_RANGES[name][1]}"
    if name in _PATTERNS and not _PATTERNS[name].fullmatch(value):
        return N_("not in the expected form")
    return None
