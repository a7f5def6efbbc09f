"""Draw a running Textual screen into a PNG, cell by cell, so that Chinese sits exactly on the grid."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from textual.app import App

SIZE = 15
WIDTH, HEIGHT = 9, 19
MARGIN = 14


@cache
def _font(pattern: str) -> ImageFont.FreeTypeFont:
    """The installed font nearest to a fontconfig pattern."""
    done = subprocess.run(["fc-match", "-f", "%{file}\t%{index}", pattern], capture_output=True, text=True, check=True)
    file, index = done.stdout.split("\t")
    return ImageFont.truetype(file, SIZE, index=int(index) & 0xFFFF)


def _rgb(color: Color | None, fallback: tuple[int, int, int]) -> tuple[int, int, int]:
    return fallback if color is None else tuple(color.get_truecolor())  # type: ignore[return-value]


def draw(app: App[object], target: Path) -> None:
    """Write what `app` shows now to `target`."""
    width, height = app.size
    back = (18, 22, 28)
    image = Image.new("RGB", (width * WIDTH + 2 * MARGIN, height * HEIGHT + 2 * MARGIN), back)
    pen = ImageDraw.Draw(image)
    strips = app.screen._compositor.render_strips()
    for row, strip in enumerate(strips):
        column = 0
        for segment in strip:
            column = _draw_segment(pen, segment, column, row, back)
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target, optimize=True)


def _draw_segment(pen: ImageDraw.ImageDraw, segment: Segment, column: int, row: int, back: tuple[int, int, int]) -> int:
    style = segment.style
    front_color = _rgb(style.color if style else None, (220, 223, 228))
    back_color = _rgb(style.bgcolor if style else None, back)
    if style is not None and style.reverse:
        front_color, back_color = back_color, front_color
    is_bold = bool(style is not None and style.bold)
    for sign in segment.text:
        cells = cell_len(sign)
        x, y = MARGIN + column * WIDTH, MARGIN + row * HEIGHT
        pen.rectangle((x, y, x + max(cells, 1) * WIDTH - 1, y + HEIGHT - 1), fill=back_color)
        if not sign.isspace():
            name = "Noto Sans Mono CJK SC" if cells == 2 else "DejaVu Sans Mono"
            pen.text((x, y + 1), sign, font=_font(f"{name}:bold" if is_bold else name), fill=front_color)
        column += cells
    return column
