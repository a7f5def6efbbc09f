"""Days and times as people type them: `thu 10`, `明天 9:30`, `11-26 14:00`, `周五`, `昨天下午3点`, `9:30-10:15`.

A bare hour from 1 to 6 is in the afternoon (`thu 3` is 15:00): nobody visits before seven. A day and
month without a year is the nearest such day, before or after today.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cockpit.domain.text import fold_width

USUAL_HOUR = 10
"""Where a day is given and no time."""

_ZH_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九十")} | {"两": 2}
_EN_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ZH_DAYS = "一二三四五六日"
_NEAR = {
    **dict.fromkeys(("today", "tod", "今天", "今日"), 0),
    **dict.fromkeys(("tomorrow", "tom", "tmr", "明天", "明日"), 1),
    **dict.fromkeys(("yesterday", "yest", "昨天", "昨日"), -1),
    **dict.fromkeys(("后天",), 2),
    **dict.fromkeys(("大后天",), 3),
    **dict.fromkeys(("前天",), -2),
}
_END = r"(?![a-z0-9])"
_NEAR_DAY = re.compile(
    "|".join(re.escape(word) + (_END if word.isascii() else "") for word in sorted(_NEAR, key=len, reverse=True)),
    re.I | re.A,
)
_EN_DAY = re.compile(
    r"(?:(?P<week>next|last|this) )?(?P<day>mon|tue|wed|thu|fri|sat|sun)"
    r"(?:day|s|sday|nesday|r|rs|rsday|urday)?" + _END,
    re.I | re.A,
)
_ZH_DAY = re.compile(r"(?P<week>下个?|上个?|本|这个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_DATE = re.compile(
    r"(?:(?P<year>\d{4})[-/年])?(?P<month>\d{1,2})(?:-|/|月)(?P<day>\d{1,2})(?:日|号|(?![\d:/.]|-\d))",
    re.I | re.A,
)
_PART_OF_DAY = r"(?P<half>上午|早上|中午|下午|晚上)? ?"
_TIME = re.compile(
    _PART_OF_DAY + r"(?P<hour>\d{1,2}|[一二两三四五六七八九十]{1,2}(?=点))"
    r"(?:(?::(?P<minute>\d{2}))|(?P<mark>点)(?:(?P<quarter>半|一刻|三刻)|(?P<zh_minute>\d{1,2})分?)?)?"
    r" ?(?P<ampm>am|pm)?(?![a-z0-9:,.%]*[a-z0-9%])(?!-\d(?!\d?:))",
    re.I | re.A,
)
_UNTIL = re.compile(r" ?(?:-|~|to|到|至) ?(?P<hour>\d{1,2}):(?P<minute>\d{2})" + _END, re.I | re.A)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: a day, a time or both; `length` characters of the text were used."""

    day: date | None
    start: time | None
    end: time | None
    length: int


@dataclass(frozen=True, slots=True)
class Slot:
    """From `starts_at` to `ends_at` (None: not said), in the zone of the moment it was settled against."""

    starts_at: datetime
    ends_at: datetime | None


def read_moment(text: str, now: datetime, *, is_past: bool = False) -> Reading | None:
    """The moment at the start of `text`, None when there is none. A weekday looks back when `is_past`, else ahead."""
    folded = fold_width(text)
    at = len(folded) - len(folded.lstrip(" "))
    day, after_day = _read_day(folded, at, now.date(), is_past)
    if day is not None and after_day >= len(folded):
        return Reading(day, None, None, after_day)
    start, end, after_time = _read_time(folded, _skip(folded, after_day))
    if start is None:
        return None if day is None else Reading(day, None, None, after_day)
    return Reading(day, start, end, after_time)


def settle_ahead(reading: Reading, now: datetime) -> Slot:
    """The slot a reading means for a plan: a time alone is its next occurrence, a day alone is at ten."""
    start = reading.start or time(USUAL_HOUR)
    day = reading.day
    if day is None:
        day = now.date() if _at(now.date(), start, now) > now else now.date() + timedelta(days=1)
    elif day == now.date() and reading.start is None:
        return Slot(_next_half_hour(now), None)
    return _slot(day, start, reading.end, now)


