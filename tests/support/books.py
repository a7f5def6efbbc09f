"""Books without a database: rows are told with the time they were recorded, and a book is what was known then.

The day is the tests' own: Tuesday 2026-11-24, 08:30 in Shanghai.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cockpit.domain.book import Book
from cockpit.domain.entities import (
    Account,
    Activity,
    Deal,
    Funnel,
    KpiRule,
    LogEntry,
    MilestoneDone,
    Person,
    Stage,
    StageChange,
    StageKind,
    Target,
    Team,
    Waiver,
)
from cockpit.domain.periods import WorkCalendar
from tests.support.company import HEAD, LEAD, MATE, ME, NOW, REGION, STAGES, TEAM, ZONE

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def _wire(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


@dataclass
class Teller:
    """Tells a month: `visit`, `deal`, `change`. `book` gives what was known at a moment."""

    told: list[tuple[datetime, int, str, str, dict[str, Any], int]] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    rules: list[KpiRule] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    changes: list[StageChange] = field(default_factory=list)
    milestones: list[MilestoneDone] = field(default_factory=list)
    holidays: set[date] = field(default_factory=set)
    recorded: dict[str, datetime] = field(default_factory=dict)
    count: int = 0

    def _id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}-{self.count:05d}"

    def activity(
        self,
        starts_at: datetime,
        status: str = "planned",
        kind: str = "visit",
        rep: str = ME,
        recorded_at: datetime = LONG_AGO,
        rev: int = 1,
        **values: Any,
    ) -> str:
        row_id = self._id("activity")
        values = {"rep_id": rep, "kind": kind, "status": status, "starts_at": starts_at.astimezone(UTC), **values}
        self.told.append((recorded_at, len(self.told), "activity", row_id, values, rev))
        return row_id

    def deal(
        self,
        stage: str,
        amount_minor: int | None,
        owner: str = ME,
        recorded_at: datetime = LONG_AGO,
        rev: int = 1,
        **values: Any,
    ) -> str:
        row_id = self._id("deal")
        values = {
            "name": row_id,
            "owner_id": owner,
            "funnel_id": "funnel-1",
            "stage_id": stage,
            "amount_minor": amount_minor,
            "created_on": date(2026, 10, 1),
            **values,
        }
        self.told.append((recorded_at, len(self.told), "deal", row_id, values, rev))
        return row_id

    def change(self, row_id: str, recorded_at: datetime, rev: int = 1, **values: Any) -> None:
        """A later change; `rev` 0: the hub does not know of it yet."""
        values = {k: v.astimezone(UTC) if isinstance(v, datetime) else v for k, v in values.items()}
        self.told.append((recorded_at, len(self.told), row_id.split("-")[0], row_id, values, rev))

    def stage_change(self, deal_id: str, before: str | None, after: str, at: datetime) -> None:
        self.changes.append(
            StageChange(
                id=self._id("change"), rev=1, deal_id=deal_id, from_stage_id=before, to_stage_id=after, changed_at=at
            )
        )

    def acknowledge(self) -> None:
        """A sync: the hub knows everything told so far."""
        self.told = [(*entry[:5], 1) for entry in self.told]

    def kpi(self, minimum: int = 15, kind: str = "visit", **values: Any) -> KpiRule:
        values.setdefault("consequence_value", 200)
        rule = KpiRule(id=self._id("kpi"), rev=1, name=f"{kind}s", kind=kind, minimum=minimum, **values)  # type: ignore[arg-type]
        self.rules.append(rule)
        return rule

    def target(self, value: int, start: date = date(2026, 11, 1), kind: str = "month", **values: Any) -> Target:
        values = {"scope_id": ME, "metric": "won_amount", "scope_kind": "person", **values}
        row = Target(id=self._id("target"), rev=1, period_kind=kind, period_start=start, value=value, **values)
        self.targets.append(row)
        return row

    def account(self, tier: str = "B", owner: str = ME, **values: Any) -> str:
        row_id = self._id("account")
        values = {"lifecycle": "won", **values}
        self.accounts[row_id] = Account(id=row_id, rev=1, name=row_id, tier=tier, owner_id=owner, **values)  # type: ignore[arg-type]
        return row_id

    def book(self, as_of: datetime = NOW) -> Book:
        rows: dict[str, Any] = {}
        log: list[LogEntry] = []
        for recorded_at, number, entity, row_id, values, rev in sorted(self.told, key=lambda entry: entry[:2]):
            if recorded_at > as_of:
                continue
            row = rows.get(row_id)
            before: dict[str, object] = {}
            if row is None:
                rows[row_id] = (Activity if entity == "activity" else Deal)(
                    id=row_id, rev=rev, pending=1 - min(rev, 1), **values
                )
            else:
                before = {name: _wire(getattr(row, name)) for name in values}
                pending = row.pending + (1 - min(rev, 1))
                rows[row_id] = dataclasses.replace(row, rev=max(rev, row.rev), pending=pending, **values)
            log.append(
                LogEntry(
                    id=f"log-{number}",
                    rev=rev,
                    entity=entity,
                    entity_id=row_id,
                    op="create" if row is None else "patch",
                    recorded_at=recorded_at.astimezone(UTC),
                    before=before,
                    after={} if row is None else {name: _wire(value) for name, value in values.items()},
                )
            )
        return self._bound(as_of, tuple(rows.values()), tuple(log))

    def _bound(self, as_of: datetime, rows: tuple[Any, ...], log: tuple[LogEntry, ...]) -> Book:
        people = {
            key: Person(id=key, rev=1, name=key, role=role, team_id=team, bonus_base_minor=500_000)  # type: ignore[arg-type]
            for key, role, team in (
                (ME, "rep", TEAM),
                (MATE, "rep", TEAM),
                (LEAD, "team_lead", TEAM),
                (HEAD, "region_head", REGION),
            )
        }
        return Book(
            as_of=as_of,
            zone=ZONE,
            complete=True,
            activities_from=date(2026, 9, 1),
            teams={
                REGION: Team(id=REGION, name="East", time_zone="Asia/Shanghai"),
                TEAM: Team(id=TEAM, name="East-1", parent_id=REGION, time_zone="Asia/Shanghai"),
            },
            people=people,
            calendar=WorkCalendar(holidays=frozenset(self.holidays)),
            absences=(),
            funnels={"funnel-1": Funnel(id="funnel-1", name="Project", is_default=True)},
            stages=_stages(),
            products={},
            accounts=self.accounts,
            windows={},
            deals=tuple(row for row in rows if isinstance(row, Deal)),
            stage_changes=tuple(change for change in self.changes if change.changed_at <= as_of),
            milestones=tuple(done for done in self.milestones if done.done_at <= as_of),
            activities=tuple(row for row in rows if isinstance(row, Activity)),
            targets=tuple(self.targets),
            kpi_rules=tuple(self.rules),
            waivers=tuple(self.waivers),
            log=log,
            conflicted=frozenset(),
            recorded={key: at.astimezone(UTC) for key, at in self.recorded.items() if at <= as_of},
        )


def _stages() -> dict[str, Stage]:
    kinds: dict[str, StageKind] = {"open": "open", "won": "won", "lost": "lost"}
    return {
        key: Stage(
            id=key,
            funnel_id="funnel-1",
            name=name,
            position=place,
            kind=kinds[kind],
            probability=chance,
            days=days,
            milestone=milestone,
        )
        for place, (key, name, _, kind, chance, days, milestone) in enumerate(STAGES)
    }


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)
