"""Every text colour is readable on every ground, in every shipped theme."""

from __future__ import annotations

import pytest
from textual.color import Color
from textual.theme import Theme

from cockpit.themes import DEFAULT, GROUNDS, TEXTS, THEMES

LEAST_CONTRAST = 4.5


def _luminance(color: Color) -> float:
    """WCAG 2.1 relative luminance."""
    parts = [part / 255 for part in (color.r, color.g, color.b)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio, 1 to 21."""
    dark, light = sorted((_luminance(Color.parse(one)), _luminance(Color.parse(other))))
    return (light + 0.05) / (dark + 0.05)


def _colours(theme: Theme) -> dict[str, str]:
    named = {"background": theme.background, "surface": theme.surface, "panel": theme.panel}
    return {**{name: value for name, value in named.items() if value}, **theme.variables}


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable(theme: Theme, ground: str, text: str) -> None:
    colours = _colours(theme)
    assert contrast(colours[text], colours[ground]) >= LEAST_CONTRAST


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_the_default_is_shipped() -> None:
    assert DEFAULT in {theme.name for theme in THEMES}
