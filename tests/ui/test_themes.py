"""Every text is readable on every ground in every shipped theme, also without many colours or any."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rich.color import ColorType
from rich.style import Style

from cockpit.app import CockpitApp
from cockpit.colours import GROUNDS, LEAST_CONTRAST, PALETTES, SHIPPED, TEXTS, Fault, contrast, faults
from cockpit.locations import StartValues, locate, start_values
from cockpit.themes import DEFAULT, TERMINAL, THEMES
from tests.ui.boards import board_services
from tests.ui.driver import running

SCREENS = (
    ("today", ()),
    ("today", ("down",)),
    ("today", ("tab",)),
    ("today", ("l",)),
    ("today", ("f1",)),
    ("today", ("colon",)),
    ("gap", ()),
    ("pipeline", ("down",)),
    ("team", ()),
    ("team", ("down",)),
    ("sync", ()),
    ("sync", ("tab", "down")),
    ("pipeline", ("enter",)),
    ("today", ("r",)),
    ("gap", ("question_mark",)),
)
"""Where the program opens and the keys from there."""


def test_contrast_is_that_of_the_standard() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


def test_all_themes_are_registered_by_the_names_settings_may_say() -> None:
    assert tuple(theme.name for theme in THEMES) == SHIPPED
    assert DEFAULT in SHIPPED


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable(name: str, ground: str, text: str) -> None:
    assert contrast(PALETTES[name][text], PALETTES[name][ground]) >= LEAST_CONTRAST


@pytest.mark.parametrize("name", PALETTES)
def test_a_theme_passes_the_check_that_a_users_own_must(name: str) -> None:
    assert list(faults(PALETTES[name])) == []


def test_the_worst_ground_is_named_with_the_figure() -> None:
    found = list(faults({"muted": "#444444"}))
    assert [(one.key, one.kind, one.ground) for one in found] == [("muted", "contrast", "cursor")]
    assert round(found[0].ratio, 1) == 1.2


@pytest.mark.parametrize(
    ("own", "fault"),
    [
        (3, Fault("", "colour", "3")),
        ({"txt": "#ffffff"}, Fault("txt", "unknown", "#ffffff")),
        ({"text": "red"}, Fault("text", "colour", "red")),
        ({"text": "#fff"}, Fault("text", "colour", "#fff")),
        ({"text": 7}, Fault("text", "colour", "7")),
        ({"based_on": "neon"}, Fault("based_on", "base", "neon")),
    ],
)
def test_nonsense_is_refused(own: object, fault: Fault) -> None:
    assert list(faults(own)) == [fault]


# -- what is really drawn ------------------------------------------------------------------------------------------


def words(app: CockpitApp) -> Iterator[tuple[str, Style]]:
    """The stretches with letters or digits on screen, and how they are drawn; of a dialog not what it dims."""
    dialogs = list(app.screen.query(".dialog")) or [app.screen]
    region, strips = dialogs[0].region, app.screen._compositor.render_strips()
    for strip in strips[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            if segment.style is not None and any(sign.isalnum() for sign in segment.text):
                yield segment.text, segment.style


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize(("opening", "keys"), SCREENS, ids=lambda value: "-".join(value) if value else "plain")
async def test_every_word_on_screen_is_readable(name: str, opening: str, keys: tuple[str, ...]) -> None:
    async with running(
        board_services(), size=(160, 45), opening=opening, start=StartValues(lang="en", theme=name)
    ) as driver:
        await driver.press(*keys)
        assert driver.app.theme == name
        assert "Something went wrong" not in driver.text
        seen = list(words(driver.app))
        assert len(seen) > 10
        for text, style in seen:
            assert ratio_of(style) >= LEAST_CONTRAST, f"{text!r} {style}"


def ratio_of(style: Style) -> float:
    """The contrast a stretch of words is drawn with."""
    assert style.color is not None
    assert style.bgcolor is not None
    return contrast(style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex)


def _colours(style: Style) -> list[ColorType]:
    return [colour.type for colour in (style.color, style.bgcolor) if colour is not None]


@pytest.mark.parametrize(("opening", "keys"), SCREENS, ids=lambda value: "-".join(value) if value else "plain")
async def test_the_terminals_own_theme_names_no_colour_of_ours(opening: str, keys: tuple[str, ...]) -> None:
    """Its ground is the terminal's; on it lie the terminal's own text colour and three hues."""
    async with running(
        board_services(), size=(160, 45), opening=opening, start=StartValues(lang="en", theme=TERMINAL)
    ) as driver:
        await driver.press(*keys)
        for strip in driver.app.screen._compositor.render_strips():
            for segment in strip:
                if segment.style is not None:
                    assert {*_colours(segment.style)} <= {ColorType.DEFAULT, ColorType.STANDARD}, segment
        grounds = {style.bgcolor.name for _text, style in words(driver.app) if style.bgcolor is not None}
        assert grounds <= {"default"}


async def test_the_row_under_the_cursor_is_seen_without_colour() -> None:
    async with running(size=(100, 30), start=StartValues(lang="en", theme=TERMINAL)) as driver:
        reversed_words = [text for text, style in words(driver.app) if style.reverse and style.bold is not True]
        await driver.press("down")
        moved = [text for text, style in words(driver.app) if style.reverse and style.bold is not True]
        assert reversed_words
        assert reversed_words != moved


async def test_switching_themes_while_running_reaches_the_screen() -> None:
    async with running(size=(100, 30)) as driver:
        for name in SHIPPED:
            driver.app.theme = name
            await driver.idle()
            kinds = {kind for _text, style in words(driver.app) for kind in _colours(style)}
            assert (ColorType.TRUECOLOR in kinds) == (name != TERMINAL)


async def test_looks_that_are_not_there_become_the_default_and_are_named() -> None:
    file = locate().config_file
    file.parent.mkdir(parents=True)
    file.write_text('theme = "neon"\nlang = "fr"\n[keymap]\nlog = "q"\n[themes.mine]\ntext = "#333333"\n', "utf-8")
    async with running(size=(100, 30), start=start_values(locate())) as driver:
        assert driver.app.theme == DEFAULT
        assert "Not all settings are taken" in driver.text
        assert "lang: fr is not known. Allowed: auto, en, zh. and 3 more" in driver.text
        assert "cockpit config validate" in driver.text
        await driver.press("q")
        assert driver.app.is_running
        assert "恒泰机械" in driver.text


async def test_a_theme_of_ones_own_is_drawn() -> None:
    own = {**PALETTES["cockpit-light"], "text": "#102030"}
    start = StartValues(lang="en", theme="mine", themes=(("mine", tuple(own.items())),))
    async with running(size=(100, 30), start=start) as driver:
        drawn = {style.color.get_truecolor().hex for _text, style in words(driver.app) if style.color is not None}
        assert "#102030" in drawn
        assert driver.app.current_theme.dark is False
