"""The rows with their money in one currency: amounts with a given rate are converted where they are read, once for all numbers.

What stands in the table is not touched: edits read and write it through the session, in the currency it is kept in. A look
back is converted by the rates of today, so that two days can be compared. For a device's own file: SQLite.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cockpit.domain import entities as e
from cockpit.domain.exchange import Exchange, Kept, Rate
from cockpit.storage.laid import Layer, laid_rows
from cockpit.storage.past import PastReader
from cockpit.storage.reading import Reader, among, entities, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session

MONEY: Mapping[str, tuple[str, ...]] = {
    "deal": ("amount_minor", "profit_minor"),
    "target": ("value",),
    "product": ("list_price_minor",),
    "person": ("bonus_base_minor",),
}
"""The amounts of each table that has a currency; of a target those in money."""
LOGGED: Mapping[str, type[e.Deal | e.Target]] = {"deal": e.Deal, "target": e.Target}
"""Rows whose earlier amounts the change log holds."""
Entry = Mapping[str, object]


@dataclass(frozen=True)
class ConvertedReader(Reader):
    """Reads what `under` does, with money as `exchange` has it."""

    under: Reader
    exchange: Exchange

    @property
    def reader(self) -> Reader:
        return self.under.reader if isinstance(self.under, PastReader) else self.under

    def rows(self, sql: str, /, **values: Any) -> list[tuple[Any, ...]]:
        return laid_rows(self, sql, values)

    @cached_property
    def layers(self) -> dict[str, Layer]:
        """The layers of a look back, those with money converted."""
        found = dict(self.under.layers) if isinstance(self.under, PastReader) else {}
        for table, amounts in MONEY.items():
            names = [str(name) for (name,) in self.reader.rows("SELECT name FROM pragma_table_info(:of)", of=table)]
            found[table] = _converted(table, names, amounts, self.exchange, found.get(table))
        return found

    def kept(self) -> dict[str, Kept]:
        """By id the deals and money targets that are converted, as they stand."""
        found: dict[str, Kept] = {}
        for table in LOGGED:
            where, values = among("currency", self.exchange.rates)
            sql = f"SELECT id, {MONEY[table][0]}, currency FROM {table} WHERE {_is_money(table)}{where}"
            found |= {str(row_id): Kept(minor, code) for row_id, minor, code in self.under.rows(sql, **values)}
        return found

    def log(self, entries: Sequence[e.LogEntry]) -> list[e.LogEntry]:
        """The change log with the amounts of deals and targets converted, each by the currency it had then."""
        wanted: dict[str, dict[str, list[int]]] = {}
        for place, entry in enumerate(entries):
            if entry.entity in LOGGED and _is_about_money(entry):
                wanted.setdefault(entry.entity, {}).setdefault(entry.entity_id, []).append(place)
        found = list(entries)
        for entity, places in wanted.items():
            where, values = among("id", places)
            rows = {row.id: row for row in entities(self.under, LOGGED[entity], where, **values)}
            for row_id, at in places.items():
                row = rows.get(row_id)
                state = {name: getattr(row, name, None) for name in (*MONEY[entity], "currency", *_unit(entity))}
                for place, entry in zip(reversed(at), self._replayed(entity, state, [found[n] for n in reversed(at)])):
                    found[place] = entry
        return found

    def _replayed(self, entity: str, state: dict[str, Any], newest_first: Sequence[e.LogEntry]) -> Iterator[e.LogEntry]:
        """`state` is the money of the row after the newest of its entries."""
        for entry in newest_first:
            earlier = {name: entry.before.get(name, value) for name, value in state.items()}
            yield dataclasses.replace(
                entry,
                before=self._entry(entity, entry.before, earlier),
                after=self._entry(
                    entity, entry.after, {**state, **{k: v for k, v in entry.after.items() if k in state}}
                ),
            )
            state = earlier

    def _entry(self, entity: str, entry: Entry, state: Mapping[str, Any]) -> dict[str, object]:
        """One side of an entry. A change of the currency alone changes every amount that is shown."""
        touched = [name for name in MONEY[entity] if name in entry or "currency" in entry]
        if not touched or state.get("unit", "money") != "money":
            return dict(entry)
        code = state["currency"] or "CNY"
        found = {**entry, **{name: self.exchange.minor(state[name], code) for name in touched}}
        return {**found, "currency": self.exchange.currency(code)} if "currency" in entry else found


def converted_reader(source: Session | Reader, exchange: Exchange) -> Reader:
    """A reader of money in one currency. Without rates, and of one that converts already, it is the same."""
    reader = reader_of(source)
    return ConvertedReader(reader, exchange) if exchange and not isinstance(reader, ConvertedReader) else reader


def _is_about_money(entry: e.LogEntry) -> bool:
    names = (*MONEY[entry.entity], "currency")
    return any(name in entry.before or name in entry.after for name in names)


def _is_money(table: str) -> str:
    return "unit = 'money' AND " if table == "target" else ""


def _unit(entity: str) -> tuple[str, ...]:
    return ("unit",) if entity == "target" else ()


def _converted(
    table: str, names: Sequence[str], amounts: Sequence[str], exchange: Exchange, under: Layer | None
) -> Layer:
    def shown(name: str) -> str:
        if name in amounts:
            cases = " ".join(
                f"WHEN '{code}' THEN {product_in_sql(name, rate)}" for code, rate in exchange.rates.items()
            )
        elif name == "currency":
            cases = " ".join(f"WHEN '{code}' THEN '{rate.into}'" for code, rate in exchange.rates.items())
        else:
            return f'"{name}"'
        which = "CASE unit WHEN 'money' THEN currency END" if table == "target" else "currency"
        return f'CASE {which} {cases} ELSE "{name}" END AS "{name}"'

    columns = ", ".join(shown(name) for name in names)
    source = f"main.{table}" if under is None else f"({under.select})"
    return Layer(f"SELECT {columns} FROM {source}", under.values if under else {}, keeps_rows=under is None)


def product_in_sql(name: str, rate: Rate) -> str:
    """`Rate.minor` in whole numbers of 64 bits: the wholes and the rest apart, so that a large amount does not pass them."""
    size = f'abs("{name}")'
    half = f"({size} % {rate.below} * {2 * rate.above} + {rate.below}) / {2 * rate.below}"
    return f'({size} / {rate.below} * {rate.above} + {half}) * CASE WHEN "{name}" < 0 THEN -1 ELSE 1 END'
