"""Why each number of the forecast screen is what it is, of any scope: `forecast.NUMBER[:PERIOD[:SCOPE]]`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cockpit.domain.deals import won_in
from cockpit.domain.forecast import Needs, Outlook
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.i18n import _, exact_money, listed, short_day
from cockpit.services import why_forecast
from cockpit.services.outlooks import PERIODS, Around, Composition, Owners, composition
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import account_name
from cockpit.services.why_money import Combine, answer, deal_rows
from cockpit.services.why_sources import Sources

NUMBERS = (
    "value",
    "range",
    "won",
    "open",
    "arriving",
    "rhythm",
    "error",
    "floor",
    "wins",
    "stale",
    "weighted",
    "reserve",
)
_OF_A_PERSON = {"value": "forecast", "range": "forecast_range", "error": "forecast_error"}


@dataclass(frozen=True)
class _Ahead:
    """One scope's outlook, with its parts in whole minor units."""

    nearby: Around
    owners: Owners
    period: Period
    seen: Outlook

    @property
    def parts(self) -> Composition:
        return composition(self.seen, self.owners)

    def say(self, title: str, value: int | None, formula: str, rows: list[WhyRow], combine: Combine = "none") -> Why:
        currency = self.nearby.currency
        return answer(self.nearby.book, title, value, "money", formula, rows, combine, currency=currency)


def whole(sources: Sources, number: str, subject: str) -> Why | None:
    """One number; the running month of the person asked about where period and scope are left out."""
    kind, _sep, scope = subject.partition(":")
    period_kind: PeriodKind | None = next((one for one in PERIODS if one == (kind or "month")), None)
    if number not in NUMBERS or period_kind is None:
        return None
    chosen, nearby = sources.ahead(scope or None)
    if number in _OF_A_PERSON:
        return why_forecast.of_period(nearby, chosen.owners, period_kind, _OF_A_PERSON[number])
    period = period_of(period_kind, nearby.book.today)
    seen, line = nearby.outlook(period), nearby.line(chosen.owners, period)
    if line.value_minor is None or isinstance(seen, Needs):
        return why_forecast.of_period(nearby, chosen.owners, period_kind, "forecast")
    explain: dict[str, Callable[[_Ahead], Why]] = {
        "won": _won,
        "open": _open,
        "arriving": _arriving,
        "rhythm": _rhythm,
        "floor": _floor,
        "wins": _wins,
        "stale": _stale,
        "weighted": _weighted,
        "reserve": _reserve,
    }
    return explain[number](_Ahead(nearby, chosen.owners, period, seen))


def _won(ahead: _Ahead) -> Why:
    book = ahead.nearby.book
    won = [deal for owner in ahead.owners for deal in won_in(book, owner, ahead.period)]
    formula = _("deals won with a closing day in the period, up to {day}").format(day=short_day(ahead.seen.span.as_of))
    return ahead.say(_("Won so far"), ahead.parts.won, formula, deal_rows(book, won, ahead.nearby.currency), "sum")


def _open(ahead: _Ahead) -> Why:
    formula = _("half of amount x chance of each open deal; a stale one counts 0")
    rows = why_forecast.open_rows(ahead.nearby, ahead.owners, ahead.seen)
    return ahead.say(_("Open deals"), sum(ahead.parts.parts), formula, rows, "sum")


def _arriving(ahead: _Ahead) -> Why:
    formula = _("deals to come: half of the inflow of 90 days x the same chances")
    return ahead.say(_("Deals to come"), ahead.parts.arriving, formula, [])


def _rhythm(ahead: _Ahead) -> Why:
    formula = why_forecast.rhythm_text(ahead.seen, ahead.owners)
    return ahead.say(_("Rhythm"), ahead.parts.rhythm, formula, [])


def _floor(ahead: _Ahead) -> Why:
    found = ahead.seen.forecast(ahead.owners)
    value = None if found.floor is None else round(found.floor * found.value)
    formula = _("0.8 x sqrt((1 + {spread}) / {wins} wins) of what is ahead: even a perfect method errs by this").format(
        spread=f"{ahead.seen.chance.spread:.2f}", wins=f"{found.wins:.1f}"
    )
    return ahead.say(_("Error that chance alone leaves"), value, formula, [])


def _wins(ahead: _Ahead) -> Why:
    seen, found = ahead.seen, ahead.seen.forecast(ahead.owners)
    won = seen.money.wins_of(ahead.owners, seen.span.first, seen.span.as_of)
    formula = _("won so far {won} + money ahead / mean of a won deal {ahead}; 90% accurate needs {needs}").format(
        won=won, ahead=f"{found.wins:.1f}", needs=seen.chance.wins_for(0.1)
    )
    mean = exact_money(round(seen.chance.mean), ahead.nearby.currency)
    inputs = [(_("mean of a won deal"), mean)]
    return answer(
        ahead.nearby.book,
        _("Won deals in the period"),
        round(won + found.wins),
        "count",
        formula,
        (),
        "none",
        inputs=inputs,
    )


def _stale(ahead: _Ahead) -> Why:
    """The open deals that count nothing, one row each."""
    rows = [
        _sized(ahead, part.deal.id, 1, part.deal.size_minor) for part in ahead.seen.parts(ahead.owners) if part.is_stale
    ]
    formula = _("open deals older than any that was ever won: each counts 0")
    return answer(ahead.nearby.book, _("Stale deals"), len(rows), "count", formula, rows, "count")


def _weighted(ahead: _Ahead) -> Why:
    share = ahead.seen.money.win_share(ahead.seen.span.as_of)
    formula = _(
        "won {won} + pipeline reserve {reserve} x {share}, the share of size that is won; no time in it"
    ).format(
        won=exact_money(ahead.parts.won, ahead.nearby.currency),
        reserve=exact_money(_reserve_of(ahead), ahead.nearby.currency),
        share=f"{share:.1%}",
    )
    return ahead.say(_("Weighted pipeline"), round(ahead.seen.weighted(ahead.owners)), formula, [])


def _reserve(ahead: _Ahead) -> Why:
    rows = [_sized(ahead, part.deal.id, round(part.full), None) for part in ahead.seen.parts(ahead.owners)]
    unsized = sum(not part.deal.size_minor for part in ahead.seen.parts(ahead.owners))
    paid = ahead.seen.money.paid(ahead.seen.span.as_of)
    formula = _("all open deals at full size, x {factor}, what won ones brought over their size").format(
        factor=f"{paid:.3f}"
    )
    if unsized:
        formula += _("; {count} of them without an amount: the mean size of the deals up to each").format(count=unsized)
    value = _reserve_of(ahead)
    combine: Combine = "sum" if sum(row.value for row in rows) == value else "none"
    return ahead.say(_("Pipeline reserve"), value, formula, rows, combine)


def _reserve_of(ahead: _Ahead) -> int:
    return round(sum(ahead.seen.views.reserve.get(owner, 0.0) for owner in ahead.owners))


def _sized(ahead: _Ahead, deal_id: str, value: int, size: int | None) -> WhyRow:
    """An open deal by its name and account, with its size where the value is another number."""
    name, account_id = ahead.nearby.names.get(deal_id, ("", None))
    parts = [name, account_name(ahead.nearby.book, account_id)]
    parts += [exact_money(size, ahead.nearby.currency)] if size is not None else []
    return WhyRow(entity="deal", id=deal_id, text=listed(part for part in parts if part), at=None, value=value)
