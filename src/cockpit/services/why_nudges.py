"""Why a nudge is held to have moved something, or not: the counts before and since, and how likely chance alone is."""

from __future__ import annotations

from cockpit.domain.book import Book
from cockpit.domain.nudges import courses, metric_of
from cockpit.domain.watch import BEFORE_DAYS, CHANCE, Behaviour, behaviours, counted_rows
from cockpit.i18n import _, long_day
from cockpit.services.nudge_words import behaviour_text, line_of, sure_name, watch_lines
from cockpit.services.snapshots import WatchLine, Why
from cockpit.services.why_money import answer
from cockpit.services.why_work import activity_row


def nudge(book: Book, nudge_id: str, metric: str) -> Why | None:
    """The behaviour that the verdict rests on, or another one; None for no such nudge or behaviour."""
    course = next((one for one in courses(book) if one.nudge.id == nudge_id), None)
    if course is None:
        return None
    wanted = metric or metric_of(book, course.nudge)
    found = next((one for one in behaviours(book, course.nudge) if one.metric == wanted), None)
    line = next((one for one in watch_lines(book, course) if one.metric == wanted), None)
    if found is None or line is None:
        return None
    about = line_of(book, course)
    before, since, change = behaviour_text(line)
    inputs = [
        (_("about"), about.about),
        (_("sent"), f"{about.sent_at:%Y-%m-%d %H:%M}"),
        (_("before"), _with_counts(line, before, found.before, found.before_of)),
        (_("since then"), _with_counts(line, since, found.since, found.since_of)),
        (_("change"), change),
        (_("chance of as much by nothing"), f"{found.chance:.3f}"),
        (_("sure?"), sure_name(line.sure)),
        (_("watched until"), long_day(course.watched_until)),
    ]
    rows = [activity_row(book, row) for row in counted_rows(book, course.nudge, found.metric)]
    title, formula = line.name, _formula(found)
    if found.metric in ("visits", "calls"):
        return answer(book, title, found.since, "count", formula, rows, "sum", inputs=inputs)
    return answer(book, title, found.since, "count", formula, (), "none", inputs=inputs)


def _with_counts(line: WatchLine, shown: str, count: int, of: int) -> str:
    """A share says its counts itself."""
    return shown if line.unit == "share" else _("{share}: {count} of {of}").format(share=shown, count=count, of=of)


def _formula(found: Behaviour) -> str:
    facts = {"days": BEFORE_DAYS, "chance": f"{100 * CHANCE:.0f}%"}
    if found.metric == "next_steps":
        return _(
            "open deals with something planned, at the sending and now or at the end of the watch; moved when Fisher's exact"
            " test gives chance less than {chance}"
        ).format(**facts)
    return _(
        "counted on the whole days after the day of sending, against the {days} days before it, each by working days; moved"
        " when the exact test of two Poisson counts gives chance less than {chance}"
    ).format(**facts)
