"""The thresholds of a lead's cards that were set: the table `[cards]` of the settings file, and COCKPIT_CARDS__X over it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cockpit.domain.card_limits import NAMES, RANGES, USUAL, BadLimit, Limits, read_limits
from cockpit.errors import ConfigError
from cockpit.i18n import _, listed
from cockpit.locations import Locations, Table, given_table

TABLE = "cards"


def given_limits(locations: Locations) -> Limits:
    """The thresholds that hold. Raises ConfigError for one that is none."""
    found = given_table(locations, TABLE)
    try:
        return _of(found) if found else USUAL
    except BadLimit as bad:
        raise ConfigError(limit_words(bad), path=locations.config_file, line="-", key=f"{TABLE}.{bad.name}") from bad


@lru_cache(maxsize=4)
def _of(table: Table) -> Limits:
    return read_limits(dict(table))


def limit_words(bad: BadLimit) -> str:
    """What makes a threshold none, and what would."""
    if bad.name not in RANGES:
        return _("There is no such key. Allowed: {names}.").format(names=listed(NAMES))
    least, most = RANGES[bad.name]
    value: Any = bad.value
    return _("{value} is not a whole number from {least} to {most}.").format(value=value, least=least, most=most)
