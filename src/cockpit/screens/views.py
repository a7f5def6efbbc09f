"""Which views there are, by name. Each is imported when it is first opened: the first frame needs one of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from cockpit.screens.base import View

MAIN_VIEWS = {
    "today": ("cockpit.screens.today", "TodayView"),
    "gap": ("cockpit.screens.gap", "GapView"),
    "pipeline": ("cockpit.screens.pipeline", "PipelineView"),
    "funnel": ("cockpit.screens.funnel", "FunnelView"),
    "team": ("cockpit.screens.team", "TeamView"),
    "forecast": ("cockpit.screens.forecast", "ForecastView"),
    "metrics": ("cockpit.screens.metrics", "MetricsView"),
    "sync": ("cockpit.screens.sync", "SyncView"),
}
OTHER_VIEWS = {
    "deal": ("cockpit.screens.deal", "DealView"),
    "account": ("cockpit.screens.account", "AccountView"),
    "targets": ("cockpit.screens.targets", "TargetsView"),
    "nudge": ("cockpit.screens.nudge", "NudgeView"),
    "chain": ("cockpit.screens.chain", "ChainView"),
    "replan": ("cockpit.screens.replan", "ReplanView"),
    "log": ("cockpit.screens.log", "LogView"),
    "why": ("cockpit.screens.why", "WhyView"),
    "conflicts": ("cockpit.screens.conflicts", "ConflictView"),
    "help": ("cockpit.screens.help", "HelpView"),
}


def make_view(name: str, **args: Any) -> View:
    """A new view of that name; the arguments are its own."""
    module, cls = {**MAIN_VIEWS, **OTHER_VIEWS}[name]
    return cast("View", getattr(import_module(module), cls)(**args))
