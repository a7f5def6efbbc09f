"""A row of the CRM as ours, and ours as the CRM takes it. Knows ids, days and mapped fields; asks nobody."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from cockpit.crm.connector import OWN, Holding, Remote
from cockpit.hub import intake
from cockpit.hub.problems import Problem
from cockpit.hub.upstream.links import PEOPLE, references
from cockpit.hub.upstream.settings import Connection
from cockpit.i18n import _
from cockpit.storage.records import column_types, wire_value

ORIGIN = "crm"
UNKNOWN_BYTES = 4_096
_DAY = len("2026-11-24")

Find = Callable[[str, str], str | None]
"""From a kind of row and an id on one side to the id on the other."""


class Waits(Exception):
    """It names a row that is not here."""

    def __init__(self, entity: str, remote_id: str) -> None:
        super().__init__(entity)
        self.words = _("{entity} {id} of the CRM is not here").format(entity=entity, id=remote_id)


@dataclass(frozen=True, slots=True)
class Shaper:
    """Translates for one kind of row."""

    connection: Connection
    entity: str
    holding: Holding
    takes_own: bool = False
    """Whether fields of theirs can be written."""
    today: date = date.max

    def digest(self, remote: Remote) -> str:
        """Of all that may change something here."""
        told = [self.connection.mark, dict(remote.values), dict(remote.unknown)]
        return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()

    def is_held(self, values: Mapping[str, Any]) -> bool:
        """Whether the CRM holds rows with these values of ours."""
        fits = all(values.get(name) in allowed for name, allowed in self.holding.only.items())
        return fits and all(values.get(name) not in (None, "") for name in self.holding.needs)

    def ours(self, remote: Remote, stored: Mapping[str, Any] | None, find: Find) -> dict[str, Any]:
        """The values of `remote` in our wire form, ready to be compared with `stored`, the row as it is here.

        Raises Waits, and Problem validation for a value that does not fit.
        """
        values = {name: value for name, value in remote.values.items() if name in self.holding.fields}
        for name, kind in references(self.entity, values).items():
            remote_id = values[name]
            if remote_id in (None, ""):
                values[name] = None if name.endswith("_id") and name not in ("funnel_id", "stage_id") else ""
                continue
            row_id = find(kind, str(remote_id))
            if row_id is None:
                raise Waits(kind, str(remote_id))
            values[name] = row_id
        for name in self.holding.day_only & values.keys():
            values |= self._with_hour(name, values[name], stored)
        if str(values.get("closed_on") or "") > self.today.isoformat():
            # closed before the day that was expected: it counts from when that came to be known here
            values["closed_on"] = (stored or {}).get("closed_on") or self.today.isoformat()
        values |= self._mapped(remote)
        if self.entity == "activity" and (doer := values.get("owner_id") or values.get("rep_id")):
            values |= {"owner_id": doer, "rep_id": doer}
        if self.entity == "person" and stored and not values.get("team_id"):
            values.pop("team_id", None)
        if self.entity == "person" and (role := self.connection.roles.get(remote.id)):
            values["role"] = role
        rest = _bounded({name: value for name, value in remote.unknown.items() if name not in self._names})
        if rest or (stored or {}).get(ORIGIN):
            values[ORIGIN] = rest
        values |= {"origin": ORIGIN, "external_source": self.connection.crm, "external_ref": remote.id}
        clean = intake.canonical(self.entity, values)
        intake.measure(self.entity, clean)
        return clean

    @property
    def _names(self) -> Mapping[str, str]:
        return self.connection.fields.get(self.entity, {})

    @property
    def mapped(self) -> dict[str, str]:
        """The columns of ours that show a field of theirs, with its name: they are changed there."""
        return {ours: theirs for theirs, ours in self._names.items()}

    @property
    def written(self) -> dict[str, str]:
        """Those of `mapped` that devices change too."""
        names = self.connection.written.get(self.entity, frozenset()) if self.takes_own else frozenset[str]()
        return {ours: theirs for ours, theirs in self.mapped.items() if theirs in names}

    def _mapped(self, remote: Remote) -> dict[str, Any]:
        kinds = column_types(self.entity)
        found: dict[str, Any] = {}
        for theirs, ours in self._names.items():
            if theirs in remote.unknown:
                found[ours] = _as(kinds[ours], remote.unknown[theirs], f"{self.entity}.{ours}")
        return found

    def _with_hour(self, name: str, value: Any, stored: Mapping[str, Any] | None) -> dict[str, Any]:
        """A bare day with the hour it has here; what is not held ends as much later as it did."""
        if not isinstance(value, str) or len(value) != _DAY:
            return {}
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise Problem("validation", f"{self.entity}.{name}: {error}", field=name) from error
        before = datetime.fromisoformat(stored[name]) if stored and stored.get(name) else None
        zone = self.connection.zone
        if before is None:
            return {name: wire_value(datetime.combine(day, self.connection.day_starts, zone).astimezone(UTC))}
        local = before.astimezone(zone)
        if local.date() == day:
            return {name: wire_value(before)}
        after = datetime.combine(day, local.time(), zone).astimezone(UTC)
        moved = {name: wire_value(after)}
        if name == "starts_at" and stored and stored.get("ends_at") and "ends_at" not in self.holding.fields:
            moved["ends_at"] = wire_value(datetime.fromisoformat(stored["ends_at"]) + (after - before))
        return moved

    def theirs(self, changed: Mapping[str, Any], seen: Remote | None, find: Find) -> dict[str, Any]:
        """Of `changed` values of ours what the CRM holds, in its ids. Raises Problem for a person it does not know.

        A moment that moved within its day is nothing to a CRM that stores the day.
        """
        values = {name: value for name, value in changed.items() if name in self.holding.fields}
        for ours, theirs in self.written.items():
            if ours in changed and (seen is not None or changed[ours] not in (None, "", [])):
                values[OWN + theirs] = _as_theirs(changed[ours], theirs, seen)
        for name, kind in references(self.entity, values).items():
            row_id = values[name]
            if row_id in (None, ""):
                continue
            remote_id = find(kind, row_id)
            if remote_id is not None:
                values[name] = remote_id
            elif name in PEOPLE and name != "companion_id":
                raise Problem("crm-refused", _("{id} has no user in the CRM").format(id=row_id), field=name)
            elif name == "stage_id":
                raise Problem("crm-refused", _("the CRM has no such stage: choose one of its own"), field=name)
            else:
                del values[name]
        for name in self.holding.day_only & values.keys():
            if not values[name]:
                continue
            local = datetime.fromisoformat(values[name]).astimezone(self.connection.zone)
            known = seen.values.get(name) if seen is not None else None
            if isinstance(known, str) and known == local.date().isoformat():
                del values[name]
            else:
                values[name] = local.isoformat()
        return values


def _bounded(unknown: dict[str, Any]) -> dict[str, Any]:
    """As many fields as fit, by name."""
    found: dict[str, Any] = {}
    room = UNKNOWN_BYTES
    for name in sorted(unknown):
        value = unknown[name]
        size = len(json.dumps([name, value], default=str))
        if value in (None, "", [], {}) or size > room:
            continue
        room -= size
        found[name] = value
    return found


def _as_theirs(value: Any, theirs: str, seen: Remote | None) -> Any:
    """A value of ours in the form of what stands there. Raises Problem for one that has none."""
    if seen is None:
        return value
    if theirs not in seen.unknown:
        raise Problem(
            "crm-refused", _("the CRM has no field {name} any more: the mapping names it").format(name=theirs)
        )
    before = seen.unknown[theirs]
    if isinstance(before, list | dict):
        words = _("the field {name} of the CRM holds several values: change it there").format(name=theirs)
        raise Problem("crm-refused", words)
    if value in (None, ""):
        return None
    if isinstance(before, str):
        return str(value)
    if isinstance(before, int | float) and isinstance(value, str):
        try:
            return float(value) if "." in value else int(value)
        except ValueError as error:
            words = _("the field {name} of the CRM is a number").format(name=theirs)
            raise Problem("crm-refused", words) from error
    return value


def _as(kind: type, value: Any, where: str) -> Any:
    """A field of theirs as a column of ours takes it. Raises Problem validation."""
    try:
        if value is None or value == "":
            return "" if kind is str else None
        if kind is bool:
            return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes")
        if kind in (int, float):
            number = float(value)
            if kind is int and number != int(number):
                raise ValueError(_("a whole number is needed"))
            return kind(number)
        if kind is list:
            return [str(item) for item in value] if isinstance(value, list) else [str(value)]
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise Problem("validation", f"{where}: {error}") from error
