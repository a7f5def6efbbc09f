"""From the rep's rows to the planner's question."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from math import ceil
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.entities import Account, Activity
from cockpit.planning.chances import chance_of
from cockpit.planning.companions import busy_of, knows_plan_of, rides_of
from cockpit.planning.needs import needs_of
from cockpit.planning.problem import (
    MIDNIGHT,
    Day,
    Fact,
    Fixed,
    FixedWhy,
    Loose,
    LooseWhy,
    Point,
    Problem,
    Reason,
    Rules,
    Stop,
    Window,
    minute_of,
)
from cockpit.planning.worth import NO_PARTS, AccountParts, parts_of

Mode = Literal["replan", "arrange", "fill"]
"""replan: what no longer holds is planned anew, of visits at one time those of today. arrange: those of all days asked for.
fill: everything that is planned stays."""


def problem_from(
    book: Book,
    rep_id: str,
    now: datetime,
    rules: Rules,
    days: Sequence[date],
    mode: Mode = "fill",
    among: Mapping[str, AccountParts] | None = None,
) -> Problem:
    """The question for `rep_id` at `now` over `days` (working days, today among them where it is one).

    `among`: the accounts that may be added, with what they are worth; without it all of the rep's.
    """
    return _Reader(book, rep_id, now, rules, tuple(days), mode, among).problem()


def working_days(book: Book, rep_id: str, now: datetime, last: date) -> tuple[date, ...]:
    """The rep's working days from today to `last`: holidays, make-up days and absences counted."""
    return book.calendar_of(rep_id).workdays(book.local_day(now), last)


def next_working_days(book: Book, rep_id: str, now: datetime, count: int) -> tuple[date, ...]:
    """Today where it is a working day, and the `count` working days after it."""
    today = book.local_day(now)
    found = book.calendar_of(rep_id).workdays(today, date.fromordinal(today.toordinal() + 60))
    return found[: count + (1 if found[:1] == (today,) else 0)]


