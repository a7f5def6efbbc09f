"""SQLModel tables by area. One set of tables serves the device and the hub.

`SYNCED` names the tables that travel, by entity name on the wire, parents before children.
Rows never leave `storage`: callers get the dataclasses of `domain.entities`.
"""

from __future__ import annotations

from cockpit.storage.tables.accounts import AccountRow, ContactRow, OpeningWindowRow
from cockpit.storage.tables.base import SyncedRow
from cockpit.storage.tables.deals import DealRow, FunnelRow, MilestoneDoneRow, ProductRow, StageChangeRow, StageRow
from cockpit.storage.tables.goals import KpiRuleRow, TargetRow, WaiverRow
from cockpit.storage.tables.history import ChangeLogRow
from cockpit.storage.tables.hub import ChangeRow, DeviceRow, ImportRunRow, MutationResultRow, ScopeExitRow, TokenRow
from cockpit.storage.tables.people import AbsenceRow, CalendarDayRow, MembershipRow, PersonRow, TeamRow
from cockpit.storage.tables.sync import (
    ConflictRow,
    CursorRow,
    InboundErrorRow,
    MetaRow,
    OutboxDoneRow,
    OutboxRow,
    SyncBaseRow,
    SyncRunRow,
    TombstoneRow,
)
from cockpit.storage.tables.work import ActivityRow

SYNCED: dict[str, type[SyncedRow]] = {
    "team": TeamRow,
    "person": PersonRow,
    "membership": MembershipRow,
    "calendar_day": CalendarDayRow,
    "absence": AbsenceRow,
    "funnel": FunnelRow,
    "stage": StageRow,
    "product": ProductRow,
    "kpi_rule": KpiRuleRow,
    "target": TargetRow,
    "account": AccountRow,
    "opening_window": OpeningWindowRow,
    "contact": ContactRow,
    "deal": DealRow,
    "stage_change": StageChangeRow,
    "milestone_done": MilestoneDoneRow,
    "activity": ActivityRow,
    "waiver": WaiverRow,
    "change_log": ChangeLogRow,
}

__all__ = [
    "SYNCED",
    "AbsenceRow",
    "AccountRow",
    "ActivityRow",
    "CalendarDayRow",
    "ChangeLogRow",
    "ChangeRow",
    "ConflictRow",
    "ContactRow",
    "CursorRow",
    "DealRow",
    "DeviceRow",
    "FunnelRow",
    "ImportRunRow",
    "InboundErrorRow",
    "KpiRuleRow",
    "MembershipRow",
    "MetaRow",
    "MilestoneDoneRow",
    "MutationResultRow",
    "OpeningWindowRow",
    "OutboxDoneRow",
    "OutboxRow",
    "PersonRow",
    "ProductRow",
    "ScopeExitRow",
    "StageChangeRow",
    "StageRow",
    "SyncBaseRow",
    "SyncRunRow",
    "SyncedRow",
    "TargetRow",
    "TeamRow",
    "TokenRow",
    "TombstoneRow",
    "WaiverRow",
]
