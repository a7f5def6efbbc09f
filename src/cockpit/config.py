"""The settings file, validated: flag over environment (`COCKPIT_X`) over file over default.

The first frame reads the few values it needs through `locations.start_values`; this module checks the
whole file and names file, line and key of all that is wrong. What concerns looks alone (language, theme, frames)
never stops the program: the default is taken. A wrong account, certificate or an unknown key does.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from cockpit.domain.card_limits import BadLimit, read_limits
from cockpit.domain.chain_steps import BadChain, check
from cockpit.domain.exchange import BadRate, read_exchange, read_rate
from cockpit.errors import ConfigError
from cockpit.exchange import rate_words
from cockpit.i18n import _, listed
from cockpit.locations import Locations, refused_looks
from cockpit.thresholds import limit_words

Origin = Literal["default", "file", "environment"]
LOOKS = ("lang", "theme", "frames", "themes", "keymap")
"""Settings whose fault stops nothing."""
CHAIN = ("chains", "rates")
"""Settings whose fault stops the gap chain alone."""


class Settings(BaseSettings):
    """Everything a user may set. Unknown keys are refused: a typing error must not be silent."""

    model_config = SettingsConfigDict(
        env_prefix="COCKPIT_",
        env_nested_delimiter="__",
        extra="forbid",
        use_attribute_docstrings=True,
        title="Settings of Cockpit",
    )

    lang: Literal["auto", "en", "zh"] = "auto"
    """Language of screens and messages."""
    theme: str = "auto"
    """cockpit-dark, cockpit-light, cockpit-contrast, cockpit-terminal (the terminal's own colours), the name of a theme
    of your own, or auto: dark, and the terminal's own colours where it has only sixteen."""
    frames: Literal["auto", "unicode", "ascii"] = "auto"
    """Signs for bars and marks; ascii where the terminal draws them two cells wide. auto asks the terminal."""
    account: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = "default"
    """Which account's file to open: data/<account>.db."""
    ca_file: Path | None = None
    """A company's own certificate authority, PEM."""
    proxy: Annotated[str | None, Field(pattern=r"^https?://[^\s/@?#]+/?$")] = None
    """The proxy on the way to the hub, for example http://proxy.example.com:3128. No variable of the environment but
    COCKPIT_PROXY is read for it."""
    suspend: bool = True
    """Whether Ctrl+Z sets the program aside. false where no shell is behind it, such as a forced command over SSH."""
    keymap: dict[str, str] = {}
    """Command id to key, for example `log = "v"`."""
    themes: dict[str, dict[str, str]] = {}
    """Themes of your own by name: `based_on`, and colours #rrggbb for ground, raised, high, cursor, quiet, text, muted,
    accent, good, warn, bad. Text keeps a contrast of 4.5 on every ground."""

    rates: dict[str, str] = {}
    """Rates of your own by name, such as `pitch = "visits_reached / visits_held"`: what is counted above and below."""
    exchange: dict[str, str] = {}
    """What one unit of a currency is worth, in which currency and since when: `USD = "7.1034 CNY 2026-11-20"`. Money with a
    rate is added to that of the other currency; money without one stands apart."""
    cards: dict[str, int] = {}
    """From where on something is a lead's affair, such as `short_percent = 20`: short_percent, big_times, visits_percent,
    zero_days, untouched_hours, acted_percent, weeks_under, wild_percent, renewal_days."""
    chains: dict[str, dict[str, str]] = {}
    """The steps of the gap chain by funnel (its id or name, or `default`), such as `reserve = "target / win_by_amount"`;
    `preset = "calls"` or `preset = "visits"` takes a shipped one."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """`read` has put the environment over the file already: it remembers where each value comes from."""
        return (init_settings,)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. `line` is a number, or the name of the environment variable that said it."""

    line: str
    key: str
    text: str
    is_fatal: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was read: the file's text and values, and the values with the environment on top."""

    path: Path
    text: str
    in_file: dict[str, Any]
    values: dict[str, Any]

    def origin(self, key: str) -> Origin:
        """Where the value of a key comes from; `keymap.log` for one of a table."""
        name, _dot, rest = key.partition(".")
        inner, outer = self.in_file.get(name), self.values.get(name)
        if rest and isinstance(inner, dict) and isinstance(outer, dict):
            inner, outer = inner.get(rest), outer.get(rest)
        if outer is None:
            return "default"
        return "file" if inner == outer else "environment"

    def line(self, key: str) -> str:
        """The line that sets `key`, or the variable that does."""
        if self.origin(key) == "environment":
            return "COCKPIT_" + key.upper().replace(".", "__")
        return _line_of(self.text, key)


def read(locations: Locations) -> Found:
    """The file and the environment as they are. Raises ConfigError for a file that is no TOML."""
    path, text = locations.config_file, ""
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
    return Found(path, text, values, _over(values, _environment(path)))


def _environment(path: Path) -> dict[str, Any]:
    """What COCKPIT_X and COCKPIT_KEYMAP__X set. Raises ConfigError for a table that is no JSON."""
    try:
        return {key: value for key, value in EnvSettingsSource(Settings)().items() if value not in ("", {})}
    except SettingsError as error:
        raise ConfigError(str(error), path=path, line="environment", key="-") from error


def _over(values: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The values with those given on top, tables key by key."""
    merged = dict(values)
    for key, value in given.items():
        below = merged.get(key)
        merged[key] = {**below, **value} if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def problems(found: Found) -> list[Problem]:
    """All that is wrong with the file, in the order of its lines, then with what the environment sets."""
    wrong = [Problem(_line_of(found.text, key), key, text, _stops(key)) for key, text in _faults(found.in_file)]
    wrong.extend(
        Problem(found.line(key), key, text, _stops(key))
        for key, text in _faults(found.values)
        if found.origin(key) == "environment"
    )
    return by_line(wrong)


def _stops(key: str) -> bool:
    return key.split(".")[0] not in (*LOOKS, *CHAIN)


def chain_settings(locations: Locations) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """The configured chains and rates. Raises ConfigError with path, line and key of the first that is wrong."""
    found = read(locations)
    for one in problems(found):
        if one.key.split(".")[0] in CHAIN:
            raise ConfigError(one.text, path=found.path, line=one.line, key=one.key)
    return found.values.get("chains", {}), found.values.get("rates", {})


def _faults(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Keys that are wrong and why."""
    looks = {one.key: one.words for one in refused_looks(values)}
    yield from looks.items()
    try:
        Settings(**values)
    except ValidationError as error:
        for one in error.errors():
            key = ".".join(str(part) for part in one["loc"])
            if not any(key == name or name.startswith(f"{key}.") for name in looks):
                yield key, _words(key, one["type"], one["msg"], one["input"])
        return
    yield from _rate_faults(values.get("exchange", {}))
    for name, value in values.get("cards", {}).items():
        try:
            read_limits({name: value})
        except BadLimit as wrong:
            yield f"cards.{name}", limit_words(wrong)
    for fault in check(values.get("chains", {}), values.get("rates", {})):
        yield fault.key, _chain_words(fault)


def by_line(wrong: list[Problem]) -> list[Problem]:
    """In the order of the file; what the environment says comes last."""
    return sorted(wrong, key=lambda one: (not one.line.isdigit(), int(one.line) if one.line.isdigit() else 0))


def load_settings(locations: Locations) -> Settings:
    """The settings of this run. Raises ConfigError with path, line and key of the first that stops it."""
    found = read(locations)
    for one in problems(found):
        if one.is_fatal:
            raise ConfigError(one.text, path=found.path, line=one.line, key=one.key)
    off = {key.split(".")[0] for key, _text in _faults(found.values)}
    return Settings(**{key: value for key, value in found.values.items() if key not in off})


def _rate_faults(table: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each rate by itself; then, where each is one, whether they go together."""
    faults = []
    for code, text in table.items():
        try:
            read_rate(code, text)
        except BadRate as bad:
            faults.append((f"exchange.{code}", rate_words(bad)))
    if not faults:
        try:
            read_exchange(table)
        except BadRate as bad:
            code = next(key for key in table if key.upper() == bad.currency)
            faults.append((f"exchange.{code}", rate_words(bad)))
    yield from faults


def _words(key: str, kind: str, message: str, value: object) -> str:
    """A finding of the model in the user's language."""
    if key == "proxy" and kind == "string_pattern_mismatch":
        return _("This is not an address like http://proxy.example.com:3128, without name and password.")
    known = {
        "extra_forbidden": _("There is no such key. Allowed: {names}.").format(names=listed(Settings.model_fields)),
        "string_type": _("{value} is not a text in quotes.").format(value=value),
        "path_type": _("{value} is not a text in quotes.").format(value=value),
        "int_parsing": _("{value} is not a whole number.").format(value=value),
        "int_type": _("{value} is not a whole number.").format(value=value),
        "int_from_float": _("{value} is not a whole number.").format(value=value),
        "bool_parsing": _("{value} is neither true nor false.").format(value=value),
        "bool_type": _("{value} is neither true nor false.").format(value=value),
        "dict_type": _("{value} is not a table.").format(value=value),
        "string_pattern_mismatch": _("{value} has other signs than letters, digits, - and _, or more than 64.").format(
            value=value
        ),
    }
    return known.get(kind, message)


def _chain_words(fault: BadChain) -> str:
    """What makes a chain or a rate none, and what would."""
    words = {
        "empty": _('A chain needs a step, such as reserve = "target / win_by_amount".'),
        "form": _('{word} is not like "connected / pick_up": a name, / or *, a name.'),
        "unknown_step": _("There is no step {word}. Known: {names}."),
        "unknown_rate": _("There is no rate {word}. Known: {names}. More are set under [rates]."),
        "unknown_measure": _("{word} is not counted. Counted are: {names}."),
        "sign": _("{word}: shares and averages divide (/), what each takes multiplies (*)."),
        "twice": _("Two steps are made from {word}: a chain does not branch."),
        "cycle": _("These steps never reach target: {word}."),
        "money": _("{word} does not fit here: money becomes customers by average_deal, and only once."),
    }
    return words[fault.fault].format(word=fault.word, names=listed(fault.allowed))


def _line_of(text: str, key: str) -> str:
    """The line that sets `key`; that of its table when it stands in one line with it."""
    parts, section, near = key.split("."), [""], "-"
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[+\s*([^\]]*?)\s*\]", line):
            section = [part.strip(" \"'") for part in header.group(1).split(".")]
            if parts[: len(section)] == section:
                near = str(number)
                if len(section) == len(parts):
                    return near
        elif named := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            path = [*filter(None, section), *(part.strip("\"'") for part in named.group(1).split("."))]
            if path == parts:
                return str(number)
            if parts[: len(path)] == path:
                near = str(number)
    return near
