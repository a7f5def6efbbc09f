"""`cockpit metrics`, the tree with its values, and `cockpit metric`: own definitions, targets and inputs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit.cli import opening, shapes
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.misuse import Verbs
from cockpit.cli.output import AsOf, Csv, Json, Plain, Sheet, Table, show, wants_screen, write
from cockpit.errors import BadUse
from cockpit.i18n import N_, _, long_day, short_day

if TYPE_CHECKING:
    from cockpit.domain.periods import PeriodKind
    from cockpit.services import snapshots as s

Scope = Annotated[
    str | None, typer.Option("--scope", help=_("company, a team or a rep, by name or id."), metavar="NAME")
]
PeriodOption = Annotated[str, typer.Option("--period", help=_("day, week, month, quarter or year."))]


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    tree.command(help=_("What the company measures, as a tree: value, target, change, peers."))(metrics)
    tree.add_typer(_group(), name="metric")


def metrics(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    scope: Scope = None,
    period: PeriodOption = "month",
    explain: Explain = False,
) -> None:
    if wants_screen(plain, as_json, as_csv) and as_of is None and scope is None and not explain:
        opening.open_app("metrics")
        return
    kind, opened = _kind(period), opening.services()
    moment = opening.moment(as_of, opened)
    found = opened.metrics.load(scope, kind, moment)
    why = opened.why.of_metrics([line.id for line in found.lines], kind, found.scope.id, moment) if explain else None
    show(*explained(_sheet(found), _shape(found), why), as_json, as_csv)


def _kind(period: str) -> PeriodKind:
    from cockpit.domain.periods import PERIOD_KINDS

    kind = next((known for known in PERIOD_KINDS if known == period), None)
    if kind is None:
        raise BadUse(_("{text} is not a period: use day, week, month, quarter or year.").format(text=period))
    return kind


def _group() -> typer.Typer:
    group = typer.Typer(
        help=_("Own metrics, their targets and inputs."), no_args_is_help=True, rich_markup_mode=None, cls=Verbs
    )
    for name, verb, text in (
        ("add", add, N_("Add a metric: a formula of others, or rows that are counted.")),
        ("enter", enter, N_("Enter what the rows do not know: cockpit metric enter cac 104k.")),
        ("target", target, N_("Set a target: cockpit metric target core_use 70%.")),
        ("list", list_all, N_("All definitions: formula, rows counted, or what has to be entered.")),
    ):
        group.command(name, help=_(text))(verb)
    return group


def add(
    metric: Annotated[str, typer.Argument(help=_("Id: small letters, digits and _."), metavar="ID")],
    formula: Annotated[str, typer.Option(help=_("Of other metrics: 'visits / orders'."))] = "",
    rows: Annotated[str, typer.Option(help=_("What is counted: deals_won, activities ..."))] = "",
    measure: Annotated[str, typer.Option(help=_("count, sum, average, distinct or days."))] = "",
    of: Annotated[str, typer.Option(help=_("What is summed or told apart: amount, account ..."))] = "",
    start: Annotated[str, typer.Option("--from", help=_("First day of the measure days."))] = "",
    end: Annotated[str, typer.Option("--to", help=_("Last day of the measure days."))] = "",
    where: Annotated[list[str] | None, typer.Option(help=_("A filter, tier=A or tier=A,B; may be repeated."))] = None,
    name: Annotated[str, typer.Option(help=_("Name for people."))] = "",
    name_zh: Annotated[str, typer.Option(help=_("Its name in Chinese."))] = "",
    kind: Annotated[str, typer.Option(help=_("result, process or behaviour."))] = "",
    unit: Annotated[str, typer.Option(help=_("count, money, share, days, hours, points or times."))] = "",
    better: Annotated[str, typer.Option(help=_("up or down."))] = "",
    goal: Annotated[str, typer.Option("--target", help=_("A target for a month."))] = "",
    parent: Annotated[str, typer.Option(help=_("The metric above it in the tree."))] = "",
    needs: Annotated[str, typer.Option(help=_("Of an input: what it is and who knows it."))] = "",
) -> None:
    from cockpit.services.metric_files import add_metric, own_file

    if not (formula or rows or needs):
        raise BadUse(_("Say how it comes about: --formula, --rows, or --needs for one that is entered."))
    values: dict[str, Any] = {"id": metric, "name": name, "name_zh": name_zh, "kind": kind, "unit": unit}
    values |= {"better": better, "rows": rows, "measure": measure, "of": of, "from": start, "to": end}
    values |= {"formula": formula, "target": goal, "parent": parent, "needs": needs, "where": _filters(where or [])}
    made = add_metric(values)
    write(_("{id} is added to {path}. See it with `cockpit metrics`.").format(id=made.id, path=own_file()))


def _filters(given: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text in given:
        key, sign, words = text.partition("=")
        if not sign or not key.strip() or not words.strip():
            raise BadUse(_("{text} is not a filter like tier=A.").format(text=text))
        found[key.strip()] = [word.strip() for word in words.split(",")]
    return found


def enter(
    metric: Annotated[str, typer.Argument(help=_("Id of an input, from `cockpit metric list`."), metavar="ID")],
    value: Annotated[str, typer.Argument(help=_("104k, 12%, 85 ..."))],
    scope: Scope = None,
    period: PeriodOption = "month",
    day: Annotated[str, typer.Option("--on", help=_("A day of the period, like 2026-11-30; today otherwise."))] = "",
) -> None:
    from datetime import date

    try:
        on = date.fromisoformat(day) if day else None
    except ValueError as error:
        raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=day)) from error
    write(opening.services().metrics.enter(metric, value, scope, _kind(period), on).text)


def target(
    metric: Annotated[str, typer.Argument(help=_("Id of a metric."), metavar="ID")],
    value: Annotated[str, typer.Argument(help=_("104k, 12%, 85 ..."))],
) -> None:
    write(opening.services().metrics.set_target(metric, value).text)


def list_all(plain: Plain = False, as_json: Json = False, as_csv: Csv = False) -> None:
    from cockpit.domain.metrics import ROWS
    from cockpit.services.metric_files import open_book, own_file
    from cockpit.services.metric_words import definition_text, kind_word, metric_name

    book = open_book()
    records = [
        {
            "id": one.id,
            "name": metric_name(one),
            "kind": one.kind,
            "unit": one.unit,
            "better": one.better,
            "parent": one.parent,
            "definition": definition_text(one),
            "is_input": one.is_input,
            "is_own": one.is_own,
            "refs": list(one.refs),
        }
        for one in book.catalogue.metrics.values()
    ]
    rows = [
        (
            f"{'-' * book.catalogue.depth[one.id]} {one.id}".lstrip(),
            metric_name(one),
            kind_word(one.kind),
            one.unit,
            definition_text(one),
        )
        for one in book.catalogue.metrics.values()
    ]
    sets = [
        (name, ", ".join(one.values), ", ".join(one.distinct), ", ".join(one.days), ", ".join(one.fields))
        for name, one in ROWS.items()
    ]
    tables = [
        Table(_("Metrics"), (_("id"), _("name"), _("kind of metric"), _("unit"), _("definition")), rows),
        Table(_("Rows"), (_("rows"), _("sum"), _("distinct"), _("days"), _("filters")), sets),
    ]
    shape = {"version": shapes.VERSION, "path": str(own_file()), "metrics": records}
    show(
        Sheet([_("Own metrics, targets and inputs: {path}").format(path=own_file())], tables, records),
        shape,
        as_json,
        as_csv,
    )


def _shape(found: s.MetricsSnapshot) -> dict[str, Any]:
    return {
        **shapes.stamp(found),
        "scope": asdict(found.scope),
        "scopes": [asdict(one) for one in found.scopes],
        "period": {
            "kind": found.period_kind,
            "starts_on": found.starts_on,
            "ends_on": found.ends_on,
            "compared_to": found.compared_to,
        },
        "currency": found.currency,
        "metrics": [_line_shape(line) for line in found.lines],
        "diagnosis": found.diagnosis,
        "vanity": [asdict(one) for one in found.vanity],
        "why_empty": found.why_empty,
    }


def _line_shape(line: s.MetricLine) -> dict[str, Any]:
    others = [{"currency": currency, "amount_minor": minor} for currency, minor in line.other_currencies]
    return asdict(line) | {"other_currencies": others}


def _sheet(found: s.MetricsSnapshot) -> Sheet:
    from cockpit.cli.sheets import stale
    from cockpit.services.metric_words import change_words, others_text, range_words, value_words

    def words(line: s.MetricLine, value: float | None) -> str:
        return value_words(value, line.unit)

    rows = [
        (
            f"{'-' * line.depth} {line.name}".lstrip(),
            words(line, line.value),
            range_words(line),
            words(line, line.target),
            change_words(line.change, line.unit),
            change_words(line.change_year, line.unit),
            words(line, line.median),
            line.no_best or words(line, line.best),
            " ".join(part for part in (line.lack or line.formula, others_text(line.other_currencies)) if part),
        )
        for line in found.lines
    ]
    columns = (
        _("metric"),
        ">" + _("now"),
        _("n and range"),
        ">" + _("target"),
        ">" + _("previous"),
        ">" + _("last year"),
        ">" + _("peers"),
        _("best"),
        _("formula, or what is missing"),
    )
    lines = [
        f"{found.scope.name}  {short_day(found.starts_on)} - {short_day(found.ends_on)}  {found.currency}"
        f"  {long_day(found.as_of.date())}",
        *stale(found),
        _("changes: against the period before up to {day}, as deep in it as today").format(
            day=short_day(found.compared_to)
        ),
        *found.diagnosis.splitlines(),
        *(f"{_('vanity?')} {one.text}" for one in found.vanity if one.is_named),
        *([found.why_empty] if found.why_empty else []),
    ]
    return Sheet(lines, [Table(_("Metrics"), columns, rows)], [_line_record(line) for line in found.lines])


def _line_record(line: s.MetricLine) -> dict[str, object]:
    record = asdict(line)
    for name in ("trend", "other_currencies"):
        del record[name]
    return record
