"""Where files live, and the few settings the first frame needs before the real settings load.

`COCKPIT_HOME=DIR` moves config, data and cache of one run under DIR.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cockpit import colours
from cockpit.i18n import _, listed

LANGUAGES = ("auto", "en", "zh")
FRAMES = ("auto", "unicode", "ascii")
_YES = ("true", "1", "yes", "on", "t", "y")
DEMO = "COCKPIT_DEMO"
"""Set by the demo for its own run: the data folder the demo was started from."""


@dataclass(frozen=True, slots=True)
class Locations:
    """The folders of one run."""

    config_dir: Path
    data_dir: Path
    cache_dir: Path

    @property
    def config_file(self) -> Path:
        return self.config_dir / "config.toml"

    @property
    def log_file(self) -> Path:
        return self.data_dir / "cockpit.log"

    @property
    def tour_mark(self) -> Path:
        """How it stands with the tour. The demo shares it with the folder it was started from."""
        return Path(os.environ.get(DEMO) or self.data_dir) / "tour"

    def database(self, account: str) -> Path:
        """The SQLite file of one account."""
        return self.data_dir / f"{account}.db"


def locate() -> Locations:
    """The folders for this process, by COCKPIT_HOME or the platform's habit. Creates nothing."""
    home = os.environ.get("COCKPIT_HOME")
    if home:
        root = Path(home).expanduser()
        return Locations(root / "config", root / "data", root / "cache")
    import platformdirs

    return Locations(
        Path(platformdirs.user_config_dir("cockpit", appauthor=False)),
        Path(platformdirs.user_data_dir("cockpit", appauthor=False)),
        Path(platformdirs.user_cache_dir("cockpit", appauthor=False)),
    )


def kept_file(database: Path, view: str) -> Path:
    """Where the last snapshot of a view is kept: beside `default.db` is `default.today.json`."""
    return database.with_suffix(f".{view}.json")


def is_own(url: object) -> bool:
    """Whether an address is this device's: its hub is started here, not waited for."""
    with suppress(ValueError):
        return urlsplit(str(url or "")).hostname in ("127.0.0.1", "localhost", "::1")
    return False


def is_demo() -> bool:
    """Whether this run shows the made-up company."""
    return bool(os.environ.get(DEMO))


def is_tour_due() -> bool:
    """Whether the tour is to be offered: after the first sign-in or in the demo, until it was left once."""
    try:
        return locate().tour_mark.read_text("utf-8") == "due"
    except (OSError, ValueError):
        return False


def mark_tour(word: Literal["due", "left"]) -> None:
    """Remember that the tour is due, unless it was left before, or that it was left."""
    mark = locate().tour_mark
    with suppress(OSError):
        if word == "left" or not mark.exists():
            mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            mark.write_text(word, "utf-8")


@dataclass(frozen=True, slots=True)
class Refused:
    """A value of the looks that is not used: the default is. `fault` is set for a colour of an own theme."""

    key: str
    value: str
    allowed: tuple[str, ...] = ()
    fault: colours.Fault | None = None

    @property
    def words(self) -> str:
        """Why it is not taken, and what would be."""
        kind = self.fault.kind if self.fault else ""
        if self.fault is not None and kind == "contrast":
            return _("{value} has a contrast of {ratio} on {ground}; text needs {least}.").format(
                value=self.value,
                ratio=f"{self.fault.ratio:.1f}",
                ground=self.fault.ground,
                least=colours.LEAST_CONTRAST,
            )
        if kind == "colour":
            return _("{value} is not a colour like #1f2731.").format(value=self.value)
        names = listed(self.allowed)
        if kind == "unknown":
            return _("There is no such key. Allowed: {names}.").format(names=names)
        return _("{value} is not known. Allowed: {names}.").format(value=self.value, names=names)


@dataclass(frozen=True, slots=True)
class StartValues:
    """What the first frame needs. A broken file gives defaults here; `config` reports it afterwards.

    `themes` are the user's own, without fault and complete; `refused` is what was found and not taken.
    """

    lang: str = "auto"
    theme: str = "auto"
    frames: str = "auto"
    account: str = "default"
    keymap: tuple[tuple[str, str], ...] = ()
    themes: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    refused: tuple[Refused, ...] = ()
    can_suspend: bool = True
    is_plain: bool = False
    """Nothing is set but looks, all of them known: there is nothing left for the whole settings to check."""


