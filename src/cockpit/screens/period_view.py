"""What the views of one period share: which it is, and how it gets shorter and longer."""

from __future__ import annotations

from typing import ClassVar

from cockpit.domain.periods import PERIOD_KINDS, PeriodKind
from cockpit.i18n import _
from cockpit.screens.base import View
from cockpit.services.words import period_name


class PeriodView(View):
    """A view of the period that holds the day, the month at first; `fetch` asks for `self.period`."""

    KINDS: ClassVar[tuple[PeriodKind, ...]] = PERIOD_KINDS
    """The periods it has, the shortest first."""

    def __init__(self, *, period: PeriodKind = "month", id: str | None = None) -> None:
        super().__init__(id=id)
        self.period: PeriodKind = period

    def why_not(self, command: str) -> str | None:
        place = self.KINDS.index(self.period)
        if command == "period_previous" and place == 0:
            return _("The {period} is the shortest period.").format(period=period_name(self.period))
        if command == "period_next" and place == len(self.KINDS) - 1:
            return _("The {period} is the longest period.").format(period=period_name(self.period))
        return super().why_not(command)

    def do_period_previous(self) -> None:
        self._look_at(self.KINDS[self.KINDS.index(self.period) - 1])

    def do_period_next(self) -> None:
        self._look_at(self.KINDS[self.KINDS.index(self.period) + 1])

    def _look_at(self, period: PeriodKind) -> None:
        self.period = period
        self.load()
        self.shell.show_keys()
