"""Canned snapshots of the boards: one invented month whose sums agree, as on Tuesday 2026-11-24, 08:30.

Money is CNY minor units. The month: target 300k, actual 182k, gap 118k, planned 66k, uncovered 52k.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from cockpit.services.snapshots import (
    AccountSnapshot,
    AgendaItem,
    AgreementLine,
    Badge,
    ConflictItem,
    ContactLine,
    DealBrief,
    DealLine,
    DealSnapshot,
    FlowLine,
    ForecastLine,
    FunnelSnapshot,
    FunnelStage,
    GapRep,
    GapSnapshot,
    GapWeek,
    KpiLine,
    MetricLine,
    MetricScope,
    MetricsSnapshot,
    MonthVisits,
    PaceDay,
    PersonRef,
    PipelineSnapshot,
    ProofView,
    QueueItem,
    RangeView,
    ReasonLine,
    Receipt,
    Remedy,
    ReplanProposal,
    ReplanRow,
    Saved,
    ScoreLine,
    StageLine,
    StageStep,
    SyncSnapshot,
    TeamProblem,
    TeamRep,
    TeamSnapshot,
    TeamVisit,
    TrendWeek,
    VanityLine,
)
from tests.support.company import NOW, at
from tests.ui.fakes import month_days

REP = PersonRef("rep-1", "张伟", "Zhang Wei", "rep", "team-1", "华东一组")
LEAD = PersonRef("lead-1", "周岚", "Zhou Lan", "team_lead", "team-1", "华东一组")
K = 100_000
"""A thousand yuan in minor units."""


def kpi(**values: Any) -> KpiLine:
    return KpiLine(
        **{
            "id": "kpi-1",
            "name": "Face visits",
            "kind": "visit",
            "limit": 15,
            "done": 11,
            "planned": 2,
            "uncovered": 2,
            "at_risk_minor": 10_000,
            "currency": "CNY",
            "state": "short",
            "has_conflict": False,
            **values,
        }
    )


def pace() -> tuple[PaceDay, ...]:
    """The 21 working days of November: won on the 5th, 10th and 18th, planned for the 30th."""
    days = [date(2026, 11, day) for day in range(1, 31) if date(2026, 11, day).isoweekday() < 6]
    won = {5: 60, 10: 52, 18: 70}
    return tuple(
        PaceDay(
            on=day,
            due_minor=300 * K * number // len(days),
            actual_minor=sum(money for on, money in won.items() if on <= day.day) * K if day.day <= 24 else None,
            covered_minor=(182 + (66 if day.day == 30 else 0)) * K if day.day >= 24 else None,
        )
        for number, day in enumerate(days, 1)
    )


def forecast(value: int, low: int, high: int) -> ForecastLine:
    return ForecastLine(
        value_minor=value * K,
        low_minor=low * K,
        high_minor=high * K,
        error=0.11,
        bias=0.03,
        covered=0.83,
        past=12,
        floor=0.09,
    )


def team_gap() -> GapSnapshot:
    """A lead's: that of his team, with one rep."""
    rep = GapRep(
        id="rep-2",
        name="李娜",
        target_minor=300 * K,
        actual_minor=182 * K,
        gap_minor=118 * K,
        planned_minor=66 * K,
        uncovered_minor=52 * K,
        forecast=forecast(256, 221, 286),
    )
    agreement = AgreementLine(state="asked", agreed=0, of=1)
    return gap(team="华东一组", reps=(rep,), kpis=(), days=(), parts_minor=300 * K, agreement=agreement)


