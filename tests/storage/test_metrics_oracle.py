"""Every metric of the catalogue, recomputed in plain Python over exported rows: equal to the unit.

The demo company with dirt in it (no amount, a second currency, no account, closed before it was created), twenty random
scopes, periods and days of a look; on past days the rows as they stood. What no row knows is entered, one thing left out
at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from cockpit.domain import entities as e
from cockpit.domain.metric_values import BEFORE, NOW, WINDOW, YEAR_AGO
from cockpit.domain.periods import PERIOD_KINDS, PeriodKind
from cockpit.hub.seed import seed_company
from cockpit.services.container import Services, services_on
from cockpit.services.metric_files import enter
from cockpit.services.metric_scopes import scopes_of
from cockpit.services.metrics import MetricView, open_view
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.past import past_reader
from cockpit.storage.queries.book import change_log
from cockpit.storage.reading import entities

ANCHOR = date(2026, 11, 24)
ZONE = ZoneInfo("Asia/Shanghai")
LOOKS = 20


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    database = Database.at(tmp_path_factory.mktemp("oracle") / "company.db")
    report = seed_company(database, ANCHOR)
    chance = Random(5)
    with database.write() as session:
        meta.put(session, "person_id", report.head_id)
        ids = [deal.id for deal in entities(session, e.Deal)]
        for column, value in (
            ("amount_minor", None),
            ("profit_minor", None),
            ("currency", "USD"),
            ("account_id", None),
        ):
            for row in chance.sample(ids, 60):
                session.connection().exec_driver_sql(f"UPDATE deal SET {column} = ? WHERE id = ?", (value, row))
        for row in chance.sample(ids, 20):
            session.connection().exec_driver_sql("UPDATE deal SET amount_minor = -amount_minor WHERE id = ?", (row,))
            session.connection().exec_driver_sql(
                "UPDATE deal SET created_on = date(closed_on, '+3 days') WHERE id = ?", (row,)
            )
    yield services_on(database)
    database.close()


@dataclass
class Rows:
    """What was known at one moment, as plain lists."""

    today: date
    deals: list[e.Deal]
    activities: list[e.Activity]
    accounts: dict[str, e.Account]
    recorded: dict[str, datetime]
    changes: list[e.StageChange]
    stages: dict[str, e.Stage]
    people: list[e.Person]


def exported(services: Services, moment: datetime) -> Rows:
    """The rows, those that changed later as they stood."""
    with services.desk.database.look() as reader:
        then = past_reader(reader, moment)
        created = change_log(reader, "entity = 'account' AND op = 'create' AND recorded_at <= :moment", moment=moment)
        recorded: dict[str, datetime] = {}
        for entry in created:
            recorded[entry.entity_id] = min(entry.recorded_at, recorded.get(entry.entity_id, entry.recorded_at))
        return Rows(
            moment.astimezone(ZONE).date(),
            entities(then, e.Deal),
            entities(then, e.Activity),
            {row.id: row for row in entities(then, e.Account)},
            recorded,
            [c for c in entities(then, e.StageChange) if c.changed_at <= moment],
            {stage.id: stage for stage in entities(then, e.Stage)},
            entities(then, e.Person),
        )


@dataclass
class Oracle:
    """Each metric in the words of its definition, with loops and lists only."""

    rows: Rows
    owners: set[str]
    first: date
    last: date
    currency: str
    entered: dict[str, Fraction]

    def deals(self, kinds: tuple[str, ...], repeat: bool | None = None) -> list[e.Deal]:
        found = [
            deal
            for deal in self.rows.deals
            if deal.owner_id in self.owners and self.kind(deal) in kinds and deal.closed_on is not None
            if self.first <= deal.closed_on <= self.last
            if deal.created_on is None or deal.created_on <= self.rows.today
        ]
        return found if repeat is None else [deal for deal in found if self.is_repeat(deal) == repeat]

    def kind(self, deal: e.Deal) -> str:
        return self.rows.stages[deal.stage_id].kind if deal.stage_id in self.rows.stages else "open"

    def is_repeat(self, deal: e.Deal) -> bool:
        return any(
            (other.closed_on, other.id) < (deal.closed_on, deal.id)
            for other in self.won_by_account().get(deal.account_id or "", [])
            if other.closed_on is not None
        )

    def won_by_account(self) -> dict[str, list[e.Deal]]:
        if "_won" not in self.__dict__:
            self._won: dict[str, list[e.Deal]] = {}
            for deal in self.rows.deals:
                if deal.account_id and self.kind(deal) == "won":
                    self._won.setdefault(deal.account_id, []).append(deal)
        return self._won

    def money(self, deals: list[e.Deal], name: str = "amount_minor") -> list[int]:
        values = [getattr(deal, name) for deal in deals if deal.currency == self.currency]
        return [value for value in values if value is not None]

    def held(self, kind: str) -> list[e.Activity]:
        return [
            one
            for one in self.rows.activities
            if one.rep_id in self.owners and one.kind == kind and one.status == "held"
            if self.first <= one.starts_at.astimezone(ZONE).date() <= self.last
        ]

    def first_visits(self) -> list[e.Activity]:
        if "_first" not in self.rows.__dict__:
            earliest: dict[str, e.Activity] = {}
            for one in sorted(self.rows.activities, key=lambda a: (a.starts_at, a.id)):
                if one.kind == "visit" and one.status == "held" and one.account_id:
                    earliest.setdefault(one.account_id, one)
            self.rows.__dict__["_first"] = {one.id for one in earliest.values()}
        return [one for one in self.held("visit") if one.id in self.rows.__dict__["_first"]]

    def is_key(self, account_id: str | None) -> bool:
        account = self.rows.accounts.get(account_id or "")
        return account is not None and account.tier == "A"

    def created(self) -> list[e.Deal]:
        return [
            deal
            for deal in self.rows.deals
            if deal.owner_id in self.owners
            and deal.created_on is not None
            and self.first <= deal.created_on <= self.last
        ]

    def pool(self) -> list[e.Account]:
        end = datetime.combine(self.last + timedelta(days=1), datetime.min.time(), ZONE)
        return [
            one
            for one in self.rows.accounts.values()
            if one.owner_id in self.owners and (one.id not in self.rows.recorded or self.rows.recorded[one.id] < end)
        ]

    def forward(self) -> int:
        owner = {deal.id: deal.owner_id for deal in self.rows.deals}
        count = 0
        for one in self.rows.changes:
            before, after = self.rows.stages.get(one.from_stage_id or ""), self.rows.stages.get(one.to_stage_id)
            if before is None or after is None or owner.get(one.deal_id) not in self.owners:
                continue
            if not self.first <= one.changed_at.astimezone(ZONE).date() <= self.last:
                continue
            count += after.kind == "won" or (after.kind == "open" and after.position > before.position)
        return count

    def answers(self) -> dict[str, Fraction | int | None]:
        won, closed = self.deals(("won",)), self.deals(("won", "lost"))
        visits, first = self.held("visit"), self.first_visits()
        reached = [one for one in visits if one.goal_result == "reached"]
        key = [deal for deal in won if self.is_key(deal.account_id)]
        heads = sum(one.id in self.owners and one.is_active for one in self.rows.people)
        sales, profit = sum(self.money(won)), sum(self.money(won, "profit_minor"))
        base = sum(self.money([deal for deal in won if deal.profit_minor is not None]))
        spans = [
            (deal.closed_on - deal.created_on).days
            for deal in won
            if deal.created_on and deal.closed_on and deal.created_on <= deal.closed_on
        ]
        cash, mql, arr, churn, one_off, cts, cac = (self.entered.get(name) for name in MONEY_WORTH)
        paying = sum(one.lifecycle in ("won", "repeat") for one in self.pool())
        per_customer = over(arr, paying)
        lasting = over(per_customer, churn)
        ltv = None if lasting is None or one_off is None else lasting + one_off
        qualified = len({deal.account_id for deal in self.created() if deal.account_id})
        new = [
            one
            for one in self.rows.accounts.values()
            if one.owner_id in self.owners and one.id in self.rows.recorded
            if self.first <= self.rows.recorded[one.id].astimezone(ZONE).date() <= self.last
        ]
        return {
            "won_amount": sales,
            "opportunities": len(self.created()),
            "pool_size": len(self.pool()),
            "leads": len(new),
            "sales_qualified": qualified,
            "new_visits": len(first),
            "new_visits_reached": sum(one.goal_result == "reached" for one in first),
            "first_success": over(sum(one.goal_result == "reached" for one in first), len(first)),
            "win_rate": over(len(won), len(closed)),
            "orders": len(won),
            "closed": len(closed),
            "order_conversion": over(len(won), qualified),
            "moved_on": self.forward(),
            "visits": len(visits),
            "visit_success": over(len(reached), len(visits)),
            "visits_reached": len(reached),
            "calls": len(self.held("call")),
            "unit_value": over(sales, len(self.money(won))),
            "ka_share": over(sum(self.money(key)), sales),
            "ka_sales": sum(self.money(key)),
            "ka_orders": len(key),
            "big_customers": sum(one.tier == "A" for one in self.pool()),
            "ka_visits": sum(self.is_key(one.account_id) for one in visits),
            "cycle": over(sum(spans), len(spans)),
            "visits_per_order": over(len(visits), len(won)),
            "gross_profit": profit,
            "gross_margin": over(profit, base),
            "profit_base": base,
            "per_head": over(sales, heads),
            "reps": heads,
            "repeat_amount": sum(self.money(self.deals(("won",), repeat=True))),
            "repeat_orders": len(self.deals(("won",), repeat=True)),
            "new_customers": len({deal.account_id for deal in self.deals(("won",), repeat=False) if deal.account_id}),
            "paying_customers": paying,
            "lead_conversion": over(qualified, mql),
            "payment_ratio": over(cash, sales),
            "arr_per_customer": per_customer,
            "ltv": ltv,
            "efficiency": None if ltv is None or cts is None else over(ltv - cts, cac),
            **{name: self.entered.get(name) for name in ENTERED},
        }


_exports: dict[datetime | None, Rows] = {}


def over(part: Fraction | int | None, whole: Fraction | int | None) -> Fraction | None:
    return Fraction(part) / whole if part is not None and whole else None


MONEY_WORTH = ("cash", "mql", "arr", "churn", "one_off", "cts", "cac")
ENTERED: dict[str, Fraction | int] = {
    **dict.fromkeys(("cash", "arr", "one_off", "cts", "cac"), 100),
    **dict.fromkeys(("churn", "renewal", "renewal_upsell", "core_use", "sticky_use"), Fraction(1, 100)),
    **dict.fromkeys(("mql", "internal_satisfaction", "request_delay", "release_acceptance", "data_delay"), 1),
}
"""What somebody has to enter, and what a typed one is worth: money in minor units, a share by the hundred."""


def entered(scope: str, kind: PeriodKind, starts: dict[str, date], today: date) -> dict[str, dict[str, Fraction]]:
    """Enter everything for a scope in some periods, in most of them but one thing: by place and metric."""
    chance = Random(scope + kind)
    found: dict[date, dict[str, Fraction]] = {starts_on: {} for starts_on in starts.values()}
    for starts_on, given in found.items():
        left_out = chance.choice([*ENTERED, ""])
        for name, worth in ENTERED.items():
            typed = chance.randrange(0, 90)
            if name == left_out:
                continue
            text = f"{typed}%" if worth == Fraction(1, 100) else str(typed)
            enter(name, text, scope=scope, period=kind, starts_on=starts_on, today=today)
            given[name] = typed * Fraction(worth)
    return {place: found[starts_on] for place, starts_on in starts.items()}


def looks() -> Iterator[tuple[int, PeriodKind, datetime | None]]:
    """(seed of the scope, period, moment): half of them now, half on a past day."""
    chance = Random(11)
    for number in range(LOOKS):
        day = ANCHOR - timedelta(days=chance.randrange(1, 330))
        past = datetime.combine(day, datetime.max.time(), ZONE)
        yield number, PERIOD_KINDS[number % len(PERIOD_KINDS)], past if number >= LOOKS // 2 else None


def opened(
    services: Services,
    number: int,
    kind: PeriodKind,
    moment: datetime | None,
    check: Callable[[MetricView, dict[str, dict[str, Fraction]]], None],
) -> None:
    with services.desk.look(moment) as reader:
        scopes = scopes_of(services.desk, reader).all
        wide = [one.id for one in scopes.values() if one.kind != "rep"]
        scope = Random(number).choice(wide if number % 3 == 0 else list(scopes))
        blank = open_view(services.desk, reader, scope, kind, moment)
        starts = {place: blank.span(place).first for place in (NOW, BEFORE, YEAR_AGO)}
        given = entered(scope, kind, starts, blank.book.today)
        check(open_view(services.desk, reader, scope, kind, moment), given)


@pytest.mark.parametrize(("number", "kind", "moment"), list(looks()))
def test_every_metric_of_the_catalogue_is_what_the_rows_say(
    services: Services, number: int, kind: PeriodKind, moment: datetime | None
) -> None:
    rows = _exports.get(moment) or exported(services, moment or datetime.combine(ANCHOR, datetime.max.time(), ZONE))
    _exports.setdefault(moment, rows)
    compared: set[str] = set()

    def check(view: MetricView, given: dict[str, dict[str, Fraction]]) -> None:
        assert view.book.today == rows.today
        owners = set(view.scopes.owners[view.scope.id])
        for place in (NOW, BEFORE, YEAR_AGO, WINDOW):
            span = view.span(place)
            oracle = Oracle(rows, owners, span.first, span.last, view.currency, given.get(place, {}))
            for name, expected in oracle.answers().items():
                found = view.values.of(name, view.scope.id, place)
                assert found.amount == expected, (name, place, view.scope, kind)
                compared.add(name)
        assert compared == set(view.own.catalogue.metrics)

    opened(services, number, kind, moment, check)


def test_the_rows_behind_a_metric_give_it_again(services: Services, tmp_path: Path) -> None:
    with services.desk.database.look() as reader:
        view = open_view(services.desk, reader, None, "month", None)
        for metric in view.own.catalogue.metrics.values():
            if not metric.rows:
                continue
            behind = view.reader.behind(metric, view.scopes.owners[view.scope.id], view.span(NOW), view.currency)
            value = view.values.of(metric.id, view.scope.id)
            total = sum(row.value for row in behind)
            if metric.measure in ("average", "days"):
                assert value.amount == Fraction(total, value.n), metric.id
            elif metric.measure == "distinct":
                assert len(behind) == value.n, metric.id
            else:
                assert total == value.amount, metric.id
