"""The day in order: time, account, tier, stage, money, goal, status; below it what was left unvisited."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from cockpit.i18n import _, clock_time, ngettext, short_day, short_money
from cockpit.services import words
from cockpit.services.snapshots import AgendaItem
from cockpit.widgets.signs import SIGN_COLUMN, write_sign
from cockpit.widgets.table import Cell, Column, Row, Table, Tone


def item_row(item: AgendaItem, *, is_next: bool = False, is_unvisited: bool = False) -> Row:
    """One activity. What is over is muted, the next one bold; a lock and a promise are words in the status."""
    when = f"{item.starts_at:%m-%d}" if is_unvisited else clock_time(item.starts_at)
    return Row(
        item.id,
        (
            Cell(when, "bad" if is_unvisited else "strong" if is_next else ""),
            words.kind_name(item.kind),
            Cell(item.account or item.subject or "-", "strong" if is_next else ""),
            item.tier,
            item.stage,
            short_money(item.amount_minor),
            item.goal or item.subject,
            _status(item, is_next=is_next, is_unvisited=is_unvisited),
            write_sign(item.write_state),
        ),
        "muted" if item.status in ("held", "moved", "cancelled") else "",
    )


def _status(item: AgendaItem, *, is_next: bool, is_unvisited: bool) -> Cell:
    if is_unvisited:
        return Cell(_("no reason"), "bad")
    if item.is_double:
        return Cell(_("double?"), "warn")
    if item.status == "held" and item.goal_result:
        tones: dict[str, Tone] = {"reached": "good", "half": "warn", "missed": "bad"}
        return Cell(words.goal_result(item.goal_result), tones.get(item.goal_result, ""))
    if is_next:
        return Cell(_("next, locked") if item.is_locked else _("up next"), "accent")
    if item.is_locked and item.status == "planned":
        return Cell(_("locked"))
    return Cell(words.activity_status(item.status), "muted" if item.status == "planned" else "")


class Agenda(Table):
    """Keys are activity ids."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), id=id)

    def show(
        self,
        visits: Sequence[AgendaItem],
        unvisited: Sequence[AgendaItem],
        coming: Sequence[AgendaItem],
        next_id: str | None,
        empty: str,
        *,
        has_heading: bool = True,
    ) -> None:
        """`coming` are those of the days after, under a heading for each day. `next_id` is the activity that comes next;
        `empty` says which key fills the day; without `has_heading` the unvisited ones speak for themselves, where every
        line counts."""
        self.set_columns(
            (
                Column(_("Time"), 5),
                Column(_("Kind"), 5),
                Column(_("Account"), weight=5, least=10),
                Column(_("Tier"), 4, shown_from=70),
                Column(_("Stage"), weight=3, least=4, shown_from=84),
                Column(_("Money"), 6, "right"),
                Column(_("Goal"), weight=6, least=6, shown_from=44),
                Column(_("Status"), weight=9, least=9),
                SIGN_COLUMN,
            )
        )
        rows = [item_row(item, is_next=item.id == next_id) for item in visits]
        if not rows and (unvisited or coming):
            rows.append(Row("none", (empty,), is_heading=True))
        if unvisited:
            count = len(unvisited)
            words_ = ngettext(
                "Unvisited, reason and next plan missing: {count}",
                "Unvisited, reason and next plan missing: {count}",
                count,
            ).format(count=count)
            if has_heading:
                rows.append(Row("unvisited", (words_,), "bad", is_heading=True))
            rows.extend(item_row(item, is_unvisited=True) for item in unvisited)
        for day, items in groupby(coming, key=lambda item: item.starts_at.date()):
            rows.append(Row(f"day:{day.isoformat()}", (short_day(day),), "muted", is_heading=True))
            rows.extend(item_row(item) for item in items)
        self.set_rows(rows, empty=empty)
