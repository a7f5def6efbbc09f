"""What the terminal shows, cell by cell, so that only the cells that differ are sent: over a slow line a key then costs
a few hundred bytes, whatever part of the screen was drawn anew for it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, get_character_cell_size
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

Cell = tuple[str, Style | None] | None
"""A sign and its style; the later cells of a wide sign hold an empty text. None: not known what is there."""

GAP = 6
"""Equal cells between two that differ that are sent rather than jumped over: a jump is as long."""
_RISKY = 0x1F000
"""From here on are the pictures that some terminals draw in another width: a part that holds one is sent whole."""
_PARTS = re.compile(r"[ -~]+|[^ -~]+")


class Frame:
    """The cells as they were sent last. `forget` when something else may have written to the terminal."""

    def __init__(self) -> None:
        self._lines: list[list[Cell]] = []
        self._size = (0, 0)

    def forget(self) -> None:
        """What the terminal shows is not known any more: the next update is sent whole."""
        self._size = (0, 0)

    def changes(self, update: CompositorUpdate, console: Console) -> str:
        """The update as it has to be sent, and from now on what is shown."""
        runs = _runs(update)
        size = (console.size.width, console.size.height)
        if runs is None:
            self.forget()
            return update.render_segments(console)
        if size != self._size:
            self._lines = [[None] * size[0] for _line in range(size[1])]
            self._size = size
        return "".join(
            f"\x1b[{y + 1};{start + 1}H{Strip(_segments(cells)).render(console)}"
            for y, x, segments in runs
            for start, cells in self._differing(y, x, _cells(segments))
        )

    def _differing(self, y: int, x: int, new: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
        """The parts of a run to send, with the column each begins at."""
        if not 0 <= y < len(self._lines) or x < 0:
            return
        line = self._lines[y]
        new = new[: max(len(line) - x, 0)]
        end = x + len(new)
        old = line[x:end]
        if old == new:
            return
        line[x:end] = (
            new  # half a wide sign that is left over equals nothing that can come: it is sent with its other half
        )
        if any(_is_risky(cell) for cell in (*old, *new)):
            yield from _apart(new, x)
            return
        differing = [place for place, (one, other) in enumerate(zip(old, new)) if one != other]
        start = last = differing[0]
        for place in differing[1:]:
            if place - last > GAP:
                yield _whole(new, start, last, x)
                start = place
            last = place
        yield _whole(new, start, last, x)


class Changes(CompositorUpdate):
    """An update that is compared with what is shown only when it is really sent."""

    def __init__(self, update: CompositorUpdate, frame: Frame) -> None:
        self._update = update
        self._frame = frame

    def render_segments(self, console: Console) -> str:
        return self._frame.changes(self._update, console)


def _runs(update: CompositorUpdate) -> list[tuple[int, int, list[Segment]]] | None:
    """The update as (line, column, what to write there); None for a kind that is not known."""
    if isinstance(update, LayoutUpdate):
        lines = enumerate(update.strips, update.region.y)
        return [(y, update.region.x, [segment for strip in line for segment in strip]) for y, line in lines]
    if not isinstance(update, ChopsUpdate):
        return None
    runs = []
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items()):
            if strip is not None and x <= last and end > first:
                is_inside = last > x >= first and end <= last
                runs.append((y, x, list(strip if is_inside else strip.crop(0, min(end, last) - x))))
    return runs


def _cells(segments: Iterable[Segment]) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, control in segments:
        if control:
            continue
        if text.isascii():
            cells += [(sign, style) for sign in text]
            continue
        parts = _PARTS.findall(text)
        for part in parts if sum(map(cell_len, parts)) == cell_len(text) else [text]:
            sizes = [get_character_cell_size(sign) for sign in part]
            if 0 in sizes or sum(sizes) != cell_len(part):  # signs that join others: one piece
                cells += [(part, style), *[("", style)] * (cell_len(part) - 1)]
                continue
            for sign, size in zip(part, sizes):
                cells += [(sign, style), *[("", style)] * (size - 1)]
    return cells


def _segments(cells: Sequence[Cell]) -> list[Segment]:
    """Cells as text again, neighbours of one style together."""
    parts: list[tuple[list[str], Style | None]] = []
    for cell in cells:
        text, style = cell or (" ", None)
        if parts and parts[-1][1] == style:
            parts[-1][0].append(text)
        else:
            parts.append(([text], style))
    return [Segment("".join(texts), style) for texts, style in parts]


def _whole(cells: list[Cell], first: int, last: int, x: int) -> tuple[int, list[Cell]]:
    """The cells from first to last, with the rest of the wide signs at both ends."""
    while first > 0 and _is_later(cells[first]):
        first -= 1
    while last + 1 < len(cells) and _is_later(cells[last + 1]):
        last += 1
    return x + first, cells[first : last + 1]


def _apart(cells: list[Cell], x: int) -> Iterator[tuple[int, list[Cell]]]:
    """All cells, each risky sign by itself on blanks, so that whatever width it is drawn in the rest is in its place."""
    start = 0
    for place, cell in enumerate(cells):
        if _is_risky(cell):
            if cells[start:place]:
                yield x + start, cells[start:place]
            start = place + 1
            while start < len(cells) and _is_later(cells[start]):
                start += 1
            yield x + place, [(" ", cell[1] if cell else None)] * (start - place)
            yield x + place, cells[place:start]
    if cells[start:]:
        yield x + start, cells[start:]


def _is_later(cell: Cell) -> bool:
    return cell is not None and not cell[0]


def _is_risky(cell: Cell) -> bool:
    return cell is not None and bool(cell[0]) and (len(cell[0]) > 1 or ord(cell[0]) >= _RISKY)