def minutes_of_text(text: str) -> int:
    """`09:30` as minutes of the day. Raises ValueError for anything else."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute or 0)


@dataclass(frozen=True)
class _Reader:
    book: Book
    rep_id: str
    now: datetime
    rules: Rules
    days: tuple[date, ...]
    mode: Mode
    among: Mapping[str, AccountParts] | None

    @cached_property
    def today(self) -> date:
        return self.book.local_day(self.now)

    @cached_property
    def minute(self) -> int:
        return minute_of(self.now, self.book.zone)

    @cached_property
    def mine(self) -> tuple[Activity, ...]:
        return self.book.activities_by_rep.get(self.rep_id, ())

    def problem(self) -> Problem:
        fixed, loose = self._standing()
        stops, notes = self._stops({row.id: row.account_id for row in loose})
        needs = needs_of(self.book, self.rep_id)
        furthest = max((need.until_on for need in needs), default=self.today)
        return Problem(
            now=self.now,
            today=self.today,
            zone=self.book.zone.key,
            days=tuple(self._day(on) for on in self.days),
            stops=stops,
            fixed=fixed,
            loose=loose,
            needs=needs,
            rules=self.rules,
            notes=(*self._wrong_ends({row.id for row in fixed} | {row.id for row in loose}), *notes),
            workdays=self.book.calendar_of(self.rep_id).workdays(self.today, furthest),
        )

    def _day(self, on: date) -> Day:
        return Day(
            on=on,
            starts=self.rules.day_starts,
            ends=self.rules.day_ends,
            earliest=self.minute + 1 if on == self.today else 0,
            start_place=self._home,
            end_place=self._home,
            breaks=(self.rules.lunch,) if self.rules.lunch else (),
            max_visits=self.rules.max_visits,
            max_calls=self.rules.max_calls,
        )

    @cached_property
    def _home(self) -> Point | None:
        person = self.book.people.get(self.rep_id)
        return point(person.home_lat, person.home_lon) if person else None

    # -- what stands in the days

    def _standing(self) -> tuple[tuple[Fixed, ...], tuple[Loose, ...]]:
        fixed: list[Fixed] = []
        loose: list[Loose] = []
        for row in (*self.mine, *rides_of(self.book, self.rep_id)):
            on = self.book.local_day(row.starts_at)
            why = self._why_loose(row, on) if self.mode != "fill" else None
            if why is not None:
                loose.append(self._loose(row, on, why))
            elif row.status in ("held", "planned") and (on in self.days or on == self.today):
                fixed.append(self._fixed(row, on))
        if self.mode != "fill":
            fixed, crossed = self._crossing(fixed)
            loose += crossed
        if self.mode == "replan":
            loose += self._hot({row.account_id for row in loose})
        return tuple(sorted(fixed, key=lambda f: (f.on, f.starts, f.id))), tuple(loose)

    def _why_loose(self, row: Activity, on: date) -> LooseWhy | None:
        if row.kind == "task" or row.account_id not in self.book.accounts or row.rep_id != self.rep_id:
            return None
        if row.status == "cancelled":
            return "cancelled" if on == self.today and not self._is_booked_again(row) else None
        if row.status != "planned":
            return None
        if on < self.today:
            return "unvisited" if row.kind == "visit" else None
        if row.is_locked or row.is_promised:
            return None
        if on == self.today and self._end(row) <= self.minute:
            return "past"
        if on in self._absent and on <= max(self.days, default=self.today):
            return None if self._fixed_why(row, on) in ("in_progress", "frozen") else "away"
        return None

    @cached_property
    def _absent(self) -> frozenset[date]:
        return self.book.calendar_of(self.rep_id).holidays - self.book.calendar.holidays

    def _is_booked_again(self, row: Activity) -> bool:
        return any(
            other.moved_from_id == row.id
            or (
                other.account_id == row.account_id
                and other.kind == row.kind
                and (other.status == "planned" and self.book.local_day(other.starts_at) >= self.today)
            )
            for other in self.mine
        )

    def _start(self, row: Activity) -> int:
        return minute_of(row.starts_at, self.book.zone)

    def _minutes(self, row: Activity) -> int:
        """How long it takes; the rules' length where the row has no end, a wrong one, or one on another day."""
        return self._length(row) or self.rules.minutes[row.kind]

    def _length(self, row: Activity) -> int | None:
        """The minutes the row itself says; None where it has no end, a wrong one, or one on another day."""
        length = int((row.ends_at - row.starts_at).total_seconds() // 60) if row.ends_at else 0
        return length if 0 < length < MIDNIGHT else None

    def _wrong_ends(self, ids: Container[str]) -> Iterator[Reason]:
        """What is planned and ends before it begins, or on another day: the rules' length stands for its own."""
        for row in self.mine:
            if (
                row.id in ids
                and row.status == "planned"
                and row.kind != "task"
                and row.ends_at
                and not self._length(row)
            ):
                facts: dict[str, Fact] = {"activity_id": row.id, "at": self._start(row), "minutes": self._minutes(row)}
                yield Reason("wrong_end", facts=facts)

    def _end(self, row: Activity) -> int:
        return self._start(row) + self._minutes(row)

    def _fixed_why(self, row: Activity, on: date) -> FixedWhy:
        if row.status == "held":
            return "held"
        if on == self.today and self._start(row) <= self.minute < self._end(row):
            return "in_progress"
        if row.is_locked:
            return "locked"
        if row.is_promised:
            return "promised"
        if row.rep_id != self.rep_id:
            return "ride"
        if row.companion_id:
            return "joint"
        if on == self.today and self.minute <= self._start(row) < self.minute + self.rules.freeze_minutes:
            return "frozen"
        return "kept"

    def _fixed(self, row: Activity, on: date) -> Fixed:
        return Fixed(
            id=row.id,
            account_id=row.account_id,
            tier=self._tier(row),
            kind=row.kind,
            status=row.status,
            on=on,
            starts=self._start(row),
            minutes=self._minutes(row),
            place=self._place(row),
            why=self._fixed_why(row, on),
        )

    def _loose(self, row: Activity, on: date, why: LooseWhy) -> Loose:
        next_day, mate = date.fromordinal(self.today.toordinal() + 1), row.companion_id or ""
        return Loose(
            id=row.id,
            account_id=row.account_id or "",
            tier=self._tier(row),
            kind=row.kind,
            was_on=on,
            was_at=self._start(row),
            minutes=self._minutes(row),
            place=self._place(row),
            why=why,
            is_anew=why in ("unvisited", "cancelled"),
            not_before=next_day if why == "cancelled" else self.today,
            companion_id=mate,
            busy=busy_of(self.book, self.rep_id, mate, self.days, self._minutes) if mate else (),
            is_companion_known=not mate or knows_plan_of(self.book, self.rep_id, mate),
        )

    def _hot(self, again: Collection[str]) -> Iterator[Loose]:
        """A visit of the account that is new and hot, at the first time there is; not beside one planned `again`."""
        chance = chance_of(self.book, self.rep_id)
        if chance is None or chance.facts["account_id"] in again:
            return
        account = self.book.accounts[str(chance.facts["account_id"])]
        yield Loose(
            id=f"hot:{account.id}",
            account_id=account.id,
            tier=account.tier,
            kind="visit",
            was_on=self.today,
            was_at=self.minute,
            minutes=self.rules.minutes["visit"],
            place=point(account.lat, account.lon),
            why="hot",
            is_anew=True,
            not_before=self.today,
        )

    def _tier(self, row: Activity) -> str:
        account = self.book.accounts.get(row.account_id or "")
        return account.tier if account else ""

    def _place(self, row: Activity) -> Point | None:
        account = self.book.accounts.get(row.account_id or "")
        return point(account.lat, account.lon) if account else None

    def _crossing(self, fixed: list[Fixed]) -> tuple[list[Fixed], list[Loose]]:
        """Of visits at the same time, the ones that may move: what was first in the day stays."""
        rows = {row.id: row for row in self.mine}
        days = (self.today,) if self.mode == "replan" else self.days
        may_move = [f for f in fixed if f.why == "kept" and f.on in days and f.kind != "task" and self._is_known(f)]
        stays = [f for f in fixed if f not in may_move]
        moves: list[Loose] = []
        for entry in may_move:
            crossed = any(
                other.on == entry.on
                and other.minutes > 0
                and other.starts < entry.starts + entry.minutes
                and entry.starts < other.starts + other.minutes
                for other in stays
            )
            if crossed:
                moves.append(self._loose(rows[entry.id], entry.on, "overlap"))
            else:
                stays.append(entry)
        return stays, moves

    def _is_known(self, entry: Fixed) -> bool:
        return entry.account_id in self.book.accounts

    # -- what may be added

    def _stops(self, loose: dict[str, str]) -> tuple[tuple[Stop, ...], tuple[Reason, ...]]:
        booked: dict[str, list[Activity]] = {}
        for row in (*self.book.activities, *self.book.rides):
            if row.account_id and row.status in ("held", "planned") and row.id not in loose:
                booked.setdefault(row.account_id, []).append(row)
        all_parts = self.among if self.among is not None else parts_of(self.book, self.rep_id, self.today, self.rules)
        wanted = {*all_parts, *loose.values()} & self.book.accounts.keys()
        stops: list[Stop] = []
        notes: list[Reason] = []
        for account in (self.book.accounts[row_id] for row_id in sorted(wanted)):
            hours, is_readable = self._hours(account)
            if not is_readable:
                notes.append(Reason("bad_hours", facts={"account_id": account.id}))
            interval = account.cadence_days or self.rules.intervals.get(account.tier, 45)
            found = all_parts.get(account.id, NO_PARTS)
            stops.append(
                Stop(
                    account_id=account.id,
                    tier=account.tier,
                    place=point(account.lat, account.lon),
                    hours=hours,
                    interval=interval,
                    visit_gap=max(1, ceil(self.rules.cadence_share * interval)),
                    call_gap=self.rules.call_gap_days,
                    parts=found.parts,
                    booked=tuple((self.book.local_day(a.starts_at), a.kind) for a in booked.get(account.id, [])),
                    is_overdue=found.is_overdue,
                    is_closing=found.is_closing,
                    row_ids=found.row_ids,
                    is_candidate=account.owner_id == self.rep_id,
                )
            )
        return tuple(stops), tuple(notes)

    def _hours(self, account: Account) -> tuple[tuple[tuple[Window, ...], ...] | None, bool]:
        """Windows by weekday, None where none are known; False where a window cannot be read or is empty."""
        rows = self.book.windows.get(account.id, ())
        if not rows:
            return None, True
        week: list[list[Window]] = [[] for _ in range(7)]
        is_readable = True
        for row in rows:
            try:
                window = Window(minutes_of_text(row.opens), minutes_of_text(row.closes))
            except ValueError:
                is_readable = False
                continue
            if not (0 <= row.weekday <= 6 and 0 <= window.opens < window.closes <= MIDNIGHT):
                is_readable = False
                continue
            week[row.weekday].append(window)
        return tuple(_joined(day) for day in week), is_readable


def _joined(windows: Sequence[Window]) -> tuple[Window, ...]:
    """In order of the day, those that overlap or touch as one."""
    found: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.opens, w.closes)):
        if found and window.opens <= found[-1].closes:
            found[-1] = Window(found[-1].opens, max(found[-1].closes, window.closes))
        else:
            found.append(window)
    return tuple(found)


def point(lat: float | None, lon: float | None) -> Point | None:
    """A place on the globe; None for anything else."""
    if lat is None or lon is None or not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Point(lat, lon)
