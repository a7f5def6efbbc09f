"""Why the pace, the days and the weeks of a period are what they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from cockpit.domain.book import Book
from cockpit.domain.card_month import pace as pace_of
from cockpit.domain.deals import money
from cockpit.domain.entities import Activity
from cockpit.domain.gap import week_gaps
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.domain.team import owners_of
from cockpit.i18n import _, exact_money, long_day, short_day
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.why_money import answer, deal_rows, goal_rows, no_target, period_gap
from cockpit.services.why_work import activity_row

VISIT_PARTS = ("held", "planned", "missed", "free")


def part_row(name: str, text: str, value: int) -> WhyRow:
    """A number that is a part of another one and has its own explanation."""
    return WhyRow(entity="why", id=name, text=text, at=None, value=value)


def due(book: Book, rep_id: str, kind: PeriodKind) -> Why:
    """The target's share of the finished working days."""
    gap = period_gap(book, rep_id, kind)
    days = book.calendar_of(gap.scope_id).workdays(gap.period.starts_on, gap.period.ends_on)
    gone = sum(day < book.today for day in days)
    value = None if gap.target_minor is None else pace_of(book, gap).due_minor
    formula = _("due = target {target} x {gone} finished of {total} working days")
    if value is None:
        formula = _("{reason}, so nothing is due").format(reason=no_target(gap))
    said = formula.format(target=exact_money(gap.target_minor, gap.currency), gone=gone, total=len(days))
    inputs = [(_("working days finished"), str(gone)), (_("working days in all"), str(len(days)))]
    rows = goal_rows(book, gap)
    return answer(book, _("Due by now"), value, "money", said, rows, "none", inputs=inputs, currency=gap.currency)


def pace(book: Book, rep_id: str, kind: PeriodKind, currency: str | None = None) -> Why:
    """How far behind the pace, or ahead of it: rows that sum to it either way."""
    gap = period_gap(book, rep_id, kind, currency)
    if gap.target_minor is None:
        formula = _("{reason}, so there is no pace").format(reason=no_target(gap))
        return answer(book, _("Pace"), None, "money", formula, (), "none", currency=gap.currency)
    owed = pace_of(book, gap).due_minor
    is_ahead = gap.actual_minor > owed
    sign = -1 if is_ahead else 1
    formula = _("behind = due by now {due} - actual {actual}")
    if is_ahead:
        formula = _("ahead = actual {actual} - due by now {due}")
    texts = [exact_money(value, gap.currency) for value in (owed, gap.actual_minor)]
    rows = [
        part_row(f"{kind}.due", _("due by now"), sign * owed),
        *deal_rows(book, gap.won, gap.currency, -sign),
    ]
    return answer(
        book,
        _("Ahead of pace") if is_ahead else _("Behind pace"),
        abs(owed - gap.actual_minor),
        "money",
        formula.format(due=texts[0], actual=texts[1]),
        rows,
        "sum",
        inputs=[(_("due by now"), texts[0]), (_("actual"), texts[1])],
        currency=gap.currency,
    )


def covered(book: Book, rep_id: str, kind: PeriodKind) -> Why:
    """Where the period ends when what is planned closes: won and planned."""
    gap = period_gap(book, rep_id, kind)
    texts = [exact_money(value, gap.currency) for value in (gap.actual_minor, gap.planned_minor)]
    rows = [*deal_rows(book, gap.won, gap.currency), *deal_rows(book, gap.planned, gap.currency)]
    formula = _("with plan = actual {actual} + planned {planned}; a plan, not a forecast")
    return answer(
        book,
        _("Won with plan"),
        gap.actual_minor + gap.planned_minor,
        "money",
        formula.format(actual=texts[0], planned=texts[1]),
        rows,
        "sum",
        inputs=[(_("actual"), texts[0]), (_("planned"), texts[1])],
        currency=gap.currency,
    )


def other(book: Book, rep_id: str, kind: PeriodKind, currency: str) -> Why | None:
    """What was won in a currency that cannot be added to the target's."""
    gap = period_gap(book, rep_id, kind)
    value = dict(gap.other_currencies).get(currency)
    if value is None:
        return None
    title = _("Actual, {currency}").format(currency=currency)
    formula = _(
        "won in the period in {other}; not added to {currency}: no rate was given. Give one: cockpit config exchange {other} RATE"
    )
    rows = deal_rows(book, gap.won, currency)
    said = formula.format(other=currency, currency=gap.currency)
    return answer(book, title, value, "money", said, rows, "sum", currency=currency)


