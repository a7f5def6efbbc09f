"""Fake services that answer the boards with their canned snapshots."""

from __future__ import annotations

from typing import Any

from cockpit.services.snapshots import PlanChoices
from tests.ui import board_samples as samples
from tests.ui.chain_sample import chain
from tests.ui.fakes import FakeServices
from tests.ui.forecast_sample import forecast
from tests.ui.target_sample import targets


def board_services(**answers: Any) -> FakeServices:
    """`answers` like `gap__load=snapshot`, over the canned ones."""
    canned: dict[str, Any] = {
        "gap__load": lambda rep_id=None, period="month": samples.gap(period_kind=period),
        "chain__load": chain(),
        "pipeline__load": samples.pipeline(),
        "funnel__load": samples.funnel(),
        "targets__load": targets(),
        "team__load": samples.team(),
        "forecast__load": lambda scope=None, period="month": forecast(period_kind=period),
        "metrics__load": lambda scope=None, period="month": samples.metrics(period_kind=period),
        "deals__load": samples.deal(),
        "accounts__load": samples.account(),
        "replan__propose": samples.proposal(),
        "replan__fill": samples.proposal(kind="fill", trigger=""),
        "replan__search": False,
        "replan__choices": PlanChoices(others=(), relaxed=()),
        "sync__load": samples.sync(),
        "sync__badge": samples.badge(),
    }
    return FakeServices(**{**canned, **answers})
