"""Money of other currencies in one, by rates that somebody gave: no rate is looked up, guessed or computed from others.

`[exchange]` in the settings says `USD = "7.1034 CNY 2026-11-20"`: what one unit is worth, in which currency, and the day of the
rate. Every amount is rounded once, half away from zero, before anything is summed; what has no rate stays apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

DIGITS = 6
"""Significant digits of a rate: more would let an amount in SQL pass 64 bits."""
MOST = 100_000
LEAST = "0.000001"

Fault = Literal["code", "form", "rate", "day", "own", "several"]


class BadRate(ValueError):
    """A rate that is none: of which currency, what is wrong, and the word that is."""

    def __init__(self, currency: str, fault: Fault, word: str) -> None:
        super().__init__(f"{currency}: {fault} {word}")
        self.currency, self.fault, self.word = currency, fault, word


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `currency` is `above / below` units of `into`, as `text` says it, on a day."""

    currency: str
    into: str
    text: str
    on: date
    above: int
    below: int

    def minor(self, minor: int) -> int:
        """Minor units of `into`, rounded half away from zero. Currencies have two decimals here."""
        found = (2 * abs(minor) * self.above + self.below) // (2 * self.below)
        return -found if minor < 0 else found


@dataclass(frozen=True, slots=True)
class Kept:
    """An amount as its row keeps it."""

    minor: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """The given rates by currency, all into one."""

    rates: Mapping[str, Rate] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rates)

    @property
    def into(self) -> str:
        """The currency that all rates lead to; empty without any."""
        return next((rate.into for rate in self.rates.values()), "")

    def minor(self, minor: int | None, currency: str) -> int | None:
        """The amount by the rate of its currency; as it is where none was given."""
        rate = self.rates.get(currency)
        return minor if rate is None or minor is None else rate.minor(minor)

    def currency(self, currency: str) -> str:
        """The currency in which an amount of this one is shown."""
        rate = self.rates.get(currency)
        return currency if rate is None else rate.into


NO_RATES = Exchange()


def read_exchange(table: Mapping[str, str]) -> Exchange:
    """The table `[exchange]`. Raises BadRate for the first fault."""
    found: dict[str, Rate] = {}
    for code, text in table.items():
        rate = read_rate(code, text)
        other = next((one for one in found.values() if one.into != rate.into), None)
        if other is not None:
            raise BadRate(rate.currency, "several", f"{other.into}, {rate.into}")
        found[rate.currency] = rate
    for rate in found.values():
        if rate.into in found:
            raise BadRate(rate.into, "own", rate.into)
    return Exchange(found)


def read_rate(code: str, text: str) -> Rate:
    """`7.1034 CNY 2026-11-20` of a currency. Raises BadRate."""
    currency = code.upper()
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise BadRate(currency, "code", code)
    words = text.split()
    if len(words) != 3:
        raise BadRate(currency, "form", text)
    number, into, day = words[0], words[1].upper(), words[2]
    if not re.fullmatch(r"[A-Z]{3}", into):
        raise BadRate(currency, "code", words[1])
    if into == currency:
        raise BadRate(currency, "own", into)
    try:
        on = date.fromisoformat(day)
    except ValueError as error:
        raise BadRate(currency, "day", day) from error
    above, below = _fraction(currency, number)
    return Rate(currency, into, number, on, above, below)


def _fraction(currency: str, number: str) -> tuple[int, int]:
    """A decimal number as two whole ones: `7.1034` is 71034 / 10000."""
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,11})?", number):
        raise BadRate(currency, "rate", number)
    whole, _dot, rest = number.partition(".")
    rest = rest.rstrip("0")
    digits = f"{whole}{rest}".lstrip("0")
    above, below = int(digits or "0"), 10 ** len(rest)
    if not above or len(digits.rstrip("0")) > DIGITS or above > MOST * below or above * 10**6 < below:
        raise BadRate(currency, "rate", number)
    return above, below
