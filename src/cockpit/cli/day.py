"""The rep's verbs: today, pipeline, problems, log, undo, why, status."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import chain_sheet, funnel_sheet, gapping, opening, pipeline_sheet, reasoned, shapes, sheets
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.output import AsOf, Csv, Json, Plain, Rep, Sheet, show, talk, wants_screen, write
from cockpit.errors import BadUse
from cockpit.i18n import N_, _

if TYPE_CHECKING:
    from cockpit.services.snapshots import Badge


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    verbs = (
        (today, N_("Who next and when, my month, what is wrong.")),
        (gapping.gap, N_("Target, actual, gap, planned and uncovered of a period, by week.")),
        (rates, N_("Every rate of everybody with n and range; ranked only where the reps differ.")),
        (pipeline, N_("Stages with count, money and conversion; deals with their states.")),
        (funnel, N_("Where the funnel is narrow or slow, what came in and left, why deals were lost.")),
        (problems, N_("Problem cards with their key and state. Exit code 1 when something is open.")),
        (log, N_("Log a visit in one line: 'v ht ok met the CFO >fri 10'.")),
        (undo, N_("Take back the last act.")),
        (why, N_("Formula and rows behind a number: month.actual, kpi:ID, card:ID, stage:ID ...")),
        (status, N_("One line for a shell prompt.")),
    )
    for verb, text in verbs:
        tree.command(help=_(text))(verb)


def today(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    rep: Rep = None,
    explain: Explain = False,
) -> None:
    if wants_screen(plain, as_json, as_csv) and as_of is None and rep is None and not explain:
        opening.open_app("today")
        return
    opened = opening.services()
    whose, moment = opened.rep_id(rep), opening.moment(as_of, opened)
    found = opened.today.load(whose, moment)
    why = opened.why.of_screen("today", whose, moment) if explain else None
    show(*explained(sheets.today(found), shapes.today(found), why), as_json, as_csv)
    unseen = [card.nudge.id for card in found.cards if card.nudge is not None and not card.nudge.is_seen]
    if unseen and not (as_json or as_csv or found.is_read_only) and moment is None and opening.has_reader():
        opened.nudges.see(unseen)


def rates(
    plain: Plain = False, as_json: Json = False, as_csv: Csv = False, as_of: AsOf = None, explain: Explain = False
) -> None:
    opened = opening.services()
    moment = opening.moment(as_of, opened)
    found = opened.rates.load(moment)
    why = opened.why.of_screen("rates", None, moment) if explain else None
    show(*explained(chain_sheet.rates(found), chain_sheet.rates_shape(found), why), as_json, as_csv)


def pipeline(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    rep: Rep = None,
    funnel: Annotated[str | None, typer.Option(help=_("A funnel's id or name; the default one otherwise."))] = None,
    explain: Explain = False,
) -> None:
    if wants_screen(plain, as_json, as_csv) and as_of is None and rep is None and not explain:
        opening.open_app("pipeline")
        return
    _refuse(explain and funnel is not None, "--funnel")
    opened = opening.services()
    whose, moment = opened.rep_id(rep), opening.moment(as_of, opened)
    found = opened.pipeline.load(whose, funnel, moment)
    why = opened.why.of_screen("pipeline", whose, moment) if explain else None
    show(*explained(pipeline_sheet.pipeline(found), shapes.pipeline(found), why), as_json, as_csv)


def _refuse(is_both: bool, option: str) -> None:
    """Reasons are those of the default view: with another one they would be of other numbers."""
    if is_both:
        raise BadUse(_("--explain cannot go with {option}: ask `cockpit why` for one number.").format(option=option))


def funnel(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    rep: Rep = None,
    model: Annotated[
        str | None, typer.Option("--funnel", help=_("A funnel's id or name; the default one otherwise."))
    ] = None,
    since: Annotated[
        str | None, typer.Option(help=_("The flow of all open deals since that day, like 2026-10-31."), metavar="DATE")
    ] = None,
    explain: Explain = False,
) -> None:
    is_default = as_of is None and rep is None and model is None and since is None and not explain
    if wants_screen(plain, as_json, as_csv) and is_default:
        opening.open_app("funnel")
        return
    _refuse(explain and model is not None, "--funnel")
    _refuse(explain and since is not None, "--since")
    opened = opening.services()
    day = None if since is None else opening.day(since)
    whose, moment = opened.rep_id(rep), opening.moment(as_of, opened)
    found = opened.funnel.load(whose, model, day, moment)
    why = opened.why.of_screen("funnel", whose, moment) if explain else None
    show(*explained(funnel_sheet.funnel(found), funnel_sheet.shape(found), why), as_json, as_csv)


def problems(
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    rep: Rep = None,
    waive: Annotated[str | None, typer.Option(help=_("Set the card with this id aside."), metavar="ID")] = None,
    reason: Annotated[str, typer.Option(help=_("Why it is set aside."))] = "",
    until: Annotated[str, typer.Option(help=_("Until which day, like 2026-11-30."))] = "",
    explain: Explain = False,
) -> None:
    opened = opening.services()
    if waive is not None:
        if not (reason and until):
            raise BadUse(_("--waive needs --reason TEXT and --until DATE."))
        talk(opened.cards.waive(waive, reason, opening.day(until)).text)
    elif reason or until:
        raise BadUse(_("--reason and --until say why and how long a card is set aside: --waive ID says which."))
    whose, moment = opened.rep_id(rep), opening.moment(as_of, opened)
    found = opened.today.load(whose, moment)
    why = opened.why.of_rows((f"card:{card.id}" for card in found.cards), whose, moment) if explain else None
    show(*explained(sheets.problems(found), shapes.problems(found), why), as_json, as_csv)
    if any(card.state in ("found", "relapsed") for card in found.cards):
        raise typer.Exit(1)


def log(
    line: Annotated[list[str], typer.Argument(help=_("The line, best in quotes: 'v ht ok met the CFO >fri 10'."))],
) -> None:
    write(opening.services().quicklog.save(" ".join(line)).text)


def undo() -> None:
    write(opening.services().undo.undo().text)


def why(
    about: Annotated[str, typer.Argument(help=_("What to explain, for example month.actual."))] = "",
    is_list: Annotated[
        bool, typer.Option("--list", help=_("The names of all numbers that the screens show now."))
    ] = False,
    plain: Plain = False,
    as_json: Json = False,
    as_of: AsOf = None,
    rep: Rep = None,
) -> None:
    if not about and not is_list:
        raise BadUse(_("Say what to explain, for example month.actual; --list shows all names."))
    opened = opening.services()
    if is_list:
        found = opened.why.everything(opened.rep_id(rep), opening.moment(as_of, opened))
        show(reasoned.names(found), shapes.why_names(found), as_json, False)
        return
    answer = opened.why.explain(about, opened.rep_id(rep), opening.moment(as_of, opened))
    show(reasoned.why(answer), shapes.why(answer), as_json, False)


def status(plain: Plain = False, as_json: Json = False, explain: Explain = False) -> None:
    """One line: the gap, the first KPI, what is open and what waits."""
    from cockpit.i18n import exact_money, short_money
    from cockpit.services.badge_words import unsent_urgency

    opened = opening.services()
    found, badge = opened.today.load(), opened.badge()
    kpi = found.kpis[0] if found.kpis else None
    open_cards = sum(card.state in ("found", "relapsed") for card in found.cards)
    numbers = ("month.gap", *([f"kpi:{kpi.id}", f"kpi:{kpi.id}:done"] if kpi else []), "today.problems", *_OF_SYNC)
    why = opened.why.of_rows(numbers) if explain else None
    if as_json:
        shape = {
            "version": shapes.VERSION,
            "as_of": found.as_of,
            "complete": found.complete,
            "gap_minor": found.month.gap_minor,
            "currency": found.month.currency,
            "other_currencies": shapes.apart(found.month.other_currencies),
            "kpi": shapes.kpi(kpi) if kpi else None,
            "problems": open_cards,
            "pending": badge.pending,
            "conflicts": badge.conflicts,
            "parked": badge.parked,
            "blocked": badge.blocked,
            "oldest_unsent_at": badge.oldest_pending_at,
            "unsent": unsent_urgency(badge.oldest_pending_at, found.as_of) or "ok",
            "offline": badge.is_offline,
            "last_sync_at": badge.last_sync_at,
        }
        show(*explained(Sheet([]), shape, why), True, False)
        return
    gap = _("gap {money}").format(money=short_money(found.month.gap_minor))
    apart = (
        _("+ {money} apart").format(money=exact_money(minor, code)) for code, minor in found.month.other_currencies
    )
    parts = [" ".join((gap, *apart))]
    if kpi:
        parts.append(f"{kpi.name} {kpi.done}/{kpi.limit}")
    parts.append(_("problems {count}").format(count=open_cards))
    line = "  ".join([*parts, *_sync_words(badge, found.as_of)])
    if why is None:
        write(line)
        return
    show(*explained(Sheet([line]), {}, why), False, False)


_OF_SYNC = tuple(f"sync.{number}" for number in ("queue", "conflicts", "parked", "offline"))
"""What the line says of the sync."""


def _sync_words(badge: Badge, now: datetime) -> list[str]:
    """What the header says of the sync, in the same words; nothing while all is at the hub."""
    from cockpit.services.badge_words import age, queue_words

    parts = [queue_words(badge, now)[0]] if badge.pending else []
    if badge.conflicts:
        parts.append(_("conflicts {count}").format(count=badge.conflicts))
    if badge.parked:
        parts.append(_("parked {count}").format(count=badge.parked))
    if badge.is_offline:
        since = age(badge.last_sync_at, now) if badge.last_sync_at else ""
        parts.append(_("offline {age}").format(age=since).strip())
    return parts
