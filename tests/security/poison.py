"""Hostile text in every place of a snapshot, and the reading of what a program writes to its terminal."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import count
from typing import Any, Literal, get_args, get_origin

from cockpit.domain import entities
from cockpit.domain.text import clean
from cockpit.storage import rows
from cockpit.storage.records import column_types
from cockpit.storage.tables import SYNCED
from tests.security.payloads import PAYLOADS
from tests.support.company import ME, Company

KEPT = frozenset({"id", "key", "command", "entity"})
"""Text that the program gave itself, by the name of its field; so are ids and everything with a closed list of values."""


SHORT = tuple(payload for payload in PAYLOADS if len(payload) <= 500)
LONG = tuple(payload for payload in PAYLOADS if len(payload) > 500)


def words(start: int) -> Iterator[str]:
    """The short payloads without end, from one of them on: over as many starts each place has had each of them."""
    return (SHORT[number % len(SHORT)] for number in count(start))


def long_words(start: int) -> Iterator[str]:
    """The long ones: what is cut, measured and folded at length."""
    return (LONG[number % len(LONG)] for number in count(start))


def poison(value: Any, text: Iterator[str]) -> Any:
    """`value` with each text in it replaced by the next of `text`; what the program decides by is kept."""
    if isinstance(value, str):
        return next(text)
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value) if one.init and not _is_kept(type(value), one.name)]
        return replace(value, **{name: poison(getattr(value, name), text) for name in names})
    if isinstance(value, (tuple, list)):
        return type(value)(poison(item, text) for item in value)
    if isinstance(value, dict):
        return {name: poison(item, text) for name, item in value.items()}
    return value


@cache
def _is_kept(cls: type, name: str) -> bool:
    if name in KEPT or name.endswith(("_id", "_ids")) or name == "args":
        return True
    module = typing.sys.modules[cls.__module__]  # type: ignore[attr-defined]
    hint = typing.get_type_hints(cls, {**vars(module), **_late()}).get(name)
    return _has_literal(hint)


@cache
def _late() -> dict[str, Any]:
    """Names that modules import for the type checker alone."""
    import collections.abc
    import datetime

    return {**vars(datetime), **vars(collections.abc), "Any": Any}


def _has_literal(hint: Any) -> bool:
    return get_origin(hint) is Literal or any(_has_literal(part) for part in get_args(hint))


# -- what comes out --------------------------------------------------------------------------------------------------

DRAWING = re.compile(r"\x1b\[\d+;\d+H|\x1b\[[0-9;]*m")
"""What a frame is made of: the place of the cursor, colours."""
TERMINAL = re.compile(
    DRAWING.pattern + r"|\x1b\[\?(?:25|47|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048|7)[hl]"  # modes
    r"|\x1b\[\?(?:2026|2048)\$p"  # is there synchronised output, are there reports of size
    r"|\x1b\[>\d*u|\x1b\[<u|\x1b\[=\d+;\d+u|\x1b\[\?u"  # the keyboard
    r"|\x1b\[c|\x1b\[6n|\x1b\[\?996n|\x1b\[1;1H|\x1b\[H|\x1b\[\d* q|\x1b\[K|\x1b\[2J"
    r"|\x1b\]22;(?:default|pointer|text)\x07"  # the shape of the mouse
    r"|\r\u2588(?=\x1b\[6n)|\r(?=\x1b\[K)"  # how wide is a block: asked once, and erased
)
"""What a program may write besides text, from the first byte to the last."""


def leftovers(written: str, known: re.Pattern[str] = DRAWING) -> str:
    """Signs that are neither text nor a sequence known; empty when all is well."""
    rest = known.sub("", written)
    inert = clean(rest, limit=len(rest) + 1)
    return "".join(sorted({one for one, other in zip(rest, inert) if one != other})) if rest != inert else ""


# -- rows, past the first wall ---------------------------------------------------------------------------------------

_DECIDED_BY = frozenset(
    {"origin", "currency", "time_zone", "kind", "status", "opens", "closes", "metric", "op", "rule", "problem_rule"}
    | {"scope_kind", "period_kind", "period", "consequence_kind", "consequence", "external_source", "external_ref"}
)


def poison_rows(company: Company) -> int:
    """Accounts, contacts, deals and activities by the hundred, every free text of theirs a payload as it is on the wire,
    written into the file behind the back of the first wall. How many accounts there are."""
    texts = [payload.encode("utf-8", "replace").decode() for payload in SHORT]
    with company.database.write() as session:
        for number in range(len(texts)):
            account = {"id": f"p-{number}", "rev": 50_000 + number, "name": "x", "tier": "A", "owner_id": ME}
            rows.put(session, "account", account)
            person = {"id": f"pc-{number}", "rev": 51_000 + number, "account_id": f"p-{number}", "owner_id": ME}
            rows.put(session, "contact", {**person, "name": "x"})
            deal = {
                "id": f"pd-{number}",
                "rev": 52_000 + number,
                "account_id": f"p-{number}",
                "owner_id": ME,
                "name": "x",
            }
            deal |= {"funnel_id": "funnel-1", "stage_id": f"stage-{1 + number % 4}", "amount_minor": 1_000_00}
            rows.put(session, "deal", {**deal, "created_on": "2026-10-01", "expected_on": "2026-11-20"})
            day = (24, 23, 20, 26)[number % 4]
            start = f"2026-11-{day}T0{1 + number % 9}:{number % 60:02}:00Z"
            end = f"2026-11-{day}T{10 + number % 9}:{number % 60:02}:00Z"
            visit = {
                "id": f"pa-{number}",
                "rev": 53_000 + number,
                "account_id": f"p-{number}",
                "rep_id": ME,
                "owner_id": ME,
            }
            visit |= {"kind": "visit", "status": "held" if day == 20 else "planned", "deal_id": f"pd-{number}"}
            rows.put(session, "activity", {**visit, "starts_at": start, "ends_at": end})
        session.flush()
        connection = session.connection()
        for entity, table in SYNCED.items():
            kinds = column_types(entity)
            free = [name for name, kind in kinds.items() if kind is str and _is_free(name, entity)]
            found = [row_id for (row_id,) in connection.exec_driver_sql(f"SELECT id FROM {table.__tablename__}")]
            for place, row_id in enumerate(found):
                values = [texts[(place + shift) % len(texts)] for shift in range(len(free))]
                setting = ", ".join(f"{name} = ?" for name in free)
                if free:
                    connection.exec_driver_sql(
                        f"UPDATE {table.__tablename__} SET {setting} WHERE id = ?", (*values, row_id)
                    )
    return len(texts)


def _is_free(name: str, entity: str) -> bool:
    if name == "id" or name.endswith("_id") or name in _DECIDED_BY or entity == "change_log":
        return False
    cls = getattr(entities, "".join(part.title() for part in entity.split("_")), None)
    return cls is None or not _has_literal(typing.get_type_hints(cls, vars(entities)).get(name))
