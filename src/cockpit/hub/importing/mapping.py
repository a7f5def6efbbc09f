"""The mapping of an export: a TOML file that names its files, columns, aliases and stages."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cockpit.errors import BadUse, ConfigError
from cockpit.i18n import _, listed

FIELDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "people": (frozenset({"rep"}), frozenset({"lead", "region"})),
    "products": (frozenset({"name"}), frozenset({"list_price"})),
    "accounts": (frozenset({"name"}), frozenset({"industry", "size", "address", "phone", "tier"})),
    "deals": (
        frozenset({"ref", "owner", "stage"}),
        frozenset({"name", "account", "product", "opened", "closed", "expected", "amount"}),
    ),
}
"""Fields each kind of file must map and may map."""
_STAGE_KINDS = ("open", "won", "lost")


@dataclass(frozen=True, slots=True)
class FileMap:
    """One file of the export: our field name to its column."""

    file: str
    columns: MappingOf[str, str]


@dataclass(frozen=True, slots=True)
class StageMap:
    name: str
    kind: str
    probability: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Mapping:
    """How an export is read. `aliases` are by field: written name to meant name."""

    name: str
    source: str
    currency: str
    zone: ZoneInfo
    date_format: str
    files: MappingOf[str, FileMap]
    aliases: MappingOf[str, MappingOf[str, str]]
    funnel: str
    before_close: str
    stages: tuple[StageMap, ...]

    def fits(self, folder: Path) -> bool:
        """Whether every file is there with every column this mapping names."""
        return all(set(part.columns.values()) <= _header(folder / part.file) for part in self.files.values())


def choose(folder: Path, path: Path | None = None) -> Mapping:
    """The mapping in `path`, or the shipped one that fits the folder.

    Raises BadUse when there is no such folder, nothing fits or a file or column is absent, ConfigError for a
    mapping that cannot be read.
    """
    if not folder.is_dir():
        raise BadUse(_("There is no folder {path}.").format(path=folder), path=str(folder))
    if path is not None:
        mapping = read(path)
        for part in mapping.files.values():
            lacking = set(part.columns.values()) - _header(folder / part.file)
            if lacking:
                raise BadUse(
                    _("{file} has no column {names}.").format(file=part.file, names=listed(sorted(lacking))),
                    file=part.file,
                )
        return mapping
    shipped = sorted(resources.files("cockpit.hub").joinpath("mappings").iterdir(), key=lambda item: item.name)
    for item in shipped:
        if item.name.endswith(".toml"):
            mapping = parse(item.read_text("utf-8"), item.name)
            if mapping.fits(folder):
                return mapping
    raise BadUse(_("No shipped mapping fits the files in {path}. Give your own with --mapping.").format(path=folder))


def read(path: Path) -> Mapping:
    """The mapping of a TOML file. Raises ConfigError naming path and line or key."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_("the file cannot be read as text."), path=str(path), line=0, key="") from error
    return parse(text, str(path))


def parse(text: str, path: str) -> Mapping:
    """The mapping written in `text`; `path` is named in errors."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise ConfigError(
            str(error), path=path, line=int(found[1]) if found else len(text.splitlines()), key=""
        ) from error
    try:
        return _mapping(data)
    except _Wrong as error:
        raise ConfigError(str(error), path=path, line=0, key=error.key) from error


class _Wrong(ValueError):
    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


def _mapping(data: dict[str, Any]) -> Mapping:
    files = {kind: _file(kind, part) for kind, part in _table(data, "files").items()}
    if "people" not in files or "deals" not in files:
        raise _Wrong("files", _("files.people and files.deals are needed"))
    stages = tuple(_stage(number, part) for number, part in enumerate(data.get("stages", [])))
    names = {stage.name for stage in stages}
    funnel = _table(data, "funnel")
    before_close = _text(funnel, "before_close", next((s.name for s in stages if s.kind == "open"), ""))
    if before_close not in names:
        raise _Wrong("funnel.before_close", _("it names no stage"))
    aliases = _table(data, "aliases") if "aliases" in data else {}
    try:
        zone = ZoneInfo(_text(data, "time_zone", "UTC"))
    except (KeyError, OSError, ValueError) as error:
        raise _Wrong("time_zone", _("there is no such time zone")) from error
    return Mapping(
        name=_text(data, "name"),
        source=_text(data, "source", _text(data, "name")),
        currency=_text(data, "currency", "CNY"),
        zone=zone,
        date_format=_text(data, "date_format", "%Y-%m-%d"),
        files=files,
        aliases={field: {str(k): str(v) for k, v in _table(aliases, field).items()} for field in aliases},
        funnel=_text(funnel, "name", "Sales"),
        before_close=before_close,
        stages=stages,
    )


def _file(kind: str, part: Any) -> FileMap:
    if kind not in FIELDS:
        raise _Wrong(f"files.{kind}", _("known files are {names}").format(names=listed(FIELDS)))
    if not isinstance(part, dict):
        raise _Wrong(f"files.{kind}", _("a table is needed"))
    columns = {field: str(column) for field, column in _table(part, "columns").items()}
    needed, other = FIELDS[kind]
    for field in sorted(needed - columns.keys()):
        raise _Wrong(f"files.{kind}.columns.{field}", _("this column is needed"))
    for field in sorted(columns.keys() - needed - other):
        raise _Wrong(f"files.{kind}.columns.{field}", _("there is no such field"))
    return FileMap(_text(part, "file"), columns)


def _stage(number: int, part: Any) -> StageMap:
    key = f"stages.{number}"
    if not isinstance(part, dict):
        raise _Wrong(key, _("a table is needed"))
    kind = _text(part, "kind", "open")
    if kind not in _STAGE_KINDS:
        raise _Wrong(f"{key}.kind", _("open, won or lost is needed"))
    probability, days = part.get("probability", 100 if kind == "won" else 0), part.get("days")
    if not isinstance(probability, int) or not isinstance(days, int | None):
        raise _Wrong(key, _("a whole number is needed"))
    return StageMap(_text(part, "name"), kind, probability, days)


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    found = data.get(key)
    if not isinstance(found, dict):
        raise _Wrong(key, _("a table is needed"))
    return found


def _text(data: dict[str, Any], key: str, default: str | None = None) -> str:
    found = data.get(key, default)
    if not isinstance(found, str) or not found:
        raise _Wrong(key, _("a text is needed"))
    return found


def _header(path: Path) -> set[str]:
    """The column names of a CSV file; none where it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            return {name.strip() for name in next(csv.reader(file), [])}
    except (OSError, csv.Error):
        return set()
