"""A nudge in lines: its words, the watch before and since, the trail, what earlier ones came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.i18n import _, ngettext, short_moment
from cockpit.plain import cells, fit
from cockpit.services.nudge_words import behaviour_text, budget_text, past_text, step_name, sure_name
from cockpit.services.snapshots import NudgePage, WatchLine
from cockpit.widgets.columns import Tone
from cockpit.widgets.lines import Part, folded
from cockpit.widgets.rep_table import NUDGE_TONES

_SURE_TONES: dict[str, Tone] = {"yes": "good", "maybe": "warn"}


def page_lines(page: NudgePage, width: int) -> list[list[Part]]:
    """Everything below the headline, folded to the width."""
    lines: list[list[Part]] = []
    message = page.line.message if page.line else page.draft.message if page.draft else ""
    if message:
        lines += folded([(_("Message") + "  ", "muted"), (message, "strong")], width, 2)
    if page.line is None:
        words = page.refusal or _(
            "It will stand on the rep's Today at the problem itself, with its key. Never a pop-up."
        )
        lines += folded([(words, "warn" if page.refusal else "muted")], width)
    else:
        lines += [[], *_watch(page.watch, page, width), [], *_trail(page, width)]
    lines += [[], *folded([(budget_text(page), "warn" if page.spent >= page.budget else "")], width)]
    lines += folded([(past_text(page.past), "")], width, 2)
    return lines + _steps(page, width)


def _steps(page: NudgePage, width: int) -> list[list[Part]]:
    """What the lead can do about one that has not moved, each with its key."""
    if not page.steps:
        return []
    lines: list[list[Part]] = [[], [(_("Not moved. The next step:"), "warn")]]
    for number, line in enumerate(page.steps, 1):
        text = f"{line.text}  {line.refusal}" if line.refusal else line.text
        lines += folded([(f"{number} ", "accent"), (text, "muted" if line.refusal else "")], width, 2)
    return lines


def _watch(watch: Sequence[WatchLine], page: NudgePage, width: int) -> Iterable[list[Part]]:
    since = ngettext("since, {count} working day", "since, {count} working days", page.days).format(count=page.days)
    titles = ("", _("before"), since, _("change"), _("sure?"))
    rows = [(line.name, *behaviour_text(line), sure_name(line.sure)) for line in watch]
    sizes = [max(cells(row[place]) for row in (titles, *rows)) for place in range(len(titles))]
    sizes[0] = max(8, min(sizes[0], width - sum(sizes[1:]) - 8))
    yield [(_row(titles, sizes), "muted")]
    for line, row in zip(watch, rows, strict=True):
        tone: Tone = "strong" if line.is_judged else ""
        yield [(_row(row[:-1], sizes), tone), (f"  {row[-1]}", _SURE_TONES.get(line.sure, "muted"))]


def _row(texts: Sequence[str], sizes: Sequence[int]) -> str:
    return "  ".join(fit(text, size, right=place > 0) for place, (text, size) in enumerate(zip(texts, sizes)))


def _trail(page: NudgePage, width: int) -> Iterable[list[Part]]:
    steps = [step_name(line.step) for line in page.trail]
    size = max(map(cells, steps), default=0)
    for line, step in zip(page.trail, steps, strict=True):
        when = short_moment(line.at) if line.at else ""
        tone: Tone = NUDGE_TONES.get(page.line.state, "") if line.step == "verdict" and page.line else ""
        yield from folded([(fit(when, 20), "muted"), (fit(step, size), "accent"), (f"  {line.text}", tone)], width, 22)
