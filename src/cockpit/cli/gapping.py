"""`cockpit gap`: how far a period is from its target, and with --chain what each day needs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import chain_sheet, gap_sheet, opening, shapes
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.output import AsOf, Csv, Json, Plain, Rep, show, talk, wants_screen
from cockpit.errors import BadUse
from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.domain.periods import PeriodKind
    from cockpit.services.container import Services


def _periods() -> list[str]:
    """What may follow --period."""
    from cockpit.domain.periods import PERIOD_KINDS

    return list(PERIOD_KINDS)


def gap(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    rep: Rep = None,
    period: Annotated[
        str, typer.Option(help=_("day, week, month, quarter or year."), autocompletion=_periods)
    ] = "month",
    is_chain: Annotated[
        bool, typer.Option("--chain", help=_("The gap chain: from the money back to what each day needs."))
    ] = False,
    lever: Annotated[
        list[str] | None,
        typer.Option(
            help=_("With --chain: try a lever by its number or name, or a rate at a value. Again for more."),
            metavar="NAME[=VALUE]",
        ),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help=_("With --chain: write it into the week as to-dos."))] = False,
    explain: Explain = False,
) -> None:
    if not is_chain:
        _refuse(apply, _("--apply needs --chain."))
        _refuse(bool(lever), _("--lever needs --chain."))
    if wants_screen(plain, as_json, as_csv) and as_of is None and rep is None and not (is_chain or explain):
        opening.open_app("gap")
        return
    kind = _kind(period)
    opened = opening.services()
    whose, moment = opened.rep_id(rep), opening.moment(as_of, opened)
    if is_chain:
        _refuse(
            apply and (rep is not None or as_of is not None),
            _("Only your own week of now can be written: leave --rep and --as-of out."),
        )
        _refuse(explain and bool(lever), _("Only the chain as it is can be explained: leave --lever out."))
        _chain(opened, whose, kind, moment, lever or [], (as_json, as_csv), explain=explain, apply=apply)
        return
    why = opened.why.of_screen("gap", whose, moment, kind) if explain else None
    found = opened.gap.load(whose, kind, moment)
    sheet = gap_sheet.gap(found)
    if not (as_json or as_csv):
        sheet = chain_sheet.below(sheet, opened, whose, kind, moment)
    show(*explained(sheet, shapes.gap(found), why), as_json, as_csv)


def _chain(
    opened: Services,
    whose: str | None,
    kind: PeriodKind,
    moment: datetime | None,
    levers: list[str],
    form: tuple[bool, bool],
    *,
    explain: bool,
    apply: bool,
) -> None:
    from cockpit.services.chain_levers import read_levers

    found = opened.chain.load(whose, kind, moment)
    tried = read_levers(found, levers)
    if tried:
        found = opened.chain.load(whose, kind, moment, tried=tried)
    why = opened.why.of_screen("chain", whose, moment, kind) if explain else None
    show(*explained(chain_sheet.chain(found), chain_sheet.chain_shape(found), why), *form)
    if apply:
        talk(opened.chain.write(kind, tried=tried).text)


def _refuse(is_wrong: bool, words: str) -> None:
    if is_wrong:
        raise BadUse(words)


def _kind(period: str) -> PeriodKind:
    from cockpit.domain.periods import PERIOD_KINDS

    kind = next((known for known in PERIOD_KINDS if known == period), None)
    if kind is None:
        raise BadUse(_("{text} is not a period: use day, week, month, quarter or year.").format(text=period))
    return kind
