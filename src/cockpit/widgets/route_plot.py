"""The stops of one day as a small map: numbered as in the plan beside it, in the order they are driven, from the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from math import cos, radians

from cockpit.i18n import _
from cockpit.plain import cells, fit
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Line, Lines, Part, folded
from cockpit.widgets.replan_table import SIGN_TONES, Change

KM_A_DEGREE = 111.32
START = "H"
LEAST_WIDTH, LEAST_HEIGHT = 16, 6
"""Below this there is no map, only the list of stops."""
_SCALES = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_BRAILLE = 0x2800
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a cell, by line and column."""

Place = tuple[float, float]
"""Latitude and longitude."""


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit of the day. `label` is its sign and number; `is_left` when it is no longer driven to."""

    label: str
    name: str
    minutes: int
    place: Place | None
    tone: Tone
    is_left: bool = False
    is_focused: bool = False

    @property
    def mark(self) -> str:
        return f"[{self.label}]" if self.is_focused else self.label


@dataclass(frozen=True, slots=True)
class Route:
    """`minutes`: on the road that day with the way back, None where it is not known."""

    start: Place | None
    stops: tuple[Stop, ...]
    minutes: int | None = None

    @property
    def driven(self) -> list[Place]:
        """The way from the start and back to it."""
        places = [stop.place for stop in self.stops if stop.place is not None and not stop.is_left]
        return [self.start, *places, self.start] if self.start is not None and places else places


def route_of(
    found: Sequence[Change], day: date, start: Place | None, focused: str | None, minutes: int | None = None
) -> Route:
    """The face visits of a day, kept and new, and those that leave it."""
    stops = []
    for change in found:
        is_then = change.after is not None and change.after.starts_at.date() == day
        was_then = change.before is not None and change.before.starts_at.date() == day
        if change.row.kind != "visit" or not (is_then or was_then):
            continue
        sign = change.sign if is_then else "x"
        number = f"{change.number}" if is_then and change.number else ""
        stops.append(
            Stop(
                label=f"{sign}{number}",
                name=change.row.account,
                minutes=change.row.travel_minutes if is_then else 0,
                place=change.row.place,
                tone=SIGN_TONES.get(sign, ""),
                is_left=not is_then,
                is_focused=change.key == focused,
            )
        )
    return Route(start, tuple(stops), minutes)


# -- the map -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _View:
    """Which dot a place falls on: two dots a cell across, four down, which are about square."""

    west: float
    north: float
    km_a_dot: float
    left: int
    top: int
    squeeze: float
    """How much shorter a degree of longitude is here."""

    @classmethod
    def of(cls, places: Sequence[Place], width: int, height: int) -> _View:
        """All places, with room for a label at the right edge."""
        across, down = max((width - 5) * 2 - 1, 1), max(height * 4 - 1, 1)
        north, south = max(lat for lat, _lon in places), min(lat for lat, _lon in places)
        west, east = min(lon for _lat, lon in places), max(lon for _lat, lon in places)
        squeeze = max(cos(radians((north + south) / 2)), 0.01)
        wide, high = (east - west) * squeeze * KM_A_DEGREE, (north - south) * KM_A_DEGREE
        km_a_dot = max(wide / across, high / down) or 0.01
        left, top = round((across - wide / km_a_dot) / 2), round((down - high / km_a_dot) / 2)
        return cls(west, north, km_a_dot, left, top, squeeze)

    def dot(self, place: Place) -> tuple[int, int]:
        lat, lon = place
        x = (lon - self.west) * self.squeeze * KM_A_DEGREE / self.km_a_dot
        y = (self.north - lat) * KM_A_DEGREE / self.km_a_dot
        return self.left + round(x), self.top + round(y)


@dataclass
class _Canvas:
    """Cells of a map: dots of the way, and marks over them."""

    width: int
    height: int
    is_ascii: bool
    dots: dict[tuple[int, int], int] = field(default_factory=dict)
    marks: dict[tuple[int, int], tuple[str, Tone]] = field(default_factory=dict)

    def way(self, first: tuple[int, int], last: tuple[int, int]) -> None:
        for x, y in _between(first, last):
            cell = (x // 2, y // 4)
            self.dots[cell] = self.dots.get(cell, 0) | _BITS[y % 4][x % 2]

    def mark(self, dot: tuple[int, int], text: str, tone: Tone) -> None:
        """Write a mark at a dot, or beside it where another one stands; nowhere where all around is taken."""
        x, y = dot[0] // 2, dot[1] // 4
        size = len(text)
        for down in (0, 1, -1, 2, -2):
            for across in (0, 1, -size, 2, -size - 1, 3):
                spots = [(x + across + step, y + down) for step in range(-1, size + 1)]
                is_inside = spots[1][0] >= 0 and spots[-2][0] < self.width and 0 <= y + down < self.height
                if is_inside and not any(spot in self.marks for spot in spots):
                    self.marks.update({spot: (sign, tone) for spot, sign in zip(spots[1:], text, strict=False)})
                    return

    def lines(self) -> list[Line]:
        return [self._line(y) for y in range(self.height)]

    def _line(self, y: int) -> list[Part]:
        parts: list[Part] = []
        for x in range(self.width):
            text, tone = self.marks.get((x, y)) or (self._dots((x, y)), "muted")
            if parts and parts[-1][1] == tone:
                parts[-1] = (parts[-1][0] + text, tone)
            else:
                parts.append((text, tone))
        return parts

    def _dots(self, cell: tuple[int, int]) -> str:
        dots = self.dots.get(cell, 0)
        if not dots:
            return " "
        return "." if self.is_ascii else chr(_BRAILLE + dots)


def _between(first: tuple[int, int], last: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The dots of a straight line, both ends included."""
    (x, y), (to_x, to_y) = first, last
    steps = max(abs(to_x - x), abs(to_y - y), 1)
    for step in range(steps + 1):
        yield x + round((to_x - x) * step / steps), y + round((to_y - y) * step / steps)


