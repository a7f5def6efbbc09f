"""Levers as they are typed: `1`, `dirty`, `pick_up=35%`, `average deal=24k`, `talk rate=+2`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cockpit.domain.amounts import whole_amount
from cockpit.domain.chain import LEAST_SHARE, MOST_SHARE
from cockpit.domain.text import clean_line, fold_width
from cockpit.errors import BadUse
from cockpit.i18n import _
from cockpit.services.chain_words import written_rate
from cockpit.services.snapshots import ChainSnapshot, RateLine, Tried

_NUMBER = re.compile(r"(\d+(?:\.\d+)?|\.\d+)(%?)", re.ASCII)
_NOTCHES = re.compile(r"[+-]\d{1,3}", re.ASCII)


def read_levers(found: ChainSnapshot, texts: Sequence[str]) -> Tried:
    """What is to be tried on this chain. Raises BadUse with what can be tried."""
    levers: set[str] = set()
    moves: dict[str, int] = {}
    values: dict[str, float] = {}
    for text in texts:
        if found.refusal:
            raise BadUse(found.refusal)
        name, is_set, value = fold_width(text).partition("=")
        if not is_set:
            levers.add(_lever(found, name.strip()))
            continue
        rate = _rate(found, name.strip())
        if _NOTCHES.fullmatch(value.strip()):
            moves[rate.id] = int(value)
        else:
            values[rate.id] = _value(found, rate, value.strip())
    return Tried(levers=frozenset(levers), moves=tuple(sorted(moves.items())), values=tuple(sorted(values.items())))


def _lever(found: ChainSnapshot, name: str) -> str:
    """The id of a lever by its number, id or name."""
    for number, lever in enumerate(found.levers, 1):
        if name == str(number) or _is_called(name, lever.of, lever.name):
            return lever.of
    known = _(", ").join(f"{number} {lever.name}" for number, lever in enumerate(found.levers, 1))
    words = _("There is no lever {name}. Levers: {known}. A rate is set like {example}.")
    raise BadUse(words.format(name=clean_line(name, 60) or "-", known=known or "-", example="pick_up=35%"))


def _rate(found: ChainSnapshot, name: str) -> RateLine:
    """A rate of the chain by its id or name, where it is known."""
    rates = [line.rate for line in found.lines if line.rate is not None]
    rate = next((one for one in rates if _is_called(name, one.id, one.name)), None)
    if rate is None:
        known = _(", ").join(f"{one.id} ({one.name})" for one in rates)
        words = _("There is no rate {name} in this chain. Rates: {known}.")
        raise BadUse(words.format(name=clean_line(name, 60) or "-", known=known))
    if rate.value is None:
        raise BadUse(_("{name}: nobody has tried yet, so there is nothing to move.").format(name=rate.name))
    return rate


def _is_called(name: str, id_: str, printed: str) -> bool:
    return name.casefold() in (id_.casefold(), printed.casefold(), written_rate(id_).casefold())


def _value(found: ChainSnapshot, rate: RateLine, text: str) -> float:
    """A share as 35% or 0.35, money as 24k, anything else as a number above nothing."""
    shown = clean_line(text, 60) or "-"
    if rate.kind == "average":
        amount = whole_amount(text)
        if amount is None or amount.minor < 1 or amount.currency not in (None, found.currency):
            words = _("{name}={text}: an amount of {currency} is needed, such as 24k.")
            raise BadUse(words.format(name=rate.id, text=shown, currency=found.currency))
        return float(amount.minor)
    match = _NUMBER.fullmatch(text) if len(text) < 20 else None
    value = float(match[1]) / (100 if match[2] else 1) if match else 0.0
    if rate.kind == "share" and not LEAST_SHARE <= value <= MOST_SHARE:
        words = _("{name}={text}: a share of 1% to 99% is needed, such as 35% or 0.35.")
        raise BadUse(words.format(name=rate.id, text=shown))
    if value <= 0 or (match and match[2] and rate.kind != "share"):
        words = _("{name}={text}: a number above 0 is needed, such as 2.5.")
        raise BadUse(words.format(name=rate.id, text=shown))
    return value
