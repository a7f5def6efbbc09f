"""What a card about waiting work or the shape of a funnel lacks, by its rows."""

from __future__ import annotations

from cockpit.domain.book import Book
from cockpit.domain.card_duties import Stuck, Under, Unready, Untouched
from cockpit.domain.card_shape import BEFORE_DAYS, RECENT_DAYS, Crowd, Thin
from cockpit.domain.targets import value_in
from cockpit.i18n import _, short_day, spoken
from cockpit.services.card_waiting_words import PAPERS, WaitingFinding, waiting_what
from cockpit.services.snapshots import WhyRow
from cockpit.services.why_money import Unit, deal_row


def waiting_rows(book: Book, found: WaitingFinding) -> tuple[int, Unit, list[WhyRow]]:
    """What is lacking now, in its unit, and rows whose values sum to it."""
    if isinstance(found, Untouched):
        rows = [WhyRow(entity="account", id=row.id, text=row.name, at=None, value=1) for row in found.accounts]
        return len(rows), "count", rows
    if isinstance(found, Unready):
        at, visit = book.local(found.visit.starts_at), found.visit.id
        rows = [WhyRow(entity="activity", id=visit, text=_(PAPERS[name]), at=at, value=1) for name in found.missing]
        return len(rows), "count", rows
    if isinstance(found, Stuck):
        lacks = int(found.finding.is_firing)
        return lacks, "count", [deal_row(book, found.finding.deal, lacks)]
    if isinstance(found, Under):
        return _under_rows(book, found)
    if isinstance(found, Thin):
        text = _("70% of {usual} open deals in the eight weeks before").format(usual=f"{found.usual:g}")
        due = WhyRow(entity="person", id=found.person_id, text=text, at=None, value=found.due)
        return found.missing, "count", [due, *(deal_row(book, deal, -1) for deal in found.deals)]
    if isinstance(found, Crowd):
        text = _("half of {total} open deals").format(total=found.total)
        half = WhyRow(entity="person", id=found.person_id, text=text, at=None, value=-(found.total // 2))
        return found.excess, "count", [half, *(deal_row(book, deal, 1) for deal in found.deals)]
    rows = [
        WhyRow(
            entity="stage",
            id=found.stage.id,
            text=_("{hits} of {n} went on in {days} days").format(hits=hits, n=n, days=days),
            at=None,
            value=0,
        )
        for (hits, n), days in ((found.recent, RECENT_DAYS), (found.before, BEFORE_DAYS))
    ]
    return (
        int(found.is_firing),
        "count",
        [
            *rows,
            WhyRow(
                entity="stage", id=found.stage.id, text=waiting_what(book, found), at=None, value=int(found.is_firing)
            ),
        ],
    )


def _under_rows(book: Book, found: Under) -> tuple[int, Unit, list[WhyRow]]:
    """Each week's share of the target, less what was won in it, no further than to zero."""
    rows = []
    for week in found.weeks:
        text = _("{team}, share of the week from {day}").format(
            team=spoken(found.team.name, found.team.alias), day=short_day(week.week.starts_on)
        )
        rows.append(WhyRow(entity="team", id=found.team.id, text=text, at=None, value=week.due))
        rows += [deal_row(book, deal, -(value_in(deal, week.measure) or 0)) for deal in week.won]
    return found.missing, found.measure.unit, rows
