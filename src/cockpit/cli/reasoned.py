"""The plain form of what comes with reasons: a proposal of the planner, and the rows behind a number."""

from __future__ import annotations

from collections.abc import Iterable

from cockpit import i18n
from cockpit.cli.output import Sheet, Table
from cockpit.i18n import _, labelled, listed
from cockpit.services import snapshots as s
from cockpit.services.why_words import value_text
from cockpit.services.words import kind_name


def reasons_text(reasons: Iterable[tuple[str, int]]) -> str:
    """Each reason with its points; one that gives none stands for itself."""
    return listed(f"{text} {points:+d}" if points else text for text, points in reasons)


def proposal(found: s.ReplanProposal) -> Sheet:
    old = {row.activity_id: row for row in found.before if row.activity_id is not None}
    rows = [_planned(row, old.pop(row.activity_id or "", None), str(place)) for place, row in enumerate(found.after, 1)]
    rows += [_planned(row, row, "") for row in old.values() if row.sign == "x"]
    columns = (
        "",
        ">#",
        _("before"),
        _("day"),
        _("time"),
        _("account"),
        _("tier"),
        _("kind"),
        ">" + _("travel min"),
        ">" + _("points"),
        _("why"),
    )
    scores = [(line.label, line.before, line.after, line.meaning) for line in found.scores]
    tables = [
        Table(_("New plan"), columns, rows, _("Nothing to change.")),
        Table(_("Score"), ("", ">" + _("before"), ">" + _("after"), _("meaning")), scores),
    ]
    lines = [found.trigger] if found.trigger else []
    return Sheet([*lines, *found.notes], tables)


def _planned(row: s.ReplanRow, before: s.ReplanRow | None, place: str) -> tuple[str, ...]:
    """One row of a plan: its sign and place, when it was, when it would be, and its reasons."""
    was = i18n.short_moment(before.starts_at) if before else "-"
    return (
        row.sign,
        place,
        was,
        i18n.short_day(row.starts_at.date()) if place else "-",
        i18n.clock_time(row.starts_at) if place else "-",
        row.account,
        row.tier,
        kind_name(row.kind),
        str(row.travel_minutes),
        str(row.score) if row.score else "",
        reasons_text(row.reasons),
    )


def why(answer: s.Why) -> Sheet:
    head = answer.title if answer.unit == "none" else f"{answer.title}  {value_text(answer.value, answer)}"
    moment = i18n.short_moment(answer.as_of)
    foot = (_("as of {day}").format(day=moment), answer.origin)
    lines = [head, answer.formula, *(labelled(label, text) for label, text in answer.inputs), *foot]
    rows = [
        (
            i18n.short_day(row.at.date()) if row.at else "-",
            row.text,
            "" if answer.unit == answer.combine == "none" else value_text(row.value, answer),
            row.origin,
        )
        for row in answer.rows
    ]
    return Sheet(lines, [Table(_("Rows"), (_("day"), _("what"), ">" + _("value"), _("origin")), rows)])


def names(found: Iterable[tuple[str, str, s.Why]]) -> Sheet:
    """The names that `cockpit why` answers now, with what each says."""
    rows = [
        (name, why.title, "" if why.unit == "none" else value_text(why.value, why), screen)
        for screen, name, why in found
    ]
    return Sheet([], [Table(_("Names"), (_("name"), _("what"), ">" + _("value"), _("screen")), rows)])
