"""Unsent work as a file and back: nothing of it is ever locked into one program or one machine.

One JSON object a line. The first says whose work it is, each of the others is one change with everything known of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cockpit import clock
from cockpit.domain.text import clean_deep
from cockpit.errors import BadUse, CockpitError, NotAllowed, VersionTooOld
from cockpit.i18n import _
from cockpit.migrations.upcasts import REMOVED, upcast
from cockpit.services.desk import Desk
from cockpit.services.private_files import new_file
from cockpit.services.snapshots import Saved
from cockpit.storage import meta
from cockpit.storage.records import column_types, from_wire, required_columns
from cockpit.storage.tables import SYNCED
from cockpit.storage.tables.sync import SCHEMA_VERSION
from cockpit.storage.unsent import read_unsent, wire_moment
from cockpit.sync.adopting import Adopted, adopt

FORM = 1
"""Version of the file's own form."""
_LONGEST_HEAD = 10_000
MOST_BYTES = 256 * 1024 * 1024
_OPS = ("create", "patch", "delete")
_HEAD = ("person_id", "person_name", "device_id", "hub_url")
_TEXTS = (("mutation_id", 64), ("entity", 32), ("entity_id", 64), ("action_id", 64))


def lines_of(database: Path) -> Iterator[str]:
    """The unsent work of a database file as lines, its head first. The file may be of a newer program."""
    found = read_unsent(database)
    head = {
        "cockpit": "outbox",
        "form": FORM,
        **{name: found.facts.get(name, "") for name in _HEAD},
        "revision": found.revision,
        "made_at": wire_moment(clock.now()),
        "count": len(found.mutations),
    }
    for line in (head, *found.mutations):
        yield json.dumps(line, ensure_ascii=False)


def export_to(database: Path, target: Path) -> int:
    """Write `lines_of` into a new file; how many changes it holds."""
    count = -1
    with new_file(target) as partial, partial.open("w", encoding="utf-8") as file:
        for line in lines_of(database):
            file.write(f"{line}\n")
            count += 1
        file.flush()
    return count


def owner_of(path: Path) -> tuple[str, str] | None:
    """Whose work a file of `export_to` holds: person and hub. None for any other file."""
    try:
        with path.open(encoding="utf-8") as file:
            return owner_in(_head(file.readline(_LONGEST_HEAD)))
    except (CockpitError, OSError, UnicodeDecodeError):
        return None


