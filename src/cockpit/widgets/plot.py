"""A canvas of dots for lines: eight dots a cell in Braille, one sign a cell in ASCII."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

_BRAILLE = 0x2800
_BITS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of each dot of a Braille cell, by column and row."""


class Canvas:
    """`width` x `height` cells. Lines are drawn in layers; a cell belongs to the highest layer that has a dot in it."""

    def __init__(self, width: int, height: int, *, is_ascii: bool) -> None:
        self.width, self.height = max(width, 1), max(height, 1)
        self._across, self._down = (1, 1) if is_ascii else (2, 4)
        self._is_ascii = is_ascii
        self._bits: dict[tuple[int, int], int] = {}
        self._layers: dict[tuple[int, int], int] = {}

    @property
    def dots(self) -> tuple[int, int]:
        """How many dots across and down."""
        return self.width * self._across, self.height * self._down

    def dot(self, x: int, y: int, layer: int) -> None:
        """A dot, `y` counted from the bottom; one outside is left out."""
        across, down = self.dots
        if not (0 <= x < across and 0 <= y < down):
            return
        y = down - 1 - y
        cell = (x // self._across, y // self._down)
        self._bits[cell] = self._bits.get(cell, 0) | _BITS[x % self._across][y % self._down]
        self._layers[cell] = max(self._layers.get(cell, layer), layer)

    def line(
        self, points: Sequence[tuple[float, float]], layer: int, *, is_dotted: bool = False, thick: int = 1
    ) -> None:
        """Straight lines through the points, given as shares of width and height; `thick` in dots, upwards. In ASCII neither
        is to be seen."""
        across, down = self.dots
        before: int | None = None
        for (x0, y0), (x1, y1) in itertools.pairwise(points):
            first, last = round(x0 * (across - 1)), round(x1 * (across - 1))
            for x in range(first, last + 1):
                share = (x - first) / (last - first) if last > first else 1.0
                y = round((y0 + (y1 - y0) * share) * (down - 1))
                for between in _between(before, y):
                    if self._is_ascii or not is_dotted or (x + between) % 2 == 0:
                        for more in range(1 if self._is_ascii else thick):
                            self.dot(x, between + more, layer)
                before = y

    def upright(self, share: float, layer: int, *, step: int = 1) -> None:
        """An upright line at a share of the width."""
        across, down = self.dots
        for y in range(0, down, step):
            self.dot(round(share * (across - 1)), y, layer)

    def row(self, y: int, signs: str) -> list[tuple[str, int | None]]:
        """A line of cells from the top as (text, layer), neighbours of one layer together; `signs` draw the layers in ASCII."""
        runs: list[tuple[str, int | None]] = []
        for x in range(self.width):
            layer = self._layers.get((x, y))
            text = " "
            if layer is not None:
                text = signs[layer] if self._is_ascii else chr(_BRAILLE + self._bits[x, y])
            if runs and runs[-1][1] == layer:
                runs[-1] = (runs[-1][0] + text, layer)
            else:
                runs.append((text, layer))
        return runs

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """The cell, counted from the top left, of a place given as shares."""
        across, down = self.dots
        return round(x * (across - 1)) // self._across, (down - 1 - round(y * (down - 1))) // self._down


def _between(before: int | None, now: int) -> range:
    """The dots that join this column's with the one before."""
    if before is None or abs(now - before) <= 1:
        return range(now, now + 1)
    return range(before + 1, now + 1) if now > before else range(now, before)
