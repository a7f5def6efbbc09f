"""The words of the planner's reasons, notes and rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from cockpit.domain.book import Book
from cockpit.i18n import N_, _, ngettext, short_day, short_money, spoken
from cockpit.planning.problem import Fact, Reason
from cockpit.services.views import person_name


def reason_text(reason: Reason, book: Book | None = None) -> str:
    """One reason in the user's language, without its points. `book` gives the names of the rows it speaks of."""
    facts = _Facts(reason, book)
    if reason.code in _COUNTED:
        return _COUNTED[reason.code](facts)
    return _(_PLAIN[reason.code]).format_map(facts) if reason.code in _PLAIN else reason.code


class _Facts(dict[str, str]):
    """The facts as texts, ready for the placeholders."""

    def __init__(self, reason: Reason, book: Book | None) -> None:
        super().__init__({name: _shown(name, value) for name, value in reason.facts.items()})
        self.reason, self.book = reason, book
        if book is None:
            return
        account = book.accounts.get(self.get("account_id", ""))
        self["account"] = account.name if account else ""
        self["person"] = person_name(book, self.get("person_id"))
        rule = next((rule for rule in book.kpi_rules if rule.id == self.get("rule_id")), None)
        self["rule"] = spoken(rule.name, rule.alias) if rule else ""
        asked = [name for name in ("activity_id", "first", "second") if name in reason.facts]
        for name in asked:
            row = next((row for row in book.activities if row.id == self[name]), None)
            self[f"{name}_name"] = (_account_name(book, row.account_id) or row.subject) if row else ""

    def __missing__(self, name: str) -> str:
        return ""

    def number(self, name: str) -> int:
        value = self.reason.facts.get(name, 0)
        return int(value) if isinstance(value, int | float) else 0

    def is_set(self, name: str, default: bool = False) -> bool:
        return bool(self.reason.facts.get(name, default))


def _account_name(book: Book, account_id: str | None) -> str:
    account = book.accounts.get(account_id or "")
    return account.name if account else ""


_CLOCKS = ("at", "opens", "closes", "ends", "arrives", "back")


def _shown(name: str, value: Fact) -> str:
    if isinstance(value, date):
        return short_day(value)
    if name in _CLOCKS and isinstance(value, int):
        return f"{value // 60:02d}:{value % 60:02d}"
    if name == "amount_minor" and isinstance(value, int):
        return short_money(value)
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def _unseen(facts: _Facts) -> str:
    days = facts.number("days")
    if not facts.is_set("is_known", True):
        text = ngettext(
            "no visit for {days} day or more (tier {tier}: every {interval})",
            "no visit for {days} days or more (tier {tier}: every {interval})",
            days,
        )
    else:
        text = ngettext(
            "{days} day unseen (tier {tier}: every {interval})",
            "{days} days unseen (tier {tier}: every {interval})",
            days,
        )
    return text.format_map(facts)


def _money(facts: _Facts) -> str:
    if facts["expected_on"] and facts.is_set("is_closing"):
        return _("{amount_minor} open, due {expected_on}, no next step").format_map(facts)
    if facts["expected_on"]:
        return _("{amount_minor} open, due {expected_on}").format_map(facts)
    return _("{amount_minor} open").format_map(facts)


def _near(facts: _Facts) -> str:
    if facts.number("minutes") == 0:
        return _("on the way")
    return _("{minutes} min more travel").format_map(facts)


def _too_soon(facts: _Facts) -> str:
    if facts["free_on"]:
        return _("cadence until {free_on} (met {other}, at least {gap} days)").format_map(facts)
    return _("too soon before {other} (at least {gap} days)").format_map(facts)


def _no_time(facts: _Facts) -> str:
    if facts["arrives"]:
        return _("would arrive {arrives} for {minutes} min, closes {closes}").format_map(facts)
    if facts["back"]:
        return _("would be back {back}, the day ends {ends}").format_map(facts)
    return _("no gap long enough")


def _still_short(facts: _Facts) -> str:
    return ngettext("{rule}: still {short} short.", "{rule}: still {short} short.", facts.number("short")).format_map(
        facts
    )


def _morning(facts: _Facts) -> str:
    left, short = facts.number("left"), facts.number("short")
    parts = [
        ngettext("{left} unvisited", "{left} unvisited", left).format_map(facts) if left else "",
        ngettext("{short} lack a plan", "{short} lack a plan", short).format_map(facts) if short else "",
    ]
    return _("Before you start: {what}").format(what=_(", ").join(part for part in parts if part))


