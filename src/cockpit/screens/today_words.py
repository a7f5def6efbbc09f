"""The words of Today, from its snapshot alone."""

from __future__ import annotations

from datetime import datetime

from cockpit.commands import Keymap
from cockpit.i18n import _, clock_time, month_name, short_day, short_money
from cockpit.services import words
from cockpit.services.snapshots import AgendaItem, MonthLine, Prep, TodaySnapshot
from cockpit.widgets.month_line import Figure
from cockpit.widgets.note import Part

_LETTERS = {"visit": "v", "call": "c", "web": "w"}


def next_item(snapshot: TodaySnapshot) -> AgendaItem | None:
    """The first planned activity that is not over yet, else the first planned one."""
    planned = [item for item in snapshot.visits if item.status == "planned"]
    coming = [item for item in planned if (item.ends_at or item.starts_at) >= snapshot.as_of]
    return next(iter(coming or planned), None)


def headline(snapshot: TodaySnapshot) -> list[list[Part]]:
    """Who next and when, in one line."""
    item = next_item(snapshot)
    if item is None:
        held = sum(1 for visit in snapshot.visits if visit.status == "held")
        if held:
            return [[(_("Nothing left today."), "strong"), ("  " + _("held {count}").format(count=held), "muted")]]
        return [[(_("Nothing planned today."), "strong")]]
    name = item.account or item.subject or words.kind_name(item.kind)
    line: list[Part] = [(f"{clock_time(item.starts_at)} {name}", "strong")]
    line.append(("  " + words.kind_name(item.kind) + _(", ") + until(item.starts_at, snapshot.as_of), "accent"))
    if item.goal:
        line.append(("  " + item.goal, ""))
    return [line]


def until(start: datetime, now: datetime) -> str:
    """`in 60 min`, `in 3 h`, `now`, `25 min late`."""
    minutes = round((start - now).total_seconds() / 60)
    if minutes > 120:
        return _("in {count} h").format(count=round(minutes / 60))
    if minutes > 0:
        return _("in {count} min").format(count=minutes)
    return _("now") if minutes > -10 else _("{count} min late").format(count=-minutes)


def figures(month: MonthLine, *, is_short: bool = False) -> list[Figure]:
    """Target, actual, gap, planned, uncovered and forecast; unless short, with the day of the month in front and why
    there is no forecast."""
    day = _("{month}, day {gone} of {total}").format(
        month=month_name(month.starts_on), gone=month.workdays_gone, total=month.workdays_total
    )
    mark = " !" if month.has_conflict else ""
    forecast = short_money(month.forecast_minor)
    if month.forecast_minor is None and month.forecast_reason and not is_short:
        forecast = _("needs history") if month.forecast_reason == "needs_history" else month.forecast_reason
    return [
        *([] if is_short else [Figure(day, "", "")]),
        Figure(_("target"), short_money(month.target_minor), "month.target"),
        Figure(_("actual"), short_money(month.actual_minor) + mark, "month.actual", "strong"),
        Figure(_("gap"), short_money(month.gap_minor), "month.gap", "strong"),
        Figure(_("planned"), short_money(month.planned_minor), "month.planned"),
        Figure(
            _("uncovered"),
            short_money(month.uncovered_minor),
            "month.uncovered",
            "bad" if month.uncovered_minor else "good",
        ),
        Figure(_("forecast"), forecast, "", "muted"),
    ]


def prep_lines(prep: Prep | None) -> list[list[Part]]:
    """What to know before the next visit, two or three lines."""
    if prep is None:
        return []
    first: list[Part] = [(_("Prep {account}").format(account=prep.account), "strong")]
    if prep.last_held_on is not None:
        last = _("last {day}").format(day=short_day(prep.last_held_on))
        first.append((f"  {last}", "muted"))
        if prep.last_result:
            first.append(("  " + prep.last_result, ""))
    else:
        first.append(("  " + _("never met"), "warn"))
    second: list[Part] = []
    if prep.missing:
        second.append((_("missing: {list}").format(list=_joined(prep.missing)) + "  ", "warn"))
    if prep.open_needs:
        second.append((_("needs: {list}").format(list=_joined(prep.open_needs)) + "  ", ""))
    people = [f"{name} {words.decision_role(role)}".strip() + _stance(stance) for name, role, stance in prep.deciders]
    if people:
        second.append((_("deciders: {list}").format(list=_joined(tuple(people))), ""))
    elif not prep.missing:
        second.append((_("no decider known"), "warn"))
    return [first, second] if second else [first]


def _stance(stance: int | None) -> str:
    return " ?" if stance is None else f" {stance:+d}"


def _joined(parts: tuple[str, ...]) -> str:
    return _(", ").join(parts)


def best_lines(snapshot: TodaySnapshot, key: str) -> list[list[Part]]:
    """The account most worth adding, with its points."""
    best = snapshot.next_best
    if best is None:
        return []
    before = next((item for item in snapshot.visits if item.id == best.after_activity_id), None)
    place = clock_time(best.starts_at) if best.starts_at else ""
    if before is not None:
        place += " " + _("after {account}").format(account=before.account or before.subject)
    why = _joined(tuple(f"{reason} {points:+d}" for reason, points in best.points))
    return [
        [
            (_("Next best"), "strong"),
            (f"  {best.account} {best.tier}  {place.strip()}", ""),
            (f"  [{key}] ", "accent"),
            (_("{score} points: {reasons}").format(reasons=why, score=best.score), "muted"),
        ]
    ]


def log_start(item: AgendaItem) -> str:
    """The beginning of the log line for an activity."""
    return f"{_LETTERS.get(item.kind, 'v')} {item.account} "


def is_unvisited(snapshot: TodaySnapshot | None, item: AgendaItem) -> bool:
    """Was it planned for an earlier day and never answered for?"""
    return snapshot is not None and item in snapshot.yesterday_unvisited


def in_full(snapshot: TodaySnapshot, key: str | None, keymap: Keymap) -> str:
    """What a row of Today has no room for: a card's whole text, when an unvisited one was planned."""
    for card in snapshot.cards:
        if card.id == key:
            return f"{card.what}\n{card.to_do}  {card.state_text}"
    item = next((item for item in snapshot.yesterday_unvisited if item.id == key), None)
    if item is None:
        return ""
    return _("Planned for {day}. {drop} says why, {edit} gives a new time.").format(
        day=short_day(item.starts_at.date()), drop=keymap.text_of("drop"), edit=keymap.text_of("edit")
    )
