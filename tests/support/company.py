"""A small company written straight into a device's database, for tests of services, planning, screens and CLI.

Rows look as if a hub had sent them (rev above 0, a log entry each) unless said otherwise. The day is
fixed: Tuesday 2026-11-24, 08:30 in Shanghai.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cockpit import clock
from cockpit.storage import meta, rows
from cockpit.storage.database import Database
from cockpit.storage.records import wire_value
from cockpit.storage.tables import ChangeLogRow, SyncBaseRow
from cockpit.sync import outbox
from cockpit.sync.conflicts import open_conflict
from cockpit.sync.receipts import queued_of

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=ZONE)
NOW_TEXT = "2026-11-24T08:30:00+08:00"
"""For COCKPIT_NOW."""
ME, MATE, LEAD, HEAD, TEAM, REGION = "rep-1", "rep-2", "lead-1", "head-1", "team-1", "region-1"


def at(day: int, clock: str = "10:00", month: int = 11) -> datetime:
    """A moment of 2026 in Shanghai: `at(24, "09:30")`."""
    hour, minute = clock.split(":")
    return datetime(2026, month, day, int(hour), int(minute), tzinfo=ZONE)


@dataclass
class Company:
    """Writes rows in one's own words; each method returns the new row's id."""

    database: Database
    rev: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def put(self, entity: str, recorded_at: datetime | None = None, **values: Any) -> str:
        """A row as the hub would have sent it, recorded (by default) long ago."""
        self.counts[entity] = self.counts.get(entity, 0) + 1
        values.setdefault("id", f"{entity}-{self.counts[entity]}")
        recorded = recorded_at or datetime(2026, 1, 1, tzinfo=UTC)
        with self.database.write() as session:
            self.rev += 1
            row = rows.put(session, entity, {"rev": self.rev, **{k: wire_value(v) for k, v in values.items()}})
            session.add(self._entry(entity, row.id, "create", recorded, {}, {}))
        return str(row.id)

    def change(self, entity: str, row_id: str, recorded_at: datetime, **values: Any) -> None:
        """A later change of a row, as the hub would have sent it with its log entry."""
        with self.database.write() as session:
            row = rows.find(session, entity, row_id)
            assert row is not None
            after = {k: wire_value(v) for k, v in values.items()}
            before = {k: wire_value(getattr(row, k)) for k in values}
            self.rev += 1
            rows.put(session, entity, {"id": row_id, "rev": self.rev, **after})
            session.add(self._entry(entity, row_id, "patch", recorded_at, before, after))

    def dispute(self, entity: str, row_id: str, mine: dict[str, Any], theirs: dict[str, Any]) -> None:
        """I changed some fields, and the hub has other values: a conflict about each."""
        with self.database.write() as session:
            edit = outbox.Edit(entity, row_id, "patch", mine)
            outbox.submit(session, [edit], actor_id=ME, label="mine", now=clock.now())
            held, base = queued_of(session, entity, row_id)[-1], session.get(SyncBaseRow, (entity, row_id))
            assert base is not None
            base.base = {**base.base, **{name: wire_value(value) for name, value in theirs.items()}}
            for name, value in theirs.items():
                values = {"base": held.base.get(name), "mine": held.patch.get(name), "theirs": wire_value(value)}
                open_conflict(session, held, now=clock.now(), field=name, **values)

    def _entry(
        self, entity: str, row_id: str, op: str, at_: datetime, before: dict[str, Any], after: dict[str, Any]
    ) -> ChangeLogRow:
        self.rev += 1
        return ChangeLogRow(
            id=f"log-{self.rev}",
            rev=self.rev,
            entity=entity,
            entity_id=row_id,
            op=op,
            recorded_at=at_,
            before=before,
            after=after,
        )

    def account(self, name: str, tier: str = "B", owner: str = ME, **values: Any) -> str:
        return self.put("account", name=name, tier=tier, owner_id=owner, **values)

    def activity(
        self, starts_at: datetime, status: str = "planned", kind: str = "visit", rep: str = ME, **values: Any
    ) -> str:
        values.setdefault("ends_at", starts_at + timedelta(minutes=45))
        return self.put("activity", rep_id=rep, owner_id=rep, kind=kind, status=status, starts_at=starts_at, **values)

    def deal(self, name: str, stage: str, amount_minor: int | None, owner: str = ME, **values: Any) -> str:
        values.setdefault("created_on", date(2026, 10, 1))
        return self.put(
            "deal", name=name, owner_id=owner, funnel_id="funnel-1", stage_id=stage, amount_minor=amount_minor, **values
        )

    def target(self, value: int, scope: str = ME, month: int = 11, **values: Any) -> str:
        """A month's target of a person, of the team, or for the region of the company."""
        given: dict[str, Any] = {
            "metric": "won_amount",
            "scope_kind": {REGION: "company", TEAM: "team"}.get(scope, "person"),
            "scope_id": scope,
            "owner_id": {REGION: HEAD, TEAM: LEAD}.get(scope, scope),
            "period_kind": "month",
            "period_start": date(2026, month, 1),
            "value": value,
        }
        return self.put("target", **{**given, **values})

    def kpi(self, minimum: int = 15, kind: str = "visit", **values: Any) -> str:
        values.setdefault("consequence_value", 200)
        return self.put("kpi_rule", name=f"{kind}s a month", kind=kind, minimum=minimum, **values)


