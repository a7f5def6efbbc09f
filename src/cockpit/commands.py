"""The registry of commands: the only place a key or its words are written.

The app routes a key to the command's id; a problem card carries the id of the command that fixes it.
The same letter means the same thing on every screen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
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
    Command(
        "funnel",
        "d",
        N_("Funnel"),
        N_("Go to the shape of the funnel"),
        N_("funnel: open"),
        ("app",),
    ),
    Command("team", "t", N_("Team"), N_("Go to the team board"), N_("team: open"), ("app",)),
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
        ("gap", "chain", "targets", "metrics"),
    ),
    Command(
        "period_next",
        "right_square_bracket",
        N_("Longer"),
        N_("Look at a longer period"),
        N_("period: longer"),
        ("gap", "chain", "targets", "metrics"),
    ),
    Command("next_funnel", "M", N_("Model"), N_("Look at the next funnel"), N_("funnel: next"), ("pipeline", "funnel")),
    Command(
        "earlier", "less_than_sign", N_("Earlier"), N_("Look at the period before"), N_("period: earlier"), ("targets",)
    ),
    Command(
        "later", "greater_than_sign", N_("Later"), N_("Look at the period after"), N_("period: later"), ("targets",)
    ),
    Command("metric", "M", N_("Metric"), N_("Revenue, gross profit or deals won"), N_("metric: other"), ("targets",)),
    Command("agree", "A", N_("Agree"), N_("Say yes to the target"), N_("target: agree"), ("targets",), True),
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
    Command("more", "plus", N_("Higher"), N_("Try a higher rate in the focused line"), N_("rate: higher"), ("chain",)),
    Command("less", "minus", N_("Lower"), N_("Try a lower rate in the focused line"), N_("rate: lower"), ("chain",)),
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
    Command("reload", "f5", N_("Reload"), N_("Load this screen again"), N_("screen: load again"), ("app",)),
    Command("back", "q", N_("Back"), N_("Back; on Today, quit"), N_("screen: back"), ("app",)),
)

BY_ID: dict[str, Command] = {command.id: command for command in COMMANDS}

SECOND_KEYS: dict[str, tuple[str, ...]] = {
    "back": ("q", "escape", "ctrl+g"),
    "help": ("f1",),
    "palette": ("ctrl+p",),
}
"""Keys that always work besides the command's own, so that no user's keymap can lock them out. Ctrl+g is there for fields,
where q is a letter, and for terminals that hold Esc back."""

TYPED_NAMES: dict[str, str] = {"keys": "help", "as-of": "as_of"}
"""Other names for a command when it is typed."""

MOVES = ("up", "down", "j", "k", "home", "end", "pageup", "pagedown", "tab", "shift+tab", "ctrl+i", "ctrl+m", "ctrl+j")
"""Keys of every list, and what terminals send for Tab and Enter: no command can have them."""

ENDS = ("ctrl+c", "ctrl+q")
"""Keys that end the program anywhere."""

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
    "targets": N_("Targets"),
    "metrics": N_("Metrics"),
    "sync": N_("Sync"),
    "conflict": N_("Conflicts"),
    "log": N_("Log"),
}

_SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "colon": ":",
    "semicolon": ";",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "plus": "+",
    "minus": "-",
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


_FULL_WIDTH = {
    "question_mark": "fullwidth_question_mark",
    "colon": "fullwidth_colon",
    "semicolon": "fullwidth_semicolon",
    "slash": "ideographic_comma",
    "left_square_bracket": "left_black_lenticular_bracket",
    "right_square_bracket": "right_black_lenticular_bracket",
    "plus": "fullwidth_plus_sign",
    "minus": "fullwidth_hyphen_minus",
}
"""What the same key sends while a Chinese input method is on."""

_NAMES = {"solidus": "slash", "reverse_solidus": "backslash", "commercial_at": "at", "hyphen_minus": "minus"} | {
    "plus_sign": "plus",
    "low_line": "underscore",
}
_NAMED_KEY = re.compile(r"f([1-9]|1[0-2])|(ctrl|alt)\+[a-z]|insert|delete|backspace|space|enter")


def key_name(text: str) -> str:
    """Textual's name of a key that a user wrote as its sign (`;`) or by name (`f7`, `ctrl+t`); empty when it is none."""
    if len(text) == 1 and text.isprintable() and not text.isspace():
        if text.isalnum():
            return text
        name = unicodedata.name(text, "").lower().replace("-", "_").replace(" ", "_")
        return _NAMES.get(name, name)
    is_known = _NAMED_KEY.fullmatch(text) or text in _SHOWN or text in _FULL_WIDTH or text in _NAMES.values()
    return text if is_known else ""


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

    def keys_of(self, name: str) -> tuple[str, ...]:
        """The keys of a command: its own first, then those that always work."""
        own = self.keys[name]
        found = (own, _FULL_WIDTH.get(own, ""), *SECOND_KEYS.get(name, ()))
        return tuple(dict.fromkeys(key for key in found if key))

    def all_keys(self) -> tuple[str, ...]:
        """Every key that means something somewhere."""
        return tuple(dict.fromkeys(key for name in self.keys for key in self.keys_of(name)))

    def find(self, key: str, scopes: Iterable[str]) -> Command | None:
        """The command of a key here: the nearest scope wins."""
        for scope in scopes:
            for command in COMMANDS:
                if scope in command.scopes and key in self.keys_of(command.id):
                    return command
        return None


def keymap(overrides: Iterable[tuple[str, str]] = ()) -> Keymap:
    """The registry's keys with a user's on top. Refused are an unknown id, what is no key, a digit, a key that moves in
    lists or ends the program, and one taken where both work."""
    own = {command.id: command.key for command in COMMANDS}
    wanted: dict[str, tuple[str, str]] = {}
    refused: list[tuple[str, str, str]] = []
    for name, text in overrides:
        key = key_name(text)
        held = "list" if key in MOVES else "quit" if key in ENDS else ""
        if name not in BY_ID or not key or key.isdigit() or held:
            refused.append((name, text, held))
        else:
            wanted[name] = (text, key)
    while True:  # one that is refused keeps its own key, which another may have wanted
        found = Keymap({**own, **{name: key for name, (_text, key) in wanted.items()}}, tuple(refused))
        clash = next(
            ((name, other.id) for name in reversed(wanted) for other in COMMANDS if _clash(name, other, found)), None
        )
        if clash is None:
            return found
        refused.append((clash[0], wanted.pop(clash[0])[0], clash[1]))


def _clash(name: str, other: Command, keys: Keymap) -> bool:
    mine = set(BY_ID[name].scopes)
    is_near = bool(mine & set(other.scopes)) or "app" in mine | set(other.scopes)
    return other.id != name and is_near and keys.keys[name] in keys.keys_of(other.id)
