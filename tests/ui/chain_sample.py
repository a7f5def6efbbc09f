"""The worked example of the gap chain as a snapshot, for the screen."""

from __future__ import annotations

from datetime import date
from typing import Any

from cockpit.services.snapshots import (
    ChainDeal,
    ChainLever,
    ChainLine,
    ChainRep,
    ChainSnapshot,
    CycleCheck,
    EffortCheck,
    RateLine,
    ThinCheck,
)
from tests.support.company import NOW
from tests.ui.board_samples import REP, K


def rate(id_: str, name: str, kind: str, value: float, n: float, low: float, high: float, team: float) -> RateLine:
    best = None if kind == "each" else high
    return RateLine(
        id=id_,
        name=name,
        kind=kind,
        value=value,
        low=low,
        high=high,
        n=n,
        raw=value,
        team=team,
        best=best,
        best_name="李娜",
    )


WIN = rate("win_by_amount", "win rate by amount", "share", 0.25, 48, 0.19, 0.32, 0.28)
RATES = (
    WIN,
    rate("average_deal", "average deal", "average", 22 * K, 12, 18 * K, 27 * K, 24 * K),
    rate("talks_per_customer", "talks per customer", "each", 3.0, 31, 2.4, 3.6, 2.6),
    rate("talk_rate", "talk rate", "share", 0.4, 310, 0.36, 0.44, 0.41),
    rate("pick_up", "pick-up rate", "share", 0.3, 1041, 0.28, 0.32, 0.29),
)


def lines() -> tuple[ChainLine, ...]:
    figures = (
        ("target", "money", 300 * K, 300 * K, 182 * K, 118 * K),
        ("reserve", "reserve", 472 * K, 560 * K, 296 * K, 176 * K),
        ("customers", "customers", 8, 13, 0, 8),
        ("talks", "deep talks", 24, 40, 0, 24),
        ("connected", "connected calls", 60, 100, 0, 60),
        ("dials", "dials", 200, 333, 0, 200),
    )
    return tuple(
        ChainLine(id=id_, name=name, is_money=place < 2, need=need, need80=need80, have=have, short=short, rate=used)
        for place, ((id_, name, need, need80, have, short), used) in enumerate(
            zip(figures, (None, *RATES), strict=True)
        )
    )


def lever(of: str, name: str, kind: str, before: float, after: float, customers: int, per_day: int) -> ChainLever:
    return ChainLever(
        of=of,
        name=name,
        kind=kind,
        before=before,
        after=after,
        deals=1,
        reserve_short=176 * K,
        customers=customers,
        customers_change=customers - 8,
        last=5 * per_day,
        per_day=per_day,
        per_day_change=per_day - 40,
        acts_on_customers=of != "talk_rate",
        is_tried=False,
    )


def team_chain() -> ChainSnapshot:
    """A lead's: that of his team, with one rep who is short."""
    rep = ChainRep(
        id="rep-2",
        name="李娜",
        short_minor=118 * K,
        reserve_short=176 * K,
        customers=8,
        last_name="dials",
        per_day=40,
        verdict="too_much",
    )
    return chain(team="华东一组", reps=(rep,))


def chain(**values: Any) -> ChainSnapshot:
    return ChainSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "rep": REP,
            "is_read_only": False,
            "period_kind": "month",
            "starts_on": date(2026, 11, 1),
            "ends_on": date(2026, 11, 30),
            "window_from": date(2026, 5, 29),
            "window_to": date(2026, 11, 24),
            "currency": "CNY",
            "refusal": "",
            "lines": lines(),
            "workdays_left": 5,
            "per_day": 40,
            "per_day80": 67,
            "days": tuple((date(2026, 11, day), 40) for day in (24, 25, 26, 27, 30)),
            "levers": (
                lever("win_by_amount", "win rate by amount", "share", 0.25, 0.28, 6, 30),
                lever("average_deal", "average deal", "average", 22 * K, 24 * K, 8, 40),
                lever("talk_rate", "talk rate", "share", 0.40, 0.41, 8, 39),
                lever("dirty", "dirty deals", "average", 18 * K, 0, 9, 45),
            ),
            "cycle": CycleCheck(
                median_days=38,
                wins=60,
                days=6,
                share=0.06,
                is_slow=True,
                feeds_on=date(2027, 1, 1),
                deals=(ChainDeal(id="deal-1", name="pilot", stage="Proposal", amount_minor=98 * K),),
                deals_minor=186 * K,
            ),
            "effort": EffortCheck(verdict="feasible", share=40 / 52, usual=31, best=52, days=80),
            "thin": ThinCheck(rate=WIN, line="customers", line_name="customers", least=4, most=15, need=8),
            "alike": "no real difference between reps: talk rate",
            **values,
        }
    )
