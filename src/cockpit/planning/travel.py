"""Minutes between two places: straight line x factor / speed + fixed minutes. Offline, without traffic."""

from __future__ import annotations

from math import asin, ceil, cos, radians, sin, sqrt

from cockpit.planning.problem import Point, Rules

EARTH_KM = 6371.0
SAME_PLACE_KM = 0.05

Place = Point | None


def straight_km(a: Point, b: Point) -> float:
    """Great-circle distance (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


class _From(dict[Place, int]):
    """Minutes from one place, each worked out when it is first asked for."""

    __slots__ = ("_a", "_rules")

    def __init__(self, a: Place, rules: Rules) -> None:
        self._a, self._rules = a, rules

    def __missing__(self, b: Place) -> int:
        a, rules = self._a, self._rules
        if a is None or b is None:
            found = rules.unknown_minutes
        elif (km := straight_km(a, b)) < SAME_PLACE_KM:
            found = 0
        else:
            found = ceil(km * rules.travel_factor / rules.speed_kmh * 60) + rules.fixed_minutes
        self[b] = found
        return found


class Travel(dict[Place, _From]):
    """`travel[a][b]`: whole minutes, each pair of places worked out once. An unknown place costs the rules' default."""

    __slots__ = ("_rules",)

    def __init__(self, rules: Rules) -> None:
        self._rules = rules

    def __missing__(self, a: Place) -> _From:
        found = self[a] = _From(a, self._rules)
        return found

    def minutes(self, a: Place, b: Place) -> int:
        return self[a][b]
