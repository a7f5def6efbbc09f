"""Write docs/keys.md from the registry of commands. `make docs`; a test compares the two."""

from __future__ import annotations

from pathlib import Path

from cockpit import i18n
from cockpit.commands import COMMANDS

TARGET = Path(__file__).parents[1] / "docs" / "keys.md"
_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "enter": "Enter",
    "f1": "F1",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def text() -> str:
    """The page: one row a command, English and Chinese."""
    rows = [
        "# Keys",
        "",
        "Made from the registry of commands by `make docs`. The same letter means the same thing everywhere.",
        "",
    ]
    rows += ["| key | command | where | what it does | 说明 |", "| --- | --- | --- | --- | --- |"]
    for command in COMMANDS:
        i18n.set_language("en")
        english = i18n._(command.help)
        i18n.set_language("zh")
        key = _NAMES.get(command.key, command.key)
        rows.append(f"| `{key}` | {command.id} | {', '.join(command.scopes)} | {english} | {i18n._(command.help)} |")
    i18n.set_language("en")
    rows += [
        "",
        "Always: arrows or `j` `k` move, `Home` `End` jump, `Tab` goes to the next part, `1` to `5` press the numbered problem,",
        "`Esc` goes back, `Ctrl+P` opens the palette, `Ctrl+C` ends the program.",
    ]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
