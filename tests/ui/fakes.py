"""Services that answer from canned snapshots and remember what they were asked to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from cockpit.services.snapshots import (
    AgendaItem,
    Badge,
    CardView,
    DayCell,
    ForecastLine,
    KpiLine,
    LogField,
    LogPreview,
    Match,
    MonthLine,
    NextBest,
    PersonRef,
    Prep,
    Saved,
    SyncReport,
    TodaySnapshot,
    TrendWeek,
    Why,
    WhyRow,
)

if TYPE_CHECKING:
    from cockpit.services.container import Services

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=ZONE)
ME = PersonRef("rep-1", "张伟", "Zhang Wei", "rep", "team-1", "华东一组")


def item(number: int, clock: str, account: str, tier: str, stage: str, **values: Any) -> AgendaItem:
    """A planned visit of the day, `number` making its ids."""
    hour, minute = clock.split(":")
    starts_at = NOW.replace(hour=int(hour), minute=int(minute))
    base = AgendaItem(
        id=f"act-{number}",
        kind="visit",
        status="planned",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        account_id=f"acc-{number}",
        account=account,
        account_alias="",
        deal_id=f"deal-{number}",
        tier=tier,
        stage=stage,
        amount_minor=2_200_000,
        currency="CNY",
        subject="",
        goal="",
        goal_result=None,
        is_locked=False,
        is_promised=False,
        planned_because="",
        write_state="done",
    )
    return replace(base, **values)


def card(number: int, what: str, to_do: str, key: str, command: str, **values: Any) -> CardView:
    base = CardView(
        id=f"card-{number}",
        rule="kpi",
        subject_id="kpi-1",
        subject="",
        period_start=date(2026, 11, 1),
        what=what,
        to_do=to_do,
        key=key,
        command=command,
        args={},
        state="found",
        state_text="FOUND",
        progress=None,
        slipped=0,
        at_risk_minor=10_000,
        currency="CNY",
        score=1.0,
        evidence=(),
        solved_when="",
    )
    return replace(base, **values)


def today_snapshot(**values: Any) -> TodaySnapshot:
    """The morning of an invented month."""
    visits = (
        item(1, "09:30", "恒泰机械", "A", "方案", goal="CFO ok on pilot", amount_minor=6_600_000, is_locked=True),
        item(2, "11:00", "明远物流", "B", "需求", goal="find 2nd decider"),
        item(3, "14:00", "嘉禾食品", "A", "谈判", goal="price yes or no", kind="call", amount_minor=4_400_000),
        item(
            4,
            "15:30",
            "新域科技",
            "C",
            "甄别",
            goal="budget? who?",
            kind="call",
            amount_minor=800_000,
            write_state="saved",
        ),
    )
    unvisited = replace(
        item(5, "10:00", "华光电子", "B", "需求", amount_minor=1_800_000), starts_at=NOW - timedelta(days=1)
    )
    prep = Prep(
        activity_id="act-1",
        account_id="acc-1",
        account="恒泰机械",
        last_held_on=date(2026, 11, 17),
        last_result="wants ROI before CFO",
        last_activity_id="act-0",
        open_needs=("ROI sheet",),
        deciders=(("王总", "CFO", None), ("李工", "COO", 1)),
        open_deals=(("deal-1", "pilot", 6_600_000),),
        missing=("no agenda",),
    )
    second = replace(
        prep,
        activity_id="act-2",
        account_id="acc-2",
        account="明远物流",
        last_held_on=None,
        last_result="",
        deciders=(),
    )
    base = TodaySnapshot(
        as_of=NOW,
        complete=True,
        rep=ME,
        day=NOW.date(),
        is_read_only=False,
        visits=visits,
        yesterday_unvisited=(unvisited,),
        prep=prep,
        briefs=(prep, second),
        coming=(
            replace(item(6, "15:00", "中北制药", "B", "谈判", kind="call"), starts_at=NOW + timedelta(days=1)),
            replace(item(7, "10:00", "安捷重工", "A", "甄别", goal="who signs?"), starts_at=NOW + timedelta(days=2)),
        ),
        days=month_days(),
        trend=trend(),
        next_best=NextBest(
            account_id="acc-5",
            account="华光电子",
            tier="B",
            after_activity_id="act-2",
            starts_at=NOW.replace(hour=12, minute=15),
            score=27,
            points=(("21 d unseen", 14), ("18k slips on 11-30", 9), ("4 min away", 4)),
            row_ids=("acc-5",),
        ),
        month=MonthLine(
            starts_on=date(2026, 11, 1),
            target_minor=30_000_000,
            actual_minor=18_200_000,
            gap_minor=11_800_000,
            planned_minor=6_600_000,
            uncovered_minor=5_200_000,
            forecast=ForecastLine(reason="needs_history", needs_months=6, has_months=3),
            currency="CNY",
            workdays_gone=17,
            workdays_total=21,
            has_conflict=False,
        ),
        kpis=(kpi("kpi-1", "Face visits", 15, 11, 2, 2), kpi("kpi-2", "Calls", 60, 41, 19, 0)),
        cards=(
            card(1, "yesterday unvisited 1", "reason and next plan", "x", "drop", args={"activity_id": "act-5"}),
            card(2, "face visits: 2 without plan", "fill with the 2 best", "f", "fill", args={"kpi_id": "kpi-1"}),
            card(
                3,
                "funnel thin 9/14",
                "put 8 targets on the list",
                "p",
                "pipeline",
                state="planned",
                state_text="PLANNED 3/8",
            ),
            card(
                4,
                "嘉禾食品 stalled 19 d",
                "ask for price meeting",
                "enter",
                "open",
                state="doing",
                args={"deal_id": "deal-3"},
                state_text="DOING 1/4",
            ),
        ),
    )
    return replace(base, **values)


def month_days() -> tuple[DayCell, ...]:
    """November 2026: 11 visits held, one missed on the 23rd, 2 planned, today being the 24th."""
    held = {2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 9: 1, 10: 1, 11: 1, 12: 1, 13: 1, 16: 1}
    days = []
    for number in range(1, 31):
        on = date(2026, 11, number)
        held_on, planned, missed = held.get(number, 0), int(number in (24, 26)), int(number == 23)
        days.append(
            DayCell(
                on=on,
                is_workday=on.isoweekday() < 6,
                held=held_on,
                planned=planned,
                missed=missed,
                state="done" if held_on else "missed" if missed else "planned" if planned else "free",
            )
        )
    return tuple(days)


def trend() -> tuple[TrendWeek, ...]:
    """Eight weeks up to that of 2026-11-23."""
    first = date(2026, 10, 5)
    values = ((3, 0), (4, 9_000_000), (5, 0), (6, 2_000_000), (5, 6_600_000), (5, 5_200_000), (1, 6_400_000), (0, 0))
    return tuple(
        TrendWeek(starts_on=first + timedelta(weeks=number), held=held, won_minor=won)
        for number, (held, won) in enumerate(values)
    )


def kpi(kpi_id: str, name: str, limit: int, done: int, planned: int, uncovered: int) -> KpiLine:
    return KpiLine(
        id=kpi_id,
        name=name,
        kind="visit",
        limit=limit,
        done=done,
        planned=planned,
        uncovered=uncovered,
        at_risk_minor=10_000 if uncovered else 0,
        currency="CNY",
        state="short" if uncovered else "covered",
        has_conflict=False,
    )


BADGE = Badge(
    pending=3,
    conflicts=0,
    parked=0,
    oldest_pending_at=NOW,
    last_sync_at=NOW - timedelta(minutes=14),
    is_offline=True,
    is_syncing=False,
    progress="",
    complete=True,
)


def preview_of(line: str, **values: Any) -> LogPreview:
    """A line read: ready when it has an account."""
    parts = line.split()
    base = LogPreview(
        line=line,
        fields=(
            LogField(name="what", label="what", value="visit", source="v"),
            LogField(name="account", label="account", value="恒泰机械", source=parts[1] if len(parts) > 1 else ""),
        ),
        matches=(("acc-1", "恒泰机械"), ("acc-9", "海天集团")),
        account_id="acc-1",
        effects=("face visits 11 -> 12",),
        problem="" if len(parts) > 1 else "which account?",
        problem_column=None if len(parts) > 1 else len(line),
        milestone="",
        is_ready=len(parts) > 1,
    )
    return replace(base, **values)


class Part:
    """One service: a call named in `answers` gives that answer (raised when it is an error); all are recorded."""

    def __init__(self, name: str, calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> None:
        self._name = name
        self._calls = calls
        self.answers: dict[str, Any] = {}

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self._calls.append((f"{self._name}.{verb}", args, kwargs))
            answer = self.answers.get(verb, Saved(action_id="op-1", text=f"saved {verb}"))
            if isinstance(answer, Exception):
                raise answer
            return answer(*args, **kwargs) if callable(answer) else answer

        return call


@dataclass
class FakeDatabase:
    version: int = 1

    def data_version(self) -> int:
        return self.version

    @contextmanager
    def look(self) -> Iterator[None]:
        yield None


@dataclass
class FakeDesk:
    person: PersonRef = ME
    database: FakeDatabase = field(default_factory=FakeDatabase)

    def viewer(self, _session: object) -> PersonRef:
        return self.person


_NAMES = (
    "today",
    "gap",
    "chain",
    "pipeline",
    "funnel",
    "targets",
    "team",
    "forecast",
    "metrics",
    "cards",
    "why",
    "visits",
    "quicklog",
    "past",
    "accounts",
    "deals",
    "replan",
    "undo",
    "sync",
    "answers",
    "amending",
    "proof",
    "outbox_files",
)


class FakeServices:
    """Has every service by name. `calls` lists (service.verb, args, kwargs) in order."""

    def __init__(self, **answers: Any) -> None:
        """`answers` like `today__load=snapshot`, over the canned ones."""
        self.calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []
        self.desk = FakeDesk()
        self._parts = {name: Part(name, self.calls) for name in _NAMES}
        canned: dict[str, Any] = {
            "today__load": today_snapshot(),
            "sync__badge": BADGE,
            "sync__run": SyncReport(pushed=0, pulled=0, pending=0, conflicts=0, parked=0, receipts=0, complete=True),
            "sync__run_if_due": SyncReport(
                pushed=0, pulled=0, pending=0, conflicts=0, parked=0, receipts=0, complete=True
            ),
            "quicklog__preview": lambda line, choice=None: preview_of(line),
            "accounts__search": (Match(id="acc-1", name="恒泰机械", alias="Hengtai", tier="A", score=100.0),),
            "why__explain": why_snapshot(),
        }
        for name, answer in {**canned, **answers}.items():
            self.set(name, answer)

    def set(self, name: str, answer: Any) -> None:
        """`set("visits__cancel", DiskFull(path="x"))`"""
        service, verb = name.split("__")
        self._parts[service].answers[verb] = answer

    def __getattr__(self, name: str) -> Part:
        try:
            return self.__dict__["_parts"][name]  # type: ignore[no-any-return]
        except KeyError:
            raise AttributeError(name) from None

    def called(self, name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        """The arguments of every call of `service.verb`."""
        return [(args, kwargs) for verb, args, kwargs in self.calls if verb == name]

    def badge(self) -> Badge:
        found: Badge = self._parts["sync"].badge()
        return found

    def opener(self) -> Callable[[], Services]:
        """For `CockpitApp(open_container=...)`."""
        return lambda: cast("Services", self)


def why_snapshot(**values: Any) -> Why:
    base = Why(
        title="actual",
        value=18_200_000,
        unit="money",
        currency="CNY",
        formula="sum of the amounts of deals won this month",
        inputs=(("month", "2026-11"),),
        rows=(
            WhyRow(entity="deal", id="deal-7", text="远大医药", at=NOW, value=10_000_000),
            WhyRow(entity="deal", id="deal-8", text="信达", at=NOW, value=8_200_000),
        ),
        combine="sum",
        as_of=NOW,
        origin="hub",
    )
    return replace(base, **values)
