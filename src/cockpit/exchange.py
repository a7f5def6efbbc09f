"""The exchange rates that were given: the table `[exchange]` of the settings file, and COCKPIT_EXCHANGE__USD over it.

Every look at the numbers asks for them, so they are read without the model of the whole settings, and again only once the
file has changed. `config` checks the same table with all others.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from datetime import date
from functools import lru_cache

from cockpit import toml_files
from cockpit.domain.exchange import MOST, NO_RATES, BadRate, Exchange, read_exchange
from cockpit.errors import BadUse, ConfigError
from cockpit.i18n import _
from cockpit.locations import Locations, Table, given_table

TABLE = "exchange"


def given_rates(locations: Locations) -> Exchange:
    """The rates that hold. Raises ConfigError for one that is none."""
    found = given_table(locations, TABLE)
    try:
        return _of(found) if found else NO_RATES
    except BadRate as bad:
        raise _wrong(locations, bad) from bad


def _wrong(locations: Locations, bad: BadRate) -> ConfigError:
    return ConfigError(rate_words(bad), path=locations.config_file, line="-", key=f"{TABLE}.{bad.currency}")


@lru_cache(maxsize=4)
def _of(table: Table) -> Exchange:
    return read_exchange({code: str(text) for code, text in table})


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
    """Write a rate into the settings file, or take it out (None); everything else in it stays as it is written.

    Raises BadUse for what is no rate, ConfigError for a file with a fault, DataDirUnwritable.
    """
    path, code = locations.config_file, currency.upper()
    settings = toml_files.parsed(path)
    table = settings.setdefault(TABLE, {})
    if not isinstance(table, MutableMapping):
        raise ConfigError(_("{value} is not a table.").format(value=table), path=path, line="-", key=TABLE)
    names = [name for name in table if name.upper() == code]
    if text is None and not names:
        raise BadUse(_("{currency} has no rate in {path}.").format(currency=code, path=path))
    others = {name: str(value) for name, value in table.items() if name not in names}
    try:
        read_exchange(others)
    except BadRate as bad:
        raise _wrong(locations, bad) from bad
    try:
        found = read_exchange(others if text is None else {**others, code: text})
    except BadRate as bad:
        raise BadUse(rate_words(bad)) from bad
    kept = None if text is None else next(iter(names), code)
    for name in names:
        if name != kept:
            del table[name]
    if kept is not None:
        table[kept] = text
    toml_files.put(path, settings)
    return found


def rate_of(number: str, into: str, on: date) -> str:
    """A rate as the settings file has it."""
    return f"{number} {into.upper()} {on.isoformat()}"
