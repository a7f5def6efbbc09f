"""A forecast as a snapshot, for the screen: three open deals, one of them stale, and two past forecasts."""

from __future__ import annotations

from datetime import date
from typing import Any

from cockpit.services.snapshots import ForecastLine, ForecastPart, ForecastSnapshot, PastForecast
from tests.support.company import NOW
from tests.ui.board_samples import REP, K


def part(number: int, amount: int, chance: float, value: int, *, is_stale: bool = False) -> ForecastPart:
    return ForecastPart(
        deal_id=f"deal-{number}",
        name=f"pilot {number}",
        account="恒泰机械",
        owner="李娜",
        amount_minor=amount * K,
        age_days=20 * number,
        chance=chance,
        value_minor=value * K,
        is_stale=is_stale,
    )


def past(month: int, value: int, actual: int) -> PastForecast:
    return PastForecast(
        as_of=date(2026, month, 24),
        starts_on=date(2026, month, 1),
        ends_on=date(2026, month, 30),
        value_minor=value * K,
        low_minor=(value - 40) * K,
        high_minor=(value + 40) * K,
        actual_minor=actual * K,
        is_covered=abs(value - actual) <= 40,
        rivals=(),
    )


def forecast(**values: Any) -> ForecastSnapshot:
    return ForecastSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "viewer": REP,
            "scope": "华东一组",
            "people": 6,
            "basis_people": 6,
            "period_kind": "month",
            "starts_on": date(2026, 11, 1),
            "ends_on": date(2026, 11, 30),
            "currency": "CNY",
            "line": ForecastLine(
                value_minor=256 * K,
                low_minor=221 * K,
                high_minor=286 * K,
                error=0.11,
                bias=0.02,
                covered=0.8,
                past=2,
                floor=0.09,
            ),
            "won_minor": 182 * K,
            "open_minor": 30 * K,
            "arriving_minor": 8 * K,
            "rhythm_minor": 36 * K,
            "correction": 1.02,
            "reserve_minor": 296 * K,
            "weighted_minor": 300 * K,
            "wins": 9.0,
            "wins_needed": 138,
            "parts": (part(1, 66, 0.6, 20), part(2, 50, 0.4, 10), part(9, 180, 0.0, 0, is_stale=True)),
            "backtest": (past(9, 250, 300), past(10, 260, 240)),
            "rivals": (("weighted_pipeline", 2.2),),
            **values,
        }
    )
