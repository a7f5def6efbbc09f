"""`cockpit forecast`: value, range, past error, floor; with its parts, or with every past forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit import i18n
from cockpit.cli import opening, shapes
from cockpit.cli.explaining import explained
from cockpit.cli.output import AsOf, Csv, Json, Plain, Sheet, Table, show, wants_screen
from cockpit.errors import BadUse
from cockpit.i18n import _, ngettext, short_money
from cockpit.services import forecast_words as words
from cockpit.services import snapshots as s
from cockpit.services.words import apart_money

if TYPE_CHECKING:
    from cockpit.domain.periods import PeriodKind


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(help=_("What the month or quarter will bring: range, past error, and what no method can know."))(
        forecast
    )


def forecast(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    scope: Annotated[str | None, typer.Option(help=_("A rep or a team, by name or id."), metavar="NAME")] = None,
    period: Annotated[
        str, typer.Option(help=_("month or quarter."), autocompletion=lambda: ["month", "quarter"])
    ] = "month",
    backtest: Annotated[bool, typer.Option("--backtest", help=_("Every past forecast beside what came."))] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help=_("Each open deal's part, and the formula behind every number."))
    ] = False,
) -> None:
    is_default = as_of is None and scope is None and period == "month" and not (backtest or explain)
    if wants_screen(plain, as_json, as_csv) and is_default:
        opening.open_app("forecast")
        return
    if period not in ("month", "quarter"):
        raise BadUse(_("{text} is not a period of a forecast: use month or quarter.").format(text=period))
    kind: PeriodKind = "month" if period == "month" else "quarter"
    opened = opening.services()
    moment = opening.moment(as_of, opened)
    found = opened.forecast.load(scope, kind, moment)
    why = opened.why.of_forecast(kind, scope, moment) if explain else None
    show(*explained(sheet(found, backtest, explain), shape(found), why), as_json, as_csv)


def sheet(found: s.ForecastSnapshot, has_backtest: bool = False, has_parts: bool = False) -> Sheet:
    """The plain form. The main table of the CSV is that of the past forecasts when asked for, else that of the parts."""
    span = f"{i18n.long_day(found.starts_on)} - {i18n.long_day(found.ends_on)}"
    people = ngettext("{count} rep", "{count} reps", found.people).format(count=found.people)
    lines = [f"{found.scope}  {people}  {span}  {found.currency}"]
    if not found.complete:
        lines.append(_("The first sync is not finished: numbers are not complete yet."))
    if text := apart_money(found.other_currencies):
        lines.append(f"! {text}")
    records = _past_records(found) if has_backtest else _part_records(found)
    if found.line.value_minor is None:
        return Sheet([*lines, words.refused_text(found.line)], (), records)
    lines += [
        _("forecast {value}, in 80 of 100 cases in the range").format(value=words.value_text(found.line)),
        _made_of(found),
        _record(found),
        *([text] if (text := words.rivals_text(found)) else []),
        words.wins_text(found),
        _("weighted pipeline {weighted}, no forecast; pipeline reserve {money}: {of}").format(
            weighted=short_money(found.weighted_minor),
            money=short_money(found.reserve_minor),
            of=words.reserve_text(found),
        ),
        _("learned from {people}").format(people=words.people_text(found.basis_people)),
    ]
    tables = []
    if has_parts:
        tables.append(_parts(found))
    stale = words.stale_parts(found)
    if stale and not has_parts:
        count = ngettext("{count} stale deal counts 0", "{count} stale deals count 0", len(stale)).format(
            count=len(stale)
        )
        lines.append(count + _(": older than any that was ever won; --explain lists them"))
    if has_backtest:
        tables.append(_past(found))
    return Sheet(lines, tables, records)


def _record(found: s.ForecastSnapshot) -> str:
    """How past forecasts of such a period erred, and how often what came lay in their range."""
    text = words.record_text(found.line)
    if not text or found.line.covered is None:
        return text or _("no past forecast of such a period is over yet")
    covered = _("{share} of them held what came in their range").format(share=words.percent(found.line.covered))
    return f"{text}; {covered}"


def _made_of(found: s.ForecastSnapshot) -> str:
    text = _("won {won} + open deals {open} + deals to come {arriving} + rhythm {rhythm}").format(
        won=short_money(found.won_minor),
        open=short_money(found.open_minor),
        arriving=short_money(found.arriving_minor),
        rhythm=short_money(found.rhythm_minor),
    )
    if found.correction == 1:
        return text
    return text + _(", all but the won already x {factor} for past bias").format(factor=f"{found.correction:.2f}")


def _parts(found: s.ForecastSnapshot) -> Table:
    rows = [
        (
            part.name,
            part.account,
            part.owner,
            short_money(part.amount_minor),
            str(part.age_days),
            _("stale") if part.is_stale else words.percent(part.chance),
            short_money(part.value_minor),
        )
        for part in found.parts
    ]
    columns = (
        _("deal"),
        _("account"),
        _("owner"),
        ">" + _("amount"),
        ">" + _("age in days"),
        ">" + _("chance"),
        ">" + _("counts"),
    )
    return Table(_("Open deals, half of amount x chance"), columns, rows, _("No open deal."))


def _past(found: s.ForecastSnapshot) -> Table:
    names = [name for name, _value in found.backtest[0].rivals] if found.backtest else []
    columns = (
        _("made on"),
        _("for"),
        ">" + _("forecast"),
        ">" + _("low"),
        ">" + _("high"),
        ">" + _("came"),
        ">" + _("off by"),
        _("in range"),
        *(">" + words.rival_name(name) for name in names),
    )
    rows = [
        (
            i18n.long_day(one.as_of),
            f"{i18n.short_day(one.starts_on)} - {i18n.short_day(one.ends_on)}",
            short_money(one.value_minor),
            short_money(one.low_minor),
            short_money(one.high_minor),
            short_money(one.actual_minor),
            f"{one.value_minor / one.actual_minor - 1:+z.0%}" if one.actual_minor else "-",
            _("yes") if one.is_covered else _("no"),
            *(short_money(value) for _name, value in one.rivals),
        )
        for one in found.backtest
    ]
    return Table(_("Past forecasts, each from what was known on its day"), columns, rows, _("None is over yet."))


def _part_records(found: s.ForecastSnapshot) -> list[dict[str, object]]:
    return [
        {
            "deal_id": part.deal_id,
            "name": part.name,
            "account": part.account,
            "owner": part.owner,
            "amount_minor": part.amount_minor,
            "age_days": part.age_days,
            "chance": round(part.chance, 4),
            "value_minor": part.value_minor,
            "is_stale": part.is_stale,
            "currency": found.currency,
        }
        for part in found.parts
    ]


def _past_records(found: s.ForecastSnapshot) -> list[dict[str, object]]:
    return [
        {
            "as_of": one.as_of,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "value_minor": one.value_minor,
            "low_minor": one.low_minor,
            "high_minor": one.high_minor,
            "actual_minor": one.actual_minor,
            "is_covered": one.is_covered,
            **{f"{name}_minor": value for name, value in one.rivals},
            "currency": found.currency,
        }
        for one in found.backtest
    ]


def shape(found: s.ForecastSnapshot) -> dict[str, Any]:
    return {
        **shapes.stamp(found),
        "viewer": shapes.person(found.viewer),
        "scope": found.scope,
        "people": found.people,
        "basis_people": found.basis_people,
        "period": {"kind": found.period_kind, "starts_on": found.starts_on, "ends_on": found.ends_on},
        "currency": found.currency,
        "forecast": shapes.forecast(found.line),
        "won_minor": found.won_minor,
        "open_minor": found.open_minor,
        "arriving_minor": found.arriving_minor,
        "rhythm_minor": found.rhythm_minor,
        "correction": round(found.correction, 4),
        "reserve_minor": found.reserve_minor,
        "weighted_minor": found.weighted_minor,
        "wins": round(found.wins, 1),
        "wins_needed": found.wins_needed,
        "other_currencies": [{"currency": c, "amount_minor": minor} for c, minor in found.other_currencies],
        "rivals": {name: round(error, 4) for name, error in found.rivals},
        "parts": _part_records(found),
        "backtest": _past_records(found),
    }