def workdays(book: Book, rep_id: str, kind: PeriodKind) -> Why:
    """The finished working days: one row for each working day of the period, 1 for a finished one."""
    gap = period_gap(book, rep_id, kind)
    days = book.calendar_of(gap.scope_id).workdays(gap.period.starts_on, gap.period.ends_on)
    gone = sum(day < book.today for day in days)
    formula = _("{gone} of {total} working days are finished: the weekdays worked, less holidays and days off")
    rows = [_day_row(book, day, int(day < book.today)) for day in days]
    said = formula.format(gone=gone, total=len(days))
    return answer(book, _("Working days gone"), gone, "days", said, rows, "sum")


def days_left(book: Book, rep_id: str, kind: PeriodKind) -> Why:
    """The working days from today on; today counts."""
    gap = period_gap(book, rep_id, kind)
    period = gap.period
    days = book.calendar_of(gap.scope_id).workdays(max(book.today, period.starts_on), period.ends_on)
    formula = _("working days from today {today}, which counts, to {end}")
    said = formula.format(today=short_day(book.today), end=short_day(period.ends_on))
    rows = [_day_row(book, day, 1) for day in days]
    return answer(book, _("Working days left"), len(days), "days", said, rows, "count")


def _day_row(book: Book, day: date, value: int) -> WhyRow:
    return WhyRow(entity="day", id=day.isoformat(), text=long_day(day), at=book.midnight(day), value=value)


def days(book: Book, rep_id: str, kind: PeriodKind, part: str) -> Why | None:
    """The cells of the days: the visits of the period, of one state (`held`, `planned`, `missed`), or of one day."""
    period = period_of(kind, book.today)
    if period.starts_on < book.activities_from:
        formula = _("the visits of the period's beginning are not on this device: it keeps them from {day} on")
        said = formula.format(day=long_day(book.activities_from))
        return answer(book, _("Days"), None, "count", said, (), "none")
    if part == "free":
        return _free(book, rep_id, period)
    counted = _visits(book, rep_id, period)
    states = {state: [visit for name, visit in counted if name == state] for state in VISIT_PARTS[:3]}
    inputs = [(name, str(len(states[state]))) for state, name in zip(VISIT_PARTS, part_names())]
    if part == "":
        rows = [activity_row(book, visit) for _state, visit in counted]
        formula = _("visits of the period by their day: held, planned, and missed where the day is over")
        return answer(book, _("Visits by day"), len(rows), "count", formula, rows, "count", inputs=inputs)
    if part in states:
        rows = [activity_row(book, visit) for visit in states[part]]
        return answer(book, _title(part), len(rows), "count", _formula(part), rows, "count", inputs=inputs)
    return _one_day(book, counted, period, part)


def part_names() -> tuple[str, str, str]:
    return _("held"), _("planned"), _("missed")


def _title(part: str) -> str:
    return {"held": _("Visits held"), "planned": _("Visits planned"), "missed": _("Visits missed")}[part]


def _formula(part: str) -> str:
    return {
        "held": _("visits held, by their local day in the period"),
        "planned": _("visits still planned, from today to the period's end"),
        "missed": _("visits whose day is over and that were not held"),
    }[part]


def _visits(book: Book, rep_id: str, period: Period) -> list[tuple[str, Activity]]:
    """The visits of a period with what each counts as; what was moved or cancelled counts nowhere."""
    found = []
    for visit in book.activities_by_rep.get(rep_id, ()):
        day = book.local_day(visit.starts_at)
        if visit.kind != "visit" or day not in period:
            continue
        if visit.status == "not_held" or (visit.status == "planned" and day < book.today):
            found.append(("missed", visit))
        elif visit.status in ("held", "planned"):
            found.append((visit.status, visit))
    return found


def _free(book: Book, rep_id: str, period: Period) -> Why:
    taken = {book.local_day(visit.starts_at) for _state, visit in _visits(book, rep_id, period)}
    first = max(book.today, period.starts_on)
    free = [day for day in book.calendar_of(rep_id).workdays(first, period.ends_on) if day not in taken]
    formula = _("working days from today on without a visit")
    return answer(book, _("Free days"), len(free), "days", formula, [_day_row(book, day, 1) for day in free], "count")


