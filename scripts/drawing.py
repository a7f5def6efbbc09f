"""Draw a running Textual screen into a PNG, cell by cell, so that Chinese sits exactly on the grid."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.app import App

SIZE = 15
WIDTH, HEIGHT = 9, 19
BASELINE = 14
MARGIN = 14
BRAILLE = 0x2800
FRONT, BACK = (220, 223, 228), (18, 22, 28)
Rgb = tuple[int, int, int]


@cache
def _font(pattern: str) -> ImageFont.FreeTypeFont:
    """The installed font of a fontconfig pattern. Raises SystemExit where another one would stand in for it."""
    form = "%{file}\t%{index}\t%{family}"
    done = subprocess.run(["fc-match", "-f", form, pattern], capture_output=True, text=True, check=True)
    file, index, families = done.stdout.split("\t")
    if (wanted := pattern.partition(":")[0]) not in families.split(","):
        raise SystemExit(f"There is no font {wanted} here: apt-get install fonts-noto-cjk fonts-dejavu-core")
    return ImageFont.truetype(file, SIZE, index=int(index) & 0xFFFF)


def _rgb(color: Color | None, fallback: Rgb) -> Rgb:
    if color is None:
        return fallback
    red, green, blue = color.get_truecolor()
    return red, green, blue


def draw(app: App[Any], target: Path) -> None:
    """Write what `app` shows now to `target`."""
    width, height = app.size
    image = Image.new("RGB", (width * WIDTH + 2 * MARGIN, height * HEIGHT + 2 * MARGIN), BACK)
    pen = ImageDraw.Draw(image)
    cells = [(row, *cell) for row, strip in enumerate(app.screen._compositor.render_strips()) for cell in _cells(strip)]
    for row, column, sign, style in cells:
        x, y = MARGIN + column * WIDTH, MARGIN + row * HEIGHT
        pen.rectangle((x, y, x + max(cell_len(sign), 1) * WIDTH - 1, y + HEIGHT - 1), fill=_colors(style)[1])
    for row, column, sign, style in cells:
        if BRAILLE <= ord(sign) < BRAILLE + 256:
            _dots(pen, MARGIN + column * WIDTH, MARGIN + row * HEIGHT, ord(sign) - BRAILLE, _colors(style)[0])
        elif not sign.isspace():
            name = _font_name(sign)
            font = _font(f"{name}:bold" if style is not None and style.bold else name)
            place = (MARGIN + column * WIDTH, MARGIN + row * HEIGHT + BASELINE)
            pen.text(place, sign, font=font, fill=_colors(style)[0], anchor="ls")
    target.parent.mkdir(parents=True, exist_ok=True)
    image.save(target, optimize=True)


def _dots(pen: ImageDraw.ImageDraw, x: int, y: int, bits: int, color: Rgb) -> None:
    """A Braille cell by its dots: the mono font has none."""
    for number, (column, line) in enumerate(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))):
        if bits >> number & 1:
            left, top = x + 1 + round(column * WIDTH / 2), y + 1 + round(line * HEIGHT / 4)
            pen.rectangle((left, top, left + 1, top + 2), fill=color)


def _font_name(sign: str) -> str:
    """The font that has the sign, as a terminal finds it."""
    if cell_len(sign) == 2:
        return "Noto Sans Mono CJK SC"
    return "DejaVu Sans" if "\u2800" <= sign <= "\u28ff" else "DejaVu Sans Mono"


def _cells(strip: Iterable[Segment]) -> Iterator[tuple[int, str, Style | None]]:
    """Column, sign and style of each sign of a line."""
    column = 0
    for segment in strip:
        for sign in segment.text:
            yield column, sign, segment.style
            column += cell_len(sign)


def _colors(style: Style | None) -> tuple[Rgb, Rgb]:
    """Front and back."""
    front = _rgb(style.color if style else None, FRONT)
    back = _rgb(style.bgcolor if style else None, BACK)
    return (back, front) if style is not None and style.reverse else (front, back)
