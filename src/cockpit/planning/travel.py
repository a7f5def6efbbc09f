"""Minutes between two places: straight line x factor / speed + fixed minutes. Offline, without traffic."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import asin, ceil, cos, radians, sin, sqrt

from cockpit.planning.problem import Point, Rules

EARTH_KM = 6371.0
SAME_PLACE_KM = 0.05


def straight_km(a: Point, b: Point) -> float:
    """Great-circle distance (haversine)."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))


@dataclass
class Travel:
    """Whole minutes, each pair of places worked out once. An unknown place costs the rules' default."""

    rules: Rules
    _known: dict[Point, dict[Point, int]] = field(default_factory=dict)

    def minutes(self, a: Point | None, b: Point | None) -> int:
        if a is None or b is None:
            return self.rules.unknown_minutes
        row = self._known.get(a)
        if row is None:
            row = self._known[a] = {}
        found = row.get(b)
        if found is None:
            found = row[b] = self._work_out(a, b)
        return found

    def _work_out(self, a: Point, b: Point) -> int:
        km = straight_km(a, b)
        if km < SAME_PLACE_KM:
            return 0
        return ceil(km * self.rules.travel_factor / self.rules.speed_kmh * 60) + self.rules.fixed_minutes
