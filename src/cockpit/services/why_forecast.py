"""Why a forecast is what it is, deal by deal, and how the ones before it did."""

from __future__ import annotations

from cockpit.domain.deals import won_in
from cockpit.domain.forecast import Needs, Outlook
from cockpit.domain.periods import Period, PeriodKind, period_of
from cockpit.i18n import _, exact_money, ngettext, short_day
from cockpit.services import forecast_words as words
from cockpit.services.outlooks import Around, Owners, composition
from cockpit.services.snapshots import ForecastLine, Why, WhyRow
from cockpit.services.views import account_name
from cockpit.services.why_money import answer, deal_rows

NUMBERS = ("forecast", "forecast_range", "forecast_error")


def of_period(nearby: Around, owners: Owners, kind: PeriodKind, number: str) -> Why:
    """The forecast of these people together, or how its past forecasts did."""
    period = period_of(kind, nearby.book.today)
    line, seen = nearby.line(owners, period), nearby.outlook(period)
    if line.value_minor is None or isinstance(seen, Needs):
        return _refused(nearby, line, number)
    explain = {"forecast": _forecast, "forecast_range": _range, "forecast_error": _error}[number]
    return explain(nearby, owners, period, line, seen)


def _refused(nearby: Around, line: ForecastLine, number: str) -> Why:
    inputs = [(_("needed"), words.reason_text(line))]
    if line.reason == "needs_history":
        inputs = [(_("months needed"), str(line.needs_months)), (_("months here"), str(line.has_months))]
    text = words.refused_text(line)
    return answer(nearby.book, _title(number), None, "money", text, (), "none", inputs=inputs, currency=nearby.currency)


def _title(number: str) -> str:
    titles = {"forecast": _("Forecast"), "forecast_range": _("Range of the forecast")}
    return titles.get(number, _("Past error of the forecast"))


def _forecast(nearby: Around, owners: Owners, period: Period, line: ForecastLine, seen: Outlook) -> Why:
    book, found = nearby.book, composition(seen, owners)
    rows = [
        *deal_rows(book, [deal for owner in owners for deal in won_in(book, owner, period)], nearby.currency),
        *open_rows(nearby, owners, seen),
    ]
    rows.append(_part("arriving", _("deals to come: half of the inflow of 90 days x the same chances"), found.arriving))
    rows.append(_part("rhythm", rhythm_text(seen, owners), found.rhythm))
    formula = _(
        "won {won} + half of open deals x chance {open} + half of deals to come {arriving} + half of the rhythm {rhythm}"
    )
    said = formula.format(
        won=exact_money(found.won, nearby.currency),
        open=exact_money(sum(found.parts), nearby.currency),
        arriving=exact_money(found.arriving, nearby.currency),
        rhythm=exact_money(found.rhythm, nearby.currency),
    )
    return answer(
        book,
        _title("forecast"),
        line.value_minor,
        "money",
        said,
        rows,
        "sum",
        inputs=_inputs(nearby, line, seen),
        currency=nearby.currency,
    )


def _inputs(nearby: Around, line: ForecastLine, seen: Outlook) -> list[tuple[str, str]]:
    low, high = (exact_money(value, nearby.currency) for value in (line.low_minor, line.high_minor))
    inputs = [
        (_("80 of 100 cases"), _("{low} to {high}").format(low=low, high=high)),
        (_("past"), words.record_text(line) or _("no past forecast of such a period is over yet")),
        (_("90% accurate"), _("needs about {count} wins in the period").format(count=seen.chance.wins_for(0.1))),
        (_("learned from"), words.people_text(len(nearby.owners))),
        (_("as known on"), short_day(seen.span.as_of)),
    ]
    if seen.bias != 1:
        text = _("all that is ahead x {factor}: half of the bias of the last six forecasts")
        inputs.append((_("correction"), text.format(factor=f"{seen.bias:.3f}")))
    paid = seen.money.paid(seen.span.as_of)
    if round(paid, 3) != 1:
        inputs.append((_("won deals brought"), _("{factor} x the size they had").format(factor=f"{paid:.3f}")))
    return inputs


