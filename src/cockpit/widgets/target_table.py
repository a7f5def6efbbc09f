"""The tree of targets: each node before its parts, with what is left, whether it adds up and who has said yes."""

from __future__ import annotations

from cockpit.i18n import _, month_name, short_money
from cockpit.services.snapshots import TargetLine, TargetPart, TargetsSnapshot
from cockpit.services.words import agreement_name, apart_money, missing_figures
from cockpit.widgets.lines import Line
from cockpit.widgets.signs import write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone
from cockpit.widgets.week_table import span

AGREEMENT_TONES: dict[str, Tone] = {"none": "bad", "asked": "warn", "agreed": "good"}


def value_text(snapshot: TargetsSnapshot, value: int | None) -> str:
    """A value in the snapshot's unit, short."""
    return short_money(value) if snapshot.unit == "money" else "-" if value is None else str(value)


def agreed_text(line: TargetLine) -> str:
    """`agreed 11-02`; empty for a team."""
    if not line.agreement:
        return ""
    name = agreement_name(line.agreement)
    return f"{name} {line.agreed_by_rep_at:%m-%d}" if line.agreement == "agreed" and line.agreed_by_rep_at else name


def rung_text(snapshot: TargetsSnapshot, line: TargetLine) -> str:
    """A raise that is offered, else the next rung and the way to it."""
    if line.offer is not None:
        return _("raise to {value}?").format(value=value_text(snapshot, line.offer))
    if line.next_rung_minor is None:
        return ""
    return _("{left} to {rung}").format(left=short_money(line.to_next_rung_minor), rung=line.next_rung)


def target_rows(snapshot: TargetsSnapshot) -> tuple[Row, ...]:
    """Keys are the ids of people and teams."""
    return tuple(_row(snapshot, line) for line in snapshot.lines)


def _row(snapshot: TargetsSnapshot, line: TargetLine) -> Row:
    left_tone: Tone = "good" if line.left is not None and line.left <= 0 else ""
    difference = "" if line.difference is None else value_text(snapshot, line.difference)
    return Row(
        line.id,
        (
            f"{'-' * line.depth} {line.name}".strip(),
            Cell(str(line.workdays), "muted"),
            value_text(snapshot, line.value),
            value_text(snapshot, line.actual),
            Cell(value_text(snapshot, line.left), left_tone),
            Cell(difference, "bad" if line.difference else "muted"),
            write_sign(line.write_state),
            Cell(agreed_text(line), AGREEMENT_TONES.get(line.agreement, "")),
            Cell(rung_text(snapshot, line), "good" if line.offer is not None else "muted"),
        ),
        "strong" if line.kind != "person" else "",
        search=line.name,
    )


class TargetTable(Table):
    """Values in the unit and currency that the facts name."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("Nobody is below you yet. Press o to sync."), id=id)

    def show(self, snapshot: TargetsSnapshot) -> None:
        self.set_columns(
            (
                Column(_("Name"), least=10, weight=9),
                Column(_("Days"), 0, "right", least=4, weight=9, shown_from=70),
                Column(_("Target"), 0, "right", least=6, weight=9),
                Column(_("Actual"), 0, "right", least=6, weight=9),
                Column(_("Left"), 0, "right", least=6, weight=9),
                Column(_("Diff"), 0, "right", least=4, weight=9),
                Column("", 1),
                Column(_("Agreement"), least=8, weight=9),
                Column(_("Next rung"), least=8, weight=3),
            )
        )
        self.set_rows(target_rows(snapshot))


def detail_lines(snapshot: TargetsSnapshot, line: TargetLine) -> list[Line]:
    """What the focused node does not add up to, who said yes when, and its months, weeks or days."""
    found: list[Line] = [[(line.name, "strong"), (f"  {line.rung}" if line.rung else "", "muted")]]
    if line.next_rung_minor is not None:
        words = _("{rung} {least}, {left} to go").format(
            rung=line.next_rung, least=short_money(line.next_rung_minor), left=short_money(line.to_next_rung_minor)
        )
        found[0] = [*found[0], (f"  {words}", "muted")]
    if line.offer is not None:
        found.append([(_("reached early: raise to {value}?").format(value=value_text(snapshot, line.offer)), "good")])
    for problem in snapshot.problems:
        if problem.scope_id == line.id:
            found += [[(problem.text, "bad")], [(f"  {problem.command}", "accent")]]
    if line.agreement:
        lead, rep = (f"{at:%m-%d %H:%M}" if at else "-" for at in (line.agreed_by_lead_at, line.agreed_by_rep_at))
        found.append(
            [(_("lead said yes {lead}, rep {rep}").format(lead=lead, rep=rep), AGREEMENT_TONES.get(line.agreement, ""))]
        )
    if line.unknown:
        found.append([(missing_figures(line.unknown), "warn")])
    if line.other_currencies:
        found.append([(apart_money(line.other_currencies), "warn")])
    found += [[(_part_text(part), "muted"), (value_text(snapshot, part.value), "")] for part in line.parts]
    return found


def _part_text(part: TargetPart) -> str:
    name = month_name(part.starts_on) if part.kind == "month" else span(part.starts_on, part.ends_on)
    return _("{part}, working days {count}: ").format(part=name, count=part.workdays)
