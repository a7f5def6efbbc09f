"""`cockpit conflicts`: both values of every open one, and its answer."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal, cast, get_args

import typer

from cockpit import i18n
from cockpit.cli import opening
from cockpit.cli.nouns import Noun
from cockpit.cli.output import Csv, Json, Plain, Sheet, Table, show, write
from cockpit.errors import BadUse, OpenConflict
from cockpit.i18n import _
from cockpit.services import snapshots as s

Choice = Literal["mine", "theirs", "both"]
_CHOICES: tuple[str, ...] = get_args(Choice)


def group() -> typer.Typer:
    """The list, and the verb that answers one."""
    tree = typer.Typer(
        help=_("What two people changed differently, with both values; answer one by its id."),
        rich_markup_mode=None,
        no_args_is_help=False,
        cls=Noun,
    )

    @tree.callback(invoke_without_command=True)
    def listed(context: typer.Context, plain: Plain = False, as_json: Json = False, as_csv: Csv = False) -> None:
        if context.invoked_subcommand is None:
            found = opening.services().answers.open()
            show(_sheet(found), {"version": 1, "conflicts": [asdict(item) for item in found]}, as_json, as_csv)
            if found:
                raise OpenConflict(count=len(found))

    @tree.command(help=_("Keep mine, theirs or both texts; the answer is a new change, and undo takes it back."))
    def answer(
        conflict: Annotated[str, typer.Argument(help=_("Id from `cockpit conflicts`."), metavar="ID")],
        choice: Annotated[str, typer.Argument(help=_("mine, theirs or both."), metavar="CHOICE")] = "",
        value: Annotated[
            str | None, typer.Option("--value", help=_("Keep neither but this value."), metavar="TEXT")
        ] = None,
        account: Annotated[
            str | None, typer.Option("--account", help=_("Make it again under another account."), metavar="NAME")
        ] = None,
        whole: Annotated[bool, typer.Option("--record", help=_("Mine for every open field of that row."))] = False,
    ) -> None:
        answers = opening.services().answers
        if value is not None and not choice:
            write(answers.edit(conflict, value).text)
            return
        if account is not None and not choice:
            write(answers.attach(conflict, account).text)
            return
        if choice and (value is not None or account is not None):
            raise BadUse(_("One answer is enough: {text} or an option.").format(text=choice))
        if choice not in _CHOICES:
            raise BadUse(
                _("{text} is no answer: mine, theirs, both, --value TEXT or --account NAME.").format(text=choice or "-")
            )
        if whole and choice != "mine":
            raise BadUse(_("--record goes with mine."))
        write(answers.answer(conflict, cast("Choice", choice), is_whole_record=whole).text)

    return tree


def _sheet(found: tuple[s.ConflictItem, ...]) -> Sheet:
    rows = [
        (
            item.id,
            item.subject,
            item.field_text,
            item.base or _("empty"),
            item.mine or _("empty"),
            _when(item.mine_at),
            item.theirs or _("empty"),
            item.theirs_by or "-",
            _when(item.theirs_at),
        )
        for item in found
    ]
    columns = (
        _("id"),
        _("row"),
        _("field"),
        _("before"),
        _("mine"),
        _("time"),
        _("theirs"),
        _("by"),
        _("time"),
    )
    names = (
        "id",
        "entity",
        "entity_id",
        "subject",
        "field",
        "kind",
        "base",
        "mine",
        "theirs",
        "theirs_by",
        "theirs_at",
    )
    records = [{name: getattr(item, name) for name in names} for item in found]
    return Sheet([], [Table(_("Conflicts"), columns, rows, _("No conflicts."))], records)


def _when(moment: datetime | None) -> str:
    return i18n.short_moment(moment) if moment is not None else "-"
