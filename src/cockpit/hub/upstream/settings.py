"""One connection: a TOML file in the folder `crm` beside the hub's database. The secret is with the credentials."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit import toml_files
from cockpit.domain.entities import Role
from cockpit.errors import BadUse, ConfigError
from cockpit.i18n import _, listed
from cockpit.storage.records import column_types
from cockpit.storage.tables import SYNCED

EVERY_S = 60
LEAST_EVERY_S = 5
_ROLES: tuple[Role, ...] = get_args(Role)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEYS = frozenset(
    {
        "crm",
        "url",
        "zone",
        "day_starts",
        "every_s",
        "ca_file",
        "proxy",
        "people",
        "roles",
        "stages",
        "fields",
        "written",
        "options",
    }
)


@dataclass(frozen=True, slots=True)
class Connection:
    """`people`, `roles` and `stages` are by THEIR id: our person, the role, our stage. `fields`, by entity, leads from a
    field of theirs to the column of ours that shows it; `written` are those of theirs that devices change too. `zone` says on which day a moment lies for the CRM, `day_starts`
    at which hour something stands here of which the CRM knows only the day."""

    name: str
    crm: str
    url: str
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    day_starts: time = time(9)
    every_s: int = EVERY_S
    ca_file: str = ""
    proxy: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    written: Mapping[str, frozenset[str]] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def actor_id(self) -> str:
        """Who the log names for what the CRM changed."""
        return f"crm:{self.crm}"

    @property
    def mark(self) -> str:
        """Another one means that every row has to be looked at again."""
        maps = [dict(self.people), dict(self.roles), dict(self.stages), {k: dict(v) for k, v in self.fields.items()}]
        text = json.dumps([*maps, self.zone.key], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def folder_of(database_file: Path) -> Path:
    return database_file.parent / "crm"


def read(path: Path) -> Connection:
    """Raises BadUse where there is no such file, ConfigError naming the key that cannot be used."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        known = listed(sorted(one.stem for one in path.parent.glob("*.toml"))) or "-"
        text = _("There is no connection {name}. Known: {known}. Make one: cockpit connect")
        raise BadUse(text.format(name=path.stem, known=known)) from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(error), path=path, line="-", key="-") from error
    try:
        return made(path.stem, data)
    except _Wrong as wrong:
        raise ConfigError(wrong.words, path=path, line="-", key=wrong.key) from wrong


class _Wrong(Exception):
    def __init__(self, key: str, words: str) -> None:
        super().__init__(words)
        self.key, self.words = key, words


def made(name: str, data: Mapping[str, Any]) -> Connection:
    if not _NAME.fullmatch(name):
        raise _Wrong("name", _("a name has letters, digits, - and _"))
    for key in data.keys() - _KEYS:
        raise _Wrong(key, _("There is no such key. Allowed: {names}.").format(names=listed(sorted(_KEYS))))
    for key in ("crm", "url"):
        if not isinstance(data.get(key), str) or not data[key]:
            raise _Wrong(key, _("a text is needed"))
    every_s = data.get("every_s", EVERY_S)
    if not isinstance(every_s, int) or isinstance(every_s, bool) or every_s < LEAST_EVERY_S:
        raise _Wrong("every_s", _("a whole number from {least} is needed").format(least=LEAST_EVERY_S))
    roles = {theirs: _role(text) for theirs, text in _texts(data, "roles").items()}
    return Connection(
        name=name,
        crm=data["crm"],
        url=data["url"],
        zone=_zone(str(data.get("zone", "UTC"))),
        day_starts=_hour(data.get("day_starts", "09:00")),
        every_s=every_s,
        ca_file=str(data.get("ca_file", "")),
        proxy=str(data.get("proxy", "")),
        people=_texts(data, "people"),
        roles=roles,
        stages=_texts(data, "stages"),
        fields=(fields := _fields(data.get("fields", {}))),
        written=_written(data.get("written", {}), fields),
        options=_texts(data, "options"),
    )