def _changed(facts: _Facts) -> str:
    if facts["person"]:
        return _("{account}, {on}: changed by {person}").format_map(facts)
    return _("{account}, {on}: changed by somebody else").format_map(facts)


def _straight_line(facts: _Facts) -> str:
    return ngettext(
        "Travel: straight line x {factor} at {speed} km/h, traffic unknown; {trips} own trip says too little.",
        "Travel: straight line x {factor} at {speed} km/h, traffic unknown; {trips} own trips say too little.",
        facts.number("trips"),
    ).format_map(facts)


_COUNTED: dict[str, Callable[[_Facts], str]] = {
    "unseen": _unseen,
    "overdue": _unseen,
    "money": _money,
    "near": _near,
    "still_short": _still_short,
    "too_soon": _too_soon,
    "no_time": _no_time,
    "offer_changed": _changed,
    "offer_morning": _morning,
    "straight_line": _straight_line,
}

_PLAIN = {
    # why a new plan is offered
    "offer_disputed": N_("{account}, {on}: your plan and the hub's differ"),
    "offer_cancelled": N_("{at} {account} cancelled"),
    "offer_late": N_("{minutes} min late for {account} at {at}"),
    "offer_prospect": N_("new prospect of tier A: {account}"),
    "offer_chance": N_("new chance: {account}, {amount_minor}"),
    # why it is in the plan
    "kpi": N_("fills {rule}"),
    "buffer": N_("buffer beyond {rule}"),
    "cadence": N_("cadence overdue"),
    "closing": N_("money due without a next step"),
    "unvisited": N_("catch-up, unvisited since {on}"),
    "cancelled": N_("re-booked after the cancel"),
    "past": N_("its time {at} has passed"),
    "overlap": N_("another visit stands at {at}"),
    "away": N_("away on {on}"),
    "hot": N_("new, nothing planned yet"),
    "room": N_("makes room for the KPI"),
    # why it stays
    "held": N_("done"),
    "in_progress": N_("in progress"),
    "locked": N_("locked"),
    "promised": N_("promised to the customer"),
    "ride": N_("you ride along"),
    "joint": N_("agreed with a second person"),
    "frozen": N_("starts within the hour"),
    # why it is not in the plan
    "once_a_day": N_("already met that day"),
    "closed": N_("closed on {on}"),
    "companion_busy": N_("{person} is not free on {on}"),
    "day_full": N_("day full ({limit})"),
    "enough": N_("not needed: the plan is full"),
    # why a KPI stays short
    "blocked_once_a_day": N_("{count} of {of} accounts already have something every day."),
    "blocked_too_soon": N_("{count} of {of} accounts: too soon after the last or before the next visit."),
    "blocked_closed": N_("{count} of {of} accounts: closed on the days left."),
    "blocked_day_full": N_("The days left are full ({limit} a day)."),
    "blocked_no_time": N_("No gap long enough is left: {count} of {of} accounts."),
    "blocked_no_days": N_("No working day is left in the period."),
    "blocked_no_accounts": N_("No account of yours counts for it."),
    # what to know
    "companion_free": N_("{account} {on} {at}: {person} is free by what is known here."),
    "companion_unknown": N_("{account} {on} {at}: the plan of {person} is not on this device, ask."),
    "no_workday": N_("{on} is no working day of yours."),
    "day_over": N_("The day is over ({ends})."),
    "no_days": N_("There is no working day to plan."),
    "overlap_stays": N_("{first_name} and {second_name} overlap at {at}: both stay."),
    "late_by": N_("{second_name} at {at}: {minutes} min late by the trip from {first_name}."),
    "closed_then": N_("{activity_id_name} at {at}: outside its opening hours."),
    "met_twice": N_("{account}: more than one visit on {on}, all stay."),
    "wrong_end": N_("{activity_id_name} at {at}: its end cannot be right, {minutes} min assumed."),
    "bad_hours": N_("{account}: opening hours that cannot be read are left out."),
    "no_place": N_("{account}: no coordinates, {minutes} min assumed for each trip."),
    "no_hours": N_("{account}: opening hours unknown, {opens} to {closes} assumed."),
    "own_pace": N_(
        "Travel: straight line x {factor} at {speed} km/h by {trips} own trips, +-{error} min; traffic unknown."
    ),
    "not_placed": N_("{account} ({on}) finds no new time: {why}."),
    "hot_not_placed": N_("{account} is new and finds no time: {why}."),
    "no_account": N_("{activity_id_name} ({on}) has no account: it cannot be planned anew."),
}
