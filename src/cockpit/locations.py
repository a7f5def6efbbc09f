"""Where files live, and the few settings the first frame needs before the real settings load.

`COCKPIT_HOME=DIR` moves config, data and cache of one run under DIR.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Locations:
    """The folders of one run."""

    config_dir: Path
    data_dir: Path
    cache_dir: Path

    @property
    def config_file(self) -> Path:
        return self.config_dir / "config.toml"

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


@dataclass(frozen=True, slots=True)
class StartValues:
    """What the first frame needs. A broken file gives defaults here; `config` reports it afterwards."""

    lang: str = "auto"
    theme: str = "cockpit-dark"
    frames: str = "auto"
    keymap: tuple[tuple[str, str], ...] = ()


def start_values(locations: Locations) -> StartValues:
    """Language, theme, frames and keymap: environment over file over default."""
    try:
        found: dict[str, Any] = tomllib.loads(locations.config_file.read_text("utf-8"))
    except (OSError, ValueError):
        found = {}
    default = StartValues()

    def text(key: str, fallback: str) -> str:
        value = os.environ.get(f"COCKPIT_{key.upper()}") or found.get(key, fallback)
        return value if isinstance(value, str) else fallback

    keymap = found.get("keymap", {})
    pairs = keymap.items() if isinstance(keymap, dict) else ()
    return StartValues(
        lang=text("lang", default.lang),
        theme=text("theme", default.theme),
        frames=text("frames", default.frames),
        keymap=tuple((str(name), str(keys)) for name, keys in pairs),
    )
