"""KPIs with a consequence: done, planned, uncovered, at risk."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _, short_money
from cockpit.services.snapshots import KpiLine
from cockpit.widgets.gap_bar import BAR_SIGNS, bar_cells
from cockpit.widgets.signs import money
from cockpit.widgets.table import Cell, Column, Row, Table, Tone

PROGRESS_CELLS = 15


def kpi_state(line: KpiLine) -> Cell:
    """reached, covered or `short 2`, in the user's words."""
    words: dict[str, tuple[str, Tone]] = {
        "reached": (_("reached"), "good"),
        "covered": (_("covered"), "good"),
        "short": (_("short {count}").format(count=line.uncovered), "bad"),
    }
    return Cell(*words.get(line.state, (line.state, "")))


def progress(line: KpiLine, *, is_ascii: bool) -> str:
    """`########==...`: done, planned, uncovered out of the limit, in the signs of the gap bar."""
    parts = bar_cells(line.limit, line.done, line.planned, PROGRESS_CELLS)
    done, planned, uncovered, _mark = BAR_SIGNS[is_ascii]
    return done * parts.actual + planned * parts.planned + uncovered * parts.uncovered


def kpi_rows(lines: Sequence[KpiLine], *, is_ascii: bool) -> tuple[Row, ...]:
    """Keys are `kpi:ID`. `!` after the name says that an open conflict touches the figures."""
    return tuple(
        Row(
            f"kpi:{line.id}",
            (
                _name(line),
                Cell(progress(line, is_ascii=is_ascii), "accent"),
                f"{line.done}/{line.limit}",
                str(line.planned),
                Cell(str(line.uncovered), "bad" if line.uncovered else "good"),
                money(line.at_risk_minor, "warn" if line.at_risk_minor else "muted"),
                kpi_state(line),
            ),
        )
        for line in lines
    )


def kpi_words(lines: Sequence[KpiLine], *, is_ascii: bool) -> tuple[Row, ...]:
    """The same figures with their names in the row, where there is no line for a header."""
    return tuple(
        Row(
            f"kpi:{line.id}",
            (
                _name(line),
                Cell(progress(line, is_ascii=is_ascii), "accent"),
                f"{line.done}/{line.limit}",
                _("planned {count}").format(count=line.planned),
                Cell(_("uncovered {count}").format(count=line.uncovered), "bad" if line.uncovered else "good"),
                Cell(_("at risk {money}").format(money=short_money(line.at_risk_minor)), "warn")
                if line.at_risk_minor
                else "",
            ),
        )
        for line in lines
    )


def _name(line: KpiLine) -> str:
    return f"{line.name} !" if line.has_conflict else line.name


class KpiList(Table):
    """One KPI a line, under a header or in words of its own. Money at risk is in the currency of the figures beside it."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No KPI has a consequence here."), id=id)

    def show(self, lines: Sequence[KpiLine], *, is_ascii: bool, has_header: bool = True, month: str = "") -> None:
        """`month`: whose figures they are, where what stands around them is of another period."""
        self._has_header = has_header
        if not has_header:
            self.set_columns(
                (
                    Column("", least=8),
                    Column("", PROGRESS_CELLS, shown_from=66),
                    Column("", least=5),
                    *(Column("", least=5) for _part in range(3)),
                )
            )
            self.set_rows(kpi_words(lines, is_ascii=is_ascii))
            return
        self.set_columns(
            (
                Column(_("{one}, {other}").format(one=_("KPI"), other=month) if month else _("KPI"), least=8),
                Column("", PROGRESS_CELLS, shown_from=60),
                Column(_("Done"), 6, "right"),
                Column(_("Planned"), 7, "right"),
                Column(_("Uncovered"), 9, "right"),
                Column(_("At risk"), 7, "right"),
                Column(_("State"), least=8, shown_from=76),
            )
        )
        self.set_rows(kpi_rows(lines, is_ascii=is_ascii))
