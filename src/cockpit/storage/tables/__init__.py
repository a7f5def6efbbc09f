"""SQLModel tables by area. One set of tables serves the device and the hub.

`SYNCED` names the tables that travel, by entity name on the wire, parents before children.
Rows never leave `storage`: callers get the dataclasses of `domain.entities`.

A table class takes three milliseconds to build and no command needs all of them: each area is imported when one of its
tables is first named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from cockpit.storage.tables.accounts import AccountRow
    from cockpit.storage.tables.base import SyncedRow
    from cockpit.storage.tables.calendar import AbsenceRow, CalendarDayRow, MembershipRow
    from cockpit.storage.tables.contacts import ContactRow, OpeningWindowRow
    from cockpit.storage.tables.deals import DealRow, MilestoneDoneRow, StageChangeRow
    from cockpit.storage.tables.feed import CursorRow, InboundErrorRow, SyncRunRow, TombstoneRow
    from cockpit.storage.tables.funnels import FunnelRow, ProductRow, StageRow
    from cockpit.storage.tables.goals import KpiRuleRow, NudgeRow, TargetRow, WaiverRow
    from cockpit.storage.tables.history import ChangeLogRow
    from cockpit.storage.tables.hub import (
        ChangeRow,
        CodeGuessRow,
        DeviceGrantRow,
        DeviceRow,
        ImportRunRow,
        MutationResultRow,
        RefreshTokenRow,
        ScopeExitRow,
        TokenFamilyRow,
        TokenRow,
    )
    from cockpit.storage.tables.meta import MetaRow
    from cockpit.storage.tables.people import PersonRow, TeamRow
    from cockpit.storage.tables.sync import ConflictRow, OutboxDoneRow, OutboxRow, SyncBaseRow
    from cockpit.storage.tables.upstream import CrmAttemptRow, CrmCursorRow, CrmFaultRow, CrmLinkRow, CrmRunRow
    from cockpit.storage.tables.work import ActivityRow

_AREAS = {
    "accounts": ("AccountRow",),
    "base": ("SyncedRow",),
    "calendar": ("AbsenceRow", "CalendarDayRow", "MembershipRow"),
    "contacts": ("ContactRow", "OpeningWindowRow"),
    "deals": ("DealRow", "MilestoneDoneRow", "StageChangeRow"),
    "feed": ("CursorRow", "InboundErrorRow", "SyncRunRow", "TombstoneRow"),
    "funnels": ("FunnelRow", "ProductRow", "StageRow"),
    "goals": ("KpiRuleRow", "NudgeRow", "TargetRow", "WaiverRow"),
    "history": ("ChangeLogRow",),
    "hub": (
        "ChangeRow",
        "CodeGuessRow",
        "DeviceGrantRow",
        "DeviceRow",
        "ImportRunRow",
        "MutationResultRow",
        "RefreshTokenRow",
        "ScopeExitRow",
        "TokenFamilyRow",
        "TokenRow",
    ),
    "meta": ("MetaRow",),
    "people": ("PersonRow", "TeamRow"),
    "sync": ("ConflictRow", "OutboxDoneRow", "OutboxRow", "SyncBaseRow"),
    "upstream": ("CrmAttemptRow", "CrmCursorRow", "CrmFaultRow", "CrmLinkRow", "CrmRunRow"),
    "work": ("ActivityRow",),
}
_AREA_OF = {name: area for area, names in _AREAS.items() for name in names}


def __getattr__(name: str) -> Any:
    """The table class of that name, its area imported."""
    if name not in _AREA_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_AREA_OF[name]}"), name)
    globals()[name] = found
    return found


def load_all() -> None:
    """Import every area, so that the metadata knows every table."""
    for area in _AREAS:
        import_module(f"{__name__}.{area}")


class _Synced(Mapping[str, "type[SyncedRow]"]):
    """Table classes by entity name; a class is imported when it is asked for."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def __getitem__(self, entity: str) -> type[SyncedRow]:
        name = self._names[entity]
        return cast("type[SyncedRow]", globals().get(name) or __getattr__(name))

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, entity: object) -> bool:
        return entity in self._names


SYNCED: Mapping[str, type[SyncedRow]] = _Synced(
    {
        "team": "TeamRow",
        "person": "PersonRow",
        "membership": "MembershipRow",
        "calendar_day": "CalendarDayRow",
        "absence": "AbsenceRow",
        "funnel": "FunnelRow",
        "stage": "StageRow",
        "product": "ProductRow",
        "kpi_rule": "KpiRuleRow",
        "target": "TargetRow",
        "account": "AccountRow",
        "opening_window": "OpeningWindowRow",
        "contact": "ContactRow",
        "deal": "DealRow",
        "stage_change": "StageChangeRow",
        "milestone_done": "MilestoneDoneRow",
        "activity": "ActivityRow",
        "waiver": "WaiverRow",
        "nudge": "NudgeRow",
        "change_log": "ChangeLogRow",
    }
)

__all__ = [
    "SYNCED",
    "AbsenceRow",
    "AccountRow",
    "ActivityRow",
    "CalendarDayRow",
    "ChangeLogRow",
    "ChangeRow",
    "CodeGuessRow",
    "ConflictRow",
    "ContactRow",
    "CrmAttemptRow",
    "CrmCursorRow",
    "CrmFaultRow",
    "CrmLinkRow",
    "CrmRunRow",
    "CursorRow",
    "DealRow",
    "DeviceGrantRow",
    "DeviceRow",
    "FunnelRow",
    "ImportRunRow",
    "InboundErrorRow",
    "KpiRuleRow",
    "MembershipRow",
    "MetaRow",
    "MilestoneDoneRow",
    "MutationResultRow",
    "NudgeRow",
    "OpeningWindowRow",
    "OutboxDoneRow",
    "OutboxRow",
    "PersonRow",
    "ProductRow",
    "RefreshTokenRow",
    "ScopeExitRow",
    "StageChangeRow",
    "StageRow",
    "SyncBaseRow",
    "SyncRunRow",
    "SyncedRow",
    "TargetRow",
    "TeamRow",
    "TokenFamilyRow",
    "TokenRow",
    "TombstoneRow",
    "WaiverRow",
    "load_all",
]
