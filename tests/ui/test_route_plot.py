"""The route: stops where they are, numbered as in the plan, drawn inside their room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cockpit.i18n import set_language
from cockpit.plain import cells
from cockpit.widgets.lines import Line
from cockpit.widgets.replan_table import changes
from cockpit.widgets.route_plot import LEAST_HEIGHT, LEAST_WIDTH, Route, Stop, route_lines, route_of, sketch, stop_lines
from tests.ui import board_samples as samples

HOME = (31.20, 121.40)


def _words(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _tone in line).rstrip() for line in lines]


def _stop(label: str, place: tuple[float, float] | None, **values: Any) -> Stop:
    return Stop(**{"label": label, "name": f"name {label}", "minutes": 12, "place": place, "tone": "good", **values})


SQUARE = Route(HOME, (_stop("=1", (31.22, 121.40)), _stop("+2", (31.22, 121.4234)), _stop("~3", (31.20, 121.4234))))


def test_a_square_is_drawn_as_one_with_its_scale() -> None:
    assert _words(sketch(SQUARE, 27, 12, is_ascii=True)) == [
        "=1...................+2",
        *[".                    ."] * 9,
        "H....................~3",
        "|---| 0.5 km",
    ]
    assert _words(sketch(SQUARE, 24, 6, is_ascii=False)) == [
        "    =1⠉⠉⠉⠉⠉⠉⠉⠉+2",
        "    ⢸         ⡇",
        "    ⢸         ⡇",
        "    ⢸         ⡇",
        "    H⣀⣀⣀⣀⣀⣀⣀⣀⣀~3",
        "|--| 1 km",
    ]


def test_north_is_up_and_east_is_right() -> None:
    lines = _words(sketch(SQUARE, 40, 20, is_ascii=True))
    spots = {
        mark: (y, line.index(mark)) for mark in ("H", "=1", "+2", "~3") for y, line in enumerate(lines) if mark in line
    }
    assert spots["=1"][0] == spots["+2"][0] < spots["H"][0] == spots["~3"][0]
    assert spots["H"][1] < spots["~3"][1]
    assert spots["=1"][1] < spots["+2"][1]


def test_the_way_is_in_braille_or_in_dots() -> None:
    rich, poor = ("".join(_words(sketch(SQUARE, 30, 12, is_ascii=is_ascii))) for is_ascii in (False, True))
    assert any("\u2801" <= sign <= "\u28ff" for sign in rich)
    assert poor.isascii()
    assert "." in poor


def test_the_focused_stop_is_marked_by_a_sign() -> None:
    route = Route(None, (_stop("=1", (31.2, 121.4)), _stop("+2", (31.3, 121.5), is_focused=True)))
    assert "[+2]" in "".join(_words(sketch(route, 40, 12, is_ascii=True)))


def test_stops_at_one_address_stand_beside_each_other() -> None:
    route = Route(HOME, tuple(_stop(f"={number}", HOME) for number in range(1, 5)))
    drawn = "\n".join(_words(sketch(route, 40, 12, is_ascii=True)))
    assert all(f"={number}" in drawn for number in range(1, 5))


def test_what_leaves_the_day_is_marked_but_not_driven_to() -> None:
    route = Route(None, (_stop("=1", (31.2, 121.4)), _stop("x", (31.3, 121.5), is_left=True)))
    assert route.driven == [(31.2, 121.4)]
    drawn = "\n".join(_words(sketch(route, 40, 12, is_ascii=True)))
    assert "x" in drawn
    assert "." not in drawn


def test_accounts_without_coordinates_are_named_and_not_plotted() -> None:
    set_language("en")
    route = Route(HOME, (_stop("=1", (31.3, 121.5)), _stop("+2", None, name="恒泰 [red]x[/]")))
    assert "+2" not in "".join(_words(sketch(route, 40, 12, is_ascii=True)))
    words = " ".join(_words(stop_lines(route, 80)))
    assert "Not on the map, address without coordinates: 恒泰 [red]x[/]" in words


def test_minutes_stand_beside_each_stop() -> None:
    set_language("en")
    assert _words(stop_lines(SQUARE, 40))[1].split() == ["=1", "name", "=1", "12", "min"]
    last = _words(stop_lines(replace(SQUARE, minutes=47), 40))[-1]
    assert last.split("way")[1].split() == ["back", "47", "min"]


def test_the_days_stops_are_numbered_as_the_rows_of_the_plan() -> None:
    proposal = samples.proposal()
    route = route_of(changes(proposal), date(2026, 11, 24), proposal.start, "2")
    assert [(stop.label, stop.is_focused, stop.is_left) for stop in route.stops] == [
        ("=1", False, False),
        ("+2", True, False),
        ("+5", False, False),
        ("x", False, True),
    ]
    later = route_of(changes(proposal), date(2026, 11, 26), proposal.start, None)
    assert [stop.label for stop in later.stops] == [">6"]


def test_no_visit_no_map() -> None:
    set_language("en")
    assert _words(route_lines(Route(HOME, ()), "Route", 40, 20, is_ascii=True)) == [
        "Route",
        "",
        "No visits on this day.",
    ]
    assert sketch(Route(HOME, (_stop("=1", None),)), 40, 20, is_ascii=True) == []


@pytest.mark.parametrize("is_ascii", [True, False])
@pytest.mark.parametrize("width", [0, 1, 5, LEAST_WIDTH, 17, 33, 80])
@pytest.mark.parametrize("height", [0, 1, LEAST_HEIGHT, 9, 40])
def test_a_map_keeps_to_its_room(width: int, height: int, is_ascii: bool) -> None:
    far = (_stop("=1", (89.9, 179.9)), _stop("+2", (-89.9, -179.9)), _stop("~12", (0.0, 0.0), is_focused=True))
    for route in (SQUARE, Route(None, far), Route(HOME, far), Route(HOME, (_stop("=1", HOME),))):
        lines = sketch(route, width, height, is_ascii=is_ascii)
        assert len(lines) <= max(height, 0)
        assert all(cells(line) <= width for line in _words(lines))
