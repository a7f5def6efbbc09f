"""The planner's verbs: replan, fill, and plan with its week, add, move, cancel and export."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import explaining, opening, plan_sheet, reasoned, shapes, sheets
from cockpit.cli.nouns import Noun
from cockpit.cli.output import AsOf, Csv, Json, Plain, Rep, Sheet, show, talk, write, write_bytes
from cockpit.cli.searching import Search
from cockpit.errors import BadUse
from cockpit.i18n import N_, _

if TYPE_CHECKING:
    from cockpit.planning.wishes import Wish
    from cockpit.services.container import Services
    from cockpit.services.snapshots import ReplanProposal

MOST_VISITS = 20


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    verbs = (
        (replan, N_("Propose a new plan from now, or of the days from --from to --to; --apply takes it.")),
        (fill, N_("Plan what a KPI lacks; --apply takes it. Exit code 1 when it stays short.")),
    )
    for verb, text in verbs:
        tree.command(help=_(text))(verb)
    tree.add_typer(_group(), name="plan")


Apply = Annotated[bool, typer.Option("--apply", help=_("Take the proposal."))]
From = Annotated[str | None, typer.Option("--from", help=_("First day, like 2026-11-26."), metavar="DATE")]
To = Annotated[str | None, typer.Option("--to", help=_("Last day, like 2026-11-30."), metavar="DATE")]
Explain = Annotated[
    bool,
    typer.Option("--explain", help=_("Each reason with its points, other plans, what stands in the way of a KPI.")),
]
WhyNot = Annotated[
    str | None,
    typer.Option("--why-not", help=_("Why this account is not in the plan: name, initials or id."), metavar="NAME"),
]
Aim = Annotated[
    str, typer.Option(help=_("What counts most: kpi, least (change) or money."), autocompletion=lambda: list(_aims()))
]
Visits = Annotated[int | None, typer.Option("--visits", help=_("At most so many visits a day."), metavar="N")]
Until = Annotated[str | None, typer.Option("--until", help=_("When the days end, like 18:30."), metavar="TIME")]
Travel = Annotated[
    int | None,
    typer.Option("--travel", help=_("Minutes of travel a day that only a KPI may exceed."), metavar="MINUTES"),
]
Buffer = Annotated[
    int | None,
    typer.Option("--buffer", help=_("So many more than the KPI lacks, because some do not take place."), metavar="N"),
]
Keep = Annotated[
    list[str] | None,
    typer.Option("--keep", help=_("A visit that stays at its time: its id, from `cockpit plan --json`."), metavar="ID"),
]
Without = Annotated[
    list[str] | None, typer.Option("--without", help=_("An account that is not added."), metavar="NAME")
]


Seconds = Annotated[
    float | None,
    typer.Option("--seconds", help=_("Search so long for a better plan; Ctrl+C gives the best so far."), metavar="S"),
]
Steps = Annotated[
    int | None,
    typer.Option("--steps", help=_("Search so many steps; the same seed and steps give the same plan."), metavar="N"),
]
Seed = Annotated[int | None, typer.Option("--seed", help=_("Of the search; without it that of the rows."), metavar="N")]
Theirs = Annotated[
    bool,
    typer.Option(
        "--theirs",
        help=_("From the hub's side of visits whose plan is in question; what you added stays. --apply answers them."),
    ),
]


def _aims() -> tuple[str, ...]:
    from cockpit.services.plan_case import AIMS

    return AIMS


def replan(
    first: From = None,
    last: To = None,
    theirs: Theirs = False,
    aim: Aim = "kpi",
    visits: Visits = None,
    until: Until = None,
    travel: Travel = None,
    keep: Keep = None,
    without: Without = None,
    why_not: WhyNot = None,
    seconds: Seconds = None,
    steps: Steps = None,
    seed: Seed = None,
    explain: Explain = False,
    apply: Apply = False,
    plain: Plain = False,
    as_json: Json = False,
) -> None:
    opened = opening.services()
    search = Search(seconds, steps, seed)
    wish = _wish(opened, aim, visits, until, travel, keep, without)
    begin, end = _days(first, last)
    if theirs and (begin or end):
        raise BadUse(_("--theirs plans the days in question: leave --from and --to out."))
    found = (
        opened.replan.on_theirs(wish, seed)
        if theirs
        else opened.replan.propose(first=begin, last=end, wish=wish, seed=seed)
    )
    found = search.better(opened, found)
    _answer(opened, found, why_not=why_not, explain=explain, apply=apply and not search.is_stopped, as_json=as_json)
    search.end()


def fill(
    kpi: Annotated[str | None, typer.Option(help=_("Id of the KPI; the first short one otherwise."))] = None,
    first: From = None,
    last: To = None,
    aim: Aim = "kpi",
    visits: Visits = None,
    until: Until = None,
    travel: Travel = None,
    buffer: Buffer = None,
    without: Without = None,
    why_not: WhyNot = None,
    seconds: Seconds = None,
    steps: Steps = None,
    seed: Seed = None,
    explain: Explain = False,
    apply: Apply = False,
    plain: Plain = False,
    as_json: Json = False,
) -> None:
    opened = opening.services()
    search = Search(seconds, steps, seed)
    wish = _wish(opened, aim, visits, until, travel, None, without, buffer)
    begin, end = _days(first, last)
    found = opened.replan.fill(kpi, first=begin, last=end, wish=wish, seed=seed)
    found = search.better(opened, found)
    _answer(opened, found, why_not=why_not, explain=explain, apply=apply and not search.is_stopped, as_json=as_json)
    search.end()
    if found.short:
        raise typer.Exit(1)


def _days(first: str | None, last: str | None) -> tuple[date | None, date | None]:
    return opening.day(first) if first is not None else None, opening.day(last) if last is not None else None


def _wish(
    opened: Services,
    aim: str,
    visits: int | None,
    until: str | None,
    travel: int | None,
    keep: list[str] | None,
    without: list[str] | None,
    buffer: int | None = None,
) -> Wish:
    """Raises BadUse for a limit that makes no sense, UnknownName and AmbiguousName for an account."""
    from cockpit.planning.wishes import Wish
    from cockpit.services.plan_case import AIMS
    from cockpit.services.plan_edits import MOST_BUFFER

    known = next((name for name in AIMS if name == aim), None)
    if known is None:
        raise BadUse(_("{text} is not an aim: use kpi, least or money.").format(text=aim))
    if visits is not None and not 1 <= visits <= MOST_VISITS:
        raise BadUse(_("--visits is a number from 1 to {most}.").format(most=MOST_VISITS))
    if travel is not None and travel < 0:
        raise BadUse(_("--travel is a number of minutes, not below 0."))
    if buffer is not None and not 0 <= buffer <= MOST_BUFFER:
        raise BadUse(_("--buffer is a number from 0 to {most}.").format(most=MOST_BUFFER))
    return Wish(
        aim=known,
        buffer=buffer,
        max_visits=visits,
        day_ends=_minute(until) if until is not None else None,
        travel_limit=travel,
        keep=frozenset(keep or ()),
        out=frozenset(opened.replan.account_id(name) for name in without or ()),
    )


def _minute(text: str) -> int:
    """`18:30` as minutes of the day. Raises BadUse."""
    hour, colon, minute = text.partition(":")
    if colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60:
        return int(hour) * 60 + int(minute)
    raise BadUse(_("{text} is not a time like 18:30.").format(text=text or "-"))


def _answer(
    opened: Services, found: ReplanProposal, *, why_not: str | None, explain: bool, apply: bool, as_json: bool
) -> None:
    """Print the proposal, or why one account is not in it; take it where that is asked."""
    if why_not is not None:
        if apply:
            raise BadUse(_("--why-not only asks: leave --apply out."))
        reason = opened.replan.why_not(found, why_not)
        show(plan_sheet.why_not(reason), plan_sheet.why_not_shape(found, reason), as_json, False)
        return
    choices = opened.replan.choices(found) if explain else None
    applied = apply and not found.is_empty
    saved = opened.replan.accept(found) if applied else None
    sheet, shape = reasoned.proposal(found), shapes.proposal(found, applied)
    if choices is not None:
        sheet = Sheet(sheet.lines, [*sheet.tables, *plan_sheet.explained(found, choices)])
        shape |= plan_sheet.choices_shape(choices)
    show(sheet, shape, as_json, False)
    if saved is not None:
        talk(_("{text}. `cockpit undo` takes it back.").format(text=saved.text))
    elif not found.is_empty:
        talk(_("Nothing was changed. --apply takes this plan."))


def _group() -> typer.Typer:
    group = typer.Typer(help=_("Dated visits of the week; add, move and cancel them."), rich_markup_mode=None, cls=Noun)

    @group.callback(invoke_without_command=True)
    def week(
        context: typer.Context,
        plain: Plain = False,
        as_json: Json = False,
        as_csv: Csv = False,
        as_of: AsOf = None,
        rep: Rep = None,
        explain: explaining.Explain = False,
    ) -> None:
        if context.invoked_subcommand is None:
            opened = opening.services()
            whose, moment = opened.rep_id(rep), opening.moment(as_of, opened)
            found = opened.week.load(whose, moment)
            why = opened.why.of_rows((f"visit:{item.id}" for item in found.items), whose, moment) if explain else None
            show(*explaining.explained(sheets.plan(found), shapes.plan(found), why), as_json, as_csv)

    @group.command(help=_("Plan a visit: `cockpit plan add ht thu 10`."))
    def add(
        account: Annotated[str, typer.Argument(help=_("Account: name, pinyin initials or id."))],
        when: Annotated[list[str], typer.Argument(help=_("When: thu 10, 明天 9:30, 11-26 14:00."))],
        kind: Annotated[str, typer.Option(help=_("visit, call, web or task."))] = "visit",
        goal: Annotated[str, typer.Option(help=_("What it is for."))] = "",
    ) -> None:
        from typing import get_args

        from cockpit.domain.entities import ActivityKind

        known = next((name for name in get_args(ActivityKind) if name == kind), None)
        if known is None:
            raise BadUse(_("{text} is not a kind: use visit, call, web or task.").format(text=kind))
        write(opening.services().visits.plan(account, " ".join(when), kind=known, goal=goal).text)

    @group.command(help=_("Give a planned visit another time."))
    def move(
        activity: Annotated[
            str,
            typer.Argument(help=_("Visit: its account (name, pinyin initials), or its id from `cockpit plan --json`.")),
        ],
        when: Annotated[list[str], typer.Argument(help=_("When: thu 10, 明天 9:30, 11-26 14:00."))],
        reason: Annotated[str, typer.Option(help=_("Why; needed when its day is over."))] = "",
    ) -> None:
        write(opening.services().visits.move(activity, " ".join(when), reason).text)

    @group.command(help=_("Cancel a planned visit, with a reason."))
    def cancel(
        activity: Annotated[
            str,
            typer.Argument(help=_("Visit: its account (name, pinyin initials), or its id from `cockpit plan --json`.")),
        ],
        reason: Annotated[list[str], typer.Argument(help=_("Why."))],
    ) -> None:
        write(opening.services().visits.cancel(activity, " ".join(reason)).text)

    group.command(help=_("The plan as a calendar file (iCalendar); imported again it updates what is there."))(export)
    return group


def export(
    file: Annotated[Path | None, typer.Argument(help=_("Where to; without it to stdout."))] = None,
    is_ics: Annotated[bool, typer.Option("--ics", help=_("As iCalendar, RFC 5545; the only form."))] = True,
    first: From = None,
    last: To = None,
    rep: Rep = None,
) -> None:
    opened = opening.services()
    begin, end = _days(first, last)
    made = opened.calendar.export(opened.rep_id(rep), begin, end)
    if file is None:
        write_bytes(made)
        return
    from cockpit.services.calendar_file import save

    save(made, file)
    talk(
        _("Written: {path}. Import it into a calendar; a later export updates what this one brought.").format(path=file)
    )
