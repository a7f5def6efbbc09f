"""The board of a team: every figure is the rep's own, by the same functions, and totals are their sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of
from cockpit.domain.entities import Person, Team
from cockpit.domain.gap import MoneyGap, money_gap, months_missing, target_of
from cockpit.domain.kpi import KpiCount, kpi_counts
from cockpit.domain.periods import Period, period_of


@dataclass(frozen=True, slots=True)
class RepFigures:
    """One rep's month. The visit counts are those of the rep's visit rules; without such a rule only held and planned are known."""

    person: Person
    gap: MoneyGap
    kpis: tuple[KpiCount, ...]
    visits_done: int
    visits_planned: int
    visits_uncovered: int
    last_log_at: datetime | None


def teams_below(teams: dict[str, Team], team_id: str | None) -> frozenset[str]:
    """The team and every team under it."""
    if team_id is None:
        return frozenset()
    found = {team_id}
    while more := {team.id for team in teams.values() if team.parent_id in found} - found:
        found |= more
    return frozenset(found)


def reps_below(people: dict[str, Person], teams: dict[str, Team], viewer_id: str) -> tuple[Person, ...]:
    """The reps a viewer answers for, by name: the viewer alone for a rep, all of the teams below for a lead or head.

    Somebody who has left stays in the list, so that what he won stays in the sums.
    """
    viewer = people.get(viewer_id)
    if viewer is None or viewer.role == "rep":
        return (viewer,) if viewer else ()
    below = teams_below(teams, viewer.team_id)
    return tuple(
        sorted((p for p in people.values() if p.role == "rep" and p.team_id in below), key=lambda p: (p.name, p.id))
    )


def rep_figures(book: Book, person: Person, currency: str) -> RepFigures:
    """The month that holds the book's day."""
    month = period_of("month", book.today)
    counts = kpi_counts(book, person.id)
    rules = [count for count in counts if count.rule.kind == "visit" and count.rule.parent_id is None]
    if rules:
        done, planned, uncovered = rules[0].done, len(rules[0].planned), rules[0].uncovered
    else:
        visits = [
            a
            for a in book.activities_by_rep.get(person.id, ())
            if a.kind == "visit"
            and book.midnight(month.starts_on) <= a.starts_at
            and book.local_day(a.starts_at) in month
        ]
        done = sum(a.status == "held" for a in visits)
        planned = sum(a.status == "planned" and a.starts_at >= book.midnight(book.today) for a in visits)
        uncovered = 0
    return RepFigures(
        person,
        money_gap(book, person.id, month, currency),
        counts,
        done,
        planned,
        uncovered,
        _last_log_at(book, person.id),
    )


def owners_of(book: Book, person_id: str) -> tuple[str, ...]:
    """Whose rows a person's numbers are made of: his own for a rep, those of the reps below for who leads."""
    person = book.people.get(person_id)
    if person is None or person.role == "rep":
        return (person_id,)
    return tuple(rep.id for rep in reps_below(book.people, book.teams, person_id))


def gap_of(book: Book, person_id: str, period: Period, currency: str | None = None) -> MoneyGap:
    """A rep's own figures; for who leads, those of his team: its own target, else the sum of the reps'."""
    owners = owners_of(book, person_id)
    if owners == (person_id,):
        return money_gap(book, person_id, period, currency)
    team_id = book.people[person_id].team_id or person_id
    unit = currency or currency_of(book, (team_id, *owners))
    parts = tuple(money_gap(book, owner, period, unit) for owner in owners)
    value, rows = target_of(book, team_id, period, unit)
    missing = months_missing(book, team_id, period, rows)
    if value is None:
        value, rows = (
            sum_known(part.target_minor for part in parts),
            tuple(row for part in parts for row in part.targets),
        )
        missing = max(part.months_missing for part in parts) if parts else 0
    won = tuple(deal for part in parts for deal in part.won)
    planned = tuple(deal for part in parts for deal in part.planned)
    return MoneyGap(team_id, period, unit, None if missing else value, rows, won, planned, parts, missing)


def sum_known(values: Iterable[int | None]) -> int | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def board(book: Book, people: Sequence[Person], currency: str) -> tuple[RepFigures, ...]:
    """Everybody who is active or has a figure this month."""
    figures = (rep_figures(book, person, currency) for person in people)
    return tuple(f for f in figures if f.person.is_active or f.gap.actual_minor or f.gap.target_minor or f.visits_done)


def _last_log_at(book: Book, rep_id: str) -> datetime | None:
    """When the rep's newest held activity took place."""
    held = [
        a.starts_at for a in book.activities_by_rep.get(rep_id, ()) if a.status == "held" and a.starts_at <= book.as_of
    ]
    return max(held, default=None)
