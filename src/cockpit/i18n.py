"""The language of the screen: gettext catalogues and each language's own forms of money, dates, counts.

Call `_()` when text is shown, never at import: the language is set after the settings are read.
"""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

LANGUAGES = ("en", "zh")
_FOLDERS = {"en": "en", "zh": "zh_CN"}
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WEEKDAYS_ZH = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}

_current: tuple[str, gettext.NullTranslations] = ("en", gettext.NullTranslations())


def resolve(wanted: str) -> str:
    """`en` or `zh` for a setting, a locale name or `auto`. Anything else is English."""
    if wanted in ("", "auto"):
        names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
        wanted = next((name for name in names if name), "") or _system_locale()
    return "zh" if wanted.lower().replace("-", "_").split("_")[0] in ("zh", "chinese (simplified)") else "en"


def _system_locale() -> str:
    try:
        return locale.getlocale()[0] or "en"
    except ValueError:  # a name this Python cannot take apart, such as the `UTF-8` of some systems
        return "en"


def set_language(wanted: str) -> str:
    """Load the catalogue for `wanted` and return the language now in use."""
    global _current
    lang = resolve(wanted)
    catalogue = gettext.translation("cockpit", Path(__file__).parent / "locale", [_FOLDERS[lang]], fallback=True)
    _current = (lang, catalogue)
    return lang


def language() -> str:
    return _current[0]


def spoken(name: str, alias: str) -> str:
    """The name in this language: people and rows of the trade carry a Chinese name and an English alias."""
    return alias if alias and language() != "zh" else name


def _(message: str) -> str:
    """The message in the current language. Placeholders are `{name}` and filled by the caller. Nothing stays nothing: a
    catalogue keeps its own head under the empty text."""
    return _current[1].gettext(message) if message else ""


def ngettext(one: str, many: str, count: int) -> str:
    return _current[1].ngettext(one, many, count)


def N_(message: str) -> str:
    """Mark a message for the catalogue; translated by `_` where it is shown."""
    return message


def listed(words: Iterable[str]) -> str:
    """Words one after the other: `a, b` or `a、b`."""
    return ("、" if language() == "zh" else ", ").join(words)


def labelled(name: str, text: str) -> str:
    """What something is, and that: `a: b` or `a：b`."""
    return f"{name}：{text}" if language() == "zh" else f"{name}: {text}"


def clauses(parts: Iterable[str]) -> str:
    """Parts that may hold commas themselves: `a, b; c` or `a，b；c`."""
    return ("；" if language() == "zh" else "; ").join(parts)


def _grouped(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def short_number(value: float) -> str:
    """12,400 as `12.4k` (English) or `1.24万` (Chinese); three significant figures from a thousand up."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    steps = ((1e8, "亿"), (1e4, "万")) if language() == "zh" else ((1e9, "b"), (1e6, "m"), (1e3, "k"))
    for step, unit in steps:
        if size >= step * 0.9995:
            scaled = size / step
            digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
            return f"{sign}{_grouped(scaled, digits)}{unit}"
    return f"{sign}{_grouped(size, 0)}"


def short_money(minor: int | None) -> str:
    """Minor units of any two-decimal currency as a short amount without its sign; `-` when unknown."""
    return "-" if minor is None else short_number(minor / 100)


def exact_money(minor: int | None, currency: str) -> str:
    """`¥12,400.50`, for the detail behind `?`."""
    if minor is None:
        return "-"
    sign = "-" if minor < 0 else ""
    return f"{sign}{_SIGNS.get(currency, currency + ' ')}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"


def weekday(day: date) -> str:
    return (_WEEKDAYS_ZH if language() == "zh" else _WEEKDAYS_EN)[day.weekday()]


def short_day(day: date) -> str:
    """`Tue 11-24` or `11月24日 周二`."""
    if language() == "zh":
        return f"{day.month}月{day.day}日 {weekday(day)}"
    return f"{weekday(day)} {day:%m-%d}"


def long_day(day: date) -> str:
    """`Tue 2026-11-24` or `2026年11月24日 周二`."""
    if language() == "zh":
        return f"{day.year}年{day.month}月{day.day}日 {weekday(day)}"
    return f"{weekday(day)} {day:%Y-%m-%d}"


def near_day(day: date, since: date) -> str:
    """`short_day`, with the year where that is not the year of `since`: an end years ahead is not one of this year."""
    return short_day(day) if day.year == since.year else long_day(day)


def clock_time(moment: datetime) -> str:
    """`09:30`, in the zone the moment carries."""
    return f"{moment:%H:%M}"


def short_moment(moment: datetime) -> str:
    """`Tue 11-24 09:30`, in the zone the moment carries."""
    return f"{short_day(moment.date())} {clock_time(moment)}"


def near_moment(moment: datetime, as_of: datetime) -> str:
    """The time for today, day and time before or after; in the zone of `as_of`."""
    local = moment.astimezone(as_of.tzinfo)
    return clock_time(local) if local.date() == as_of.date() else short_moment(local)


def month_name(day: date) -> str:
    return f"{day.month}月" if language() == "zh" else f"{day:%B}"