def open_rows(nearby: Around, owners: Owners, seen: Outlook) -> list[WhyRow]:
    """The open deals that count most first, the stale ones, which count 0, last."""
    parts, values = seen.parts(owners), composition(seen, owners).parts
    factor = seen.bias * seen.money.paid(seen.span.as_of)
    rows = []
    for part, value in zip(parts, values, strict=True):
        name, account_id = nearby.names.get(part.deal.id, ("", None))
        age = ngettext("{count} day old", "{count} days old", part.age_days).format(count=part.age_days)
        if part.is_stale:
            how = _("stale: no deal was won this old")
        else:
            size = exact_money(part.deal.size_minor, nearby.currency)
            how = _("{amount} x chance {chance} / 2").format(amount=size, chance=f"{part.chance:.1%}")
            how += f" x {factor:.3f}" if round(factor, 3) != 1 else ""
        text = _(", ").join(text for text in (name, account_name(nearby.book, account_id), age, how) if text)
        rows.append(WhyRow(entity="deal", id=part.deal.id, text=text, at=None, value=value))
    return rows


def rhythm_text(seen: Outlook, owners: Owners) -> str:
    rhythm = seen.views.rhythm
    text = _(
        "rhythm: the last three months, {days} of {all} days of it, x {factor} for these days of a quarter, x share {share}, / 2"
    )
    return text.format(
        days=rhythm.days,
        all=rhythm.of_days,
        factor=f"{rhythm.factor:.2f}",
        share=words.percent(seen.views.share(owners)),
    )


def _range(nearby: Around, owners: Owners, period: Period, line: ForecastLine, seen: Outlook) -> Why:
    """What the width is made of: the chance of single deals, and the error of the method."""
    found, chance = seen.forecast(owners, nearby.peers(owners)), seen.chance
    formula = _(
        "won + the middle 80% of a Gamma around what is ahead {ahead}, variance (1 + {spread}) / {wins} wins + {error}^2"
    )
    said = formula.format(
        ahead=exact_money(round(found.ahead), nearby.currency),
        spread=f"{chance.spread:.2f}",
        wins=f"{found.wins:.1f}",
        error=words.percent(found.own_error),
    )
    inputs = [
        (_("won so far"), exact_money(round(found.won), nearby.currency)),
        (_("mean of a won deal"), exact_money(round(chance.mean), nearby.currency)),
        (_("error of the method"), words.percent(found.own_error)),
        (_("low"), exact_money(line.low_minor, nearby.currency)),
        (_("high"), exact_money(line.high_minor, nearby.currency)),
    ]
    width = (line.high_minor or 0) - (line.low_minor or 0)
    return answer(
        nearby.book,
        _title("forecast_range"),
        width,
        "money",
        said,
        (),
        "none",
        inputs=inputs,
        currency=nearby.currency,
    )


def _part(name: str, text: str, value: int) -> WhyRow:
    return WhyRow(entity="part", id=name, text=text, at=None, value=value)


def _error(nearby: Around, owners: Owners, period: Period, line: ForecastLine, seen: Outlook) -> Why:
    """One row for each past forecast: what it was above (or below) what came."""
    book, currency = nearby.book, nearby.currency
    settled = seen.settled(owners, nearby.peers(owners))
    rows = []
    for one in settled:
        span, value, actual = one.forecast.span, round(one.forecast.value), round(one.actual)
        text = _("on {day} for {first} to {last}: forecast {forecast}, came {actual}").format(
            day=short_day(span.as_of),
            first=short_day(span.first),
            last=short_day(span.last),
            forecast=exact_money(value, currency),
            actual=exact_money(actual, currency),
        )
        rows.append(
            WhyRow(
                entity="part", id=span.as_of.isoformat(), text=text, at=book.midnight(span.as_of), value=value - actual
            )
        )
    formula = _("mean of what {count} past forecasts were off by, each made from what was known on its day: {record}")
    said = formula.format(count=len(rows), record=words.record_text(line) or "-")
    mean = round(sum(abs(row.value) for row in rows) / len(rows)) if rows else None
    return answer(book, _title("forecast_error"), mean, "money", said, rows, "none", currency=currency)
