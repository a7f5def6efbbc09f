"""Lines that are as high as what they say: for what changes with the snapshot, not with the cursor."""

from __future__ import annotations

from textual.geometry import Size

from cockpit.widgets.lines import Draw, Lines


class CardLines(Lines):
    """A cursor move must not change it: a change of height lays the screen out anew."""

    DEFAULT_CSS = """
    CardLines { height: auto; }
    """

    def show(self, draw: Draw) -> None:
        before = len(self._draw(self.size.width))
        super().show(draw)
        if len(self._draw(self.size.width)) != before:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._draw(width))
