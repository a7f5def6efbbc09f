"""The gap chain and the rates in a pipe."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cockpit import i18n
from cockpit.cli.output import Sheet, Table
from cockpit.cli.shapes import apart, person, stamp
from cockpit.cli.sheets import apart_lines, stale
from cockpit.errors import ConfigError
from cockpit.i18n import _, labelled, ngettext
from cockpit.services import chain_words as words
from cockpit.services import snapshots as s
from cockpit.services.gap_words import standing_texts
from cockpit.services.words import period_name

if TYPE_CHECKING:
    from cockpit.domain.periods import PeriodKind
    from cockpit.services.container import Services


def below(sheet: Sheet, opened: Services, rep_id: str | None, period: PeriodKind, moment: datetime | None) -> Sheet:
    """The sheet of a gap with the chain in one line under its figures. Wrong chains in the settings stop no gap."""
    try:
        line = words.one_line(opened.chain.load(rep_id, period, moment))
    except ConfigError as error:
        line = _("chain: {what}").format(what=error.detail)
    return replace(sheet, lines=[*sheet.lines, line]) if line else sheet


def chain(found: s.ChainSnapshot) -> Sheet:
    """Steps, checks, levers and the days, as on the screen."""
    left = ngettext("{count} working day left", "{count} working days left", found.workdays_left)
    head = [
        *([found.team] if found.team else []),
        f"{found.rep.spoken}  {period_name(found.period_kind)} {found.starts_on} - {found.ends_on}",
        left.format(count=found.workdays_left),
        _("rates of {first} to {last}").format(first=found.window_from, last=found.window_to),
        found.currency,
    ]
    lines = ["  ".join(head), *stale(found), *([text] if (text := words.tried_text(found)) else [])]
    lines += standing_texts(found)
    if found.refusal:
        return Sheet([*lines, found.refusal], [_reps(found)] if found.reps else [])
    tables = [
        Table(_("Gap chain"), _columns(), [*(_row(line) for line in found.lines), _per_day(found)]),
        *([_reps(found)] if found.team else []),
        Table(_("Checks"), ("", ""), [("!" if is_bad else "", text) for text, is_bad in words.checks(found)]),
        Table(_("Levers"), ("", _("lever"), _("result"), _("change")), _levers(found), words.no_lever(found)),
    ]
    if found.days:
        lines.append(_("split: {days}").format(days=words.split_text(found)))
    lines += [text for text in (found.alone, found.alike, words.other_money(found)) if text]
    return Sheet(lines, tables, [_record(line) for line in found.lines])


def _reps(found: s.ChainSnapshot) -> Table:
    """Who of a team is short, each by his own rates."""
    rows = [
        (
            rep.name,
            words.amount(rep.short_minor, is_money=True),
            words.amount(rep.reserve_short, is_money=True),
            words.amount(rep.customers, is_money=False),
            words.rep_need(rep),
            words.verdict_name(rep.verdict),
        )
        for rep in found.reps
    ]
    columns = (_("rep"), ">" + _("short"), ">" + _("reserve"), ">" + _("customers"), _("per day"), _("can be done"))
    return Table(_("Reps who are short, by their own rates"), columns, rows, _("Nobody is short."))


def _columns() -> tuple[str, ...]:
    numbers = (_("need"), _("80% need"), _("have"), _("short"))
    return (_("step"), *(f">{name}" for name in numbers), _("rate (n, 80% range)"), f">{_('team')}", f">{_('best')}")


def _row(line: s.ChainLine) -> tuple[str, ...]:
    rate = line.rate
    return (
        line.name,
        *(words.amount(value, is_money=line.is_money) for value in (line.need, line.need80, line.have, line.short)),
        words.rate_text(rate),
        words.value_text(rate.team, rate.kind) if rate else "",
        words.value_text(rate.best, rate.kind) if rate else "",
    )


def _per_day(found: s.ChainSnapshot) -> tuple[str, ...]:
    count = words.amount(found.per_day, is_money=False)
    return (_("per day"), count, words.amount(found.per_day80, is_money=False), "", count, "", "", "")


def _levers(found: s.ChainSnapshot) -> list[tuple[str, ...]]:
    return [
        (
            f"{number}{'>' if one.is_tried else ''}",
            words.lever_text(one),
            words.lever_result(one),
            words.lever_change(one),
        )
        for number, one in enumerate(found.levers, 1)
    ]


def _record(line: s.ChainLine) -> dict[str, object]:
    rate = line.rate
    return {
        "step": line.id,
        "need": line.need,
        "need80": line.need80,
        "have": line.have,
        "short": line.short,
        "unit": "money" if line.is_money else "count",
        "rate": rate.id if rate else "",
        "value": rate.value if rate else None,
        "low": rate.low if rate else None,
        "high": rate.high if rate else None,
        "n": rate.n if rate else None,
        "team": rate.team if rate else None,
        "best": rate.best if rate else None,
    }


def chain_shape(found: s.ChainSnapshot) -> dict[str, Any]:
    data = asdict(found)
    for name in (
        "as_of",
        "complete",
        "rep",
        "period_kind",
        "starts_on",
        "ends_on",
        "window_from",
        "window_to",
        "tried",
    ):
        del data[name]
    return {
        **stamp(found),
        "rep": person(found.rep),
        "period": {"kind": found.period_kind, "starts_on": found.starts_on, "ends_on": found.ends_on},
        "window": {"starts_on": found.window_from, "ends_on": found.window_to},
        **data,
        "days": [{"on": day, "count": count} for day, count in found.days],
        "moves": dict(found.tried.moves),
        "values": dict(found.tried.values),
        "other_currencies": [{"currency": name, "open_minor": minor} for name, minor in found.other_currencies],
    }


def rates(found: s.RatesSnapshot) -> Sheet:
    """Every rate of everybody: ranked where people differ, by name where they do not."""
    window = _("rates of {first} to {last}, the same days for everyone").format(
        first=found.window_from, last=found.window_to
    )
    lines = [f"{found.viewer.spoken}  {i18n.long_day(found.as_of.date())}  {window}  {found.currency}", *stale(found)]
    lines += [*([found.alone] if found.alone else []), *apart_lines(found.other_currencies)]
    tables = [_board(board) for board in found.boards]
    records: list[dict[str, object]] = [
        {
            "rate": board.id,
            "rep": one.rep,
            "value": one.rate.value,
            "low": one.rate.low,
            "high": one.rate.high,
            "n": one.rate.n,
            "raw": one.rate.raw,
            "may_rank": board.may_rank,
        }
        for board in found.boards
        for one in board.reps
    ]
    return Sheet(lines, tables, records)


def _board(board: s.RateBoard) -> Table:
    rows = [
        (
            str(place) if board.may_rank and one.rate.n else "",
            one.rep,
            words.value_text(one.rate.value, board.kind),
            words.range_text(one.rate),
            f"{one.rate.n:.0f}",
            words.value_text(one.rate.raw, board.kind),
        )
        for place, one in enumerate(board.reps, 1)
    ]
    columns = (">" + _("rank"), _("rep"), ">" + _("rate"), ">" + _("80% range"), ">n", ">" + _("own alone"))
    return Table(labelled(board.name, board.verdict), columns, rows)


def rates_shape(found: s.RatesSnapshot) -> dict[str, Any]:
    return {
        **stamp(found),
        "viewer": person(found.viewer),
        "window": {"starts_on": found.window_from, "ends_on": found.window_to},
        "currency": found.currency,
        "alone": found.alone,
        "other_currencies": apart(found.other_currencies),
        "rates": [asdict(board) for board in found.boards],
    }