STAGES = (
    ("stage-1", "甄别", "Qualify", "open", 10, 9, ""),
    ("stage-2", "需求", "Needs", "open", 30, 12, "Budget confirmed?"),
    ("stage-3", "方案", "Proposal", "open", 55, 11, "Decision maker met?"),
    ("stage-4", "谈判", "Negotiate", "open", 75, 7, "Terms agreed?"),
    ("stage-won", "赢单", "Won", "won", 100, None, ""),
    ("stage-lost", "丢单", "Lost", "lost", 0, None, ""),
)


@cache
def _empty_file() -> bytes:
    """All tables and no rows, made once: the migrations take longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database.at(Path(folder) / "cockpit.db")
        database.prepare()
        database.close()
        return (Path(folder) / "cockpit.db").read_bytes()


def found_company(folder: Path, signed_in: str = ME) -> Company:
    """Team, people, funnel and calendar, in a new file; no accounts, no activities, no targets yet."""
    (folder / "cockpit.db").write_bytes(_empty_file())
    company = Company(Database.at(folder / "cockpit.db"))
    company.put("team", id=REGION, name="华东", alias="East", kind="region", time_zone="Asia/Shanghai")
    company.put("team", id=TEAM, name="华东一组", alias="East-1", parent_id=REGION, time_zone="Asia/Shanghai")
    people = ((ME, "张伟", "Zhang Wei", "rep"), (MATE, "李娜", "Li Na", "rep"), (LEAD, "周岚", "Zhou Lan", "team_lead"))
    for person_id, name, alias, role in people:
        company.put(
            "person",
            id=person_id,
            name=name,
            alias=alias,
            role=role,
            team_id=TEAM,
            bonus_base_minor=500_000,
            home_lat=31.23,
            home_lon=121.47,
        )
    company.put("person", id=HEAD, name="沈敏", alias="Shen Min", role="region_head", team_id=REGION)
    company.put("funnel", id="funnel-1", name="项目型", alias="Project", is_default=True)
    for position, (stage_id, name, alias, kind, chance, days, milestone) in enumerate(STAGES):
        company.put(
            "stage",
            id=stage_id,
            funnel_id="funnel-1",
            name=name,
            alias=alias,
            position=position,
            kind=kind,
            probability=chance,
            days=days,
            milestone=milestone,
        )
    with company.database.write() as session:
        sign_in(session, signed_in)
    return company


def sign_in(session: Session, person_id: str) -> None:
    meta.put(session, "person_id", person_id)
    meta.put(session, "device_id", "device-1")
    meta.put(session, "complete", "1")
