"""Cards about what waits for somebody, and about the shape of a funnel, in words."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.book import Book
from cockpit.domain.card_duties import Stuck, Under, Unready, Untouched
from cockpit.domain.card_shape import Crowd, Narrowed, Thin
from cockpit.domain.entities import Activity, Deal
from cockpit.i18n import N_, _, listed, ngettext, short_day, short_money, spoken
from cockpit.services.snapshots import Evidence
from cockpit.services.views import account_name, rule_text
from cockpit.services.words import metric_name

WaitingFinding = Untouched | Unready | Stuck | Under | Thin | Crowd | Narrowed

PAPERS = {"goal": N_("goal"), "agenda": N_("agenda")}


def waiting_what(book: Book, found: WaitingFinding) -> str:
    """The problem in one line; for a solved card what it was about."""
    if isinstance(found, Untouched):
        return _untouched_what(book, found)
    if isinstance(found, Unready):
        return _unready_what(book, found)
    if isinstance(found, Stuck):
        return _stuck_what(book, found)
    if isinstance(found, Under):
        return _under_what(found)
    if isinstance(found, Thin):
        return _thin_what(found)
    if isinstance(found, Crowd):
        return _crowd_what(found)
    return _narrowed_what(book, found)


def _untouched_what(book: Book, found: Untouched) -> str:
    count = len(found.accounts)
    if not count:
        return _("all new prospects were spoken to")
    return ngettext(
        "{count} new prospect untouched for {hours} hours", "{count} new prospects untouched for {hours} hours", count
    ).format(count=count, hours=book.limits.untouched_hours)


def _unready_what(book: Book, found: Unready) -> str:
    facts = {"account": _place(book, found.visit), "time": f"{book.local(found.visit.starts_at):%H:%M}"}
    if not found.missing:
        return _("{account} {time}: goal and agenda ready").format(**facts)
    missing = listed(_(PAPERS[name]) for name in found.missing)
    return _("{account} {time}: missing {missing}").format(missing=missing, **facts)


def _stuck_what(book: Book, found: Stuck) -> str:
    deal = found.finding.deal
    facts = {"deal": deal.name, "money": short_money(deal.amount_minor)}
    if found.finding.verdict is None:
        return _("{deal}, {money}: no longer stalled").format(**facts)
    return _("{deal}, {money}: {rule}").format(rule=rule_text(book, found.finding.verdict), **facts)


def _under_what(found: Under) -> str:
    is_money = found.measure.unit == "money"
    facts = {
        "team": spoken(found.team.name, found.team.alias),
        "count": found.count,
        "metric": metric_name(found.measure.metric),
        "missing": short_money(found.missing) if is_money else str(found.missing),
    }
    if not found.is_firing:
        return _("{team}, {metric}: a week reached its share of the target").format(**facts)
    return _("{team}, {metric}: the last {count} weeks were under target, {missing} short in all").format(**facts)


def _thin_what(found: Thin) -> str:
    count = len(found.deals)
    words = ngettext("{count} open deal, usual {usual}", "{count} open deals, usual {usual}", count)
    if found.missing:
        words = ngettext(
            "funnel thin: {count} open deal, usual {usual}", "funnel thin: {count} open deals, usual {usual}", count
        )
    return words.format(count=count, usual=f"{found.usual:.0f}")


def _crowd_what(found: Crowd) -> str:
    if found.stage is None or not found.excess:
        return _("no stage holds more than half of the open deals")
    facts = {"stage": spoken(found.stage.name, found.stage.alias), "count": len(found.deals), "total": found.total}
    return _("funnel bulged: {count} of {total} open deals in {stage}").format(**facts)


def _narrowed_what(book: Book, found: Narrowed) -> str:
    facts = {
        "team": _team(book, found.team_id),
        "stage": spoken(found.stage.name, found.stage.alias),
        "now": _share(found.recent),
        "before": _share(found.before),
    }
    if not found.is_firing:
        return _("{team}, {stage}: {now} go on, before {before}").format(**facts)
    return _("{team}, {stage}: only {now} go on, before {before}").format(**facts)


def _share(part: tuple[int, int]) -> str:
    return f"{part[0] / part[1]:.0%}" if part[1] else "-"


def _team(book: Book, team_id: str) -> str:
    row = book.teams.get(team_id) or book.people.get(team_id)
    return spoken(row.name, row.alias) if row else team_id


def _place(book: Book, visit: Activity) -> str:
    return account_name(book, visit.account_id) or visit.subject


def waiting_subject(book: Book, found: WaitingFinding) -> str:
    """The rep, team, deal or stage that the card is about."""
    if isinstance(found, Stuck):
        return found.finding.deal.name
    if isinstance(found, Unready):
        return _place(book, found.visit)
    if isinstance(found, Untouched):
        return _team(book, found.subject_id)
    if isinstance(found, Under):
        return _team(book, found.team.id)
    return _team(book, found.team_id if isinstance(found, Narrowed) else found.person_id)


def waiting_args(found: WaitingFinding) -> dict[str, str]:
    """Where the remedy is pointed."""
    if isinstance(found, Stuck):
        return {"deal_id": found.finding.deal.id}
    if isinstance(found, Unready):
        return {"deal_id": found.visit.deal_id or ""}
    if isinstance(found, Untouched) and found.accounts:
        return {"account_id": found.accounts[0].id}
    return {}


def waiting_evidence(book: Book, found: WaitingFinding) -> Iterator[Evidence]:
    if isinstance(found, Untouched):
        for account in found.accounts:
            at = book.recorded.get(account.id)
            yield Evidence(entity="account", id=account.id, text=account.name, at=book.local(at) if at else None)
    elif isinstance(found, Unready):
        at = book.local(found.visit.starts_at)
        yield Evidence(entity="activity", id=found.visit.id, text=_place(book, found.visit), at=at)
    elif isinstance(found, Narrowed):
        yield Evidence(entity="stage", id=found.stage.id, text=spoken(found.stage.name, found.stage.alias), at=None)
    elif isinstance(found, Under):
        for week in found.weeks:
            for deal in week.won:
                yield Evidence(entity="deal", id=deal.id, text=f"{deal.name} {_closed(deal)}".rstrip(), at=None)
    else:
        rows = (found.finding.deal,) if isinstance(found, Stuck) else found.deals
        for deal in rows:
            yield Evidence(entity="deal", id=deal.id, text=deal.name, at=None)


def _closed(deal: Deal) -> str:
    return short_day(deal.closed_on) if deal.closed_on is not None else ""
