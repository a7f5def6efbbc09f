"""The colours: dark, light and high contrast. Every text colour has a contrast of at least 4.5 on every ground it is drawn on."""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "cockpit-dark"


def _theme(name: str, *, dark: bool, ground: str, raised: str, high: str, text: str, **tones: str) -> Theme:
    """`ground`, `raised` and `high` are the three tones regions are told apart by; `cursor` marks the focused row."""
    return Theme(
        name=name,
        dark=dark,
        primary=tones["accent"],
        secondary=tones["muted"],
        accent=tones["accent"],
        foreground=text,
        background=ground,
        surface=raised,
        panel=high,
        success=tones["good"],
        warning=tones["warn"],
        error=tones["bad"],
        variables={
            "text": text,
            "text-muted": tones["muted"],
            "text-accent": tones["accent"],
            "text-success": tones["good"],
            "text-warning": tones["warn"],
            "text-error": tones["bad"],
            "cursor": tones["cursor"],
            "cursor-quiet": tones["quiet"],
            "input-cursor-background": text,
            "input-cursor-foreground": ground,
            "scrollbar": high,
            "scrollbar-background": ground,
        },
    )


THEMES: tuple[Theme, ...] = (
    _theme(
        "cockpit-dark",
        dark=True,
        ground="#11151a",
        raised="#171c23",
        high="#1f262f",
        text="#d8dee6",
        muted="#98a5b2",
        accent="#6cb6ff",
        good="#6fcf8f",
        warn="#e3b341",
        bad="#ff8a80",
        cursor="#213a56",
        quiet="#1f2731",
    ),
    _theme(
        "cockpit-light",
        dark=False,
        ground="#fafaf8",
        raised="#f1f1ee",
        high="#e7e7e2",
        text="#1f2328",
        muted="#575d65",
        accent="#0550ae",
        good="#116329",
        warn="#7a4a00",
        bad="#a40e26",
        cursor="#cfe2f7",
        quiet="#e9ebe8",
    ),
    _theme(
        "cockpit-contrast",
        dark=True,
        ground="#000000",
        raised="#000000",
        high="#0d0d0d",
        text="#ffffff",
        muted="#d0d0d0",
        accent="#7fd4ff",
        good="#7dff9b",
        warn="#ffe14d",
        bad="#ffb3ad",
        cursor="#003a75",
        quiet="#1a1a1a",
    ),
)
GROUNDS = ("background", "surface", "panel", "cursor", "cursor-quiet")
"""What text is drawn on."""
TEXTS = ("text", "text-muted", "text-accent", "text-success", "text-warning", "text-error")


def variable_defaults() -> dict[str, str]:
    """Our own variables for a theme that lacks them, such as one of Textual's."""
    return {name: THEMES[0].variables[name] for name in ("cursor", "cursor-quiet")}