def gap(**values: Any) -> GapSnapshot:
    weeks = ((1, 1, 0, 0), (2, 8, 75, 60), (9, 15, 75, 52), (16, 22, 75, 70), (23, 29, 60, 0), (30, 30, 15, 0))
    return GapSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "rep": REP,
            "is_read_only": False,
            "period_kind": "month",
            "starts_on": date(2026, 11, 1),
            "ends_on": date(2026, 11, 30),
            "currency": "CNY",
            "target_minor": 300 * K,
            "actual_minor": 182 * K,
            "gap_minor": 118 * K,
            "planned_minor": 66 * K,
            "uncovered_minor": 52 * K,
            "forecast": forecast(256, 221, 286),
            "other_currencies": (),
            "kpis": (
                kpi(),
                kpi(
                    id="kpi-2",
                    name="Calls",
                    kind="call",
                    limit=40,
                    done=31,
                    planned=9,
                    uncovered=0,
                    at_risk_minor=0,
                    state="covered",
                ),
            ),
            "weeks": tuple(
                GapWeek(
                    starts_on=date(2026, 11, first),
                    ends_on=date(2026, 11, last),
                    target_minor=target * K,
                    actual_minor=actual * K,
                    gap_minor=(target - actual) * K,
                )
                for first, last, target, actual in weeks
            ),
            "workdays_left": 5,
            "due_minor": 300 * K * 16 // 21,
            "days": month_days(),
            "trend": trend(3, 4, 5, 6, 5, 5, 1, 0),
            "pace": pace(),
            **values,
        }
    )


def deal_line(number: int = 1, **values: Any) -> DealLine:
    return DealLine(
        **{
            "id": f"deal-{number}",
            "name": "line-2",
            "account_id": f"account-{number}",
            "account": "嘉禾食品",
            "owner_id": "rep-1",
            "owner": "张伟",
            "stage_id": "stage-4",
            "stage": "谈判",
            "amount_minor": 44 * K,
            "currency": "CNY",
            "expected_on": date(2026, 11, 30),
            "days_in_stage": 19,
            "next_step_at": at(24, "14:00"),
            "next_step": "call",
            "state": "stalled",
            "states": ("stalled",),
            "rules": ("19 days in Negotiate, usual 7",),
            "write_state": "done",
            "remedies": (Remedy("move the stage", "stage"),) if values.get("states", True) else (),
            **values,
        }
    )


def pipeline(**values: Any) -> PipelineSnapshot:
    healthy: dict[str, Any] = {"state": "healthy", "states": (), "rules": ()}
    return PipelineSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "scope": REP,
            "is_read_only": False,
            "funnel_id": "funnel-1",
            "funnel": "项目型",
            "currency": "CNY",
            "stages": (
                StageLine(id="stage-1", name="甄别", count=5, amount_minor=40 * K, conversion=0.22, conversion_n=41),
                StageLine(id="stage-2", name="需求", count=4, amount_minor=70 * K, conversion=0.61, conversion_n=28),
                StageLine(id="stage-3", name="方案", count=3, amount_minor=98 * K, conversion=0.55, conversion_n=20),
                StageLine(id="stage-4", name="谈判", count=2, amount_minor=88 * K, conversion=None, conversion_n=0),
            ),
            "won_count": 9,
            "won_amount_minor": 182 * K,
            "lost_count": 6,
            "open_count": 14,
            "open_amount_minor": 296 * K,
            "open_without_amount": 2,
            "win_rate": 0.6,
            "win_rate_n": 15,
            "other_currencies": (),
            "deals": (
                deal_line(1),
                deal_line(
                    2,
                    name="pilot",
                    account="恒泰机械",
                    stage_id="stage-3",
                    stage="方案",
                    amount_minor=66 * K,
                    days_in_stage=6,
                    next_step_at=at(27, "10:00"),
                    next_step="visit the CFO",
                    **healthy,
                ),
                deal_line(
                    3,
                    name="upgrade",
                    account="华光电子",
                    stage_id="stage-2",
                    stage="需求",
                    amount_minor=18 * K,
                    days_in_stage=31,
                    next_step_at=None,
                    next_step="",
                    state="dirty",
                    states=("dirty", "stalled"),
                    rules=("No dated next step", "31 days in Needs, usual 12"),
                    remedies=(Remedy("plan the next step", "new"), Remedy("plan the next step", "new")),
                ),
                deal_line(
                    4,
                    name="no name yet",
                    account_id=None,
                    account="",
                    stage_id="stage-1",
                    stage="甄别",
                    amount_minor=None,
                    days_in_stage=None,
                    expected_on=None,
                    next_step_at=None,
                    next_step="",
                    write_state="saved",
                    **healthy,
                ),
            ),
            "briefs": (
                DealBrief(deal_id="deal-1", contacts=contacts(), last_held_on=date(2026, 11, 16), last_result="price?"),
            ),
            **values,
        }
    )


