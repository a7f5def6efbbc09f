"""The words of the planner's reasons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cockpit.i18n import _, ngettext, short_day, short_money
from cockpit.planning.problem import Reason


def reason_text(reason: Reason) -> str:
    """One reason in the user's language, without its points."""
    words = _WORDS.get(reason.code)
    return words(reason) if words else reason.code


def _number(reason: Reason, name: str) -> int:
    value = reason.facts.get(name, 0)
    return int(value) if isinstance(value, int | float) else 0


def _text(reason: Reason, name: str) -> str:
    return str(reason.facts.get(name) or "")


def _day(reason: Reason, name: str) -> str:
    value = reason.facts.get(name)
    return short_day(value) if isinstance(value, date) else ""


def _time(reason: Reason, name: str) -> str:
    minute = _number(reason, name)
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _unseen(reason: Reason) -> str:
    days, interval, tier = _number(reason, "days"), _number(reason, "interval"), _text(reason, "tier")
    if not reason.facts.get("is_known", True):
        return ngettext(
            "no visit for {days} day or more (tier {tier}: every {interval})",
            "no visit for {days} days or more (tier {tier}: every {interval})",
            days,
        ).format(days=days, tier=tier, interval=interval)
    return ngettext(
        "{days} day unseen (tier {tier}: every {interval})",
        "{days} days unseen (tier {tier}: every {interval})",
        days,
    ).format(days=days, tier=tier, interval=interval)


def _money(reason: Reason) -> str:
    amount = short_money(_number(reason, "amount_minor"))
    due = _day(reason, "expected_on")
    if due and reason.facts.get("is_closing"):
        return _("{amount} open, due {day}, no next step").format(amount=amount, day=due)
    if due:
        return _("{amount} open, due {day}").format(amount=amount, day=due)
    return _("{amount} open").format(amount=amount)


def _near(reason: Reason) -> str:
    minutes = _number(reason, "minutes")
    if minutes == 0:
        return _("on the way")
    return _("{minutes} min more travel").format(minutes=minutes)


_WORDS: dict[str, Callable[[Reason], str]] = {
    "unseen": _unseen,
    "overdue": _unseen,
    "money": _money,
    "near": _near,
}
