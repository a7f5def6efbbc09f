"""Everything about the focused thing, in a place of fixed size: one fact a line where it is a pane, running text where it is
a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.i18n import _
from cockpit.plain import cells, fit
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Lines, Part, folded

PANE = 8
"""Lines from which each fact has a line of its own."""
LABEL = 12
"""The most cells of the column of labels."""


@dataclass(frozen=True, slots=True)
class Fact:
    """`label` may be empty, for a fact that speaks for itself."""

    label: str
    text: str
    tone: Tone = ""


def columns(title: str, facts: Sequence[Fact], width: int) -> list[list[Part]]:
    """The title, then each fact with its label in a column of its own; a label said once stands for those below it."""
    size = min(max((cells(fact.label) for fact in facts), default=0), LABEL) + 1
    lines = folded([(title, "strong")], width)
    before = ""
    for fact in facts:
        label = "" if fact.label == before else fact.label
        before = fact.label
        if fact.label:
            lines += folded([(fit(label, size - 1) + " ", "muted"), (fact.text, fact.tone)], width, size)
        else:
            lines += folded([(fact.text, fact.tone)], width)
    return lines


def running(title: str, facts: Sequence[Fact], width: int, height: int) -> list[list[Part]]:
    """The title and the facts as one text; `~` ends what does not fit in `height` lines."""
    line: list[Part] = [(title, "strong")]
    before = ""
    for fact in facts:
        if fact.label and fact.label != before:
            line.append((f"  {fact.label} ", "muted"))
        else:
            line.append((_(", ") if fact.label else "  ", "muted"))
        line.append((fact.text, fact.tone))
        before = fact.label
    lines = folded(line, width)
    if len(lines) > height > 0:
        *kept, (text, tone) = lines[height - 1] or [("", "")]
        lines = [*lines[: height - 1], [*kept, (fit(text + " ", max(cells(text), 1)), tone)]]
    return lines


class Detail(Lines, can_focus=True):
    """`about` is what `?` explains."""

    DEFAULT_CSS = """
    Detail:focus { background: $cursor; }
    """

    def __init__(self, about: str | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.about = about

    def show_facts(self, title: str, facts: Sequence[Fact], about: str | None) -> None:
        self.about = about
        shown = tuple(facts)
        self.show(
            lambda width: (
                columns(title, shown, width)
                if self.size.height >= PANE
                else running(title, shown, width, self.size.height)
            )
        )
