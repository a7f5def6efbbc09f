"""`--explain`: with every number of a printed form its formula, inputs, rows and moment, as `?` shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.cli.output import Sheet
    from cockpit.services.snapshots import Why

Explain = Annotated[bool, typer.Option("--explain", help=_("With every number: its formula, inputs and rows."))]


def explained(
    sheet: Sheet, shape: dict[str, Any], answers: Sequence[tuple[str, Why]] | None
) -> tuple[Sheet, dict[str, Any]]:
    """The printed form and its JSON with the reasons below; as they are where none were asked for. CSV keeps its table."""
    if answers is None:
        return sheet, shape
    from cockpit.cli import reasoned
    from cockpit.cli.output import Table

    tables = [
        Table(
            f"{name}  {found.title}",
            ("", ""),
            [(line, "") for line in told.lines] + [(text, value) for _day, text, value, _origin in told.tables[0].rows],
        )
        for name, found in answers
        for told in (reasoned.why(found),)
    ]
    told_shape = {**shape, "explain": [{"name": name, **asdict(found)} for name, found in answers]}
    return replace(sheet, tables=[*sheet.tables, *tables]), told_shape
