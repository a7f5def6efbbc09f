"""The registry of commands: the only place a key or its words are written.

The app routes a key to the command's id; a problem card carries the id of the command that fixes it.
The same letter means the same thing on every screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cockpit.i18n import N_

Scope = Literal[
    "app",
    "list",
    "today",
    "gap",
    "chain",
    "pipeline",
    "funnel",
    "deal",
    "account",
    "replan",
    "team",
    "nudge",
    "forecast",
    "targets",
    "metrics",
    "sync",
    "conflict",
    "log",
]


@dataclass(frozen=True, slots=True)
class Command:
    """`key` is Textual's name for it, empty for a command without one; `label` goes in the footer, `help` in F1, `title`
    (noun: verb) in the palette. `takes` is what may be typed after it there: the name of the argument and words for it."""

    id: str
    key: str
    label: str
    help: str
    title: str
    scopes: tuple[Scope, ...]
    is_write: bool = False
    takes: tuple[str, str] | None = None


COMMANDS: tuple[Command, ...] = (
    Command("today", "h", N_("Today"), N_("Go to Today"), N_("today: open"), ("app",)),
    Command("gap", "g", N_("Gap"), N_("Go to the gap to target"), N_("gap: open"), ("app",)),
    Command("pipeline", "p", N_("Pipeline"), N_("Go to the pipeline"), N_("pipeline: open"), ("app",)),
    Command("funnel", "d", N_("Funnel"), N_("Go to the shape of the funnel"), N_("funnel: open"), ("app",)),
    Command("team", "t", N_("Team"), N_("Go to the team board"), N_("team: open"), ("app",)),
    Command(
        "forecast",
        "F",
        N_("Forecast"),
        N_("Go to the forecast of the month and the quarter"),
        N_("forecast: open"),
        ("app",),
        takes=("scope", N_("a team or a rep")),
    ),
    Command(
        "targets",
        "G",
        N_("Targets"),
        N_("Go to the tree of targets"),
        N_("targets: open"),
        ("app",),
        takes=("period", N_("2026-11, 2026-Q4 or 2026")),
    ),
    Command(
        "metrics",
        "m",
        N_("Metrics"),
        N_("Go to the metrics"),
        N_("metrics: open"),
        ("app",),
        takes=("scope", N_("company, a team or a rep")),
    ),
    Command("sync", "o", N_("Sync"), N_("Go to sync; pressed there, sync now"), N_("sync: open"), ("app",)),
    Command(
        "log",
        "l",
        N_("Log"),
        N_("Log a visit in one line"),
        N_("visit: log"),
        ("app",),
        True,
        takes=("line", N_("v ht met the CFO >fri 10")),
    ),
    Command("replan", "r", N_("Replan"), N_("Replan from now"), N_("plan: replan"), ("app",), True),
    Command(
        "rearrange",
        "R",
        N_("Replan later"),
        N_("Replan the week or the month; today and tomorrow stay"),
        N_("plan: replan later days"),
        ("app",),
        True,
    ),
    Command("fill", "f", N_("Fill"), N_("Plan what the KPI lacks"), N_("plan: fill"), ("app",), True),
    Command("open", "enter", N_("Open"), N_("Open the focused row"), N_("row: open"), ("list",)),
    Command("new", "n", N_("New"), N_("Plan something new for the focused row"), N_("visit: plan"), ("list",), True),
    Command("edit", "e", N_("Edit"), N_("Edit or move the focused row"), N_("row: edit"), ("list",), True),
    Command(
        "drop",
        "x",
        N_("Drop"),
        N_("Cancel, lose or waive the focused row, with a reason"),
        N_("row: drop"),
        ("list", "replan"),
        True,
    ),
    Command("add", "a", N_("Add"), N_("Add the suggested visit"), N_("suggestion: add"), ("today",), True),
    Command(
        "stage",
        "s",
        N_("Stage"),
        N_("Move the deal to another stage"),
        N_("deal: move stage"),
        ("pipeline", "deal"),
        True,
    ),
    Command(
        "nudge",
        "N",
        N_("Nudge"),
        N_("Remind the rep of his first problem, or see how a nudge went"),
        N_("rep: nudge"),
        ("team", "today"),
    ),
    Command("win", "w", N_("Win"), N_("Close the deal as won"), N_("deal: win"), ("pipeline", "deal"), True),
    Command(
        "lock",
        "L",
        N_("Lock"),
        N_("Lock or unlock the visit against replanning"),
        N_("visit: lock"),
        ("today", "replan"),
        True,
    ),
    Command(
        "period_previous",
        "left_square_bracket",
        N_("Shorter"),
        N_("Look at a shorter period"),
        N_("period: shorter"),
        ("gap", "chain", "forecast", "targets", "metrics", "replan"),
    ),
    Command(
        "period_next",
        "right_square_bracket",
        N_("Longer"),
        N_("Look at a longer period"),
        N_("period: longer"),
        ("gap", "chain", "forecast", "targets", "metrics", "replan"),
    ),
    Command("next_funnel", "M", N_("Model"), N_("Look at the next funnel"), N_("funnel: next"), ("pipeline", "funnel")),
    Command(
        "earlier", "less_than_sign", N_("Earlier"), N_("Look at the period before"), N_("period: earlier"), ("targets",)
    ),
    Command(
        "later", "greater_than_sign", N_("Later"), N_("Look at the period after"), N_("period: later"), ("targets",)
    ),
    Command("metric", "M", N_("Metric"), N_("Revenue, gross profit or deals won"), N_("metric: other"), ("targets",)),
    Command(
        "agree", "A", N_("Agree"), N_("Say yes to the target"), N_("target: agree"), ("targets", "gap", "chain"), True
    ),
    Command(
        "split",
        "S",
        N_("Split"),
        N_("Share the target below by history and working days"),
        N_("target: split"),
        ("targets",),
        True,
    ),
    Command("raise", "a", N_("Raise"), N_("Take the raise that is offered"), N_("target: raise"), ("targets",), True),
    Command("chain", "b", N_("Chain"), N_("Work the gap back to what each day needs"), N_("gap: work back"), ("gap",)),
    Command(
        "more",
        "plus",
        N_("Higher"),
        N_("Try a higher rate in the focused line, or a higher limit of a plan"),
        N_("rate or limit: higher"),
        ("chain", "replan"),
    ),
    Command(
        "less",
        "minus",
        N_("Lower"),
        N_("Try a lower rate in the focused line, or a lower limit of a plan"),
        N_("rate or limit: lower"),
        ("chain", "replan"),
    ),
    Command("limit", "M", N_("Limit"), N_("Choose the limit that + and - move"), N_("limit: next"), ("replan",)),
    Command(
        "why_left_out",
        "N",
        N_("Why not"),
        N_("Ask why an account is not in the plan"),
        N_("account: why not in the plan"),
        ("replan",),
        takes=("account", N_("name or initials")),
    ),
    Command("accept", "y", N_("Accept"), N_("Accept the proposal"), N_("proposal: accept"), ("replan", "chain"), True),
    Command("mine", "m", N_("Mine"), N_("Keep my value"), N_("conflict: mine"), ("sync",), True),
    Command("theirs", "t", N_("Theirs"), N_("Take their value"), N_("conflict: theirs"), ("sync",), True),
    Command("both", "b", N_("Both"), N_("Keep both texts"), N_("conflict: both"), ("sync",), True),
    Command(
        "all_mine",
        "A",
        N_("All mine"),
        N_("Keep mine for the whole record"),
        N_("conflict: all mine"),
        ("conflict",),
        True,
    ),
    Command(
        "attach",
        "a",
        N_("Account"),
        N_("Attach it to another account"),
        N_("conflict: attach to another account"),
        ("conflict",),
        True,
    ),
    Command("verify", "v", N_("Verify"), N_("Prove that nothing is lost or doubled"), N_("sync: verify"), ("sync",)),
    Command("export", "E", N_("Export"), N_("Save everything unsent to a file"), N_("sync: export"), ("sync",)),
    Command("conflicts", "C", N_("Conflicts"), N_("Go to the conflicts"), N_("conflicts: open"), ("app",)),
    Command(
        "why", "question_mark", N_("Why"), N_("Formula and rows behind the focused number"), N_("number: why"), ("app",)
    ),
    Command(
        "find",
        "slash",
        N_("Find"),
        N_("Narrow the list as you type; // finds an account"),
        N_("account: find"),
        ("app",),
        takes=("text", N_("name or initials")),
    ),
    Command("jump", "semicolon", N_("Jump"), N_("Go to a row or a key by its letter"), N_("row: jump"), ("app",)),
    Command(
        "as_of",
        "T",
        N_("As of"),
        N_("Look at a past day, which cannot be changed"),
        N_("day: look back"),
        ("app",),
        takes=("day", N_("2026-11-10, or nothing for now")),
    ),
    Command(
        "create",
        "c",
        N_("Create"),
        N_("Create an account, contact, prospect or deal"),
        N_("account: create"),
        ("app",),
        True,
    ),
    Command("undo", "u", N_("Undo"), N_("Take back the last act"), N_("act: undo"), ("app",), True),
    Command("copy", "ctrl+y", N_("Copy"), N_("Copy the focused phone or text"), N_("text: copy"), ("list",)),
    Command(
        "theme",
        "",
        N_("Theme"),
        N_("Use other colours until the program ends"),
        N_("screen: theme"),
        ("app",),
        takes=("name", N_("name of a theme")),
    ),
    Command("speed", "", N_("Speed"), N_("How fast keys were answered so far"), N_("screen: speed"), ("app",)),
    Command("palette", "colon", N_("Commands"), N_("Type a command"), N_("command: type"), ("app",)),
    Command("help", "f1", N_("Help"), N_("All keys, grouped"), N_("keys: show"), ("app",)),
    Command("tour", "", N_("Tour"), N_("Five steps that show what is where"), N_("tour: start"), ("app",)),
    Command("connect", "", N_("Join"), N_("Join a CRM, or open one that is joined"), N_("crm: join"), ("app",)),
    Command("reload", "f5", N_("Reload"), N_("Load this screen again"), N_("screen: load again"), ("app",)),
    Command("back", "q", N_("Back"), N_("Back; on Today, quit"), N_("screen: back"), ("app",)),
)

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}

TYPED_NAMES: dict[str, str] = {"keys": "help", "as-of": "as_of", "why-not": "why_left_out"}
"""Other names for a command when it is typed."""

SCOPE_TITLES: dict[Scope, str] = {
    "app": N_("Everywhere"),
    "list": N_("In a list"),
    "today": N_("Today"),
    "gap": N_("Gap"),
    "chain": N_("Gap chain"),
    "pipeline": N_("Pipeline"),
    "funnel": N_("Funnel"),
    "deal": N_("Deal"),
    "account": N_("Account"),
    "replan": N_("Replan"),
    "team": N_("Team"),
    "nudge": N_("Nudge and watch"),
    "forecast": N_("Forecast"),
    "targets": N_("Targets"),
    "metrics": N_("Metrics"),
    "sync": N_("Sync"),
    "conflict": N_("Conflicts"),
    "log": N_("Log"),
}
