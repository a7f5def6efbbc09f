"""China's working days: public holidays and the weekends worked in exchange for them."""

from __future__ import annotations

from datetime import date
from functools import cache

from cockpit.domain.periods import WorkCalendar


@cache
def special_days(year: int) -> tuple[tuple[date, str, str], ...]:
    """Days of `year` that differ from a plain week: (day, holiday or makeup, name), in order.

    The official notice of a year comes out late in the year before it; until the library has it,
    the statutory holidays alone are known, without make-up days.
    """
    from chinese_calendar import constants

    if constants.holidays and min(constants.holidays).year <= year <= max(constants.holidays).year:
        found = [(day, "holiday", str(name)) for day, name in constants.holidays.items() if day.year == year]
        found += [(day, "makeup", str(name)) for day, name in constants.workdays.items() if day.year == year]
        return tuple(sorted(found))
    import holidays

    return tuple(
        (day, "holiday", str(name)) for day, name in sorted(holidays.country_holidays("CN", years=[year]).items())
    )


@cache
def china(first_year: int, last_year: int) -> WorkCalendar:
    """The working days of those years."""
    days = [day for year in range(first_year, last_year + 1) for day in special_days(year)]
    return WorkCalendar(
        holidays=frozenset(day for day, kind, _ in days if kind == "holiday"),
        makeups=frozenset(day for day, kind, _ in days if kind == "makeup"),
    )


def last_workday(day: date) -> date:
    """`day` itself when it is a working day in China, else the last one before it."""
    calendar = china(day.year - 1, day.year)
    return day if calendar.is_workday(day) else calendar.previous_workday(day)