def owner_in(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Person and hub by the facts of a file; None where one is missing."""
    person, hub = str(facts.get("person_id") or ""), str(facts.get("hub_url") or "")
    return (person, hub) if person and hub else None


@dataclass(frozen=True)
class OutboxFileService:
    """The same on the account that is open: out, and back in."""

    desk: Desk

    def save_all(self) -> Saved:
        """Everything unsent into a new file beside the data."""
        database = self.desk.database.path
        if database is None:
            raise NotAllowed(_("Here the server keeps the data."))
        target = database.parent / "exports" / f"outbox-{clock.now():%Y%m%d-%H%M%S}.jsonl"
        count = export_to(database, target)
        text = _("{count} unsent changes saved in {path}.").format(count=count, path=target)
        return Saved(action_id=None, text=text)

    def take(self, source: Path) -> Adopted:
        """Queue what is new of a file, all of it or nothing.

        Raises BadUse naming the first line that cannot be taken, and NotAllowed for another person's work.
        """
        found = _lines(source)
        head = _head(found[0][1])
        count = head.get("count")
        if isinstance(count, int) and len(found) - 1 < count:
            words = _("{path} is cut short: it says {count} changes and holds {found}. Nothing was taken.")
            raise BadUse(words.format(path=source, count=count, found=len(found) - 1))
        with self.desk.database.write() as session:
            me = self.desk.viewer(session)
            if head.get("person_id") != me.id:
                whose = head.get("person_name") or head.get("person_id") or "?"
                words = _("The file is the unsent work of {name}; only {name} can send it.")
                raise NotAllowed(words.format(name=whose))
            for key in ("hub_url",):
                here, there = meta.get(session, key), head.get(key)
                if here and there and here != there:
                    raise NotAllowed(
                        _("The file is for {there}, this account for {here}.").format(there=there, here=here)
                    )
            mutations = [_mutation(number, text) for number, text in found[1:]]
            return adopt(session, mutations, actor_id=me.id)


def _lines(source: Path) -> list[tuple[int, str]]:
    """Numbered lines without the empty ones; at least the head."""
    try:
        if source.stat().st_size > MOST_BYTES:
            raise BadUse(_("{path} is too large to be unsent work.").format(path=source))
        text = source.read_text("utf-8")
    except FileNotFoundError:
        raise BadUse(_("There is no file {path}.").format(path=source)) from None
    except UnicodeDecodeError as error:
        raise BadUse(_("{path} is not text.").format(path=source)) from error
    except OSError as error:
        raise BadUse(_("{path} cannot be read: {reason}").format(path=source, reason=error.strerror)) from error
    found = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not found:
        raise BadUse(_("{path} is empty.").format(path=source))
    return found


def _head(text: str) -> dict[str, Any]:
    head = _object(1, text)
    if head.get("cockpit") != "outbox":
        raise BadUse(_("Line 1 is not the head of a file made by `cockpit outbox export`."))
    if head.get("form") != FORM:
        raise VersionTooOld("", hub=head.get("form"), here=FORM)
    return head


def _object(number: int, text: str) -> dict[str, Any]:
    try:
        found = clean_deep(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise _bad(number, _("it is not JSON")) from error
    if not isinstance(found, dict):
        raise _bad(number, _("it is not an object"))
    return found


def _bad(number: int, why: str) -> BadUse:
    return BadUse(_("Line {number}: {why}. Nothing was taken.").format(number=number, why=why))


def _mutation(number: int, text: str) -> dict[str, Any]:
    """One line, seen to fit before anything is changed."""
    found = _object(number, text)
    for name, most in _TEXTS:
        value = found.get(name)
        if not isinstance(value, str) or not value or len(value) > most:
            raise _bad(number, _("{name} is missing or does not fit").format(name=name))
    for name in ("patch", "base"):
        if not isinstance(found.get(name), dict):
            raise _bad(number, _("{name} is missing or does not fit").format(name=name))
    if found["entity"] not in SYNCED or found.get("op") not in _OPS:
        raise _bad(number, _("there is no such change"))
    if not isinstance(found.get("schema_v"), int) or found["schema_v"] < 1:
        raise _bad(number, _("{name} is missing or does not fit").format(name="schema_v"))
    if found["schema_v"] > SCHEMA_VERSION:
        raise _bad(number, _("a newer Cockpit wrote it; update first"))
    _bring_along(found)
    if not isinstance(found.get("attempts", 0), int) or not isinstance(found.get("depends_on"), str | None):
        raise _bad(number, _("{name} is missing or does not fit").format(name="attempts, depends_on"))
    _check_moment(number, found.get("occurred_at"))
    _check_values(number, found)
    return found


def _bring_along(found: dict[str, Any]) -> None:
    """What an older version wrote in today's form. A value whose field is gone parks the change, with its text."""
    entity, version = found["entity"], found["schema_v"]
    for name in ("patch", "base"):
        was = found[name]
        found[name] = upcast(entity, was, version, SCHEMA_VERSION)
        lost = {key: value for key, value in was.items() if not upcast(entity, {key: value}, version, SCHEMA_VERSION)}
        if lost and name == "patch":
            found["status"], found["error_type"] = "parked", REMOVED
            found["error_text"] = "; ".join(f"{key}: {value}" for key, value in lost.items())
    found["schema_v"] = SCHEMA_VERSION


def _check_moment(number: int, value: object) -> None:
    try:
        if isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None:
            return
    except ValueError:
        pass
    raise _bad(number, _("{name} is missing or does not fit").format(name="occurred_at"))


def _check_values(number: int, found: dict[str, Any]) -> None:
    entity, patch = found["entity"], found["patch"]
    if patch.get("id", found["entity_id"]) != found["entity_id"]:
        raise _bad(number, _("{name} is missing or does not fit").format(name="id"))
    try:
        from_wire(entity, patch)
        from_wire(entity, {name: value for name, value in found["base"].items() if name in column_types(entity)})
    except BadUse as error:
        raise _bad(number, error.detail) from error
    missing = required_columns(entity) - patch.keys() - {"id"}
    if found["op"] == "create" and missing:
        raise _bad(number, _("{name} is missing or does not fit").format(name=sorted(missing)[0]))