def start_values(locations: Locations) -> StartValues:
    """Language, theme, frames, account and keymap: environment over file over default."""
    is_read = True
    found: dict[str, Any] = {}
    try:
        text_of_file = locations.config_file.read_text("utf-8")
        import tomllib  # most have no file

        found = tomllib.loads(text_of_file)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError):
        is_read = False
    found = {**found, **environment(found)}
    refused = tuple(refused_looks(found))
    off = {one.key for one in refused}
    default = StartValues()

    def text(key: str, fallback: str) -> str:
        value = found.get(key, fallback)
        return value if isinstance(value, str) and key not in off else fallback

    return StartValues(
        lang=text("lang", default.lang),
        theme=text("theme", default.theme),
        frames=text("frames", default.frames),
        account=text("account", default.account),
        keymap=tuple((str(name), str(key)) for name, key in _table(found, "keymap").items()),
        themes=tuple(
            (name, tuple(colours.palette(own).items()))
            for name, own in _table(found, "themes").items()
            if not any(colours.faults(own))
        ),
        refused=refused,
        can_suspend=str(found.get("suspend", True)).lower() in _YES,
        is_plain=is_read and not refused and set(found) <= {"lang", "theme", "frames"},
    )


def environment(found: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that `COCKPIT_X` sets, and those of the keymap with `COCKPIT_KEYMAP__X` on top of the file's."""
    given: dict[str, Any] = {}
    for key in ("lang", "theme", "frames", "account", "ca_file", "suspend"):
        if value := os.environ.get(f"COCKPIT_{key.upper()}"):
            given[key] = value
    keys = {
        name.removeprefix("COCKPIT_KEYMAP__").lower(): value
        for name, value in os.environ.items()
        if name.startswith("COCKPIT_KEYMAP__")
    }
    return {**given, "keymap": {**_table(found, "keymap"), **keys}} if keys else given


Table = tuple[tuple[str, Any], ...]
"""A table of the settings file, name by name."""


def given_table(locations: Locations, name: str) -> Table:
    """A table of numbers or texts that every look at the rows asks for, with COCKPIT_NAME__KEY over the file.

    Read without the model of the whole settings, and again only once the file has changed. A file that cannot be read
    gives nothing here; `config` reports it.
    """
    prefix = f"COCKPIT_{name.upper()}__"
    over = {
        key.removeprefix(prefix).lower(): text for key, text in os.environ.items() if key.startswith(prefix) and text
    }
    try:
        seen = locations.config_file.stat()
    except OSError:
        return tuple(over.items())
    found = _file_table(locations.config_file, name, seen.st_mtime_ns, seen.st_size)
    return (*((key, value) for key, value in found if key.lower() not in over), *over.items())


@lru_cache(maxsize=8)
def _file_table(path: Path, name: str, _changed: int, _size: int) -> Table:
    import tomllib  # most have no file

    try:
        found = _table(tomllib.loads(path.read_text("utf-8")), name)
    except (OSError, ValueError):
        return ()
    return tuple((key, value) for key, value in found.items() if isinstance(value, str | int))


def refused_looks(found: Mapping[str, Any]) -> Iterator[Refused]:
    """What is wrong with language, frames, theme and own themes; the rest of the file may still be used."""
    own = _table(found, "themes")
    sound = tuple(name for name, value in own.items() if not any(colours.faults(value)))
    allowed = {"lang": LANGUAGES, "frames": FRAMES, "theme": ("auto", *colours.SHIPPED, *sound)}
    for key, names in allowed.items():
        if key in found and found[key] not in names:
            yield Refused(key, str(found[key]), names)
    for name, value in own.items():
        for fault in colours.faults(value):
            key = ".".join(part for part in ("themes", name, fault.key) if part)
            yield Refused(key, fault.value, _allowed_of(fault), fault)


def _allowed_of(fault: colours.Fault) -> tuple[str, ...]:
    known = {"unknown": (colours.BASE, *colours.GROUNDS, *colours.TEXTS), "base": tuple(colours.PALETTES)}
    return known.get(fault.kind, ())


def _table(found: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = found.get(key, {})
    return value if isinstance(value, dict) else {}
