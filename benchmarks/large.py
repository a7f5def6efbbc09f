"""One rep's file as it is after years: 10,000 accounts, 50,000 activities. `python -m benchmarks.large` times its services.

The demo rep's own rows stand in it, so that Today tells the same story; the rest is made up, the same on every run.
"""

from __future__ import annotations

import gc
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cockpit.services.container import Services
    from cockpit.storage.database import Database

DAY = date(2026, 11, 24)
ACCOUNTS, ACTIVITIES, DEALS = 10_000, 50_000, 300
PLANNED = 150
"""Visits and calls ahead, from tomorrow on."""
YEARS = 3
_FIRST = "恒泰明远嘉禾华光安捷中北德盛康达信达绿源宏图瑞丰金桥东方新海长城江南天宇"
_TRADES = (
    ("机械", "Machinery"),
    ("物流", "Logistics"),
    ("电子", "Electronics"),
    ("医药", "Pharma"),
    ("化工", "Chemicals"),
    ("食品", "Foods"),
    ("纺织", "Textiles"),
    ("能源", "Energy"),
    ("软件", "Software"),
    ("包装", "Packaging"),
)
_SYLLABLES = ("heng", "tai", "ming", "yuan", "jia", "he", "hua", "guang", "an", "jie", "de", "sheng", "kang", "rui")
_CHUNK = 2_000


def large_account(folder: Path, accounts: int = ACCOUNTS, activities: int = ACTIVITIES) -> dict[str, str]:
    """A synced account of that size without its hub: the environment to start the program on it."""
    from benchmarks.account import demo_environment

    environment = demo_environment(folder)
    from cockpit.storage.database import Database

    database = Database.at(Path(environment["COCKPIT_HOME"]) / "data" / "default.db")
    _fill(database, accounts, activities)
    database.close()
    return environment


def _fill(database: Database, accounts: int, activities: int) -> None:
    from sqlmodel import col, select

    from cockpit.storage import meta, rows
    from cockpit.storage.tables import AccountRow, ActivityRow, StageRow

    with database.write() as session:
        rep = meta.get(session, "person_id")
        stages = session.exec(
            select(StageRow.funnel_id, StageRow.id).where(StageRow.kind == "open").order_by(col(StageRow.position))
        ).all()
        known = len(session.exec(select(AccountRow.id)).all())
        done = len(session.exec(select(ActivityRow.id)).all())
        maker = _Maker(rep, [(funnel, stage) for funnel, stage in stages])
        names = list(maker.accounts(accounts - known))
        ids = [values["id"] for values in names]
        parts: tuple[tuple[str, Iterator[dict[str, Any]]], ...] = (
            ("account", iter(names)),
            ("contact", maker.contacts(ids)),
            ("opening_window", maker.windows(ids)),
            ("deal", maker.deals(ids)),
            ("activity", maker.activities(ids, activities - done)),
        )
        for entity, found in parts:
            made = [{**values, "rev": 1, "owner_id": rep} for values in found]
            for start in range(0, len(made), _CHUNK):
                rows.insert_many(session, entity, made[start : start + _CHUNK])
        entries = [{**values, "rev": 1, "owner_id": rep} for values in maker.log]
        for start in range(0, len(entries), _CHUNK):
            rows.insert_many(session, "change_log", entries[start : start + _CHUNK])


