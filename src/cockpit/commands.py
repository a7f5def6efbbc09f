"""The registry of commands: the only place a key or its words are written.

The app routes a key to the command's id; a problem card carries the id of the command that fixes it.
The same letter means the same thing on every screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    Command(
        "period_previous",
        "left_square_bracket",
        N_("Shorter"),
        N_("Look at a shorter period"),
        N_("period: shorter"),
        ("gap",),
    ),
    Command(
        "period_next",
        "right_square_bracket",
        N_("Longer"),
        N_("Look at a longer period"),
        N_("period: longer"),
        ("gap",),
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
    Command("reload", "f5", N_("Reload"), N_("Load this screen again"), N_("screen: load again"), ("app",)),
    Command("back", "q", N_("Back"), N_("Back; on Today, quit"), N_("screen: back"), ("app",)),
)

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}

SECOND_KEYS: dict[str, tuple[str, ...]] = {"back": ("escape",), "palette": ("ctrl+p",)}
"""Keys that always work besides the command's own, so that no user's keymap can lock them out."""

SCOPE_TITLES: dict[Scope, str] = {
    "app": N_("Everywhere"),
    "list": N_("In a list"),
    "today": N_("Today"),
    "gap": N_("Gap"),
    "pipeline": N_("Pipeline"),
    "deal": N_("Deal"),
    "account": N_("Account"),
    "replan": N_("Replan"),
    "team": N_("Team"),
    "sync": N_("Sync"),
    "log": N_("Log"),
}

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "enter": "Enter",
    "escape": "Esc",
    "space": "Space",
    "tab": "Tab",
}


def key_text(key: str) -> str:
    """A key as people read it: `question_mark` is `?`, `ctrl+y` is `^y`, `f1` is `F1`."""
    if key in _SHOWN:
        return _SHOWN[key]
    if key.startswith("ctrl+"):
        return "^" + key_text(key.removeprefix("ctrl+"))
    return key.upper() if len(key) > 1 and key[0] == "f" and key[1:].isdigit() else key


@dataclass(frozen=True, slots=True)
class Keymap:
    """Which key runs which command. `refused` holds (command id, key, id that has the key or empty) of a user's map."""

    keys: Mapping[str, str]
    refused: tuple[tuple[str, str, str], ...] = ()

    def command(self, name: str) -> Command:
        return BY_ID[name]

    def text_of(self, name: str) -> str:
        """The command's key as people read it."""
        return key_text(self.keys[name])

    def all_keys(self) -> tuple[str, ...]:
        """Every key that means something somewhere."""
        second = (key for keys in SECOND_KEYS.values() for key in keys)
        return tuple(dict.fromkeys([*self.keys.values(), *second]))

    def find(self, key: str, scopes: Iterable[str]) -> Command | None:
        """The command of a key here: the nearest scope wins."""
        for scope in scopes:
            for command in COMMANDS:
                if scope in command.scopes and key in (self.keys[command.id], *SECOND_KEYS.get(command.id, ())):
                    return command
        return None


def keymap(overrides: Iterable[tuple[str, str]] = ()) -> Keymap:
    """The registry's keys with a user's on top. An unknown id, a digit or a key taken where both work is refused."""
    keys = {command.id: command.key for command in COMMANDS}
    wanted = dict(overrides)
    refused: list[tuple[str, str, str]] = []
    for name, key in wanted.items():
        if name not in BY_ID or not key or key.isdigit():
            refused.append((name, key, ""))
            continue
        taken = next((other for other in COMMANDS if other.id != name and _clash(name, key, other, keys, wanted)), None)
        if taken is None:
            keys[name] = key
        else:
            refused.append((name, key, taken.id))
    return Keymap(keys, tuple(refused))


def _clash(name: str, key: str, other: Command, keys: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    held = {keys[other.id], *SECOND_KEYS.get(other.id, ())}
    if other.id in wanted:
        held.discard(other.key)  # it is about to leave its own key
    mine = set(BY_ID[name].scopes)
    return key in held and bool(mine & set(other.scopes) or "app" in mine | set(other.scopes))
