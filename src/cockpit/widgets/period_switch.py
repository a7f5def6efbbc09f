"""The periods side by side, the one in use in brackets."""

from __future__ import annotations

from textual.widgets import Static

from cockpit.domain.periods import PERIOD_KINDS
from cockpit.plain import plain
from cockpit.services.words import period_name


def switch_text(kind: str) -> str:
    """`day  week  [month]  quarter  year`."""
    return "".join(f"[{period_name(name)}]" if name == kind else f" {period_name(name)} " for name in PERIOD_KINDS)


class PeriodSwitch(Static):
    """Says which period is shown and its days; the keys are in the footer."""

    def show(self, kind: str, facts: str) -> None:
        self.update(plain(f"{switch_text(kind)}  {facts}"))