class _Maker:
    """Values of made-up rows; every activity and deal leaves a line in `log`, as a hub would have sent it."""

    def __init__(self, rep: str, stages: list[tuple[str, str]]) -> None:
        self.rep = rep
        self.stages = stages
        self.chance = random.Random(20261124)
        self.log: list[dict[str, Any]] = []
        self._count = 0

    def _id(self) -> str:
        self._count += 1
        return f"01900000-0000-7000-8000-{self._count:012x}"

    def accounts(self, count: int) -> Iterator[dict[str, Any]]:
        chance = self.chance
        for number in range(count):
            trade_zh, trade = chance.choice(_TRADES)
            name = "".join(chance.choices(_FIRST, k=3)) + trade_zh
            alias = "".join(chance.choices(_SYLLABLES, k=2)).title()
            yield {
                "id": self._id(),
                "name": f"{name}{number}",
                "alias": f"{alias} {trade} {number}",
                "tier": chance.choices("ABC", (1, 3, 16))[0],
                "lifecycle": chance.choice(("prospect", "target", "qualified", "won", "repeat")),
                "industry": trade.lower(),
                "lat": 31.2 + chance.uniform(-0.3, 0.3),
                "lon": 121.4 + chance.uniform(-0.3, 0.3),
            }

    def contacts(self, accounts: list[str]) -> Iterator[dict[str, Any]]:
        for account in accounts:
            yield {"id": self._id(), "account_id": account, "name": "".join(self.chance.choices(_FIRST, k=3))}

    def windows(self, accounts: list[str]) -> Iterator[dict[str, Any]]:
        for account in accounts[::5]:
            for weekday in range(5):
                yield {
                    "id": self._id(),
                    "account_id": account,
                    "weekday": weekday,
                    "opens": "09:00",
                    "closes": "17:00",
                }

    def deals(self, accounts: list[str]) -> Iterator[dict[str, Any]]:
        for account in accounts[:: max(1, len(accounts) // DEALS)]:
            funnel, stage = self.chance.choice(self.stages)
            created = DAY - timedelta(days=self.chance.randrange(10, 200))
            values: dict[str, Any] = {
                "id": self._id(),
                "name": f"Deal {self._count}",
                "account_id": account,
                "funnel_id": funnel,
                "stage_id": stage,
                "amount_minor": self.chance.randrange(10, 500) * 100_000,
                "created_on": created,
                "expected_on": DAY + timedelta(days=self.chance.randrange(5, 90)),
            }
            self._note("deal", values["id"], account, _moment(created, 600))
            yield values

    def activities(self, accounts: list[str], count: int) -> Iterator[dict[str, Any]]:
        """All over but the last `PLANNED`, evenly over the years."""
        chance = self.chance
        for number in range(count):
            ahead = number - (count - PLANNED)
            day = (
                DAY + timedelta(days=1 + ahead % 30) if ahead >= 0 else DAY - timedelta(days=1 + number % (365 * YEARS))
            )
            minute = chance.randrange(8 * 60, 18 * 60, 5)
            kind = chance.choices(("visit", "call", "web", "task"), (4, 10, 1, 1))[0]
            values: dict[str, Any] = {
                "id": self._id(),
                "rep_id": self.rep,
                "kind": kind,
                "status": "planned" if ahead >= 0 else chance.choices(("held", "cancelled"), (12, 1))[0],
                "account_id": chance.choice(accounts),
                "starts_at": _moment(day, minute),
                "ends_at": _moment(day, minute + 30),
                "goal": "agree on the pilot",
            }
            if values["status"] == "held":
                values |= {"goal_result": "half", "result": "waits for the proposal", "needs": ["ROI"]}
            self._note(
                "activity", values["id"], values["account_id"], _moment(min(day, DAY) - timedelta(days=3), minute)
            )
            if ahead < 0:
                self._note("activity", values["id"], values["account_id"], values["ends_at"], str(values["status"]))
            yield values

    def _note(self, entity: str, row_id: str, account: str, at: datetime, status: str = "") -> None:
        self.log.append(
            {
                "id": self._id(),
                "entity": entity,
                "entity_id": row_id,
                "account_id": account,
                "op": "patch" if status else "create",
                "recorded_at": at,
                "actor_id": self.rep,
                "before": {"status": "planned"} if status else {},
                "after": {"status": status} if status else {},
            }
        )


def _moment(day: date, minute: int) -> datetime:
    """A minute of a Shanghai day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute - 8 * 60)


def _asked(opened: Services) -> tuple[tuple[str, Callable[[], Any]], ...]:
    return (
        ("today", opened.today.load),
        ("gap", opened.gap.load),
        ("pipeline", opened.pipeline.load),
        ("team", opened.team.load),
        ("week", opened.week.load),
        ("find 'ht'", lambda: opened.accounts.search("ht")),
        ("find '恒泰'", lambda: opened.accounts.search("恒泰")),
        ("find 'hengtai mach'", lambda: opened.accounts.search("hengtai mach")),
        ("find 'machnery' (near)", lambda: opened.accounts.search("hengtay machnery")),
        ("log preview", lambda: opened.quicklog.preview("v 恒泰机械 ok met the CFO >fri 10")),
        ("account card", lambda: opened.accounts.load(opened.accounts.search("恒泰机械")[0].id)),
        ("replan", opened.replan.propose),
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        environment = large_account(Path(folder))
        print(f"made in {time.perf_counter() - start:.1f} s: {ACCOUNTS:,} accounts, {ACTIVITIES:,} activities")
        os.environ.update(environment)
        gc.set_threshold(100_000, 10, 10)  # as the program does
        from cockpit.services.container import open_services

        opened = open_services(Path(environment["COCKPIT_HOME"]) / "data" / "default.db")
        print(f"{'service':<26}{'first ms':>10}{'median ms':>11}{'cpu ms':>9}")
        for name, call in _asked(opened):
            wall, cpu = [], []
            for _ in range(4):
                begun, spent = time.perf_counter(), time.process_time()
                call()
                wall.append((time.perf_counter() - begun) * 1000)
                cpu.append((time.process_time() - spent) * 1000)
            print(f"{name:<26}{wall[0]:>10.1f}{statistics.median(wall[1:]):>11.1f}{statistics.median(cpu[1:]):>9.1f}")
        opened.desk.database.close()


if __name__ == "__main__":
    main()