def contacts() -> tuple[ContactLine, ...]:
    return (
        ContactLine(
            id="contact-1",
            name="王总",
            title="CFO",
            phone="",
            mobile="13800000001",
            email="",
            decision_role="approver",
            stance=1,
        ),
        ContactLine(
            id="contact-2",
            name="刘工",
            title="IT",
            phone="021-5555 0188",
            mobile="",
            email="liu@example.com",
            decision_role="user",
            stance=None,
        ),
    )


def item(number: int = 1, **values: Any) -> AgendaItem:
    starts_at = values.pop("starts_at", at(24, "09:30"))
    return AgendaItem(
        **{
            "id": f"activity-{number}",
            "kind": "visit",
            "status": "planned",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=45),
            "account_id": "account-1",
            "account": "恒泰机械",
            "account_alias": "Hengtai",
            "deal_id": "deal-2",
            "tier": "A",
            "stage": "方案",
            "amount_minor": 66 * K,
            "currency": "CNY",
            "subject": "",
            "goal": "CFO ok on pilot",
            "goal_result": None,
            "is_locked": False,
            "is_promised": False,
            "planned_because": "",
            "write_state": "done",
            **values,
        }
    )


def _step(names: tuple[str, ...], values: tuple[Any, ...]) -> StageStep:
    return StageStep(**dict(zip(names, values, strict=True)))


def deal(**values: Any) -> DealSnapshot:
    steps = (
        ("stage-1", "甄别", "open", "", at(1), False, 8, 9.0, None),
        ("stage-2", "需求", "open", "Budget confirmed?", at(9), False, 9, 13.0, date(2026, 11, 18)),
        ("stage-3", "方案", "open", "Decision maker met?", at(18), True, 6, 11.0, None),
        ("stage-4", "谈判", "open", "Terms agreed?", None, False, None, 7.5, None),
    )
    names: tuple[str, ...] = (
        "id", "name", "kind", "milestone", "entered_at", "is_current", "days", "usual_days", "milestone_on",
    )  # fmt: skip
    return DealSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "deal": pipeline().deals[1],
            "is_read_only": False,
            "product": "MES",
            "created_on": date(2026, 10, 1),
            "profit_minor": 12 * K,
            "steps": tuple(_step(names, step) for step in steps),
            "account_phone": "021-5555 0100",
            "contacts": contacts(),
            "history": (
                item(8, status="held", starts_at=at(17), goal_result="half", goal="demo on site"),
                item(9, status="not_held", starts_at=at(10), goal="meet COO"),
            ),
            "planned": (item(7, starts_at=at(27, "10:00"), goal="visit the CFO"),),
            "extra": (("segment", "food"),),
            **values,
        }
    )


