"""Who has said yes to a target, and how far the next job rank is."""

from __future__ import annotations

from cockpit.domain import targets as rules
from cockpit.domain.book import Book
from cockpit.domain.gap import MoneyGap
from cockpit.services.snapshots import AgreementLine, RungLine
from cockpit.services.words import rung_name


def agreement_line(book: Book, gap: MoneyGap, viewer_id: str) -> AgreementLine | None:
    """The agreement on the target of a rep, or on those of a team's reps; None where there is none to agree to."""
    if not gap.parts:
        if gap.target_minor is None:
            return None
        found = rules.agreed(gap.targets)
        return AgreementLine(
            state=found.state,
            by_lead_at=book.local(found.lead_at) if found.lead_at else None,
            by_rep_at=book.local(found.rep_at) if found.rep_at else None,
            agreed=int(found.state == "agreed"),
            is_mine=gap.scope_id == viewer_id and found.state == "asked",
        )
    states = [rules.agreed(part.targets).state for part in gap.parts if part.targets]
    if not states:
        return None
    furthest = next((state for state in ("none", "asked") if state in states), "agreed")
    return AgreementLine(state=furthest, agreed=states.count("agreed"), of=len(states))


def rung_lines(gap: MoneyGap) -> tuple[RungLine, ...]:
    """The ranks that a person has not reached, by what he won in the month."""
    if gap.parts or gap.period.kind != "month":
        return ()
    return tuple(
        RungLine(
            id=rung.id,
            name=rung_name(rung.id),
            least_minor=rung.least_minor,
            left_minor=rung.least_minor - gap.actual_minor,
        )
        for rung in rules.rungs_above(gap.actual_minor, gap.currency)
    )
