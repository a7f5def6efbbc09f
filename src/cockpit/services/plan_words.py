"""The words of a plan's aims and of what stands in its way."""

from __future__ import annotations

from cockpit.i18n import N_, _, listed
from cockpit.services.snapshots import Relaxed

_AIMS = {"kpi": N_("most KPI"), "least": N_("least change"), "money": N_("most money")}


def aim_text(aim: str) -> str:
    return _(_AIMS[aim])


def relaxed_text(found: Relaxed) -> str:
    """`face visits: reached 9 of 11; with 8 visits a day: 11; day ends 19:00, cadence off: no gain`."""
    parts = [
        _("{rule}: reached {reached} of {limit}").format(rule=found.rule, reached=found.reached, limit=found.limit)
    ]
    helping = [(text, str(reached)) for text, reached in found.tries if reached > found.reached]
    idle = listed(text for text, reached in found.tries if reached <= found.reached)
    for text, gain in [*helping, *([(idle, _("no gain"))] if idle else [])]:
        parts.append(_("{relaxed}: {gain}").format(relaxed=text, gain=gain))
    return "; ".join(parts)
