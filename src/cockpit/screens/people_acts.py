"""What can be done with a person from any card: copy a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.domain.text import clean_line
from cockpit.i18n import _

if TYPE_CHECKING:
    from cockpit.screens.base import View


def copy(view: View, number: str) -> None:
    """The number as the terminal's clipboard understands it; only a key press ever writes there."""
    text = clean_line(number)
    view.app.copy_to_clipboard(text)
    view.shell.say(_("{text} copied").format(text=text))