def settle_behind(reading: Reading, now: datetime) -> Slot:
    """The slot a reading means for something that happened: a time alone is today's, a day alone is at ten."""
    start = reading.start or time(USUAL_HOUR)
    if reading.start is None and reading.day == now.date():
        start = min(start, now.time().replace(second=0, microsecond=0))
    return _slot(reading.day or now.date(), start, reading.end, now)


def plan_slot(text: str, now: datetime) -> Slot | None:
    """The slot that `text` is from end to end; None when it is not a day or time."""
    reading = read_moment(text, now)
    if reading is None or text[reading.length :].strip():
        return None
    return settle_ahead(reading, now)


def _slot(day: date, start: time, end: time | None, now: datetime) -> Slot:
    starts_at = _at(day, start, now)
    return Slot(starts_at, _at(day, end, now) if end is not None else None)


def _at(day: date, clock_time: time, now: datetime) -> datetime:
    return datetime.combine(day, clock_time, now.tzinfo)


def _next_half_hour(now: datetime) -> datetime:
    base = now.replace(minute=0, second=0, microsecond=0)
    return base + timedelta(minutes=30 if now.minute < 30 else 60)


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _read_day(text: str, at: int, today: date, is_past: bool) -> tuple[date | None, int]:
    if found := _NEAR_DAY.match(text, at):
        return _shifted(today, _NEAR[found[0].lower()]), found.end()
    if found := _EN_DAY.match(text, at):
        return _weekday(
            _EN_DAYS.index(found["day"].lower()), (found["week"] or "").lower(), today, is_past
        ), found.end()
    if found := _ZH_DAY.match(text, at):
        day = _ZH_DAYS.index(found["day"].replace("天", "日"))
        week = {"下": "next", "上": "last", "本": "this", "这": "this"}.get((found["week"] or " ")[0], "")
        return _weekday(day, week, today, is_past), found.end()
    if found := _DATE.match(text, at):
        day_found = _dated(found["year"], int(found["month"]), int(found["day"]), today)
        if day_found is not None:
            return day_found, found.end()
    return None, at


def _shifted(today: date, days: int) -> date | None:
    try:
        return today + timedelta(days=days)
    except OverflowError:
        return None


def _weekday(wanted: int, week: str, today: date, is_past: bool) -> date | None:
    if week:
        monday = -today.weekday()
        return _shifted(today, monday + wanted + {"next": 7, "last": -7, "this": 0}[week])
    if is_past:
        return _shifted(today, -((today.weekday() - wanted) % 7))
    return _shifted(today, (wanted - today.weekday() - 1) % 7 + 1)


def _dated(year: str | None, month: int, day: int, today: date) -> date | None:
    years = [int(year)] if year else [today.year, today.year - 1, today.year + 1]
    found = []
    for number in years:
        try:
            found.append(date(number, month, day))
        except ValueError:
            continue
    return min(found, key=lambda d: abs((d - today).days)) if found else None


def _read_time(text: str, at: int) -> tuple[time | None, time | None, int]:
    found = _TIME.match(text, at)
    if found is None:
        return None, None, at
    start = _clock(found)
    if start is None:
        return None, None, at
    until = _UNTIL.match(text, found.end())
    if until is None:
        return start, None, found.end()
    if int(until["hour"]) > 23 or int(until["minute"]) > 59:
        return None, None, at
    end = time(int(until["hour"]), int(until["minute"]))
    return (start, end, until.end()) if end > start else (None, None, at)


def _clock(found: re.Match[str]) -> time | None:
    hour = _number(found["hour"])
    quarters = {"半": 30, "一刻": 15, "三刻": 45}
    minute = int(found["minute"] or found["zh_minute"] or quarters.get(found["quarter"] or "", 0))
    half, ampm = found["half"] or "", (found["ampm"] or "").lower()
    if half in ("下午", "晚上") or ampm == "pm":
        hour += 12 if hour < 12 else 0
    elif half == "中午":
        hour += 12 if hour < 3 else 0
    elif half or ampm == "am":
        hour = 0 if ampm == "am" and hour == 12 else hour
    elif found["minute"] is None and 1 <= hour <= 6:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _number(text: str) -> int:
    """`10`, `三` or `十一` as a number; two Chinese digits without a ten are no hour (99)."""
    if text.isascii():
        return int(text)
    digits = [_ZH_DIGITS[sign] for sign in text]
    if len(digits) == 2:
        return digits[0] * 10 if digits[1] == 10 else 10 + digits[1] if digits[0] == 10 else 99
    return digits[0]
