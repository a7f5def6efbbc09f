"""`cockpit nudge`: remind a rep of a problem, list, show how one went, answer one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cockpit.cli import opening, shapes
from cockpit.cli.explaining import Explain, explained
from cockpit.cli.nouns import Noun
from cockpit.cli.output import AsOf, Csv, Json, Plain, Rep, Sheet, Table, show, talk, wants_screen, write
from cockpit.i18n import _, short_moment
from cockpit.services import snapshots as s
from cockpit.services.nudge_words import behaviour_text, budget_text, past_text, step_name, sure_name

NudgeId = Annotated[str, typer.Argument(help=_("The id that the list shows, or its end."))]


class _RepFirst(Noun):
    """`cockpit nudge NAME` is `cockpit nudge send NAME`."""

    usual_verb = "send"


def group() -> typer.Typer:
    """The group; without a verb it lists."""
    tree = typer.Typer(
        help=_("Remind a rep of a problem and see whether it helped: nudge NAME, list, show, answer."),
        rich_markup_mode=None,
        cls=_RepFirst,
    )

    @tree.callback(invoke_without_command=True)
    def nudge(
        context: typer.Context,
        rep: Rep = None,
        plain: Plain = False,
        as_json: Json = False,
        as_csv: Csv = False,
        as_of: AsOf = None,
        explain: Explain = False,
    ) -> None:
        if context.invoked_subcommand is None:
            _list(rep, plain, as_json, as_csv, as_of, explain)

    tree.command("list", help=_("The nudges of the last months and how far each got."))(_list)
    tree.command("show", help=_("One nudge: before and since, the trail, the verdict."))(_show)
    tree.command("answer", help=_("Answer a nudge: ok, not_fair with a reason, help."))(_answer)
    tree.command("next", help=_("After NOT MOVED: take a next step, ride, talk, load or watch."))(_next)
    tree.command("send", help=_("Remind a rep of his first problem, or of the one named."))(_send)
    return tree


def _send(
    name: Annotated[str, typer.Argument(help=_("A rep of yours: name, part of it, or id."))],
    about: Annotated[str, typer.Option(help=_("The rule of the problem, as `cockpit problems --json` names it."))] = "",
    message: Annotated[str, typer.Option(help=_("Other words than the prepared ones."))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Show the words, send nothing."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Send it though the week's nudges are used up."))] = False,
) -> None:
    opened = opening.services()
    rep_id = opened.rep_id(name) or ""
    if dry_run:
        write(opened.nudges.draft(rep_id, message, about, is_confirmed=yes).message)
        talk(_("Nothing was sent."))
    else:
        write(opened.nudges.send(rep_id, message, about, is_confirmed=yes).text)


def _answer(
    nudge: NudgeId,
    answer: Annotated[str, typer.Argument(help=_("ok, not_fair or help."))],
    reason: Annotated[str, typer.Option(help=_("Why it is not fair, or what help is needed."))] = "",
) -> None:
    opened = opening.services()
    write(opened.nudges.answer(opened.nudges.find(nudge), answer, reason).text)


def _next(nudge: NudgeId, step: Annotated[str, typer.Argument(help=_("ride, talk, load or watch (on)."))]) -> None:
    opened = opening.services()
    write(opened.nudges.follow(opened.nudges.find(nudge), step).text)


def _list(
    rep: Rep = None,
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    explain: Explain = False,
) -> None:
    wants_screen(plain, as_json, as_csv)  # refuses two forms at once
    opened = opening.services()
    moment = opening.moment(as_of, opened)
    found = opened.nudges.load(opened.rep_id(rep), moment)
    asked = ((f"nudge:{line.id}", line.rep_id) for line in found.lines)
    why = [one for name, owner in asked for one in opened.why.of_rows((name,), owner, moment)] if explain else None
    show(*explained(list_sheet(found), list_shape(found), why), as_json, as_csv)


def _show(
    nudge: NudgeId,
    plain: Plain = False,
    as_json: Json = False,
    as_csv: Csv = False,
    as_of: AsOf = None,
    explain: Explain = False,
) -> None:
    wants_screen(plain, as_json, as_csv)  # refuses two forms at once
    opened = opening.services()
    nudge_id, moment = opened.nudges.find(nudge), opening.moment(as_of, opened)
    found = opened.nudges.page(nudge_id=nudge_id, as_of=moment)
    names = (f"nudge:{nudge_id}:{line.metric}" for line in found.watch)
    why = opened.why.of_rows(names, found.rep.id, moment) if explain else None
    show(*explained(page_sheet(found), page_shape(found), why), as_json, as_csv)


# -- text --------------------------------------------------------------------------------------------------------------


def list_sheet(found: s.NudgesSnapshot) -> Sheet:
    """The main table for CSV is the list."""
    columns = (_("id"), _("sent"), _("rep"), _("about"), _("state"), _("acted"), _("message"))
    rows = [
        (
            line.id[-8:],
            short_moment(line.sent_at),
            line.rep,
            line.about,
            line.state_text,
            short_moment(line.acted_at) if line.acted_at else "-",
            line.message,
        )
        for line in found.lines
    ]
    table = Table(_("Nudges"), columns, rows, _("Nobody was nudged in the last months."))
    return Sheet([past_text(found.past)], [table], [asdict(line) for line in found.lines])


def page_sheet(page: s.NudgePage) -> Sheet:
    """The main table for CSV is the watch."""
    line = page.line
    head = [f"{line.rep}  {line.about}  {line.state_text}", f"{line.by}: {line.message}"] if line else []
    watch = [(one.name, *behaviour_text(one), sure_name(one.sure)) for one in page.watch]
    trail = [(short_moment(one.at) if one.at else "", step_name(one.step), one.text) for one in page.trail]
    columns = (_("behaviour"), ">" + _("before"), ">" + _("since then"), ">" + _("change"), _("sure?"))
    tables = [Table(_("Watch"), columns, watch), Table(_("Trail"), (_("when"), _("step"), _("what")), trail)]
    if page.steps:
        rows = [(line.step, line.text, line.refusal or "-") for line in page.steps]
        tables.append(Table(_("Next steps after NOT MOVED"), (_("step"), _("what"), _("why not")), rows))
    return Sheet([*head, budget_text(page), past_text(page.past)], tables, [asdict(one) for one in page.watch])


# -- JSON --------------------------------------------------------------------------------------------------------------


def list_shape(found: s.NudgesSnapshot) -> dict[str, Any]:
    return {
        **shapes.stamp(found),
        "viewer": shapes.person(found.viewer),
        "nudges": [asdict(line) for line in found.lines],
        "past": asdict(found.past),
    }


def page_shape(page: s.NudgePage) -> dict[str, Any]:
    return {
        **shapes.stamp(page),
        "rep": shapes.person(page.rep),
        "nudge": asdict(page.line) if page.line else None,
        "watch": [asdict(line) for line in page.watch],
        "watch_days": page.days,
        "trail": [asdict(line) for line in page.trail],
        "steps": [asdict(line) for line in page.steps],
        "budget": {"spent": page.spent, "of": page.budget},
        "past": asdict(page.past),
    }
