"""The exchange rates that were given: the table `[exchange]` of the settings file, and COCKPIT_EXCHANGE__USD over it.

Every look at the numbers asks for them, so they are read without the model of the whole settings, and again only once the
file has changed. `config` checks the same table with all others.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from cockpit.domain.exchange import MOST, NO_RATES, BadRate, Exchange, read_exchange
from cockpit.errors import BadUse, ConfigError, DataDirUnwritable
from cockpit.i18n import _
from cockpit.locations import Locations, Table, given_table

TABLE = "exchange"


def given_rates(locations: Locations) -> Exchange:
    """The rates that hold. Raises ConfigError for one that is none."""
    found = given_table(locations, TABLE)
    try:
        return _of(found) if found else NO_RATES
    except BadRate as bad:
        raise ConfigError(rate_words(bad), path=locations.config_file, line="-", key=f"{TABLE}.{bad.currency}") from bad


@lru_cache(maxsize=4)
def _of(table: Table) -> Exchange:
    return read_exchange({code: str(text) for code, text in table})


def _table(path: Path) -> dict[str, Any]:
    """The table in the file; a file that cannot be read is reported by `config`."""
    try:
        found = _parsed(path.read_text("utf-8")).get(TABLE, {})
    except (OSError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def rate_words(bad: BadRate) -> str:
    """What makes a rate none, and what would."""
    words = {
        "code": _("{word} is not a currency of three letters, such as USD."),
        "form": _(
            '"{word}" is no rate. Write what one unit is worth, in what, and since when: "7.1034 CNY 2026-11-20".'
        ),
        "rate": _("{word} is no rate: a number above 0 and up to {most}, of six digits at most, such as 7.1034."),
        "day": _("{word} is not a date like 2026-11-24."),
        "own": _("{word} is what the others are converted into: it cannot have a rate itself."),
        "several": _("All rates lead into one currency, not into several: {word}."),
    }
    return words[bad.fault].format(word=bad.word, most=f"{MOST:,}")


def set_rate(locations: Locations, currency: str, text: str | None) -> Exchange:
    """Write a rate into the settings file, or take it out (None); everything else in it stays. Raises BadUse."""
    path, code = locations.config_file, currency.upper()
    try:
        before = path.read_text("utf-8")
    except FileNotFoundError:
        before = ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(error), path=path, line="-", key=TABLE) from error
    kept = _table(path)
    table = {name: value for name, value in kept.items() if name.upper() != code}
    if text is None and len(table) == len(kept):
        raise BadUse(_("{currency} has no rate in {path}.").format(currency=code, path=path))
    wanted = table if text is None else {**table, code: text}
    try:
        found = read_exchange(wanted)
    except BadRate as bad:
        raise BadUse(rate_words(bad)) from bad
    after = _edited(before, code, text)
    if _parsed(after) != {**_parsed(before), TABLE: wanted} or (before.strip() and not _parsed(before)):
        raise BadUse(_("{path} is written in a way this cannot change. Change [exchange] by hand.").format(path=path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(after, "utf-8")
    except OSError as error:
        raise DataDirUnwritable(path=path) from error
    return found


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # most have no file

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _edited(text: str, code: str, value: str | None) -> str:
    """The file with one line of `[exchange]` changed, added or gone."""
    lines, inside, header = [], False, None
    for line in text.splitlines():
        if named := re.match(r"\s*\[+\s*([^\]]*?)\s*\]", line):
            inside = named.group(1) == TABLE
        of_code = inside and re.match(rf"\s*[\"']?{code}[\"']?\s*=", line, re.IGNORECASE)
        if not of_code:
            lines.append(line)
        if inside and named:
            header = len(lines)
    if header is None:
        lines += ["", f"[{TABLE}]"] if lines else [f"[{TABLE}]"]
        header = len(lines)
    if value is not None:
        lines.insert(header, f'{code} = "{value}"')
    return "\n".join(lines) + "\n"


def rate_of(number: str, into: str, on: date) -> str:
    """A rate as the settings file has it."""
    return f"{number} {into.upper()} {on.isoformat()}"
