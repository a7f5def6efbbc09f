"""What a visit is worth, in points that add up.

score = tier weight x min(2, days since the last visit / interval)
      + 20 x (open value x probability of the account / the largest such value of the rep)
      + 8 x max(0, 1 - extra travel / 40 minutes).
A KPI is a level of its own in the planner's objective and gives no points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import floor

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of, deals_of, standing
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.periods import period_of
from cockpit.planning.problem import Fact, Part, Reason, Rules

TIER_WEIGHT = {"A": 12, "B": 8, "C": 4}
MONEY_POINTS = 20
NEAR_POINTS = 8
NEAR_MINUTES = 40
MOST_INTERVALS = 2


@dataclass(frozen=True, slots=True)
class AccountParts:
    """The parts of an account's score that do not depend on when it is visited, and the rows behind them."""

    parts: tuple[Part, ...]
    is_overdue: bool
    is_closing: bool
    row_ids: tuple[str, ...]


NO_PARTS = AccountParts((), False, False, ())
_NO_MONEY = Part(
    code="money", value=0.0, facts={"amount_minor": 0, "currency": "", "expected_on": None, "is_closing": False}
)


def whole_points(parts: Sequence[Part]) -> tuple[Reason, ...]:
    """The parts as whole points that add up to the rounded total (largest remainder); zero parts are left out."""
    total = round(sum(part.value for part in parts))
    points = [floor(part.value) for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (points[i] - parts[i].value, i))
    for index in by_remainder[: total - sum(points)]:
        points[index] += 1
    return tuple(Reason(part.code, count, part.facts) for part, count in zip(parts, points) if count)


def most_points(parts: Sequence[Part], *, is_near: bool = True) -> int:
    """The whole points of the parts, where nearness gives all it can."""
    return round(sum(part.value for part in parts) + (NEAR_POINTS if is_near else 0))


def near_value(extra_minutes: int) -> float:
    """Points for a visit that costs little travel where it is put."""
    return NEAR_POINTS * max(0.0, 1 - max(0, extra_minutes) / NEAR_MINUTES)


def near_part(extra_minutes: int) -> Part:
    return Part(code="near", value=near_value(extra_minutes), facts={"minutes": max(0, extra_minutes)})


def parts_of(book: Book, rep_id: str, today: date, rules: Rules) -> dict[str, AccountParts]:
    """The standing parts of every account of the rep, by account id."""
    last: dict[str, Activity] = {}
    ahead: set[str] = set()
    for row in book.activities:
        if not row.account_id:
            continue
        if row.status == "held" and row.kind in ("visit", "web"):
            known = last.get(row.account_id)
            if known is None or row.starts_at > known.starts_at:
                last[row.account_id] = row
        elif row.status == "planned" and book.local_day(row.starts_at) >= today:
            ahead.add(row.account_id)
    money = _open_money(book, rep_id)
    most = max((expected for expected, *_ in money.values()), default=0.0)
    found: dict[str, AccountParts] = {}
    unseen_parts: dict[tuple[str, int, date | None], tuple[Part, bool]] = {}
    for account in book.accounts.values():
        if account.owner_id != rep_id:
            continue
        interval = account.cadence_days or rules.intervals.get(account.tier, 45)
        seen = last.get(account.id)
        key = account.tier, interval, book.local_day(seen.starts_at) if seen else None
        if key not in unseen_parts:
            unseen_parts[key] = _unseen(book, *key, today)
        unseen, is_overdue = unseen_parts[key]
        if account.id not in money:
            found[account.id] = AccountParts((unseen, _NO_MONEY), is_overdue, False, (seen.id,) if seen else ())
            continue
        expected, amount, deals = money[account.id]
        due = min((d.expected_on for d in deals if d.expected_on), default=None)
        is_closing = due is not None and due <= period_of("month", today).ends_on and account.id not in ahead
        facts: dict[str, Fact] = {
            "amount_minor": amount,
            "currency": deals[0].currency,
            "expected_on": due,
            "is_closing": is_closing,
        }
        part = Part(code="money", value=MONEY_POINTS * expected / most if most else 0.0, facts=facts)
        rows = ([seen.id] if seen else []) + [deal.id for deal in deals]
        found[account.id] = AccountParts((unseen, part), is_overdue, is_closing, tuple(rows))
    return found


def _unseen(book: Book, tier: str, interval: int, seen_on: date | None, today: date) -> tuple[Part, bool]:
    """Points for the time since the last visit; without one in the book, at least since the book begins."""
    days = max(0, (today - (seen_on or book.activities_from)).days)
    share = min(MOST_INTERVALS, days / max(1, interval))
    facts: dict[str, Fact] = {"days": days, "interval": interval, "tier": tier, "is_known": seen_on is not None}
    code = "overdue" if days >= interval else "unseen"
    return Part(code=code, value=TIER_WEIGHT.get(tier, 4) * share, facts=facts), days >= interval


def _open_money(book: Book, rep_id: str) -> dict[str, tuple[float, int, tuple[Deal, ...]]]:
    """Open value x probability, open value and deals by account, in the rep's main currency alone."""
    main = currency_of(book, [rep_id])
    deals = [d for d in deals_of(book, [rep_id]) if d.account_id and d.amount_minor and standing(book, d) == "open"]
    by_account: dict[str, list[Deal]] = {}
    for deal in deals:
        if deal.currency == main:
            by_account.setdefault(deal.account_id or "", []).append(deal)
    return {
        key: (_expected(book, rows), sum(d.amount_minor or 0 for d in rows), tuple(rows))
        for key, rows in by_account.items()
    }


def _expected(book: Book, deals: Sequence[Deal]) -> float:
    total = 0.0
    for deal in deals:
        stage = book.stages.get(deal.stage_id)
        total += (deal.amount_minor or 0) * (stage.probability if stage else 0) / 100
    return total
