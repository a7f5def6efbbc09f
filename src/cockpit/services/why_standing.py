"""Why a target counts as agreed, and how far the next job rank is."""

from __future__ import annotations

from cockpit.domain.book import Book
from cockpit.domain.periods import PeriodKind
from cockpit.i18n import _, clock_time, exact_money, long_day
from cockpit.services.agreements import agreement_line, rung_lines
from cockpit.services.gap_words import agreement_text
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import person_name
from cockpit.services.why_money import answer, deal_rows, goal_rows, no_target, period_gap


def agreement(book: Book, rep_id: str, kind: PeriodKind) -> Why:
    """The target rows with the yes of lead and rep; of a team each rep's."""
    gap = period_gap(book, rep_id, kind)
    line = agreement_line(book, gap, rep_id)
    title = _("Agreement")
    if line is None:
        return answer(book, title, None, "money", no_target(gap), (), "none", currency=gap.currency)
    formula = _(
        "{state}: the lead sets the target, the rep says yes; a yes counts while it is not older than the lead's"
    )
    inputs: list[tuple[str, str]] = []
    if line.of:
        for part in gap.parts:
            own = agreement_line(book, part, rep_id)
            inputs.append((person_name(book, part.scope_id), agreement_text(own) if own else "-"))
    else:
        for name, at in ((_("agreed by the lead"), line.by_lead_at), (_("agreed by the rep"), line.by_rep_at)):
            inputs.append((name, f"{long_day(at.date())} {clock_time(at)}" if at else "-"))
    return answer(
        book,
        title,
        gap.target_minor,
        "money",
        formula.format(state=agreement_text(line)),
        goal_rows(book, gap),
        "none",
        inputs=inputs,
        currency=gap.currency,
    )


def rung(book: Book, rep_id: str, kind: PeriodKind) -> Why:
    """The money to the next rank: where it begins less what was won this month."""
    gap = period_gap(book, rep_id, kind)
    title, rungs = _("To the next rank"), rung_lines(gap)
    if not rungs:
        formula = _("ranks go by what one person wins in a month; none is left, or this is another number")
        return answer(book, title, None, "money", formula, (), "none", currency=gap.currency)
    first = rungs[0]
    text = _("{rung} begins at").format(rung=first.name)
    head = WhyRow(entity="rung", id=first.id, text=text, at=None, value=first.least_minor)
    formula = _("{rung} {least} - actual {actual}").format(
        rung=first.name,
        least=exact_money(first.least_minor, gap.currency),
        actual=exact_money(gap.actual_minor, gap.currency),
    )
    inputs = [
        (
            one.name,
            _("{least}, {left} to go").format(
                least=exact_money(one.least_minor, gap.currency), left=exact_money(one.left_minor, gap.currency)
            ),
        )
        for one in rungs
    ]
    rows = [head, *deal_rows(book, gap.won, gap.currency, -1)]
    return answer(book, title, first.left_minor, "money", formula, rows, "sum", inputs=inputs, currency=gap.currency)
