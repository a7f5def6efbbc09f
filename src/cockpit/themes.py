"""The colours as Textual's themes: the shipped palettes, the terminal's own sixteen colours, and what a user adds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.theme import Theme

from cockpit.colours import DEFAULT, PALETTES, TERMINAL, luminance

__all__ = ["DEFAULT", "TERMINAL", "THEMES", "own_themes", "variable_defaults"]


def _theme(name: str, colours: Mapping[str, str]) -> Theme:
    return Theme(
        name=name,
        dark=luminance(colours["ground"]) < luminance(colours["text"]),
        primary=colours["accent"],
        secondary=colours["muted"],
        accent=colours["accent"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["raised"],
        panel=colours["high"],
        success=colours["good"],
        warning=colours["warn"],
        error=colours["bad"],
        variables={
            **_texts(colours),
            "cursor": colours["cursor"],
            "cursor-quiet": colours["quiet"],
            "input-cursor-background": colours["text"],
            "input-cursor-foreground": colours["ground"],
            "input-selection-background": colours["cursor"],
            "scrollbar": colours["high"],
            "scrollbar-background": colours["ground"],
        },
    )


def _texts(colours: Mapping[str, str]) -> dict[str, str]:
    return {
        "text": colours["text"],
        "text-muted": colours["muted"],
        "text-accent": colours["accent"],
        "text-success": colours["good"],
        "text-warning": colours["warn"],
        "text-error": colours["bad"],
    }


def _terminal() -> Theme:
    """Only names of the terminal's own palette, and its own ground. Nobody knows whether that ground is dark or light:
    text stays in the terminal's own colour, and the states take hues that hold on both; a word says each state besides.
    The row under the cursor is reversed, in `terminal.tcss`."""
    plain = "ansi_default"
    colours = dict.fromkeys(("text", "muted", "accent", "good", "warn", "bad", "ground", "raised", "high"), plain)
    colours.update(good="ansi_green", warn="ansi_magenta", bad="ansi_bright_red")
    return Theme(
        name=TERMINAL,
        ansi=True,
        primary=plain,
        secondary=plain,
        accent=plain,
        foreground=plain,
        background=plain,
        surface=plain,
        panel=plain,
        boost=plain,
        success=colours["good"],
        warning=colours["warn"],
        error=colours["bad"],
        variables={
            **_texts(colours),
            "cursor": plain,
            "cursor-quiet": plain,
            "surface": plain,
            "panel": plain,
            "ansi-background": plain,
            "ansi-foreground": plain,
            "scrollbar": plain,
            "scrollbar-background": plain,
        },
    )


THEMES: tuple[Theme, ...] = (*(_theme(name, colours) for name, colours in PALETTES.items()), _terminal())


def own_themes(found: Iterable[tuple[str, Iterable[tuple[str, str]]]]) -> list[Theme]:
    """Themes of the settings file, from complete palettes."""
    return [_theme(name, dict(colours)) for name, colours in found]


def variable_defaults() -> dict[str, str]:
    """Our own variables for a theme that lacks them, such as one of Textual's."""
    return {name: THEMES[0].variables[name] for name in ("cursor", "cursor-quiet")}
