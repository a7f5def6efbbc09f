"""Write docs/keys.md from the registry of commands. `make docs`; a test compares the two."""

from __future__ import annotations

from pathlib import Path

from cockpit import i18n
from cockpit.commands import COMMANDS, SCOPE_TITLES, Command
from cockpit.keymap import SECOND_KEYS, key_text

TARGET = Path(__file__).parents[1] / "docs" / "keys.md"

_ALWAYS = """
In every list: arrows or `j` `k` move, `Home` `End` `PageUp` `PageDown` go further, `Tab` goes to the next part, `1` to `9` press the problem of that number.
`Esc`, `q` and `Ctrl+G` go back; in fields, where `q` is a letter, `Esc` and `Ctrl+G`. `Ctrl+G` is there for terminals that hold `Esc` back for a moment.
`Ctrl+C` ends the program anywhere. While a Chinese input method is on, `？` `：` `；` `、` `【` `】` do what the same keys do without it.

## Find

`/` narrows the list in focus while you type: any part of a row, pinyin initials, near spelling. Enter keeps it, `Esc` clears it. `//`, or Enter when nothing fits,
looks in all accounts.

`;` puts a letter on every row that is seen and on the keys of the footer; type it to go there.

## Commands by name

`:` takes any command of the table by its name, its title or a part of them, those used last first. Some take more:

"""

_OWN = """
## Keys of your own

In the settings file, command id to key:

```toml
[keymap]
undo = "z"
log = "f7"
```

Not taken, and said so at the start and by `cockpit config validate`: a name that is no command, what is no key, a digit, a key that moves in lists or ends the
program, and a key that another command has where both work. `Esc`, `q` and `Ctrl+G` (back), `F1` (help), `Ctrl+P` (commands) and `Ctrl+C` (end) always work.

## Mouse

Click a row to go to it and double-click to open it; one click takes an option of a dialog. Clicks also press the keys of the footer, the key of a problem, and, on
the state of the sync at the top right, `o`. The wheel scrolls. Nothing needs the mouse.
"""


def _keys(command: Command) -> str:
    """All keys of a command, or how it is typed."""
    keys = [command.key, *SECOND_KEYS.get(command.id, ())]
    found = list(dict.fromkeys(key_text(key).replace("^", "ctrl+") for key in keys if key)) or [f":{command.id}"]
    return " ".join(f"`{key}`" for key in found)


def _help(command: Command, language: str) -> str:
    i18n.set_language(language)
    return i18n._(command.help)


def text() -> str:
    """The page: one row a command, English and Chinese."""
    rows = [
        "# Keys",
        "",
        "Made from the registry of commands by `make docs`. The same letter means the same thing everywhere.",
        "",
        "| key | command | where | what it does | 说明 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for command in COMMANDS:
        i18n.set_language("en")
        where = ", ".join(i18n._(SCOPE_TITLES[scope]).lower() for scope in command.scopes)
        words = f"{_help(command, 'en')} | {_help(command, 'zh')}"
        rows.append(f"| {_keys(command)} | {command.id} | {where} | {words} |")
    i18n.set_language("en")
    typed = [
        f"- `:{command.id.replace('_', '-')} {i18n._(command.takes[1])}`: {i18n._(command.help)}"
        for command in COMMANDS
        if command.takes is not None
    ]
    return "\n".join(rows) + "\n" + _ALWAYS + "\n".join(typed) + "\n" + _OWN


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
