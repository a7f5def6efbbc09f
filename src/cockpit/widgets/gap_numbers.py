"""The five numbers of a period, one a line, so that `?` can ask about each."""

from __future__ import annotations

from cockpit.i18n import _, short_money
from cockpit.services import forecast_words
from cockpit.services.gap_words import agreement_text
from cockpit.services.snapshots import GapSnapshot
from cockpit.widgets.signs import money, percent
from cockpit.widgets.table import Cell, Column, Row, Table, Tone
from cockpit.widgets.target_table import AGREEMENT_TONES


def number_rows(snapshot: GapSnapshot) -> tuple[Row, ...]:
    """Target, actual, gap, planned, uncovered; keys are the names `?` knows. Shares are of the target.
    `!` marks what rests on a row with an open conflict."""
    target = snapshot.target_minor
    is_short = bool(snapshot.uncovered_minor)
    lines: tuple[tuple[str, str, int | None, Tone], ...] = (
        ("target", _("Target"), target, ""),
        ("actual", _("Actual"), snapshot.actual_minor, "good"),
        ("gap", _("Gap"), snapshot.gap_minor, "strong"),
        ("planned", _("Planned"), snapshot.planned_minor, "accent"),
        ("uncovered", _("Uncovered"), snapshot.uncovered_minor, "bad" if is_short else "good"),
    )
    rows = [
        Row(
            key,
            (
                f"{name} !" if key in snapshot.in_question else name,
                money(amount, tone),
                Cell(percent(amount / target if target and amount is not None else None)),
            ),
        )
        for key, name, amount, tone in lines
    ]
    rows += _forecast_rows(snapshot)
    rows += _standing_rows(snapshot)
    for currency, amount in snapshot.other_currencies:
        label = _("Actual, {currency}").format(currency=currency)
        rows.append(Row(f"other:{currency}", (label, money(amount), Cell("", "muted")), "muted"))
    return tuple(rows)


def _standing_rows(snapshot: GapSnapshot) -> list[Row]:
    """Who has said yes to the target, and the way to the next job rank."""
    rows = []
    if snapshot.agreement is not None:
        tone = AGREEMENT_TONES.get(snapshot.agreement.state, "")
        rows.append(
            Row("agreement", (Cell(agreement_text(snapshot.agreement), tone), money(snapshot.target_minor), ""))
        )
    if snapshot.rungs:
        rung = snapshot.rungs[0]
        share = percent(rung.left_minor / snapshot.target_minor if snapshot.target_minor else None)
        name = _("To {rung}").format(rung=rung.name)
        rows.append(Row("rung", (name, money(rung.left_minor), Cell(share))))
    return rows


def _forecast_rows(snapshot: GapSnapshot) -> list[Row]:
    """The forecast with its range, and how past ones did; one row that says what is missing; none for a period without."""
    line = snapshot.forecast
    if line.reason == "no_period":
        return []
    if line.value_minor is None:
        text = _("Forecast: {reason}").format(reason=forecast_words.reason_text(line))
        return [Row("forecast", (text, Cell("-", "muted"), Cell("", "muted")), "muted")]
    share = percent(line.value_minor / snapshot.target_minor if snapshot.target_minor else None)
    low, high = Cell(short_money(line.low_minor), "muted"), Cell(short_money(line.high_minor), "muted")
    rows = [
        Row("forecast", (_("Forecast"), money(line.value_minor), Cell(share))),
        Row("forecast_range", (_("80% range"), low, high), "muted"),
    ]
    if line.error is not None:
        error = Cell(forecast_words.percent(line.error))
        rows.append(Row("forecast_error", (_("Past error"), error, Cell("", "muted")), "muted"))
    return rows


class GapNumbers(Table):
    """Amounts in the currency of the header, shares of the target."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nothing to count yet."), id=id)

    def show(self, snapshot: GapSnapshot) -> None:
        self.set_columns(
            (Column(_("Number")), Column(snapshot.currency, 8, "right"), Column(_("of target"), 9, "right"))
        )
        self.set_rows(number_rows(snapshot))
