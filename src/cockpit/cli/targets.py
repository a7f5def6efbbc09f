"""`cockpit targets`: show the tree, set, split, raise, agree, import."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from cockpit.cli import opening, shapes
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.nouns import Noun
from cockpit.cli.output import AsOf, Csv, Json, Plain, Sheet, Table, show, talk, wants_screen, write
from cockpit.i18n import _, exact_money, month_name, short_day, short_money
from cockpit.services import snapshots as s
from cockpit.services.words import agreement_name, apart_money, metric_name, missing_figures

Period = Annotated[
    str, typer.Option(help=_("month, quarter, year of today, or one like 2026-11, 2026-Q4, 2026."), metavar="PERIOD")
]
Metric = Annotated[str, typer.Option(help=_("amount, profit or count."))]
Name = Annotated[str, typer.Argument(help=_("A rep or team among yours: name, part of it, or id."))]


def group() -> typer.Typer:
    """The group; without a verb it shows the tree."""
    tree = typer.Typer(
        help=_("Who is to reach what: show, set, split, agree, import."), rich_markup_mode=None, cls=Noun
    )

    @tree.callback(invoke_without_command=True)
    def targets(
        context: typer.Context,
        period: Period = "month",
        metric: Metric = "amount",
        plain: Plain = False,
        as_json: Json = False,
        as_csv: Csv = False,
        as_of: AsOf = None,
        explain: Explain = False,
    ) -> None:
        if context.invoked_subcommand is None:
            _show(period, metric, plain, as_json, as_csv, as_of, explain)

    tree.command("show", help=_("The tree of targets with what does not add up."))(_show_verb)
    tree.command("set", help=_("Give somebody another target; the others keep the sum."))(_set)
    tree.command("split", help=_("Share a target by history and working days; --apply takes it."))(_split)
    tree.command("agree", help=_("Say yes to your target; a lead to one of his people's."))(_agree)
    tree.command("import", help=_("Targets from a CSV file: name, period, value, metric."))(_import)
    return tree


def _show_verb(
    period: Period = "month",
    metric: Metric = "amount",
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    explain: Explain = False,
) -> None:
    _show(period, metric, plain, as_json, as_csv, as_of, explain)


def _show(period: str, metric: str, plain: bool, as_json: bool, as_csv: bool, as_of: str | None, explain: bool) -> None:
    wants_screen(plain, as_json, as_csv)  # refuses two forms at once
    opened = opening.services()
    moment = opening.moment(as_of, opened)
    found = opened.targets.load(period, metric, moment)
    why = opened.why.of_targets(period, metric, moment) if explain else None
    show(*explained(tree_sheet(found), tree_shape(found), why), as_json, as_csv)


def _set(
    name: Name,
    value: Annotated[str, typer.Argument(help=_("300k, 30万, or a count."))] = "",
    period: Period = "month",
    metric: Metric = "amount",
    is_raise: Annotated[
        bool, typer.Option("--raise", help=_("On top of what was split; without a value the raise that is offered."))
    ] = False,
) -> None:
    write(opening.services().targets.set(name, value, period, metric, is_raise=is_raise).text)


def _split(
    name: Name,
    value: Annotated[str, typer.Argument(help=_("What to split; its own target otherwise."))] = "",
    period: Period = "month",
    metric: Metric = "amount",
    apply: Annotated[bool, typer.Option("--apply", help=_("Take the proposal."))] = False,
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
) -> None:
    wants_screen(plain, as_json, as_csv)  # refuses two forms at once
    opened = opening.services()
    found = opened.targets.propose(name, period, metric, value)
    saved = opened.targets.accept(found) if apply else None
    show(split_sheet(found), {**split_shape(found), "applied": saved is not None}, as_json, as_csv)
    look = found.refusal or _("Nothing was changed. --apply takes this split.")
    talk(saved.text if saved is not None else look)


def _agree(
    name: Annotated[str, typer.Argument(help=_("Whose target; your own otherwise."))] = "",
    period: Period = "month",
    metric: Metric = "amount",
) -> None:
    write(opening.services().targets.agree(name, period, metric).text)


def _import(file: Annotated[Path, typer.Argument(help=_("The CSV file."))]) -> None:
    opened = opening.services()
    saved = opened.targets.import_file(file)
    write(saved.text)


# -- text --------------------------------------------------------------------------------------------------------------


def _short(unit: str, value: int | None) -> str:
    return short_money(value) if unit == "money" else "-" if value is None else str(value)


def indented(depth: int, name: str) -> str:
    """`-- name` two levels down: cells lose their outer blanks."""
    return f"{'-' * depth} {name}" if depth else name


def tree_sheet(found: s.TargetsSnapshot) -> Sheet:
    """The main table for CSV is the tree."""
    head = f"{found.viewer.spoken}  {metric_name(found.metric)}  {found.period}  {found.currency}".rstrip()
    rows = [_row(found.unit, line) for line in found.lines]
    columns = (
        _("name"),
        ">" + _("working days"),
        ">" + _("target"),
        ">" + _("actual"),
        ">" + _("left"),
        ">" + _("difference"),
        _("agreement"),
        _("next rung"),
    )
    tables = [Table(_("Targets"), columns, rows)]
    if found.problems:
        problems = [(one.text, one.command) for one in found.problems]
        tables.append(Table(_("Does not add up"), (_("what"), _("what to do")), problems))
    top = found.lines[0]
    if top.parts:
        parts = [
            (
                month_name(part.starts_on) if part.kind == "month" else short_day(part.starts_on),
                str(part.workdays),
                _short(found.unit, part.value),
            )
            for part in top.parts
        ]
        title = _("{name} by part").format(name=top.name)
        tables.append(Table(title, (_("from"), ">" + _("working days"), ">" + _("target")), parts))
    notes = (apart_money(top.other_currencies), missing_figures(top.unknown))
    return Sheet(
        [head, *(f"! {note}" for note in notes if note)], tables, [_record(found, line) for line in found.lines]
    )


def _row(unit: str, line: s.TargetLine) -> tuple[str, ...]:
    agreed = agreement_name(line.agreement) if line.agreement else ""
    if line.agreement == "agreed" and line.agreed_by_rep_at is not None:
        agreed = f"{agreed} {line.agreed_by_rep_at:%m-%d}"
    return (
        indented(line.depth, line.name),
        str(line.workdays),
        _short(unit, line.value),
        _short(unit, line.actual),
        _short(unit, line.left),
        "" if line.difference is None else _short(unit, line.difference),
        agreed,
        "; ".join(part for part in (rung_text(line), offer_text(unit, line)) if part),
    )


def rung_text(line: s.TargetLine) -> str:
    """`high performer 340k, 158k to go`."""
    if line.next_rung_minor is None:
        return ""
    return _("{rung} {least}, {left} to go").format(
        rung=line.next_rung, least=short_money(line.next_rung_minor), left=short_money(line.to_next_rung_minor)
    )


def offer_text(unit: str, line: s.TargetLine) -> str:
    """What to offer to somebody who is there early."""
    if line.offer is None:
        return ""
    return _("reached early: raise to {value}?").format(value=_short(unit, line.offer))


def _record(found: s.TargetsSnapshot, line: s.TargetLine) -> dict[str, object]:
    return {
        "id": line.id,
        "kind": line.kind,
        "name": line.name,
        "depth": line.depth,
        "period": found.period,
        "metric": found.metric,
        "workdays": line.workdays,
        "value": line.value,
        "actual": line.actual,
        "months_missing": line.months_missing,
        "left": line.left,
        "difference": line.difference,
        "agreement": line.agreement,
        "offer": line.offer,
        "currency": found.currency,
    }


def split_sheet(found: s.TargetSplit) -> Sheet:
    money = exact_money(found.value, found.currency) if found.unit == "money" else str(found.value)
    rows = [
        (
            f"{line.month:%Y-%m}",
            indented(line.depth, line.name),
            str(line.workdays),
            _short(found.unit, line.before),
            _short(found.unit, line.after),
        )
        for line in found.lines
    ]
    columns = (_("month"), _("name"), ">" + _("working days"), ">" + _("now"), ">" + _("new value"))
    records = [{**asdict(line), "currency": found.currency} for line in found.lines]
    return Sheet([f"{found.scope}  {found.period}  {money}", *found.notes], [Table(_("Split"), columns, rows)], records)


# -- JSON --------------------------------------------------------------------------------------------------------------


def tree_shape(found: s.TargetsSnapshot) -> dict[str, Any]:
    lines = []
    for line in found.lines:
        data = asdict(line)
        data["sync"] = data.pop("write_state")
        data["other_currencies"] = [{"currency": c, "actual": value} for c, value in line.other_currencies]
        lines.append(data)
    return {
        **shapes.stamp(found),
        "viewer": shapes.person(found.viewer),
        "metric": found.metric,
        "unit": found.unit,
        "currency": found.currency,
        "period": {
            "text": found.period,
            "kind": found.period_kind,
            "starts_on": found.starts_on,
            "ends_on": found.ends_on,
        },
        "targets": lines,
        "problems": [asdict(one) for one in found.problems],
    }


def split_shape(found: s.TargetSplit) -> dict[str, Any]:
    return {
        **shapes.stamp(found),
        "scope": {"id": found.scope_id, "name": found.scope},
        "metric": found.metric,
        "unit": found.unit,
        "currency": found.currency,
        "period": found.period,
        "value": found.value,
        "parts": [asdict(line) for line in found.lines],
        "notes": list(found.notes),
        "refusal": found.refusal or None,
    }
