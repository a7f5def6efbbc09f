"""Cards about one deal in words."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.book import Book
from cockpit.domain.card_deals import DealFinding
from cockpit.domain.entities import Activity
from cockpit.domain.problems import Card
from cockpit.i18n import N_, _, short_day
from cockpit.services.snapshots import Evidence
from cockpit.services.views import account_name, rule_text, stage_name


def deal_what(book: Book, card: Card, finding: DealFinding) -> str:
    if finding.milestone_of is not None:
        return _("milestone open: {milestone}").format(milestone=finding.milestone_of.milestone)
    if finding.verdict is not None:
        return rule_text(book, finding.verdict)
    solved = {
        "deal_dirty": N_("date and next step in order"),
        "deal_regressed": N_("no longer behind its stage"),
        "deal_stalled": N_("no longer stalled"),
        "milestone_missing": N_("milestone confirmed"),
    }
    return _(solved[card.rule.id])


def deal_to_do(book: Book, card: Card, finding: DealFinding) -> str:
    step = book.next_steps.get(finding.deal.id)
    if step is not None and card.rule.id in ("deal_stalled", "deal_regressed"):
        return _("next step {day} {time}").format(
            day=short_day(book.local_day(step.starts_at)), time=f"{book.local(step.starts_at):%H:%M}"
        )
    if finding.verdict is not None and finding.verdict.reason == "stage_gone":
        return _("move it to a stage of the funnel")
    if finding.verdict is not None and finding.verdict.reason == "below_zero":
        return _("set its amount")
    if finding.verdict is not None and finding.verdict.reason == "date_passed":
        return _("set a new closing day, or lose it")
    if card.rule.id == "milestone_missing":
        return _("confirm it, or move the deal back")
    return _("plan the next step")


def deal_evidence(book: Book, finding: DealFinding) -> Iterator[Evidence]:
    yield Evidence(entity="deal", id=finding.deal.id, text=finding.deal.name, at=None)
    for change in book.changes_by_deal.get(finding.deal.id, ())[-1:]:
        yield Evidence(
            entity="stage_change",
            id=change.id,
            text=stage_name(book, change.to_stage_id),
            at=book.local(change.changed_at),
        )
    step = book.next_steps.get(finding.deal.id)
    if step is not None:
        yield activity_evidence(book, step)


def activity_evidence(book: Book, row: Activity) -> Evidence:
    text = account_name(book, row.account_id) or row.subject
    return Evidence(entity="activity", id=row.id, text=text, at=book.local(row.starts_at))