def account(**values: Any) -> AccountSnapshot:
    return AccountSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "id": "account-1",
            "name": "恒泰机械",
            "alias": "Hengtai",
            "tier": "A",
            "lifecycle": "qualified",
            "industry": "machinery",
            "size": "500",
            "address": "上海市徐汇区漕河泾 12 号",
            "phone": "021-5555 0100",
            "owner": "张伟",
            "origin": "hub",
            "write_state": "done",
            "is_read_only": False,
            "windows": ((0, "09:00", "12:00"), (0, "13:30", "17:00"), (3, "09:00", "17:00")),
            "contacts": contacts(),
            "limit_days": 14,
            "last_seen_on": date(2026, 11, 17),
            "due_in_days": 7,
            "months": tuple(
                MonthVisits(starts_on=date(2025 + (month + 11) // 12, (month + 11) % 12 + 1, 1), visits=month % 4)
                for month in range(12)
            ),
            "history_total": 1,
            "deals": (pipeline().deals[1],),
            "history": (item(8, status="held", starts_at=at(17), goal_result="half", goal="demo on site"),),
            "planned": (item(7, starts_at=at(27, "10:00"), goal="visit the CFO"),),
            "extra": (),
            **values,
        }
    )


PLACES = {
    "恒泰机械": (31.22, 121.45),
    "明远物流": (31.26, 121.49),
    "华光电子": (31.25, 121.42),
    "安捷重工": (31.19, 121.40),
}
"""Latitude and longitude."""


def replan_row(sign: str, account_name: str, clock: str, day: int = 24, **values: Any) -> ReplanRow:
    starts_at = at(day, clock)
    return ReplanRow(
        **{
            "sign": sign,
            "activity_id": f"activity-{account_name}",
            "account_id": f"account-{account_name}",
            "account": account_name,
            "tier": "B",
            "kind": "visit",
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=45),
            "travel_minutes": 11,
            "is_locked": False,
            "status": "planned",
            "place": PLACES.get(account_name),
            **values,
        }
    )


def proposal(**values: Any) -> ReplanProposal:
    return ReplanProposal(
        **{
            "as_of": NOW,
            "complete": True,
            "kind": "replan",
            "trigger": "11:02 明远物流 cancelled",
            "elapsed_ms": 38,
            "before": (
                replan_row("=", "恒泰机械", "09:30", tier="A", status="held", is_locked=True),
                replan_row("x", "明远物流", "11:00", status="cancelled"),
                replan_row("=", "嘉禾食品", "14:00", tier="A", kind="call", is_locked=True),
                replan_row("~", "新域科技", "15:30", tier="C", kind="call"),
            ),
            "after": (
                replan_row("=", "恒泰机械", "09:30", tier="A", status="held", is_locked=True),
                replan_row(
                    "+",
                    "华光电子",
                    "11:15",
                    activity_id=None,
                    reasons=(("21 days unseen, limit 14", 14), ("18k slips on 11-30", 9), ("4 min away", 8)),
                    score=31,
                ),
                replan_row("=", "嘉禾食品", "14:00", tier="A", kind="call", is_locked=True),
                replan_row("~", "新域科技", "15:00", tier="C", kind="call", reasons=(("frees 16:00", -2),), score=-2),
                replan_row(
                    "+",
                    "安捷重工",
                    "16:00",
                    tier="A",
                    activity_id=None,
                    travel_minutes=18,
                    reasons=(("tier A, never met the CFO", 23), ("on the way home", 4)),
                    score=27,
                ),
                replan_row(">", "明远物流", "10:00", day=26, reasons=(("their habit: Thu morning", 6),), score=6),
            ),
            "scores": (
                ScoreLine(label="KPI visits", before="12", after="15", meaning="target 15; uncovered 3 to 0"),
                ScoreLine(label="Money met today", before="118k", after="156k", meaning="38k added, 0 lost"),
                ScoreLine(label="Travel min", before="24", after="53", meaning="limit 90"),
            ),
            "best_dropped": replan_row("x", "德胜电气", "16:30", tier="C", score=12),
            "best_dropped_why": "9 km off, would cost 26 min",
            "notes": ("Straight line x 1.35; traffic unknown offline",),
            "is_empty": False,
            "ticket": "ticket-1",
            "start": (31.23, 121.47),
            "travel_minutes": ((date(2026, 11, 24), 53),),
            **values,
        }
    )


