"""The shipped metrics, and the user's own beside the settings: definitions, targets and inputs in `metrics.toml`.

The file is only ever added to, so what somebody wrote in it by hand stays; the newest target or input counts.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cockpit.domain.amounts import whole_amount
from cockpit.domain.metrics import Catalogue, Metric, MetricFault, catalogue, read_metric, read_number
from cockpit.domain.periods import PERIOD_KINDS
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, DataDirUnwritable
from cockpit.i18n import _
from cockpit.locations import locate
from cockpit.services.metric_words import fault_text

_TABLES = ("metric", "target", "input")


@dataclass(frozen=True, slots=True)
class Given:
    """A value that somebody entered for a scope and a period, on a day."""

    metric: str
    scope: str
    period: str
    starts_on: date
    value: Fraction
    entered_on: date


@dataclass(frozen=True)
class MetricBook:
    """All definitions, the user's targets over the shipped ones, and what was entered."""

    catalogue: Catalogue
    targets: Mapping[str, Fraction]
    inputs: tuple[Given, ...]

    def given(self, metric: str, scope: str, period: str, starts_on: date, known_on: date) -> Given | None:
        """The newest value entered for exactly that, by that day."""
        wanted = (metric, scope, period, starts_on)
        found = [
            one
            for one in self.inputs
            if (one.metric, one.scope, one.period, one.starts_on) == wanted and one.entered_on <= known_on
        ]
        return found[-1] if found else None


def own_file() -> Path:
    return locate().config_dir / "metrics.toml"


@cache
def shipped() -> tuple[Metric, ...]:
    text = files("cockpit.services").joinpath("metrics.toml").read_text("utf-8")
    return tuple(read_metric(one) for one in tomllib.loads(text)["metric"])


def open_book() -> MetricBook:
    """What holds now. Raises BadUse with the place in the file where it does not."""
    return _book(_read())


def add_metric(values: Mapping[str, Any]) -> Metric:
    """Keep a new definition once the whole catalogue holds with it. Raises BadUse."""
    found = _read()
    given = {name: value for name, value in values.items() if value not in ("", None, {}, [])}
    book = _book({**found, "metric": [*found["metric"], given]})
    _append("metric", given)
    return book.catalogue.metrics[str(given["id"])]


def set_target(metric: str, text: str) -> tuple[Metric, Fraction]:
    """A target of one's own. Raises BadUse."""
    one = _known(open_book(), metric)
    value = read_value(one, text)
    _append("target", {"metric": one.id, "value": _plain(one, value)})
    return one, value


def enter(metric: str, text: str, *, scope: str, period: str, starts_on: date, today: date) -> tuple[Metric, Fraction]:
    """What somebody knows of an input. Raises BadUse."""
    one = _known(open_book(), metric)
    if not one.is_input:
        raise BadUse(_("{metric} is counted from the rows: it cannot be entered.").format(metric=metric))
    value = read_value(one, text)
    _append(
        "input",
        {
            "metric": one.id,
            "scope": scope,
            "period": period,
            "start": starts_on.isoformat(),
            "value": _plain(one, value),
            "entered": today.isoformat(),
        },
    )
    return one, value


def read_value(metric: Metric, text: str) -> Fraction:
    """A value as people type it: 104k and 10.4万 for money, 12% or 0.12 for a share. Raises BadUse."""
    typed = clean_line(text, 40).strip()
    if metric.unit == "money":
        amount = whole_amount(typed)
        if amount is None:
            raise BadUse(_("{text} is not an amount like 104k or 10.4万.").format(text=typed or "-"))
        return Fraction(amount.minor)
    is_percent = typed.endswith("%")
    try:
        value = read_number(metric.id, "value", typed.removesuffix("%").strip().replace(",", ""))
    except MetricFault as error:
        raise BadUse(_("{text} is not a number.").format(text=typed or "-")) from error
    if is_percent:
        if metric.unit != "share":
            raise BadUse(_("{metric} is no share: give a number without %.").format(metric=metric.id))
        return value / 100
    if metric.unit == "share" and abs(value) > 3:
        raise BadUse(_("{text} is no share: write 12% or 0.12.").format(text=typed))
    return value


def _known(book: MetricBook, name: str) -> Metric:
    if name not in book.catalogue.metrics:
        fault = MetricFault(name, "id", "unknown", name, tuple(book.catalogue.metrics))
        raise BadUse(fault_text(fault))
    return book.catalogue.metrics[name]


def _read() -> dict[str, list[dict[str, Any]]]:
    path = own_file()
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        found = {}
    except (OSError, ValueError) as error:
        raise BadUse(_("{path} cannot be read: {why}").format(path=path, why=error)) from error
    for name, value in found.items():
        if name not in _TABLES or not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            text = _("{path}: {name} is not known. Allowed are [[metric]], [[target]] and [[input]].")
            raise BadUse(text.format(path=path, name=name))
    return {name: found.get(name, []) for name in _TABLES}


def _book(found: Mapping[str, list[dict[str, Any]]]) -> MetricBook:
    try:
        own = [read_metric(one, is_own=True) for one in found["metric"]]
        known = catalogue([*shipped(), *own])
        targets = {str(one.get("metric")): _value_of(known, one) for one in found["target"]}
        inputs = tuple(_given(known, one) for one in found["input"])
    except MetricFault as error:
        raise BadUse(_("{fault} The file is {path}.").format(path=own_file(), fault=fault_text(error))) from error
    return MetricBook(known, targets, inputs)


def _value_of(known: Catalogue, found: Mapping[str, Any]) -> Fraction:
    """Money in the file is in whole units of the currency, everything else as it is."""
    name = str(found.get("metric", ""))
    if name not in known.metrics:
        raise MetricFault(name or "?", "metric", "unknown", name, tuple(known.metrics))
    value = read_number(name, "value", found.get("value"))
    return value * 100 if known.metrics[name].unit == "money" else value


def _given(known: Catalogue, found: Mapping[str, Any]) -> Given:
    value = _value_of(known, found)
    name, period = str(found["metric"]), str(found.get("period", ""))
    if period not in PERIOD_KINDS:
        raise MetricFault(name, "period", "unknown", period, PERIOD_KINDS)
    days = []
    for key in ("start", "entered"):
        try:
            days.append(date.fromisoformat(str(found.get(key, ""))))
        except ValueError as error:
            raise MetricFault(name, key, "number", str(found.get(key, ""))) from error
    return Given(name, str(found.get("scope", "")), period, days[0], value, days[1])


def _plain(metric: Metric, value: Fraction) -> str:
    """A value for the file: a decimal number, money in whole units."""
    shown = value / 100 if metric.unit == "money" else value
    return f"{shown.numerator / shown.denominator:.12f}".rstrip("0").rstrip(".")


def _append(table: str, values: Mapping[str, Any]) -> None:
    lines = [f"\n[[{table}]]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
    path = own_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(path, "a", encoding="utf-8", opener=_private) as file:
            file.write("\n".join(lines) + "\n")
    except OSError as error:
        raise DataDirUnwritable(path=path) from error


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
