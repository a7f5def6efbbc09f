"""The gap of a period in plain text and CSV."""

from __future__ import annotations

from cockpit import i18n
from cockpit.cli import sheets
from cockpit.cli.marks import days_text, pace_text, trend_text
from cockpit.cli.output import Sheet, Table
from cockpit.i18n import _, short_money
from cockpit.services import snapshots as s
from cockpit.services.forecast_words import value_text
from cockpit.services.gap_words import standing_texts, target_note
from cockpit.services.words import apart_money


def _kpi_lines(snapshot: s.GapSnapshot) -> list[str]:
    """Those of the month, which is named where the gap is of another period."""
    texts = [sheets.kpi_text(line) for line in snapshot.kpis]
    month = i18n.month_name(snapshot.as_of.date())
    return texts if snapshot.period_kind == "month" else [i18n.labelled(month, text) for text in texts]


def gap(snapshot: s.GapSnapshot) -> Sheet:
    span = f"{i18n.long_day(snapshot.starts_on)} - {i18n.long_day(snapshot.ends_on)}"
    words = _("target {target}  actual {actual}  gap {gap}  planned {planned}  uncovered {uncovered}")
    notes = (target_note(snapshot), apart_money(snapshot.other_currencies))
    lines = [
        "  ".join(text for text in (snapshot.team, snapshot.rep.spoken, span) if text),
        *sheets.stale(snapshot),
        *(f"! {note}" for note in notes if note),
        words.format(
            target=short_money(snapshot.target_minor),
            actual=short_money(snapshot.actual_minor),
            gap=short_money(snapshot.gap_minor),
            planned=short_money(snapshot.planned_minor),
            uncovered=short_money(snapshot.uncovered_minor),
        )
        + f"  {snapshot.currency}",
        *sheets.forecast_text(snapshot.forecast),
        *standing_texts(snapshot),
        *sheets.in_question_text(snapshot.in_question),
        *pace_text(snapshot),
        *_kpi_lines(snapshot),
        *days_text(snapshot.days, snapshot.as_of.date()),
        *trend_text(snapshot.trend),
    ]
    rows = [
        (
            i18n.short_day(week.starts_on),
            i18n.short_day(week.ends_on),
            short_money(week.target_minor),
            short_money(week.actual_minor),
            short_money(week.gap_minor),
        )
        for week in snapshot.weeks
    ]
    columns = (_("from"), _("to"), ">" + _("target"), ">" + _("actual"), ">" + _("gap"))
    records: list[dict[str, object]] = [
        {
            "starts_on": week.starts_on,
            "ends_on": week.ends_on,
            "target_minor": week.target_minor,
            "actual_minor": week.actual_minor,
            "gap_minor": week.gap_minor,
            "currency": snapshot.currency,
        }
        for week in snapshot.weeks
    ]
    tables = [Table(_("Weeks"), columns, rows)]
    if snapshot.team:
        tables.insert(0, _reps(snapshot))
    return Sheet(lines, tables, records)


def _reps(snapshot: s.GapSnapshot) -> Table:
    rows = [
        (
            rep.name,
            short_money(rep.target_minor),
            short_money(rep.actual_minor),
            short_money(rep.gap_minor),
            short_money(rep.planned_minor),
            short_money(rep.uncovered_minor),
            value_text(rep.forecast),
        )
        for rep in snapshot.reps
    ]
    names = (_("target"), _("actual"), _("gap"), _("planned"), _("uncovered"), _("forecast"))
    return Table(_("Reps"), (_("rep"), *(f">{name}" for name in names)), rows, _("Nobody in this team yet"))
