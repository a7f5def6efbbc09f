"""Cards about work without effect and about what is let go, in words and by their rows."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.book import Book
from cockpit.domain.card_care import DROPPED_DAYS, Acted, Dropped, Renewal
from cockpit.domain.card_effect import Leaf, Met, Policy, Wild
from cockpit.domain.periods import period_text
from cockpit.i18n import _, ngettext, short_day, short_money, spoken
from cockpit.services.snapshots import Evidence
from cockpit.services.views import kpi_name

EffectFinding = Met | Policy | Leaf | Wild | Dropped | Renewal | Acted


def effect_what(book: Book, found: EffectFinding) -> str:
    """The problem in one line; for a solved card what it was about."""
    if isinstance(found, Met):
        return _met_what(found)
    if isinstance(found, Policy):
        return _policy_what(found)
    if isinstance(found, Leaf):
        return _leaf_what(found)
    if isinstance(found, Wild):
        facts = {
            "team": effect_subject(book, found),
            "error": f"{found.error:.0%}",
            "floor": f"{found.floor:.0%}",
            "percent": f"{found.percent}%",
        }
        if not found.is_firing:
            return _("{team}: forecast {error} off, no more than chance or {percent}").format(**facts)
        return _("{team}: forecast {error} off, chance alone makes {floor}").format(**facts)
    if isinstance(found, Dropped):
        return _dropped_what(found)
    if isinstance(found, Renewal):
        return _renewal_what(book, found)
    facts = {"acted": str(found.acted), "found": str(found.found), "percent": f"{found.percent}%"}
    if not found.missing:
        return _("{acted} of your {found} cards seen to").format(**facts)
    return _("only {acted} of your {found} cards seen to, {percent} is enough").format(**facts)


def _met_what(found: Met) -> str:
    money = short_money(found.pace.behind_minor)
    if not found.pace.behind_minor:
        return _("numbers met, and the result is up with pace")
    return _("numbers met {count} months in a row, {missed} short; {money} behind pace again").format(
        count=len(found.months), missed=short_money(found.missed_minor), money=money
    )


def _policy_what(found: Policy) -> str:
    facts = {"rule": kpi_name(found.rule), "day": short_day(found.rule.from_on) if found.rule.from_on else ""}
    facts |= {"counted": _change(found.days, found.counted), "money": _change(found.days, found.won_minor)}
    if not found.is_firing:
        return _("{rule} since {day}: counted {counted}, money won {money}").format(**facts)
    return _("{rule} since {day}: counted {counted}, but money won {money}").format(**facts)


def _change(days: tuple[int, int], counted: tuple[int, int]) -> str:
    """Of what was there a day."""
    if not counted[0]:
        return "-"
    return f"{counted[1] * days[0] / (counted[0] * days[1]) - 1:+z.0%}"


def _leaf_what(found: Leaf) -> str:
    team = spoken(found.team.name, found.team.alias)
    facts = {"team": team, "rule": kpi_name(found.rule), "held": str(found.held), "due": str(found.due)}
    if not found.missing:
        return _("{team}, {rule}: {held} held, {due} due by now").format(**facts)
    return _("{team}, {rule}: only {held} held, {due} due by now").format(**facts)


def _dropped_what(found: Dropped) -> str:
    count = len(found.rows)
    if not count:
        return _("no prospect is let go")
    return ngettext(
        "{count} prospect dropped without a word, nothing held for {days} days",
        "{count} prospects dropped without a word, nothing held for {days} days",
        count,
    ).format(count=count, days=DROPPED_DAYS)


def _renewal_what(book: Book, found: Renewal) -> str:
    facts = {"account": effect_subject(book, found), "day": short_day(found.on)}
    if found.next_deal is not None:
        return _("{account}: renewal until {day} has begun").format(**facts)
    days = (found.on - book.today).days
    words = ngettext("{account}: renewal in {count} day, no plan", "{account}: renewal in {count} days, no plan", days)
    return words.format(count=days, **facts)


def effect_subject(book: Book, found: EffectFinding) -> str:
    """The rep, team, rule or account that the card is about."""
    if isinstance(found, Policy):
        return kpi_name(found.rule)
    if isinstance(found, Leaf | Wild):
        return spoken(found.team.name, found.team.alias)
    if isinstance(found, Renewal):
        return found.account.name
    if isinstance(found, Acted):
        return spoken(found.lead.name, found.lead.alias)
    key = found.person_id if isinstance(found, Met) else found.team_id
    row = book.teams.get(key) or book.people.get(key)
    return spoken(row.name, row.alias) if row else key


def effect_args(found: EffectFinding) -> dict[str, str]:
    """Where the remedy is pointed."""
    if isinstance(found, Renewal):
        return {"account_id": found.account.id}
    if isinstance(found, Dropped):
        first = next((row for row in found.rows if not row.is_ahead), None)
        return {"account_id": first.account.id} if first else {}
    return {}


def effect_evidence(book: Book, found: EffectFinding) -> Iterator[Evidence]:
    if isinstance(found, Dropped):
        for row in found.rows:
            text = _("{account}: last {day}").format(account=row.account.name, day=short_day(row.last_on))
            yield Evidence(entity="account", id=row.account.id, text=text, at=None)
    elif isinstance(found, Renewal):
        for deal in filter(None, (found.last, found.next_deal)):
            yield Evidence(entity="deal", id=deal.id, text=deal.name, at=None)
    elif isinstance(found, Met):
        for month in found.months:
            for rule, held in month.held:
                text = _("{period}, {rule}: {held} of {limit}").format(
                    period=period_text(month.gap.period), rule=kpi_name(rule), held=held, limit=rule.minimum
                )
                yield Evidence(entity="kpi_rule", id=rule.id, text=text, at=None)
    elif isinstance(found, Policy):
        for deals in found.won:
            yield from (Evidence(entity="deal", id=deal.id, text=deal.name, at=None) for deal in deals)
    elif isinstance(found, Leaf):
        yield Evidence(entity="kpi_rule", id=found.rule.id, text=kpi_name(found.rule), at=None)
    else:
        key = found.team.id if isinstance(found, Wild) else found.lead.id
        entity = "team" if isinstance(found, Wild) else "person"
        yield Evidence(entity=entity, id=key, text=effect_subject(book, found), at=None)
