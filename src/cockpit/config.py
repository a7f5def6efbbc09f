"""The settings file, validated: flag over environment (`COCKPIT_X`) over file over default.

The first frame reads the few values it needs through `locations.start_values`; this module checks the
whole file and names file, line and key of what is wrong.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from cockpit.errors import ConfigError
from cockpit.locations import Locations


class Settings(BaseSettings):
    """Everything a user may set. Unknown keys are refused: a typing error must not be silent."""

    model_config = SettingsConfigDict(env_prefix="COCKPIT_", env_nested_delimiter="__", extra="forbid")

    lang: Literal["auto", "en", "zh"] = "auto"
    """Language of screens and messages."""
    theme: str = "cockpit-dark"
    """Name of a theme; the palette lists them."""
    frames: Literal["auto", "unicode", "ascii"] = "auto"
    """Signs for bars and marks; ascii where the terminal draws them two cells wide."""
    account: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "default"
    """Which account's file to open: data/<account>.db."""
    ca_file: Path | None = None
    """A company's own certificate authority, PEM."""
    keymap: dict[str, str] = {}
    """Command id to key, for example `log = "v"`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first: the file's values come in as `init`."""
        return env_settings, init_settings


def load_settings(locations: Locations) -> Settings:
    """The settings of this run. Raises ConfigError with path, line and key."""
    path = locations.config_file
    text = ""
    try:
        text = path.read_text("utf-8")
        values: dict[str, Any] = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        values = {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(error), path=path, line="-", key="-") from error
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = found.group(1) if found else str(len(text.splitlines()))
        raise ConfigError(str(error), path=path, line=line, key="-") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        message = "unknown key" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigError(message, path=path, line=_line_of(text, key), key=key) from error


def _line_of(text: str, key: str) -> str:
    """The line that sets `key`; `environment` when the file does not mention it."""
    name = re.escape(key.split(".")[-1])
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*\[?[\"']?{name}\b", line):
            return str(number)
    return "environment"