def team_problem(what: str, to_do: str, state: str = "found", at_risk: int = 0, **values: Any) -> TeamProblem:
    return TeamProblem(
        **{
            "rule": "kpi_uncovered",
            "what": what,
            "to_do": to_do,
            "state": state,
            "state_text": state.upper(),
            "at_risk_minor": at_risk * K,
            **values,
        }
    )


def team_visit(account: str, day: int, clock: str, **values: Any) -> TeamVisit:
    return TeamVisit(
        **{
            "starts_at": at(day, clock),
            "kind": "visit",
            "status": "planned",
            "account": account,
            "tier": "A",
            **values,
        }
    )


def trend(*held: int) -> tuple[TrendWeek, ...]:
    monday = date(2026, 11, 23) - timedelta(weeks=len(held) - 1)
    return tuple(
        TrendWeek(starts_on=monday + timedelta(weeks=number), held=count, won_minor=count * K)
        for number, count in enumerate(held)
    )


def team_rep(number: int, name: str, alias: str, target: int, actual: int, **values: Any) -> TeamRep:
    return TeamRep(
        **{
            "id": f"rep-{number}",
            "name": name,
            "alias": alias,
            "target_minor": target * K,
            "actual_minor": actual * K,
            "gap_minor": (target - actual) * K,
            "forecast": forecast(actual + 74, actual + 39, actual + 104),
            "visits_done": 12,
            "visits_planned": 3,
            "visits_uncovered": 0,
            "visits_limit": 15,
            "problem": "",
            "problem_state": "",
            "last_log_at": at(23, "18:05"),
            "trend": trend(0, 1, 2, 3, 4, 5, 6, 7),
            **values,
        }
    )


def team(**values: Any) -> TeamSnapshot:
    zhang = team_rep(
        1,
        "张伟",
        "Zhang Wei",
        300,
        182,
        visits_done=11,
        visits_planned=2,
        visits_uncovered=2,
        behind_minor=140 * K,
        problem="2 face visits without plan",
        problem_state="FOUND 11/15",
        problems=(
            team_problem("2 face visits without plan", "plan the 2 best customers", state_text="FOUND 11/15"),
            team_problem("嘉禾食品 line kit: no dated next step", "plan the next step", "planned", 66),
        ),
        deals_at_risk=(team_problem("嘉禾食品 line kit: no dated next step", "plan the next step", "planned", 66),),
        week=(
            team_visit("恒泰机械", 24, "09:30", status="held"),
            team_visit("明远物流", 24, "11:00", tier="B"),
            team_visit("远大建材", 26, "15:00", kind="web"),
        ),
    )
    zhao = team_rep(
        3,
        "赵磊",
        "Zhao Lei",
        300,
        135,
        visits_done=9,
        visits_planned=1,
        visits_uncovered=5,
        behind_minor=79 * K,
        problem="需求 stuck for 31 days",
        problem_state="RELAPSED",
        problems=(team_problem("需求 stuck for 31 days", "plan the next step", "relapsed", 20),),
        last_log_at=None,
    )
    return TeamSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "viewer": LEAD,
            "team": "华东一组",
            "starts_on": date(2026, 11, 1),
            "currency": "CNY",
            "workdays_gone": 16,
            "workdays_total": 21,
            "reps": (zhao, zhang, team_rep(2, "李娜", "Li Na", 320, 301, visits_done=16, visits_planned=1)),
            "total": team_rep(
                0,
                "",
                "",
                920,
                618,
                id="",
                visits_done=36,
                visits_planned=4,
                visits_uncovered=7,
                visits_limit=45,
                behind_minor=219 * K,
                last_log_at=None,
            ),
            **values,
        }
    )


def badge(**values: Any) -> Badge:
    return Badge(
        **{
            "pending": 2,
            "conflicts": 1,
            "parked": 1,
            "oldest_pending_at": at(24, "07:44"),
            "last_sync_at": at(24, "07:30"),
            "is_offline": True,
            "is_syncing": False,
            "progress": "",
            "complete": True,
            **values,
        }
    )