def _one_day(book: Book, counted: Sequence[tuple[str, Activity]], period: Period, text: str) -> Why | None:
    day = day_of(text)
    if day is None or day not in period:
        return None
    rows = [activity_row(book, visit) for _state, visit in counted if book.local_day(visit.starts_at) == day]
    formula = _("visits of this day: held, planned, and missed where the day is over")
    return answer(book, long_day(day), len(rows), "count", formula, rows, "count")


def day_of(text: str) -> date | None:
    """A day like 2026-11-24; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def week(book: Book, rep_id: str, kind: PeriodKind, text: str) -> Why | None:
    """A line of the weeks: the gap of one week of the period."""
    gap, day = period_gap(book, rep_id, kind), day_of(text)
    found = next((one for one in week_gaps(book, gap) if day is not None and day in one.period), None)
    if found is None:
        return None
    starts_on, ends_on = found.period.starts_on, found.period.ends_on
    won = [deal for deal in gap.won if deal.closed_on is not None and deal.closed_on in found.period]
    target = exact_money(found.target_minor, gap.currency)
    actual = exact_money(found.actual_minor, gap.currency)
    formula = _("gap = target {target} - actual {actual}; the target is the period's, shared by working days")
    if found.target_minor is None:
        formula = _("{reason}; actual {actual}").format(reason=no_target(gap), actual=actual)
    share = _("the week's share of the target")
    rows = deal_rows(book, won, gap.currency, -1)
    if found.target_minor is not None:
        rows.insert(0, part_row(f"{kind}.target", share, found.target_minor))
    title = _("Week {first} to {last}").format(first=short_day(starts_on), last=short_day(ends_on))
    return answer(
        book,
        title,
        found.gap_minor,
        "money",
        formula.format(target=target, actual=actual),
        rows,
        "none" if found.gap_minor is None else "sum",
        inputs=[(_("target"), target), (_("actual"), actual)],
        currency=gap.currency,
    )


def trend(book: Book, rep_id: str, number: str, part: str) -> Why | None:
    """The small bars: visits held, or money won, in the last eight weeks; or one of these weeks."""
    from cockpit.domain.rhythm import TREND_WEEKS, last_weeks

    gap = period_gap(book, rep_id, "month")
    owners = owners_of(book, rep_id)
    weeks = last_weeks(book, owners, gap.currency)
    is_money = number == "won"
    if part:
        first = day_of(part)
        if first is None or first not in {one.starts_on for one in weeks}:
            return None
        return _trend_week(book, owners, gap.currency, first, is_money=is_money)
    values = [one.won_minor if is_money else one.held for one in weeks]
    texts = [exact_money(value, gap.currency) if is_money else str(value) for value in values]
    rows = [
        part_row(f"trend.{number}:{one.starts_on}", week_name(one.starts_on), value)
        for one, value in zip(weeks, values)
    ]
    title = _("Won by week") if is_money else _("Visits held by week")
    formula = _("{count} weeks from Monday; this week {now}, last week {before}")
    said = formula.format(count=TREND_WEEKS, now=texts[-1], before=texts[-2])
    inputs = [(_("this week"), texts[-1]), (_("last week"), texts[-2])]
    unit, currency = ("money", gap.currency) if is_money else ("count", "")
    return answer(
        book,
        title,
        sum(values),
        "money" if unit == "money" else "count",
        said,
        rows,
        "sum",
        inputs=inputs,
        currency=currency,
    )


def week_name(monday: date) -> str:
    return _("week from {day}").format(day=short_day(monday))


def _trend_week(book: Book, owners: Sequence[str], currency: str, first: date, *, is_money: bool) -> Why:
    last = min(first + timedelta(days=6), book.today) if is_money else first + timedelta(days=6)
    if is_money:
        from cockpit.domain.deals import won_in

        won = [deal for owner in owners for deal in won_in(book, owner, Period("week", first, last))]
        formula = _("deals won with a closing day in this week")
        value = money(won, currency)
        rows = deal_rows(book, won, currency)
        return answer(book, week_name(first), value, "money", formula, rows, "sum", currency=currency)
    held = [
        activity_row(book, visit)
        for owner in owners
        for visit in book.activities_by_rep.get(owner, ())
        if visit.kind == "visit" and visit.status == "held" and first <= book.local_day(visit.starts_at) <= last
    ]
    formula = _("visits held in this week")
    return answer(book, week_name(first), len(held), "count", formula, held, "count")
