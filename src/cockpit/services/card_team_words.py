"""A lead's cards in words: what is wrong, where the remedy is pointed, and the rows that show it."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.book import Book
from cockpit.domain.card_targets import Split
from cockpit.domain.card_team import Fewer, Short, Silence
from cockpit.domain.nudges import Course
from cockpit.i18n import _, ngettext, short_day, short_money, spoken
from cockpit.services.snapshots import Evidence
from cockpit.services.views import account_name

LeadFinding = Split | Silence | Fewer | Short | Course


def lead_what(book: Book, found: LeadFinding) -> str:
    """The problem in one line; for a solved card what it was about."""
    if isinstance(found, Split):
        return _split_what(book, found)
    if isinstance(found, Silence):
        return _silence_what(book, found)
    if isinstance(found, Course):
        return _course_what(book, found)
    if isinstance(found, Fewer):
        facts = {"name": lead_subject(book, found), "count": len(found.recent), "usual": f"{found.usual / 4:g}"}
        words = ngettext(
            "{name}: only {count} visit in 5 working days, usual {usual}",
            "{name}: only {count} visits in 5 working days, usual {usual}",
            len(found.recent),
        )
        if not found.missing:
            words = ngettext(
                "{name}: {count} visit in 5 working days, usual {usual}",
                "{name}: {count} visits in 5 working days, usual {usual}",
                len(found.recent),
            )
        return words.format(**facts)
    facts = {
        "name": lead_subject(book, found),
        "money": short_money(found.pace.behind_minor),
        "percent": f"{found.percent}%",
    }
    if not found.missing_minor:
        return _("{name}: within {percent} of the target behind pace").format(**facts)
    return _("{name}: {money} behind pace, more than {percent} of the target").format(**facts)


def _course_what(book: Book, found: Course) -> str:
    facts = {"name": lead_subject(book, found), "day": short_day(book.local_day(found.nudge.sent_at))}
    if found.acted is not None or found.nudge.answer is not None or found.nudge.seen_at is None:
        return _("{name}: answered or acted on the nudge of {day}").format(**facts)
    count = (book.as_of - found.nudge.seen_at).days
    return ngettext(
        "{name}: nudge of {day} seen, nothing done for {count} day",
        "{name}: nudge of {day} seen, nothing done for {count} days",
        count,
    ).format(count=count, **facts)


def lead_args(found: LeadFinding) -> dict[str, str]:
    """What the remedy is pointed at: the rep, or his nudge."""
    if isinstance(found, Course):
        return {"nudge_id": found.nudge.id}
    return {"rep_id": found.person.id} if isinstance(found, Fewer | Short) else {}


def _split_what(book: Book, found: Split) -> str:
    is_money = found.measure.unit == "money"
    difference, target = abs(found.difference), found.node.value or 0
    facts = {
        "name": lead_subject(book, found),
        "amount": short_money(difference) if is_money else str(difference),
        "target": short_money(target) if is_money else str(target),
    }
    if not difference:
        return _("{name}: the parts sum to the target {target}").format(**facts)
    words = _("{name}: the parts are {amount} less than its target {target}")
    if found.difference < 0:
        words = _("{name}: the parts are {amount} more than its target {target}")
    return words.format(**facts)


def _silence_what(book: Book, found: Silence) -> str:
    name = lead_subject(book, found)
    if found.last is None:
        return _("{name}: nothing won yet").format(name=name)
    if found.days < book.limits.zero_days and found.last.closed_on is not None:
        return _("{name}: last deal won on {day}").format(name=name, day=short_day(found.last.closed_on))
    return ngettext(
        "{name}: nothing won for {count} working day", "{name}: nothing won for {count} working days", found.days
    ).format(name=name, count=found.days)


def lead_subject(book: Book, found: LeadFinding) -> str:
    """The team or rep that the card is about."""
    key = found.node.id if isinstance(found, Split) else found.team_id if isinstance(found, Silence) else ""
    if isinstance(found, Course):
        key = found.nudge.owner_id or ""
    if isinstance(found, Fewer | Short):
        return spoken(found.person.name, found.person.alias)
    row = book.teams.get(key) or book.people.get(key)
    return spoken(row.name, row.alias) if row else key


def lead_evidence(book: Book, found: LeadFinding) -> Iterator[Evidence]:
    if isinstance(found, Split):
        for row in found.rows:
            scope = book.teams.get(row.scope_id) or book.people.get(row.scope_id)
            name = spoken(scope.name, scope.alias) if scope else row.scope_id
            yield Evidence(entity="target", id=row.id, text=name, at=None)
    elif isinstance(found, Course):
        nudge = found.nudge
        yield Evidence(entity="nudge", id=nudge.id, text=nudge.message, at=book.local(nudge.sent_at))
    elif isinstance(found, Silence):
        if found.last is not None:
            yield Evidence(entity="deal", id=found.last.id, text=found.last.name, at=None)
    elif isinstance(found, Fewer):
        for visit in found.recent:
            text = account_name(book, visit.account_id) or visit.subject
            yield Evidence(entity="activity", id=visit.id, text=text, at=book.local(visit.starts_at))
    else:
        for deal in found.pace.gap.won:
            yield Evidence(entity="deal", id=deal.id, text=deal.name, at=None)
