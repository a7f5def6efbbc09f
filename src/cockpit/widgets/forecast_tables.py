"""A forecast in three tables: its numbers, each open deal's part, and what earlier ones said beside what came."""

from __future__ import annotations

from cockpit.i18n import _, short_day, short_money
from cockpit.services import forecast_words as words
from cockpit.services.snapshots import ForecastPart, ForecastSnapshot, PastForecast
from cockpit.widgets.signs import money
from cockpit.widgets.table import Cell, Column, Row, Table, Tone


def number_rows(found: ForecastSnapshot) -> tuple[Row, ...]:
    """Keys are the numbers that `?` knows. The first five sum to the forecast; the pipeline stands apart, last."""
    line = found.line
    if line.value_minor is None:
        return ()
    reach = f"{short_money(line.low_minor)}-{short_money(line.high_minor)}"
    rows = [
        _row("value", _("Forecast"), line.value_minor, reach, "strong"),
        _row("won", _("Won so far"), found.won_minor, "", "good"),
        _row("open", _("Open deals"), found.open_minor, words.parts_text(found)),
        _row("arriving", _("Deals to come"), found.arriving_minor, ""),
        _row("rhythm", _("Rhythm"), found.rhythm_minor, words.correction_text(found)),
        Row(
            "error",
            (_("Past error"), words.percent(line.error) if line.error is not None else "-", words.past_text(line)),
        ),
        Row("floor", (_("Chance alone leaves"), words.percent(line.floor) if line.floor is not None else "-", "")),
        Row("wins", (_("Wins in the period"), f"{found.wins:.0f}", words.needs_text(found))),
        Row("stale", (_("Stale deals, count 0"), str(len(words.stale_parts(found))), "")),
        _row("weighted", _("Weighted pipeline"), found.weighted_minor, _("no forecast: it has no time in it"), "muted"),
        _row("reserve", _("Pipeline reserve"), found.reserve_minor, words.reserve_text(found), "muted"),
    ]
    return tuple(rows)


def _row(key: str, name: str, minor: int, note: str, tone: Tone = "") -> Row:
    return Row(key, (name, money(minor), Cell(note, "muted")), tone)


class ForecastNumbers(Table):
    """Amounts in the currency of the header."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), id=id)

    def show(self, found: ForecastSnapshot) -> None:
        self.set_columns(
            (Column(_("Number"), least=18), Column(found.currency, 8, "right"), Column("", least=10, weight=3))
        )
        self.set_rows(number_rows(found), empty=words.refused_text(found.line))


def part_rows(found: ForecastSnapshot) -> tuple[Row, ...]:
    """Open deals, those that count most first, the stale ones last; keys are their ids."""
    return tuple(_part(part) for part in found.parts)


def _part(part: ForecastPart) -> Row:
    chance = Cell(_("stale"), "bad") if part.is_stale else Cell(words.percent(part.chance))
    name = " ".join(text for text in (part.name, part.account) if text)
    return Row(
        part.deal_id,
        (
            name,
            part.owner,
            money(part.amount_minor),
            Cell(str(part.age_days), "muted"),
            chance,
            money(part.value_minor),
        ),
        "muted" if part.is_stale else "",
        search=name,
    )


class ForecastDeals(Table):
    """Each open deal's part; Enter opens it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No open deal."), id=id)

    def show(self, found: ForecastSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Open deal"), least=16, weight=4),
                Column(_("Owner"), least=6, shown_from=60),
                Column(_("Amount"), 8, "right"),
                Column(_("Age, days"), 9, "right", shown_from=50),
                Column(_("Chance"), 7, "right"),
                Column(_("Counts"), 8, "right"),
            )
        )
        self.set_rows(part_rows(found))


def past_rows(found: ForecastSnapshot) -> tuple[Row, ...]:
    """The newest first; keys are the days they were made on."""
    return tuple(_past(one) for one in reversed(found.backtest))


def _past(one: PastForecast) -> Row:
    off = f"{one.value_minor / one.actual_minor - 1:+z.0%}" if one.actual_minor else "-"
    return Row(
        f"past:{one.as_of.isoformat()}",
        (
            short_day(one.as_of),
            short_day(one.ends_on),
            money(one.value_minor),
            Cell(f"{short_money(one.low_minor)}-{short_money(one.high_minor)}", "muted"),
            money(one.actual_minor),
            off,
            Cell(_("yes"), "good") if one.is_covered else Cell(_("no"), "warn"),
        ),
    )


class PastForecasts(Table):
    """What was forecast, from what was known on its day, and what came."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("None is over yet."), id=id)

    def show(self, found: ForecastSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Made on"), least=9),
                Column(_("Up to"), least=9),
                Column(_("Forecast"), 8, "right"),
                Column(_("80% range"), least=11),
                Column(_("Came"), 8, "right"),
                Column(_("Off by"), 6, "right"),
                Column(_("In range"), least=5),
            )
        )
        self.set_rows(past_rows(found))
