"""A plan as the screen shows it: rows before and after, the score table, the notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of, deals_of, standing
from cockpit.domain.entities import Account, Activity
from cockpit.i18n import _, clock_time, short_money, spoken
from cockpit.planning.plan import Line, Plan
from cockpit.planning.problem import MIDNIGHT, Need, Reason
from cockpit.planning.reading import point
from cockpit.planning.schedule import FACE
from cockpit.services.reasons import reason_text
from cockpit.services.snapshots import ReplanRow, ScoreLine, TravelRule

_UNSAID = ("kept",)


@dataclass(frozen=True)
class ProposalView:
    """Words and figures of one plan."""

    book: Book
    rep_id: str
    plan: Plan
    kind: Literal["replan", "fill"]
    shown: frozenset[date]
    """The days of which everything is shown, beside all that changes."""
    kept: frozenset[str] = frozenset()
    """Ids of rows that the reader keeps as they are."""

    @property
    def today(self) -> date:
        return self.plan.problem.today

    @property
    def is_of_today(self) -> bool:
        return self.kind == "replan" and self.shown == {self.today}

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Replan: the days asked for, and what goes to another day. Fill: what the days hold then."""
        return tuple(line for line in self.plan.lines if self._is_shown(line))

    def after(self) -> tuple[ReplanRow, ...]:
        return tuple(self.row(line) for line in self.lines)

    def _is_shown(self, line: Line) -> bool:
        if line.is_written:
            return True
        if self.is_of_today:
            return line.on == self.today
        return line.on in self.shown and line.status == "planned" and line.kind != "task"

    def before(self) -> tuple[ReplanRow, ...]:
        """Replan: the days as they stand, cancelled ones too, and everything unvisited. Fill: what is planned."""
        signs = {line.source_id: line.sign for line in self.plan.lines if line.source_id}
        lines = {line.source_id: line for line in self.plan.lines if not line.is_written}
        rows: list[ReplanRow] = []
        rides = (row for row in self.book.rides if row.companion_id == self.rep_id)
        for row in (*self.book.activities_by_rep.get(self.rep_id, ()), *rides):
            on = self.book.local_day(row.starts_at)
            if self.kind == "replan":
                is_asked = (
                    on in self.shown
                    and row.status in ("planned", "held", "cancelled")
                    and (self.is_of_today or row.kind != "task")
                )
                is_shown = is_asked or row.id in self.kept or row.id in {loose.id for loose in self.plan.problem.loose}
            else:
                is_shown = row.id in lines and self._is_shown(lines[row.id])
            if is_shown:
                sign = "x" if row.status == "cancelled" else signs.get(row.id, "=")
                rows.append(self._before_row(row, sign, lines.get(row.id)))
        return tuple(rows)

    def _before_row(self, row: Activity, sign: str, line: Line | None) -> ReplanRow:
        account = self.book.accounts.get(row.account_id or "")
        return ReplanRow(
            sign=sign,
            activity_id=row.id,
            account_id=row.account_id,
            account=account.name if account else row.subject,
            tier=account.tier if account else "",
            kind=row.kind,
            starts_at=self.book.local(row.starts_at),
            ends_at=self.book.local(row.ends_at or row.starts_at),
            travel_minutes=0,
            is_locked=line.is_locked if line else row.is_locked or row.is_promised,
            status=row.status,
            place=_place(account),
        )

    def travel_rule(self) -> TravelRule:
        rules = self.plan.problem.rules
        return TravelRule(
            factor=rules.travel_factor,
            speed_kmh=rules.speed_kmh,
            fixed_minutes=rules.fixed_minutes,
            trips=rules.trips,
            error_minutes=rules.trip_error,
        )

    def start(self) -> tuple[float, float] | None:
        """Where the rep's days begin and end; None where it is not known."""
        person = self.book.people.get(self.rep_id)
        home = point(person.home_lat, person.home_lon) if person else None
        return (home.lat, home.lon) if home else None

    def row(self, line: Line) -> ReplanRow:
        """A line of the plan; the reasons of one that changes add up to its score."""
        account = self.book.accounts.get(line.account_id or "")
        starts_at = self.plan.problem.moment(line.on, line.starts)
        said = [reason for reason in line.rules if reason.code not in _UNSAID]
        return ReplanRow(
            sign=line.sign,
            activity_id=line.source_id,
            account_id=line.account_id,
            account=account.name if account else self._subject(line.source_id),
            tier=line.tier,
            kind=line.kind,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=line.minutes),
            travel_minutes=line.travel_minutes,
            is_locked=line.is_locked,
            status=line.status,
            reasons=tuple((self.text(reason), reason.points) for reason in (*said, *line.points)),
            score=line.score,
            place=_place(account),
            is_buffer=any(reason.code == "buffer" for reason in line.rules),
        )

    def _subject(self, activity_id: str | None) -> str:
        return next((row.subject for row in (*self.book.activities, *self.book.rides) if row.id == activity_id), "")

    def text(self, reason: Reason) -> str:
        return reason_text(reason, self.book)

    def because(self, line: Line) -> str:
        """What is kept with the visit: why it was planned, in the words of the day it was."""
        rules = [self.text(reason) for reason in line.rules]
        points = [f"{self.text(reason)} {reason.points:+d}" for reason in line.points]
        return "; ".join([*rules, *points])[:500]

    def best_dropped(self) -> tuple[ReplanRow | None, str]:
        dropped = self.plan.dropped
        if dropped is None:
            return None, ""
        account = self.book.accounts[dropped.account_id]
        row = ReplanRow(
            sign="x",
            activity_id=None,
            account_id=account.id,
            account=account.name,
            tier=account.tier,
            kind=dropped.kind,
            starts_at=self.book.local(self.plan.problem.now),
            ends_at=self.book.local(self.plan.problem.now),
            travel_minutes=0,
            is_locked=False,
            status="",
            reasons=tuple((self.text(reason), reason.points) for reason in dropped.points),
            score=sum(reason.points for reason in dropped.points),
        )
        return row, self.text(dropped.why)

    def notes(self) -> tuple[str, ...]:
        lost = [
            Reason(
                "not_placed" if loose.stood_on else "hot_not_placed",
                facts={"account_id": loose.account_id, "on": loose.was_on, "why": self.text(why)},
            )
            for loose, why in self.plan.unplaced
        ]
        return tuple(dict.fromkeys(self.text(reason) for reason in (*lost, *self._without_account(), *self.plan.notes)))

    def _without_account(self) -> list[Reason]:
        if self.kind != "replan":
            return []
        return [
            Reason("no_account", facts={"activity_id": row.id, "on": self.book.local_day(row.starts_at)})
            for row in self.book.activities_by_rep.get(self.rep_id, ())
            if row.kind == FACE
            and row.status == "planned"
            and self.book.local_day(row.starts_at) < self.today
            and row.account_id not in self.book.accounts
        ]

    def short(self) -> tuple[tuple[str, int], ...]:
        """The rules that lack something even then."""
        return tuple((self._rule_name(need), lacking) for need, lacking in self.plan.short if lacking)

    def _rule_name(self, need: Need) -> str:
        rule = next((rule for rule in self.book.kpi_rules if rule.id == need.rule_id), None)
        return spoken(rule.name, rule.alias) if rule else ""

    # -- the score table

    def scores(self) -> tuple[ScoreLine, ...]:
        lines = [*self._kpis(), self._money(), self._travel()]
        if self.kind == "replan":
            lines.append(self._unvisited())
        if self.is_of_today:
            lines.append(self._day_end())
        return tuple(lines)

    def _kpis(self) -> list[ScoreLine]:
        return [
            ScoreLine(
                label=self._rule_name(need),
                before=str(need.done + need.planned),
                after=str(count),
                meaning=_("limit {limit}; uncovered {before} to {after}").format(
                    limit=need.limit, before=need.short, after=max(0, need.limit - count)
                ),
            )
            for need, count in self.plan.counted
        ]

    def _money(self) -> ScoreLine:
        currency = currency_of(self.book, [self.rep_id])
        amounts: dict[str, int] = {}
        for deal in deals_of(self.book, [self.rep_id]):
            if deal.account_id and deal.currency == currency and standing(self.book, deal) == "open":
                amounts[deal.account_id] = amounts.get(deal.account_id, 0) + (deal.amount_minor or 0)
        days = self.shown
        met = {
            row.account_id
            for row in self.book.activities_by_rep.get(self.rep_id, ())
            if row.status in ("held", "planned") and row.kind != "task" and self.book.local_day(row.starts_at) in days
        }
        then = {line.account_id for line in self.plan.lines if line.on in days and line.kind != "task"}
        before, after = (sum(amounts.get(key or "", 0) for key in keys) for keys in (met, then))
        return ScoreLine(
            label=_("open money met today") if self.is_of_today else _("open money met"),
            before=short_money(before),
            after=short_money(after),
            meaning=_("{money} added").format(money=short_money(max(0, after - before))),
        )

    def _travel(self) -> ScoreLine:
        days = [day for day in self.plan.days if day.on in self.shown]
        limit = self.plan.problem.rules.travel_limit * max(1, len(days))
        return ScoreLine(
            label=_("travel min"),
            before=str(sum(day.travel_before for day in days)),
            after=str(sum(day.travel_after for day in days)),
            meaning=_("limit {minutes}").format(minutes=limit),
        )

    def _unvisited(self) -> ScoreLine:
        visits = [
            row.id
            for row in self.book.activities_by_rep.get(self.rep_id, ())
            if row.kind == FACE and row.status == "planned" and self.book.local_day(row.starts_at) < self.today
        ]
        taken = {line.source_id for line in self.plan.changes}
        caught = sum(1 for row_id in visits if row_id in taken)
        return ScoreLine(
            label=_("unvisited left"),
            before=str(len(visits)),
            after=str(len(visits) - caught),
            meaning=_("{count} caught up").format(count=caught),
        )

    def _day_end(self) -> ScoreLine:
        day = next((day for day in self.plan.days if day.on == self.today), None)
        return ScoreLine(
            label=_("day ends"),
            before=self._clock(day.ends_before if day else None),
            after=self._clock(day.ends_after if day else None),
            meaning=_("limit {time}").format(time=self._clock(self.plan.problem.rules.day_ends)),
        )

    def _clock(self, minute: int | None) -> str:
        if minute is None:
            return "-"
        return clock_time(self.plan.problem.moment(self.today, min(minute, MIDNIGHT - 1)))


def _place(account: Account | None) -> tuple[float, float] | None:
    found = point(account.lat, account.lon) if account else None
    return (found.lat, found.lon) if found else None
