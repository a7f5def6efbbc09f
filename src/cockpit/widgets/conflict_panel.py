"""Conflicts: one a line, and both values of the focused one with who, when and the key that keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.i18n import _, near_moment
from cockpit.plain import cells, fit
from cockpit.services.snapshots import ConflictItem
from cockpit.widgets.columns import Tone, text_of
from cockpit.widgets.lines import Line, Lines, Part, folded
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


@dataclass(frozen=True, slots=True)
class ChoiceKeys:
    """The keys of the answers, as the user's keymap has them; empty for one that is not given here."""

    mine: str
    theirs: str
    both: str
    edit: str = ""
    copy: str = ""
    attach: str = ""


def conflict_lines(item: ConflictItem, as_of: datetime, keys: ChoiceKeys, width: int) -> list[Line]:
    """What it is about; what it was, mine and theirs under each other, each with who and when."""
    theirs_at = near_moment(item.theirs_at, as_of) if item.theirs_at else "-"
    mine_at = near_moment(item.mine_at, as_of) if item.mine_at else ""
    mine_by = _("you, {when}").format(when=mine_at) if mine_at else _("you")
    theirs_by = _("{who}, {when}").format(who=item.theirs_by or _("the hub"), when=theirs_at)
    sides: list[tuple[str, str, str, str, Tone]] = [
        ("", _("before"), _value(item.base), "", "muted"),
        (keys.mine, _("mine"), _value(item.mine), mine_by, ""),
        (keys.theirs, _("theirs"), _value(item.theirs), theirs_by, ""),
    ]
    sides += _further(item, keys)
    size = max(cells(name) for _key, name, *_rest in sides)
    mark = max(cells(key) for key, *_rest in sides)
    lines: list[Line] = [[(item.subject, "strong"), (f"  {item.field_text or item.field}", "")]]
    for key, name, value, who, tone in sides:
        line: list[Part] = [(fit(key, mark) + " ", "accent"), (fit(name, size) + "  ", "muted"), (value, tone)]
        lines += folded([*line, (f"   {who}", "muted")] if who else line, width, mark + size + 3)
    return lines


def _further(item: ConflictItem, keys: ChoiceKeys) -> list[tuple[str, str, str, str, Tone]]:
    """What else may be answered, and what an answer does to a row that one side deleted."""
    more: list[tuple[str, str, str, str, Tone]] = []
    if item.can_keep_both:
        more.append((keys.both, _("both"), _("keep both texts"), "", ""))
    if item.can_edit and keys.edit:
        more.append((keys.edit, _("third"), _("type another value"), "", ""))
    if item.kind in ("delete_edit", "missing") and keys.copy:
        more.append((keys.mine, _("restore"), _("make it again with my edit"), "", ""))
        more.append((keys.theirs, _("let go"), _("accept that it is deleted"), "", ""))
        more.append((keys.copy, _("copy"), _("my text to the clipboard, to keep it elsewhere"), "", ""))
    if item.can_attach and keys.attach:
        more.append((keys.attach, _("account"), _("make it again under another account"), "", ""))
    if item.kind == "edit_delete" and keys.copy:
        more.append((keys.mine, _("delete"), _("delete it all the same"), "", ""))
        more.append((keys.theirs, _("keep"), _("keep it as they changed it"), "", ""))
    return more


class ConflictList(Table):
    """Narrow: which row and which field."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__((), empty=_("No conflicts."), id=id)

    def show(self, items: Sequence[ConflictItem]) -> None:
        self.set_columns((Column("", 1), Column(_("Conflict"), least=10, weight=2), Column(_("Field"), least=6)))
        self.set_rows(tuple(Row(row.key, row.cells[:3], search=_search(row)) for row in conflict_rows(items)))


def _search(row: Row) -> str:
    return " ".join(text_of(cell) for cell in row.cells[3:])


class ConflictTable(Table):
    """Both values are kept until one is chosen."""

    def __init__(self, *, id: str | None = None) -> None:
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


class ConflictDetail(Lines):
    """Base, mine and theirs of one conflict; empty without one."""

    def show_item(self, item: ConflictItem | None, as_of: datetime, keys: ChoiceKeys) -> None:
        self.show(lambda width: conflict_lines(item, as_of, keys, width) if item else [])