def queued(number: int, label: str, **values: Any) -> QueueItem:
    return QueueItem(
        **{
            "mutation_id": f"mutation-{number}",
            "label": label,
            "entity": "activity",
            "occurred_at": at(24, "08:12"),
            "attempts": 0,
            "state": "saved",
            "error": "",
            **values,
        }
    )


def proof(**values: Any) -> ProofView:
    return ProofView(
        **{
            "ops": 4_816,
            "receipts": 4_809,
            "queue": 2,
            "conflicts": 2,
            "parked": 1,
            "blocked": 0,
            "discarded": 1,
            "undone": 0,
            "answered": 1,
            "lost": 0,
            "doubled": 0,
            "digest": "9f3a0000aaaac21e",
            "digest_ok": True,
            "proved_at": at(24, "07:18"),
            **values,
        }
    )


def sync(**values: Any) -> SyncSnapshot:
    return SyncSnapshot(
        **{
            "as_of": NOW,
            "complete": True,
            "hub_url": "https://crm.example",
            "badge": badge(),
            "pushed": 4,
            "pulled": 31,
            "queue": (
                queued(1, "visit 恒泰机械: result"),
                queued(2, "plan 华光电子 11:15", attempts=2, state="waiting", error="The hub does not answer"),
                queued(3, "amount 嘉禾食品", attempts=1, state="parked", error="The hub refused: amount too large"),
            ),
            "receipts": (
                Receipt(
                    mutation_id="mutation-0",
                    label="call 远大医药",
                    entity="activity",
                    occurred_at=at(24, "07:12"),
                    ended_at=at(24, "07:30"),
                    result="applied",
                    rev=88213,
                ),
            ),
            "conflicts": (
                ConflictItem(
                    id="conflict-1",
                    entity="deal",
                    entity_id="deal-1",
                    subject="安捷重工",
                    field="amount_minor",
                    field_text="Amount",
                    kind="field",
                    base="18k",
                    mine="20k",
                    theirs="24k",
                    theirs_by="赵敏",
                    theirs_at=at(24, "07:02"),
                    can_keep_both=False,
                    mine_at=at(23, "17:40"),
                ),
                ConflictItem(
                    id="conflict-2",
                    entity="activity",
                    entity_id="activity-1",
                    subject="恒泰机械",
                    field="agenda",
                    field_text="Agenda",
                    kind="field",
                    base="",
                    mine="price first",
                    theirs="demo first",
                    theirs_by="周岚",
                    theirs_at=None,
                    can_keep_both=True,
                ),
            ),
            "last_error": "The hub does not answer",
            "proof": proof(),
            **values,
        }
    )


def saved(text: str) -> Saved:
    return Saved(action_id="action-1", text=text)


