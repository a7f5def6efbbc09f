"""The steps of a gap chain, and the levers under it."""

from __future__ import annotations

from collections.abc import Mapping

from cockpit.i18n import _
from cockpit.services import chain_words as words
from cockpit.services.gap_words import agreement_text
from cockpit.services.snapshots import ChainLever, ChainLine, ChainRep, ChainSnapshot, RateLine
from cockpit.widgets.table import Cell, Column, Row, Table, Tone
from cockpit.widgets.target_table import AGREEMENT_TONES

PER_DAY = "per_day"
"""The key of the row of what each day needs."""
STANDING = ("agreement", "rung")
"""The keys of the last rows."""


def step_rows(found: ChainSnapshot) -> tuple[Row, ...]:
    """One row a line, keys are the lines' ids; what each day needs comes last."""
    if not found.lines:
        return ()
    moves = dict(found.tried.moves)
    rows = [Row(line.id, _cells(line, moves)) for line in found.lines]
    need = words.amount(found.per_day, is_money=False)
    need80 = words.amount(found.per_day80, is_money=False)
    rows.append(Row(PER_DAY, (_("per day"), need, need80, "", need, "", "", "", "", ""), "strong"))
    return (*rows, *_standing_rows(found))


def _standing_rows(found: ChainSnapshot) -> list[Row]:
    """The agreement on the target, and the next job rank: what it needs, what is there, what is short."""
    rows, money = [], found.lines[0]
    if found.agreement is not None:
        tone = AGREEMENT_TONES.get(found.agreement.state, "")
        text = agreement_text(found.agreement)
        need = words.amount(money.need, is_money=True)
        rows.append(Row("agreement", (_("agreement"), need, "", "", "", "", Cell(text, tone), "", "", "")))
    if found.rungs:
        rung = found.rungs[0]
        least, left = (words.amount(one, is_money=True) for one in (rung.least_minor, rung.left_minor))
        have = words.amount(money.have, is_money=True)
        rows.append(Row("rung", (rung.name, least, "", have, left, *("",) * 5), "muted"))
    return rows


def _cells(line: ChainLine, moves: Mapping[str, int]) -> tuple[str | Cell, ...]:
    counts = [words.amount(one, is_money=line.is_money) for one in (line.need, line.need80, line.have, line.short)]
    need, need80, have, short = counts
    rate = line.rate
    tone: Tone = "warn" if line.short else "good"
    rates = _rate_cells(rate, moves) if rate else ("", "", "", "", "")
    return (
        line.name,
        need,
        Cell(need80, "muted"),
        have,
        Cell(short, tone if line.short is not None else "muted"),
        *rates,
    )


def _rate_cells(rate: RateLine, moves: Mapping[str, int]) -> tuple[str | Cell, ...]:
    """The rate with its sign and a mark when it was moved, n with the range, the name, team and best."""
    if rate.value is None:
        return (Cell("-", "bad"), Cell(_("no data"), "bad"), rate.name, "-", "-")
    sign = "x" if rate.kind == "each" else "/"
    moved = moves.get(rate.id, 0)
    text = f"{sign} {words.value_text(rate.value, rate.kind)}"
    return (
        Cell(f"{text} {moved:+d}", "accent") if moved else text,
        f"{rate.n:.0f}, {words.range_text(rate)}",
        Cell(rate.name, "muted"),
        words.value_text(rate.team, rate.kind),
        words.value_text(rate.best, rate.kind),
    )


class ChainTable(Table):
    """Need, have and short of each line, and the rate that makes it from the line above."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), id=id)

    def show(self, found: ChainSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Step"), least=9),
                Column(_("Need"), 6, "right"),
                Column(_("80% need"), 8, "right"),
                Column(_("Have"), 6, "right"),
                Column(_("Short"), 6, "right"),
                Column(_("Rate"), least=6),
                Column(_("n, 80% range"), least=10),
                Column("", shown_from=100),
                Column(_("Team"), 6, "right"),
                Column(_("Best"), 6, "right", shown_from=90),
            )
        )
        self.set_rows(step_rows(found), empty=found.refusal)


def rep_rows(found: ChainSnapshot) -> tuple[Row, ...]:
    """The reps of a team who are short; keys are their ids."""
    return tuple(_rep_row(rep) for rep in found.reps)


def _rep_row(rep: ChainRep) -> Row:
    verdict: Tone = "bad" if rep.verdict == "too_much" else "muted"
    return Row(
        rep.id,
        (
            rep.name,
            Cell(words.amount(rep.short_minor, is_money=True), "warn"),
            words.amount(rep.reserve_short, is_money=True),
            words.amount(rep.customers, is_money=False),
            words.rep_need(rep),
            Cell(words.verdict_name(rep.verdict), verdict),
        ),
        search=rep.name,
    )


class ShortReps(Table):
    """The reps of a team who are short, each by his own rates; Enter goes to the rep's own chain."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nobody is short."), id=id)

    def show(self, found: ChainSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Rep"), least=8),
                Column(_("Short"), 7, "right"),
                Column(_("Reserve"), 8, "right"),
                Column(_("Customers"), 9, "right"),
                Column(_("Per day"), least=12),
                Column(_("Can be done"), least=10),
            )
        )
        self.set_rows(rep_rows(found))


def lever_rows(found: ChainSnapshot) -> tuple[Row, ...]:
    return tuple(Row(lever.of, _lever_cells(number, lever)) for number, lever in enumerate(found.levers, 1))


def _lever_cells(number: int, lever: ChainLever) -> tuple[str | Cell, ...]:
    tone: Tone = "accent" if lever.is_tried else ""
    return (
        Cell(f"{number}>" if lever.is_tried else str(number), "accent"),
        Cell(words.lever_text(lever), tone),
        Cell(words.lever_result(lever), tone),
        Cell(words.lever_change(lever), tone),
    )


class LeverTable(Table):
    """One rate at the team's level, or the dirty deals dropped; `>` marks what is tried."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), id=id)

    def show(self, found: ChainSnapshot) -> None:
        self.set_columns(
            (
                Column("", 2),
                Column(_("Lever, tried by its digit"), least=20, weight=2),
                Column(_("Result"), least=16),
                Column(_("Short after"), least=12),
            )
        )
        self.set_rows(lever_rows(found), empty="" if found.refusal else words.no_lever(found))
