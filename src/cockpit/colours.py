"""The palettes of the shipped themes, a user's own on top of one, and the contrast that text must keep on its ground."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LEAST_CONTRAST = 4.5
"""WCAG 2.1, level AA for text."""
GROUNDS = ("ground", "raised", "high", "cursor", "quiet")
"""What text is drawn on: three tones of regions, the row under the cursor with focus and without."""
TEXTS = ("text", "muted", "accent", "good", "warn", "bad")
BASE = "based_on"
"""Key of an own theme: the shipped one whose colours it starts from."""

PALETTES: dict[str, dict[str, str]] = {
    "cockpit-dark": {
        "ground": "#11151a",
        "raised": "#171c23",
        "high": "#1f262f",
        "cursor": "#213a56",
        "quiet": "#1f2731",
        "text": "#d8dee6",
        "muted": "#98a5b2",
        "accent": "#6cb6ff",
        "good": "#6fcf8f",
        "warn": "#e3b341",
        "bad": "#ff8a80",
    },
    "cockpit-light": {
        "ground": "#fafaf8",
        "raised": "#f1f1ee",
        "high": "#e7e7e2",
        "cursor": "#cfe2f7",
        "quiet": "#e9ebe8",
        "text": "#1f2328",
        "muted": "#575d65",
        "accent": "#0550ae",
        "good": "#116329",
        "warn": "#7a4a00",
        "bad": "#a40e26",
    },
    "cockpit-contrast": {
        "ground": "#000000",
        "raised": "#000000",
        "high": "#0d0d0d",
        "cursor": "#003a75",
        "quiet": "#1a1a1a",
        "text": "#ffffff",
        "muted": "#d0d0d0",
        "accent": "#7fd4ff",
        "good": "#7dff9b",
        "warn": "#ffe14d",
        "bad": "#ffb3ad",
    },
}
DEFAULT = "cockpit-dark"
TERMINAL = "cockpit-terminal"
"""Draws with the terminal's own colours; it has no palette of ours."""
SHIPPED = (*PALETTES, TERMINAL)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one key of an own theme. `kind` is unknown, colour, base or contrast."""

    key: str
    kind: str
    value: str
    ground: str = ""
    ratio: float = 0.0


def luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance of `#rrggbb`."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1 contrast ratio of two colours, 1 to 21."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def palette(own: Mapping[str, object]) -> dict[str, str]:
    """The colours of an own theme without faults: those of its base, with its own on top."""
    base = PALETTES[str(own.get(BASE, DEFAULT))]
    return {name: str(own.get(name, colour)) for name, colour in base.items()}


def faults(own: object) -> Iterator[Fault]:
    """All that is wrong with an own theme; contrasts only when every colour is one. Each text once, on its worst ground."""
    if not isinstance(own, Mapping):
        yield Fault("", "colour", str(own))
        return
    is_sound = True
    for key, value in own.items():
        if key != BASE and key not in (*GROUNDS, *TEXTS):
            is_sound = False
            yield Fault(key, "unknown", str(value))
        elif key == BASE and value not in PALETTES:
            is_sound = False
            yield Fault(key, "base", str(value))
        elif key != BASE and not re.fullmatch(r"#[0-9a-fA-F]{6}", str(value)):
            is_sound = False
            yield Fault(key, "colour", str(value))
    if not is_sound:
        return
    colours = palette(own)
    for text in TEXTS:
        ground = min(GROUNDS, key=lambda name: contrast(colours[text], colours[name]))
        ratio = contrast(colours[text], colours[ground])
        if ratio < LEAST_CONTRAST:
            yield Fault(text, "contrast", colours[text], ground, ratio)