def sketch(route: Route, width: int, height: int, *, is_ascii: bool) -> list[Line]:
    """The map alone and under it its scale; empty where nothing has a place or there is no room."""
    places = [place for place in (route.start, *(stop.place for stop in route.stops)) if place is not None]
    if not any(stop.place for stop in route.stops) or width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return []
    canvas = _Canvas(width, height - 1, is_ascii)
    view = _View.of(places, width, height - 1)
    way = [view.dot(place) for place in route.driven]
    for first, last in pairwise(way):
        canvas.way(first, last)
    if route.start is not None:
        canvas.mark(view.dot(route.start), START, "strong")
    for stop in sorted(route.stops, key=lambda stop: not stop.is_focused):
        if stop.place is not None:
            canvas.mark(view.dot(stop.place), stop.mark, stop.tone)
    return [*canvas.lines(), [(_scale(view.km_a_dot * 2, width), "muted")]]


def _scale(km_a_cell: float, width: int) -> str:
    """A length that is easy to read, at most a third of the width: `|----| 2 km`."""
    km = max((km for km in _SCALES if km / km_a_cell <= width / 3), default=_SCALES[0])
    size = max(round(km / km_a_cell), 2)
    return f"|{'-' * min(size - 2, width // 3)}| " + _("{count} km").format(count=f"{km:g}")


# -- the map with its numbers --------------------------------------------------------------------------------------


def stop_lines(route: Route, width: int) -> list[Line]:
    """One line a stop, with the minutes to it; then who is not on the map."""
    marks = max((cells(stop.mark) for stop in route.stops), default=0)
    lines: list[Line] = []
    if route.start is not None and route.stops:
        lines.append([(f"{START:<{marks}} ", "strong"), (_("start and end of the day"), "muted")])
    for stop in route.stops:
        minutes = "" if stop.is_left or not stop.minutes else _("{count} min").format(count=stop.minutes)
        room = max(width - marks - cells(minutes) - 2, 4)
        lines.append([(f"{stop.mark:<{marks}} ", stop.tone), (fit(stop.name, room), ""), (f" {minutes}", "")])
    if route.minutes:
        total = _("{count} min").format(count=route.minutes)
        words = fit(_("on the road, with the way back"), max(width - marks - cells(total) - 2, 4))
        lines.append([(" " * (marks + 1), ""), (words, "muted"), (f" {total}", "strong")])
    lost = [stop.name for stop in route.stops if stop.place is None]
    if lost:
        words = _("Not on the map, address without coordinates: {names}").format(names=_(", ").join(lost))
        lines += folded([(words, "warn")], width)
    return lines


def route_lines(route: Route, title: str, width: int, height: int, *, is_ascii: bool) -> list[Line]:
    """Title, map, stops. The stops come first where both do not fit."""
    head: list[Line] = [[(title, "strong")], []]
    if not route.stops:
        return [*head, [(_("No visits on this day."), "muted")]]
    stops = stop_lines(route, width)
    drawn = sketch(
        route, width, min(height - len(head) - len(stops) - 1, max(width // 2, LEAST_HEIGHT)), is_ascii=is_ascii
    )
    return [*head, *_with_gap(drawn), *stops]


def _with_gap(lines: Iterable[Line]) -> list[Line]:
    found = list(lines)
    return [*found, []] if found else []


class RoutePlot(Lines):
    """The map of one day with its numbers."""

    def show_route(self, route: Route, title: str, *, is_ascii: bool) -> None:
        self.show(lambda width: route_lines(route, title, width, self.size.height, is_ascii=is_ascii))
