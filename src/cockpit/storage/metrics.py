"""A metric's rows counted in SQL: one grouped statement for all scopes and periods that are asked for.

Whose rows belong to which scope, and from when to when each period is, come as two small JSON tables, so the statement is
the same for one rep and this month as for every rep, team and the company over a year. For a device's own file: SQLite.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cockpit.domain.metrics import Metric
from cockpit.storage.reading import Reader, as_stored


@dataclass(frozen=True, slots=True)
class Span:
    """A period cut at the day of the look: days `first` to `last`, moments from `from_at` up to but not `to_at`."""

    place: str
    first: date
    last: date
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Counted:
    """What one statement says of a scope in a period: rows counted and their total, apart by currency."""

    scope: str
    place: str
    currency: str
    n: int
    total: int


@dataclass(frozen=True, slots=True)
class RowBehind:
    """One row that a metric counted, with what it added."""

    entity: str
    id: str
    name: str
    account: str
    owner_id: str
    at: str
    value: int


@dataclass(frozen=True, slots=True)
class _Source:
    """A set of rows in SQL: which are of a period `p`, whose they are, and each field by the name a definition uses."""

    table: str
    owner: str
    when: str
    entity: str
    id: str
    name: str
    account: str
    at: str
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    distinct: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, str] = field(default_factory=dict)


_KIND = "COALESCE(s.kind, 'open')"
_CLOSED_IN = "d.closed_on BETWEEN p.first AND p.last AND (d.created_on IS NULL OR d.created_on <= :today)"
_EARLIER_ORDER = (
    "EXISTS (SELECT 1 FROM deal o JOIN stage t ON t.id = o.stage_id WHERE t.kind = 'won' AND o.account_id = d.account_id"
    " AND (o.closed_on < d.closed_on OR (o.closed_on = d.closed_on AND o.id < d.id)))"
)
_EARLIER_VISIT = (
    "EXISTS (SELECT 1 FROM activity w WHERE w.account_id = v.account_id AND w.kind = 'visit' AND w.status = 'held'"
    " AND (w.starts_at < v.starts_at OR (w.starts_at = v.starts_at AND w.id < v.id)))"
)
_RECORDED = (
    "(SELECT entity_id, MIN(recorded_at) AS recorded_at FROM change_log"
    " WHERE entity = 'account' AND op = 'create' AND recorded_at <= :known_by GROUP BY entity_id)"
)
_CUSTOMER = {"tier": "a.tier", "lifecycle": "a.lifecycle", "industry": "a.industry"}


def _yes(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 'yes' ELSE 'no' END"


def _deals(when: str, at: str, **fields: str) -> _Source:
    return _Source(
        table="deal d LEFT JOIN stage s ON s.id = d.stage_id LEFT JOIN account a ON a.id = d.account_id",
        owner="d.owner_id",
        when=when,
        entity="deal",
        id="d.id",
        name="d.name",
        account="a.name",
        at=at,
        fields={
            **_CUSTOMER,
            "source": "d.source",
            "stage": "d.stage_id",
            "currency": "d.currency",
            "priced": _yes("d.amount_minor IS NOT NULL"),
            "profit_known": _yes("d.profit_minor IS NOT NULL"),
            **fields,
        },
        values={"amount": "d.amount_minor", "profit": "d.profit_minor"},
        distinct={"account": "d.account_id"},
        days={"created": "d.created_on", "closed": "d.closed_on"},
    )


_OPEN = f"(d.created_on IS NULL OR d.created_on <= p.last) AND ({_KIND} = 'open' OR (d.closed_on IS NOT NULL AND d.closed_on > p.last))"
SOURCES: Mapping[str, _Source] = {
    "deals_created": _deals("d.created_on BETWEEN p.first AND p.last", "d.created_on"),
    "deals_won": _deals(f"{_KIND} = 'won' AND {_CLOSED_IN}", "d.closed_on", repeat=_yes(_EARLIER_ORDER)),
    "deals_lost": _deals(f"{_KIND} = 'lost' AND {_CLOSED_IN}", "d.closed_on", lost_reason="d.lost_reason"),
    "deals_closed": _deals(f"{_KIND} IN ('won', 'lost') AND {_CLOSED_IN}", "d.closed_on", result=_KIND),
    "deals_open": _deals(_OPEN, "d.created_on"),
    "stage_moves": _Source(
        table="stage_change c JOIN deal d ON d.id = c.deal_id LEFT JOIN account a ON a.id = d.account_id"
        " JOIN stage f ON f.id = c.from_stage_id JOIN stage t ON t.id = c.to_stage_id",
        owner="d.owner_id",
        when="c.changed_at >= p.from_at AND c.changed_at < p.to_at AND c.changed_at <= :known_by",
        entity="deal",
        id="d.id",
        name="d.name",
        account="a.name",
        at="c.changed_at",
        fields={
            "direction": "CASE WHEN t.kind = 'won' THEN 'forward' WHEN t.kind = 'lost' THEN 'lost'"
            " WHEN t.position > f.position THEN 'forward' ELSE 'back' END",
            "stage": "c.to_stage_id",
        },
        distinct={"deal": "c.deal_id"},
    ),
    "activities": _Source(
        table="activity v LEFT JOIN account a ON a.id = v.account_id",
        owner="v.rep_id",
        when="v.starts_at >= p.from_at AND v.starts_at < p.to_at",
        entity="activity",
        id="v.id",
        name="v.subject",
        account="a.name",
        at="v.starts_at",
        fields={
            **_CUSTOMER,
            "kind": "v.kind",
            "status": "v.status",
            "goal_result": "COALESCE(v.goal_result, '')",
            "first": _yes(f"v.account_id IS NOT NULL AND NOT {_EARLIER_VISIT}"),
            "with_others": _yes("v.companion_id IS NOT NULL"),
        },
        distinct={"account": "v.account_id", "deal": "v.deal_id"},
    ),
    "accounts": _Source(
        table=f"account a LEFT JOIN {_RECORDED} r ON r.entity_id = a.id",
        owner="a.owner_id",
        when="(r.recorded_at IS NULL OR r.recorded_at < p.to_at)",
        entity="account",
        id="a.id",
        name="a.name",
        account="''",
        at="r.recorded_at",
        fields=_CUSTOMER,
    ),
    "accounts_new": _Source(
        table=f"account a JOIN {_RECORDED} r ON r.entity_id = a.id",
        owner="a.owner_id",
        when="r.recorded_at >= p.from_at AND r.recorded_at < p.to_at",
        entity="account",
        id="a.id",
        name="a.name",
        account="''",
        at="r.recorded_at",
        fields=_CUSTOMER,
    ),
    "people": _Source(
        table="person m",
        owner="m.id",
        when="m.is_active = 1",
        entity="person",
        id="m.id",
        name="m.name",
        account="''",
        at="NULL",
        fields={"rung": "m.rung"},
    ),
}
"""Each set of rows that `domain.metrics.ROWS` names."""


@dataclass(frozen=True)
class MetricReader:
    """Counts rows by what was recorded until `known_by`; `today` is the local day of the look."""

    reader: Reader
    today: date
    known_by: datetime

    def count(self, metric: Metric, scopes: Mapping[str, Iterable[str]], spans: Sequence[Span]) -> list[Counted]:
        """`scopes`: the owners of the rows of each scope. One row for each scope, period and currency that has any."""
        source = SOURCES[metric.rows]
        currency = "d.currency" if metric.is_money else "''"
        select = f"scope.id, p.place, {currency}, {_n(metric, source)}, COALESCE({_total(metric, source)}, 0)"
        found = self._rows(metric, select, scopes, spans, "GROUP BY 1, 2, 3")
        return [Counted(*row) for row in found]

    def behind(self, metric: Metric, owners: Iterable[str], span: Span, currency: str) -> list[RowBehind]:
        """The rows that were counted for some owners in one period; of money those in one currency."""
        source = SOURCES[metric.rows]
        name, account = (f"COALESCE({part}, '')" for part in (source.name, source.account))
        select = f"'{source.entity}', {source.id}, {name}, {account}, {source.owner}, COALESCE({source.at}, ''), {_one(metric, source)}"
        found = self._rows(
            metric, select, {"one": owners}, [span], "ORDER BY 6, 2", currency if metric.is_money else ""
        )
        return [RowBehind(*row) for row in found]

    def _rows(
        self,
        metric: Metric,
        select: str,
        scopes: Mapping[str, Iterable[str]],
        spans: Sequence[Span],
        end: str,
        currency: str = "",
    ) -> list[tuple[Any, ...]]:
        source = SOURCES[metric.rows]
        where, values = _filters(metric, source)
        if currency:
            where, values = [*where, "d.currency = :currency"], {**values, "currency": currency}
        first = [
            "scope(owner, id) AS MATERIALIZED (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:scopes))",
            "p(place, first, last, from_at, to_at) AS MATERIALIZED (SELECT "
            + ", ".join(f"json_extract(value, '$[{place}]')" for place in range(5))
            + " FROM json_each(:spans))",
        ]
        sql = (
            f"WITH {', '.join(first)} SELECT {select} FROM {source.table} JOIN scope ON scope.owner = {source.owner}"
            f" JOIN p ON {source.when}" + (f" WHERE {' AND '.join(where)}" if where else "") + f" {end}"
        )
        known = {"today": self.today, "known_by": self.known_by}
        values |= {name: value for name, value in known.items() if f":{name}" in sql}
        return self.reader.rows(
            sql,
            scopes=json.dumps([[owner, scope] for scope, owners in scopes.items() for owner in owners]),
            spans=json.dumps([_as_row(span) for span in spans]),
            **values,
        )


def _as_row(span: Span) -> list[Any]:
    return [span.place, *(as_stored(part) for part in (span.first, span.last, span.from_at, span.to_at))]


def _filters(metric: Metric, source: _Source) -> tuple[list[str], dict[str, Any]]:
    where: list[str] = []
    values: dict[str, Any] = {}
    for place, (name, allowed) in enumerate(metric.where):
        given = {f"w{place}_{number}": word for number, word in enumerate(allowed)}
        where.append(f"{source.fields[name]} IN ({', '.join(f':{key}' for key in given)})")
        values |= given
    if metric.measure == "days":
        where.append(f"{source.days[metric.start]} <= {source.days[metric.end]}")
    return where, values


def _one(metric: Metric, source: _Source) -> str:
    """What one row adds."""
    if metric.measure in ("sum", "average"):
        return f"COALESCE({source.values[metric.of]}, 0)"
    return _days(metric, source) if metric.measure == "days" else "1"


def _days(metric: Metric, source: _Source) -> str:
    start, end = source.days[metric.start], source.days[metric.end]
    return f"CAST(julianday({end}) - julianday({start}) AS INTEGER)"


def _n(metric: Metric, source: _Source) -> str:
    """How many rows count: for money those whose amount is known."""
    return f"COUNT({source.values[metric.of]})" if metric.measure in ("sum", "average") else "COUNT(*)"


def _total(metric: Metric, source: _Source) -> str:
    if metric.measure in ("sum", "average"):
        return f"SUM({source.values[metric.of]})"
    if metric.measure == "distinct":
        return f"COUNT(DISTINCT {source.distinct[metric.of]})"
    return f"SUM({_days(metric, source)})" if metric.measure == "days" else "COUNT(*)"
