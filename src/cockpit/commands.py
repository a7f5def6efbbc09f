"""The registry of commands: the only place a key or its words are written.

The app routes a key to the command's id; a problem card carries the id of the command that fixes it.
The same letter means the same thing on every screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cockpit.i18n import N_

Scope = Literal["app", "list", "today", "gap", "pipeline", "deal", "account", "replan", "team", "sync", "log"]


@dataclass(frozen=True, slots=True)
class Command:
    """`key` is Textual's name for it; `label` goes in the footer, `help` in F1, `title` (noun: verb) in the palette."""

    id: str
    key: str
    label: str
    help: str
    title: str
    scopes: tuple[Scope, ...]
    is_write: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("today", "h", N_("Today"), N_("Go to Today"), N_("today: open"), ("app",)),
    Command("gap", "g", N_("Gap"), N_("Go to the gap to target"), N_("gap: open"), ("app",)),
    Command("pipeline", "p", N_("Pipeline"), N_("Go to the pipeline"), N_("pipeline: open"), ("app",)),
    Command("team", "t", N_("Team"), N_("Go to the team board"), N_("team: open"), ("app",)),
    Command("sync", "o", N_("Sync"), N_("Go to sync; pressed there, sync now"), N_("sync: open"), ("app",)),
    Command("log", "l", N_("Log"), N_("Log a visit in one line"), N_("visit: log"), ("app",), True),
    Command("replan", "r", N_("Replan"), N_("Replan from now"), N_("plan: replan"), ("app",), True),
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
        ("list",),
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
    Command("win", "w", N_("Win"), N_("Close the deal as won"), N_("deal: win"), ("pipeline", "deal"), True),
    Command(
        "lock", "L", N_("Lock"), N_("Lock or unlock the visit against replanning"), N_("visit: lock"), ("today",), True
    ),
    Command("accept", "y", N_("Accept"), N_("Accept the proposal"), N_("proposal: accept"), ("replan",), True),
    Command("mine", "m", N_("Mine"), N_("Keep my value"), N_("conflict: mine"), ("sync",), True),
    Command("theirs", "t", N_("Theirs"), N_("Take their value"), N_("conflict: theirs"), ("sync",), True),
    Command("both", "b", N_("Both"), N_("Keep both texts"), N_("conflict: both"), ("sync",), True),
    Command(
        "why", "question_mark", N_("Why"), N_("Formula and rows behind the focused number"), N_("number: why"), ("app",)
    ),
    Command("find", "slash", N_("Find"), N_("Find an account; pinyin initials work"), N_("account: find"), ("app",)),
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
    Command("palette", "colon", N_("Commands"), N_("Type a command"), N_("command: type"), ("app",)),
    Command("help", "f1", N_("Help"), N_("All keys, grouped"), N_("keys: show"), ("app",)),
    Command("back", "q", N_("Back"), N_("Back; on Today, quit"), N_("screen: back"), ("app",)),
)

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}
