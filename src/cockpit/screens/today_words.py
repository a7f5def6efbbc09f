"""The words of Today, from its snapshot alone."""

from __future__ import annotations

from datetime import datetime

from cockpit.feedback import Notice
from cockpit.i18n import _, clock_time, month_name, short_money
from cockpit.keymap import Keymap
from cockpit.services import forecast_words, words
from cockpit.services.snapshots import AgendaItem, MonthLine, TodaySnapshot
from cockpit.widgets.gap_bar import GapFigures
from cockpit.widgets.lines import folded
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
    if item is None and not snapshot.complete:
        return [[(_("The first sync is still running."), "strong"), ("  " + _("Not all rows are here yet."), "warn")]]
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


def offer_line(snapshot: TodaySnapshot, keymap: Keymap) -> list[list[Part]]:
    """What asks for a new plan, and the key that makes one; nothing is changed by itself."""
    if not snapshot.offer:
        return []
    key = keymap.text_of("replan")
    return [[(snapshot.offer, "warn"), ("  " + _("{key} makes a new plan to look at").format(key=key), "muted")]]


def until(start: datetime, now: datetime) -> str:
    """`in 60 min`, `in 3 h`, `now`, `25 min late`."""
    minutes = round((start - now).total_seconds() / 60)
    if minutes > 120:
        return _("in {count} h").format(count=round(minutes / 60))
    if minutes > 0:
        return _("in {count} min").format(count=minutes)
    return _("now") if minutes > -10 else _("{count} min late").format(count=-minutes)


def bar(month: MonthLine) -> GapFigures:
    return GapFigures(month.target_minor, month.actual_minor, month.planned_minor, month.uncovered_minor)


def failed(notice: Notice, width: int) -> str:
    """What was kept and what to press, in lines of that width."""
    body = ("".join(text for text, _tone in line) for line in folded([(notice.body, "")], max(width, 1)))
    return "\n".join((*body, notice.next_step, _("Press F5 to load again.")))


def figures(month: MonthLine, *, is_short: bool = False) -> list[Figure]:
    """Target, actual, gap, planned, uncovered, forecast with its range and past error; unless short, what a forecast
    lacks. `!` marks what rests on a row with an open conflict."""

    def marked(name: str, minor: int | None) -> str:
        return f"{short_money(minor)} !" if name in month.in_question else short_money(minor)

    forecast = month.forecast
    is_known = forecast.value_minor is not None
    value = forecast_words.value_text(forecast) if is_known or is_short else forecast_words.reason_text(forecast)
    shown = [
        Figure(_("target"), marked("target", month.target_minor), "month.target"),
        Figure(_("actual"), marked("actual", month.actual_minor), "month.actual", "strong"),
        Figure(_("gap"), marked("gap", month.gap_minor), "month.gap", "strong"),
        *(
            Figure(_("actual, {currency}").format(currency=currency), short_money(minor), f"month.other:{currency}")
            for currency, minor in month.other_currencies
        ),
        Figure(_("planned"), marked("planned", month.planned_minor), "month.planned"),
        Figure(
            _("uncovered"),
            marked("uncovered", month.uncovered_minor),
            "month.uncovered",
            "bad" if month.uncovered_minor else "good",
        ),
        Figure(_("forecast"), value, "month.forecast", "" if is_known else "muted"),
    ]
    if forecast.error is not None:
        shown.append(Figure(_("past error"), forecast_words.error_text(forecast), "month.forecast_error", "muted"))
    return shown


def month_title(snapshot: TodaySnapshot) -> str:
    """`November, day 16 of 21`, where the month has a pane of its own."""
    month = snapshot.month
    return _("{month}, day {gone} of {total}").format(
        month=month_name(month.starts_on), gone=month.workdays_gone, total=month.workdays_total
    )


def empty_day(snapshot: TodaySnapshot, keymap: Keymap) -> str:
    """What stands in place of the visits: why there are none, and the keys that plan some."""
    if not snapshot.complete:
        return _("Visits appear here as the first sync brings them.")
    if snapshot.is_read_only:
        return _("Nothing planned today.")
    return _("{new} plans a visit, {fill} fills what the KPI lacks.").format(
        new=keymap.text_of("new"), fill=keymap.text_of("fill")
    )


def empty_cards(snapshot: TodaySnapshot) -> str:
    """What stands in place of the problems."""
    if not snapshot.complete:
        return _("Problems are looked for when the first sync is complete.")
    return _("No problem found. Nothing to fix.")


def log_start(item: AgendaItem) -> str:
    """The beginning of the log line for an activity."""
    return f"{_LETTERS.get(item.kind, 'v')} {item.account} "


def is_unvisited(snapshot: TodaySnapshot | None, item: AgendaItem) -> bool:
    """Was it planned for an earlier day and never answered for?"""
    return snapshot is not None and item in snapshot.yesterday_unvisited
