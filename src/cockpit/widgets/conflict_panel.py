"""Conflicts: one a line, and both values of the focused one with who and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.widgets import Static

from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.services.snapshots import ConflictItem
from cockpit.widgets.queue_table import moment_text
from cockpit.widgets.table import Cell, Column, Row, Table


def conflict_rows(items: Sequence[ConflictItem]) -> tuple[Row, ...]:
    """Keys are conflict ids."""
    return tuple(
        Row(
            item.id,
            (Cell("!", "bad"), item.subject, item.field_text or item.field, _value(item.mine), _value(item.theirs)),
        )
        for item in items
    )


def _value(text: str) -> str:
    return text or _("empty")


def conflict_detail(item: ConflictItem, as_of: datetime) -> str:
    """Three lines: what it was, mine, theirs with who and when."""
    who = item.theirs_by or _("the hub")
    when = moment_text(item.theirs_at, as_of) if item.theirs_at else "-"
    return "\n".join(
        (
            _("before: {value}").format(value=_value(item.base)),
            _("m mine: {value}").format(value=_value(item.mine)),
            _("t theirs: {value} ({who}, {when})").format(value=_value(item.theirs), who=who, when=when)
            + ("   " + _("b keeps both texts") if item.can_keep_both else ""),
        )
    )


class ConflictTable(Table):
    """Both values are kept until one is chosen."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's name
        super().__init__((), empty=_("No conflicts."), id=id)

    def show(self, items: Sequence[ConflictItem]) -> None:
        self.set_columns(
            (
                Column("", 1),
                Column(_("Conflict"), least=10, weight=2),
                Column(_("Field"), least=8),
                Column(_("Mine"), least=8, weight=2),
                Column(_("Theirs"), least=8, weight=2),
            )
        )
        self.set_rows(conflict_rows(items))


class ConflictDetail(Static):
    """Base, mine and theirs of one conflict; empty without one."""

    def show(self, item: ConflictItem | None, as_of: datetime) -> None:
        self.update(plain(conflict_detail(item, as_of) if item else ""))
