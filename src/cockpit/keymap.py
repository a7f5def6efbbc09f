"""Which key runs which command: the registry's keys with a user's own on top, and keys as people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cockpit.commands import BY_ID, COMMANDS, Command

SECOND_KEYS: dict[str, tuple[str, ...]] = {
    "back": ("q", "escape", "ctrl+g"),
    "help": ("f1",),
    "palette": ("ctrl+p",),
}
"""Keys that always work besides the command's own, so that no user's keymap can lock them out. Ctrl+g is there for fields,
where q is a letter, and for terminals that hold Esc back."""

MOVES = ("up", "down", "j", "k", "home", "end", "pageup", "pagedown", "tab", "shift+tab", "ctrl+i", "ctrl+m", "ctrl+j")
"""Keys of every list, and what terminals send for Tab and Enter: no command can have them."""

ENDS = ("ctrl+c", "ctrl+q")
"""Keys that end the program anywhere."""

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
