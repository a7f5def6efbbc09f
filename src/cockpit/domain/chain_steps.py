"""The steps of a gap chain as data: each says from which line and by which ratio it is made.

`"dials": "connected / pick_up"` reads: dials = what is short of connected, divided by the ratio pick_up. Shares and
averages divide, what each customer takes multiplies. The first line is `target`, money.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from cockpit.domain.measures import MEASURES, MONEY, RATIOS, Ratio

FIRST = "target"
"""The line every chain begins with: the money still missing."""
DEFAULT = "default"
PRESETS: dict[str, dict[str, str]] = {
    "calls": {
        "reserve": "target / win_by_amount",
        "customers": "reserve / average_deal",
        "talks": "customers * talks_per_customer",
        "connected": "talks / talk_rate",
        "dials": "connected / pick_up",
    },
    "visits": {
        "reserve": "target / win_by_amount",
        "customers": "reserve / average_deal",
        "good_visits": "customers * visits_per_customer",
        "visits": "good_visits / visit_success",
        "appointments": "visits / show_up",
    },
}
"""The chains that are shipped: for trades that call, and for those that visit."""
_STEP = re.compile(r"([\w-]+)\s*([/*])\s*([\w-]+)")
_RATIO = re.compile(r"(\w+)\s*/\s*(\w+)")

Fault = Literal["empty", "form", "unknown_step", "unknown_rate", "unknown_measure", "sign", "twice", "cycle", "money"]


class BadChain(ValueError):
    """Steps or ratios that make no chain: the fault, where it stands and the word at fault."""

    def __init__(self, fault: Fault, key: str, word: str = "", allowed: Sequence[str] = ()) -> None:
        super().__init__(f"{fault} {key} {word}")
        self.fault, self.key, self.word, self.allowed = fault, key, word, tuple(allowed)


@dataclass(frozen=True, slots=True)
class Step:
    """One line below the first. `ratio` makes it from the line above."""

    id: str
    ratio: Ratio

    @property
    def measure(self) -> str:
        """What is counted for it; `open` for the money of open deals."""
        if self.ratio.kind == "average":
            return "customers"
        if self.ratio.kind == "each":
            return self.ratio.over
        return "open" if self.ratio.over in MONEY else self.ratio.per

    @property
    def is_money(self) -> bool:
        return self.measure == "open"


def ratios_of(own: Mapping[str, str]) -> dict[str, Ratio]:
    """The shipped ratios and those of one's own, such as `pitch = "visits_reached / visits_held"`. Raises BadChain."""
    found = {ratio.id: ratio for ratio in RATIOS}
    for name, text in own.items():
        match = _RATIO.fullmatch(text.strip())
        if match is None:
            raise BadChain("form", name, text)
        for word in match.groups():
            if word not in MEASURES:
                raise BadChain("unknown_measure", name, word, MEASURES)
        found[name] = Ratio(name, *match.groups())
    return found


def steps_of(table: Mapping[str, str], ratios: Mapping[str, Ratio]) -> tuple[Step, ...]:
    """The steps in their order, each made from the one before it. Raises BadChain."""
    if not table:
        raise BadChain("empty", "")
    below: dict[str, tuple[str, str]] = {}
    for name, text in table.items():
        match = _STEP.fullmatch(text.strip())
        if match is None:
            raise BadChain("form", name, text)
        above, sign, rate = match.groups()
        if above not in table and above != FIRST:
            raise BadChain("unknown_step", name, above, (FIRST, *table))
        if rate not in ratios:
            raise BadChain("unknown_rate", name, rate, tuple(ratios))
        if (sign == "*") != (ratios[rate].kind == "each"):
            raise BadChain("sign", name, rate)
        if above in below:
            raise BadChain("twice", name, above)
        below[above] = (name, rate)
    return _in_order(below, ratios)


def _in_order(below: Mapping[str, tuple[str, str]], ratios: Mapping[str, Ratio]) -> tuple[Step, ...]:
    found: list[Step] = []
    line, is_money = FIRST, True
    while line in below and len(found) < len(below):
        line, rate = below[line]
        step = Step(line, ratios[rate])
        takes_money = step.is_money or step.ratio.is_money
        if takes_money != is_money:
            raise BadChain("money", line, rate)
        found.append(step)
        is_money = step.is_money
    if len(found) < len(below):
        missed = sorted({name for name, _rate in below.values()} - {step.id for step in found})
        raise BadChain("cycle", missed[0], ", ".join(missed))
    return tuple(found)


def check(chains: Mapping[str, Mapping[str, str]], own: Mapping[str, str]) -> list[BadChain]:
    """All that is wrong with the configured ratios and chains; the key of each is that of the settings file."""
    wrong: list[BadChain] = []
    for name, text in own.items():
        try:
            ratios_of({name: text})
        except BadChain as fault:
            wrong.append(BadChain(fault.fault, f"rates.{name}", fault.word, fault.allowed))
    ratios = ratios_of({name: text for name, text in own.items() if f"rates.{name}" not in {one.key for one in wrong}})
    for funnel, table in chains.items():
        try:
            chosen(table, ratios)
        except BadChain as fault:
            key = f"chains.{funnel}.{fault.key}".rstrip(".")
            wrong.append(BadChain(fault.fault, key, fault.word, fault.allowed))
    return wrong


def chosen(table: Mapping[str, str], ratios: Mapping[str, Ratio]) -> tuple[Step, ...]:
    """The steps of a configured table; `preset = "visits"` alone names a shipped one. Raises BadChain."""
    name = table.get("preset")
    if name is None:
        return steps_of(table, ratios)
    if name not in PRESETS or len(table) > 1:
        raise BadChain("unknown_step", "preset", name, tuple(PRESETS))
    return steps_of(PRESETS[name], ratios)
