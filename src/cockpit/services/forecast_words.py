"""A forecast in words: what it is, how it has erred, why there is none."""

from __future__ import annotations

from cockpit.domain.forecast import SAME, TRAILING, WEIGHTED
from cockpit.i18n import _, listed, ngettext, short_money
from cockpit.services.snapshots import ForecastLine, ForecastPart, ForecastSnapshot


def percent(share: float) -> str:
    return f"{share:.0%}"


def reason_text(line: ForecastLine) -> str:
    """Why there is no forecast, in a few words; empty where there is one."""
    if line.reason == "needs_history":
        return _("needs {needs} months, has {has}").format(needs=line.needs_months, has=line.has_months)
    if line.reason == "needs_wins":
        return _("needs closed deals")
    return _("for a month or a quarter only") if line.reason == "no_period" else ""


def value_text(line: ForecastLine) -> str:
    """`256k (221k-286k)`; `-` where there is none."""
    if line.value_minor is None:
        return "-"
    return f"{short_money(line.value_minor)} ({short_money(line.low_minor)}-{short_money(line.high_minor)})"


def team_text(line: ForecastLine) -> str:
    """The forecast in a line that has other things to say too."""
    if line.value_minor is None:
        reason = reason_text(line)
        return _("forecast: {reason}").format(reason=reason) if reason else ""
    text = _("forecast {value}").format(value=value_text(line))
    return (
        text
        if line.error is None
        else _("{forecast}, past error {error}").format(forecast=text, error=percent(line.error))
    )


def error_text(line: ForecastLine) -> str:
    """`11%, floor 9%`; empty without a past."""
    if line.error is None:
        return ""
    floor = _(", floor {floor}").format(floor=percent(line.floor)) if line.floor is not None else ""
    return percent(line.error) + floor


def record_text(line: ForecastLine) -> str:
    """`off by 11%, bias +3% (6 past)`, and the floor; empty without a past."""
    if line.error is None or line.bias is None:
        return ""
    words = ngettext(
        "off by {error} in {count} past forecast, bias {bias}",
        "off by {error} in {count} past forecasts, bias {bias}",
        line.past,
    )
    text = words.format(error=percent(line.error), bias=f"{line.bias:+z.0%}", count=line.past)
    if line.floor is None:
        return text
    return _("{record}; chance alone leaves {floor}").format(record=text, floor=percent(line.floor))


def refused_text(line: ForecastLine) -> str:
    """In whole: what a forecast needs and what there is."""
    if line.reason == "needs_history":
        text = _(
            "No forecast: it needs {needs} months of closed deals, there are {has}. Three make one, three more show how it errs."
        )
        return text.format(needs=line.needs_months, has=line.has_months)
    if line.reason == "needs_wins":
        return _("No forecast: no won deal of theirs is known here to learn from.")
    return _("A forecast is made for a month or a quarter: a shorter period is a handful of deals.")


def wins_text(found: ForecastSnapshot) -> str:
    """What an error of 10 % would need."""
    if found.wins_needed is None:
        return ""
    words = _("90% accurate needs about {needs} wins in the period; this one comes to about {wins}.")
    return words.format(needs=found.wins_needed, wins=round(found.wins))


def stale_parts(found: ForecastSnapshot) -> list[ForecastPart]:
    """The open deals that count nothing: older than any that was ever won."""
    return [part for part in found.parts if part.is_stale]


def parts_text(found: ForecastSnapshot) -> str:
    """`half of amount x chance of 7 deals`."""
    count = len(found.parts) - len(stale_parts(found))
    words = ngettext("half of amount x chance, {count} deal", "half of amount x chance, {count} deals", count)
    return words.format(count=count)


def reserve_text(found: ForecastSnapshot) -> str:
    """`all open deals at full size, 2 without an amount at the usual one`."""
    unsized = sum(part.amount_minor is None for part in found.parts)
    text = _("all open deals at full size")
    if not unsized:
        return text
    return text + _(", {count} without an amount at the usual one").format(count=unsized)


def correction_text(found: ForecastSnapshot) -> str:
    """What all that is ahead is multiplied by; empty where it is nothing."""
    if found.correction == 1:
        return ""
    return _("all ahead x {factor} for past bias").format(factor=f"{found.correction:.2f}")


def past_text(line: ForecastLine) -> str:
    """`10 past forecasts, bias +12%, 8 of 10 in range`."""
    if line.bias is None or line.covered is None:
        return _("no past forecast of such a period is over yet")
    words = ngettext(
        "{count} past, bias {bias}, {covered} in range", "{count} past, bias {bias}, {covered} in range", line.past
    )
    return words.format(count=line.past, bias=f"{line.bias:+z.0%}", covered=percent(line.covered))


def needs_text(found: ForecastSnapshot) -> str:
    """What 90 % would need."""
    return "" if found.wins_needed is None else _("90% accurate needs about {needs}").format(needs=found.wins_needed)


def rivals_text(found: ForecastSnapshot) -> str:
    """How far plainer methods were off over the same past; empty without one."""
    if not found.rivals:
        return ""
    parts = [f"{rival_name(name)} {percent(error)}" for name, error in found.rivals]
    return _("over the same past others were off by: {list}").format(list=listed(parts))


def people_text(count: int) -> str:
    """Whose deals it learned from."""
    if count == 1:
        return _("the deals of one person: no others are on this device")
    return _("the deals of {count} people, all on this device").format(count=count)


def rival_name(code: str) -> str:
    return {
        WEIGHTED: _("weighted pipeline"),
        TRAILING: _("last three months"),
        SAME: _("same days of last quarter"),
    }.get(code, code)