def _role(text: str) -> Role:
    for role in _ROLES:
        if role == text:
            return role
    raise _Wrong("roles", _("{value} is not known. Allowed: {names}.").format(value=text, names=listed(_ROLES)))


def checked(name: str, data: Mapping[str, Any]) -> Connection:
    """A connection as it is to be written. Raises BadUse naming what does not fit, with the fact `needs` of CrmTrouble."""
    try:
        return made(name, data)
    except _Wrong as wrong:
        needs = "address" if wrong.key in ("url", "zone") else ""
        raise BadUse(f"{wrong.key}: {wrong.words}", needs=needs) from wrong


def write(path: Path, connection: Connection) -> None:
    """Bring the file to what the connection says, mode 0600: names of people may stand in it. Comments and the order of
    one that is there stay. Raises ConfigError for one that cannot be read, DataDirUnwritable."""
    document = toml_files.parsed(path)
    said = {
        "crm": connection.crm,
        "url": connection.url,
        "zone": connection.zone.key,
        "day_starts": connection.day_starts.strftime("%H:%M"),
        "every_s": connection.every_s,
        "ca_file": connection.ca_file,
        "proxy": connection.proxy,
        "people": connection.people,
        "roles": connection.roles,
        "stages": connection.stages,
        "options": connection.options,
        "fields": connection.fields,
        "written": {entity: sorted(names) for entity, names in connection.written.items()},
    }
    _settle(document, {key: value for key, value in said.items() if value})
    toml_files.put(path, document, is_private=True)


def _settle(table: MutableMapping[str, Any], said: Mapping[str, Any]) -> None:
    """Make a table of the file hold what is said and nothing else; what it holds already is not written again."""
    for key in [key for key in table if key not in said]:
        del table[key]
    for key, value in said.items():
        held = table.get(key)
        if isinstance(value, Mapping) and isinstance(held, MutableMapping):
            _settle(held, value)
        elif isinstance(value, Mapping):
            table[key] = {inner: dict(each) if isinstance(each, Mapping) else each for inner, each in value.items()}
        elif (sorted(held) if isinstance(held, list) else held) != value:
            table[key] = value


def _texts(data: Mapping[str, Any], key: str) -> dict[str, str]:
    table = data.get(key, {})
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise _Wrong(key, _("a table of texts is needed"))
    return dict(table)


def _fields(data: Any) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for entity, names in (data if isinstance(data, dict) else {"": data}).items():
        if entity not in SYNCED or not isinstance(names, dict):
            raise _Wrong(f"fields.{entity}", _("a table for each kind of row is needed, such as [fields.account]"))
        for theirs, ours in names.items():
            if ours not in column_types(entity) or ours.endswith("_id") or ours in ("id", "rev", "origin", "extra"):
                allowed = listed(sorted(n for n in column_types(entity) if not n.endswith("_id") and n != "id"))
                words = _("{value} is not known. Allowed: {names}.").format(value=ours, names=allowed)
                raise _Wrong(f"fields.{entity}.{theirs}", words)
        found[entity] = dict(names)
    return found


def _written(data: Any, fields: Mapping[str, Mapping[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for entity, names in (data if isinstance(data, dict) else {"": data}).items():
        known = fields.get(entity, {})
        if not isinstance(names, list) or not known:
            raise _Wrong(
                f"written.{entity}", _("a list of fields of [fields.{entity}] is needed").format(entity=entity)
            )
        for name in names:
            if name not in known:
                words = _("{value} is not known. Allowed: {names}.").format(value=name, names=listed(sorted(known)))
                raise _Wrong(f"written.{entity}", words)
        found[entity] = frozenset(names)
    return found


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _Wrong("zone", _("{name} is not a time zone like Asia/Shanghai").format(name=name)) from error


def _hour(text: Any) -> time:
    try:
        return time.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise _Wrong("day_starts", _("an hour like 09:00 is needed")) from error
