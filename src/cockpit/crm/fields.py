"""From a CRM's fields to ours and back: the kinds of values that hosted CRMs share, and a table of them per kind of row."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit.crm.connector import OWN, BadRemote, CrmRefused, Page, Remote
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse
from cockpit.i18n import _

LONGEST_VISIT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of theirs. `read` and `write` take one value; each raises ValueError for one that does not fit.
    `write` None: theirs alone to set."""

    theirs: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] | None


def text(theirs: str, empty: str | None = None) -> Field:
    """A line; an empty one is `empty` there."""
    return Field(theirs, lambda value: str(value or ""), lambda value: value or empty)


def ref(theirs: str, kind: Callable[[str], Any] = str, empty: str | None = None) -> Field:
    """Their id of another row, None for none; `kind` is how they write an id."""
    return Field(
        theirs, lambda value: str(value) if value not in (None, "", 0) else None, lambda v: kind(v) if v else empty
    )


def day(theirs: str, empty: str | None = None) -> Field:
    return Field(theirs, _day, lambda value: value or empty)


def whole(theirs: str) -> Field:
    return Field(theirs, lambda value: None if value in (None, "") else int(Decimal(str(value))), None)


def money(theirs: str, write: Callable[[Decimal], Any] = float, empty: Any = None) -> Field:
    """An amount; ours is in minor units."""
    return Field(theirs, _minor, lambda value: empty if value is None else write(Decimal(value) / 100))


def currency(theirs: str) -> Field:
    return Field(theirs, _currency, lambda value: value)


def _minor(value: Any) -> int | None:
    if value in (None, ""):
        return None
    amount = Decimal(str(value)) * 100
    if not amount.is_finite() or abs(amount) >= 2**53:
        raise ValueError(_("an amount that is none: {amount}").format(amount=clean_line(str(value), 40)))
    return int(amount.to_integral_value())


def _currency(value: Any) -> str:
    code = str(value or "").upper()
    if not re.fullmatch("[A-Z]{3}", code):
        raise ValueError(_("a currency that is none: {code}").format(code=clean_line(code, 12) or "-"))
    return code


def _day(value: Any) -> str | None:
    return date.fromisoformat(str(value)[:10]).isoformat() if value else None


def read(fields: Mapping[str, Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Our values of a row of theirs; a field that the row does not have is left out."""
    return {ours: field.read(raw[field.theirs]) for ours, field in fields.items() if field.theirs in raw}


def write(fields: Mapping[str, Field], values: Mapping[str, Any]) -> dict[str, Any]:
    """Their fields for those of our values that they store. Raises CrmRefused for a value that does not fit."""
    given = {}
    for name, value in values.items():
        field = fields.get(name)
        if field is not None and field.write is not None:
            try:
                given[field.theirs] = field.write(value)
            except (ValueError, TypeError) as error:
                raise CrmRefused(clean_line(f"{name}: {error}", 200), field=name) from error
    return given


def row(entity: str, remote_id: str, build: Callable[[], Remote], raw: Mapping[str, Any]) -> Remote | BadRemote:
    """What `build` makes, or the row as one that cannot be understood."""
    try:
        return build()
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        reason = clean_line(f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else str(error), 200)
        return BadRemote(entity, remote_id, reason, raw)


def understood(found: Remote | BadRemote) -> Remote:
    """One row that was asked for by name. Raises CrmRefused for one that cannot be understood."""
    if isinstance(found, BadRemote):
        raise CrmRefused(found.reason)
    return found


def among(pages: Iterable[Page], remote_id: str) -> Remote | None:
    """One row of a kind that is only read whole."""
    return next((row for page in pages for row in page.rows if isinstance(row, Remote) and row.id == remote_id), None)


def unknown(raw: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """What has no place here."""
    known = set(taken)
    return {name: value for name, value in raw.items() if name not in known}


def own(values: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of theirs to be written, by their names."""
    return {name.removeprefix(OWN): value for name, value in values.items() if name.startswith(OWN)}


def moment(value: Any) -> str:
    """RFC 3339 in UTC, whole seconds, of any ISO moment with an offset. Raises ValueError."""
    found = datetime.fromisoformat(str(value))
    if found.tzinfo is None:
        raise ValueError(_("a moment without a time zone: {moment}").format(moment=clean_line(str(value), 40)))
    return stamp(found)


def stamp(found: datetime) -> str:
    return found.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def since(cursor: str, overlap: timedelta) -> str:
    """Where to begin again: what is committed or indexed late is not missed, and comes twice at worst."""
    return stamp(datetime.fromisoformat(cursor) - overlap)


class Calendar:
    """Days of the connection's zone: a CRM that keeps the moment of a deal's end is asked for its day."""

    def __init__(self, zone: str) -> None:
        try:
            self._zone = ZoneInfo(zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise BadUse(_("{zone} is no time zone.").format(zone=clean_line(zone, 64))) from error

    def day(self, theirs: str, write: Callable[[datetime], Any] = stamp, empty: str | None = None) -> Field:
        """A day that is a moment there; one of ours becomes its noon."""
        return Field(
            theirs, lambda value: self.of(value) if value else None, lambda v: write(self.noon(v)) if v else empty
        )

    def of(self, value: Any) -> str:
        found = datetime.fromisoformat(str(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(self._zone).date().isoformat()

    def noon(self, value: str) -> datetime:
        return datetime.combine(date.fromisoformat(value[:10]), time(12), self._zone)


def length(starts_at: str, ends_at: str | None) -> timedelta:
    """How long a visit takes, within reason; nothing where its end is not known."""
    found = datetime.fromisoformat(ends_at) - datetime.fromisoformat(starts_at) if ends_at else timedelta()
    return min(max(found, timedelta()), LONGEST_VISIT)


def state(kept: str, shown: str, table: Mapping[str, str], default: str) -> str:
    """Ours that was kept beside theirs, while it still means what they show; else the first of ours that means it."""
    if table.get(kept) == shown:
        return kept
    return next((ours for ours, theirs in table.items() if theirs == shown), default)


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a whole one: the last word is the last name, a single word too."""
    first, _space, last = name.strip().rpartition(" ")
    return first, last


def whole_name(first: Any, last: Any) -> str:
    return " ".join(part for part in (str(first or "").strip(), str(last or "").strip()) if part)


def to_html(plain: str) -> str:
    return html.escape(plain, quote=False).replace("\n", "<br>")


def from_html(rich: Any) -> str:
    """The words of a note: breaks and paragraphs become lines, every other tag goes."""
    lines = re.sub(r"<\s*(?:br\s*/?|/p|/div|/li)\s*>", "\n", str(rich or ""), flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]*>", "", lines)).rstrip("\n")