def funnel(**values: Any) -> FunnelSnapshot:
    """A rep whose second stage is narrow."""

    def ranged(value: float, low: float, high: float, n: int) -> RangeView:
        return RangeView(value=value, low=low, high=high, n=n)

    def stage(number: int, name: str, count: int, own: float, is_narrow: bool = False) -> FunnelStage:
        return FunnelStage(
            id=f"stage-{number}",
            name=name,
            open=count,
            others_open=4.2,
            shape="",
            conversion=ranged(own, own - 0.08, own + 0.09, 34),
            others_conversion=ranged(0.58, 0.55, 0.61, 410),
            stay=ranged(12, 9, 15, 31),
            others_stay=ranged(11.5, 11, 12, 380),
            is_narrow=is_narrow,
            is_slow=False,
        )

    names = ("甄别", "需求", "方案", "谈判")
    fields: dict[str, Any] = {
        "as_of": NOW,
        "complete": True,
        "scope": REP,
        "funnel_id": "funnel-1",
        "funnel": "Project",
        "funnels": (("funnel-1", "Project"), ("funnel-2", "Online")),
        "currency": "CNY",
        "others": 5,
        "came_in_days": 365,
        "stages": tuple(
            stage(number, name, number + 2, 0.31 if number == 2 else 0.61, number == 2)
            for number, name in enumerate(names, 1)
        ),
        "since": date(2026, 10, 31),
        "period_kind": "month",
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 11, 30),
        "opening_count": 6,
        "opening_minor": 20_300_000,
        "flow": (
            FlowLine(kind="created", count=2, minor=5_200_000),
            FlowLine(kind="won", count=-2, minor=-10_200_000),
            FlowLine(kind="lost", count=-1, minor=-4_100_000),
        ),
        "closing_count": 5,
        "closing_minor": 11_200_000,
        "won_for": (ReasonLine(about="wins:service", name="service nearby", count=2, minor=10_200_000),),
        "lost_for": (ReasonLine(about="losses:price", name="price above the rival", count=1, minor=4_100_000),),
        "lost_from": (ReasonLine(about="losses_from:stage-3", name="方案", count=1, minor=4_100_000),),
    }
    return FunnelSnapshot(**{**fields, **values})


def metric(name: str, **values: Any) -> MetricLine:
    """A count of the month, without peers."""
    base: dict[str, Any] = {
        "id": name,
        "name": name,
        "kind": "process",
        "unit": "count",
        "better": "up",
        "depth": 1,
        "parent": "won_amount",
        "is_own": False,
        "value": 12,
        "n": 12,
        "rate": None,
        "low": None,
        "high": None,
        "lack": "",
        "target": None,
        "is_reached": None,
        "before": 10,
        "change": 0.2,
        "is_better": True,
        "last_year": None,
        "change_year": None,
        "is_better_year": None,
        "trend": (8, 9, None, 7, 9, 11, 10, 12),
        "peers": 6,
        "median": 11,
        "best": 19,
        "no_best": "",
        "worse_share": 0.6,
        "formula": "number of deals created",
        "other_currencies": (),
    }
    return MetricLine(**{**base, **values})


def metrics(**values: Any) -> MetricsSnapshot:
    """A team: a missed target, a rate in which nobody differs, an input that nobody entered."""
    lines = (
        metric("Sales", unit="money", depth=0, value=182 * K, target=300 * K, is_reached=False, median=None, best=None),
        metric("Opportunities"),
        metric(
            "Win rate",
            unit="share",
            value=0.25,
            change=-0.015,
            is_better=False,
            rate=0.31,
            low=0.24,
            high=0.39,
            median=0.3,
            best=None,
            no_best="no real difference between reps",
            trend=(0.2, 0.3, 0.25, 0.31, 0.3, 0.28, 0.265, 0.25),
        ),
        metric(
            "Churn",
            unit="share",
            value=None,
            lack="needs Churn",
            change=None,
            is_better=None,
            median=None,
            best=None,
            trend=(None,) * 8,
        ),
    )
    named = VanityLine(
        metric="calls",
        name="Calls",
        result="won_amount",
        met=6,
        not_met=6,
        lift=-0.02,
        p=0.012,
        is_named=True,
        text="Calls: met by 6 of 12 reps",
    )
    base: dict[str, Any] = {
        "as_of": NOW,
        "complete": True,
        "scope": MetricScope(id="team-1", kind="team", name="East-1"),
        "scopes": (),
        "period_kind": "month",
        "starts_on": date(2026, 11, 1),
        "ends_on": date(2026, 11, 30),
        "compared_to": date(2026, 10, 24),
        "currency": "CNY",
        "lines": lines,
        "diagnosis": "Wang Qiang: weak at opening new customers: New customers won 3 against 8 (lowest 10%)",
        "vanity": (named,),
        "why_empty": "",
    }
    return MetricsSnapshot(**{**base, **values})
