"""What came into the open pipeline between two days and what left it: opening + moves = closing, in deals and in money.

With a period the pipeline is that of the deals expected to close in it: inflow is what was created or pulled into the
period, outflow what was lost or pushed out of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from cockpit.domain.book import Book
from cockpit.domain.deals import standing_on
from cockpit.domain.entities import Deal
from cockpit.domain.history import at, versions
from cockpit.domain.periods import Period

MoveKind = Literal[
    "created", "pulled_in", "taken_over", "reopened", "raised", "cut", "won", "lost", "pushed_out", "handed_on"
]

KINDS: tuple[MoveKind, ...] = (
    "created", "pulled_in", "taken_over", "reopened", "raised", "cut", "won", "lost", "pushed_out", "handed_on"
)  # fmt: skip
INFLOW: frozenset[MoveKind] = frozenset({"created", "pulled_in", "taken_over", "reopened"})
OUTFLOW: frozenset[MoveKind] = frozenset({"lost", "pushed_out", "handed_on"})
"""What left without being won."""


@dataclass(frozen=True, slots=True)
class Move:
    """One deal that came, left or changed its amount. `deals` is +1, 0 or -1; `minor` is signed."""

    kind: MoveKind
    deal: Deal
    deals: int
    minor: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The pipeline from the end of `since` to the end of `until`; a deal in another currency counts and adds no money."""

    since: date
    until: date
    period: Period | None
    currency: str
    opening: tuple[Deal, ...]
    closing: tuple[Deal, ...]
    moves: tuple[Move, ...]

    def of(self, kinds: Collection[str]) -> tuple[Move, ...]:
        return tuple(move for move in self.moves if move.kind in kinds)

    @property
    def opening_minor(self) -> int:
        return sum(_minor(deal, self.currency) for deal in self.opening)

    @property
    def closing_minor(self) -> int:
        return sum(_minor(deal, self.currency) for deal in self.closing)


def flow(book: Book, owner_ids: Collection[str], since: date, period: Period | None, currency: str) -> Flow:
    """Every deal of these people then or now. The book has to reach back to `since` for what was changed since."""
    owners = frozenset(owner_ids)
    then = book.midnight(since + timedelta(days=1))
    opening: list[Deal] = []
    closing: list[Deal] = []
    moves: list[Move] = []
    for deal in book.deals:
        if deal.created_on is not None and deal.created_on > book.today:
            continue
        was = _row_at(book, deal, then) if _existed(deal, since) else None
        is_in = _counts(book, deal, owners, book.today, period)
        was_in = was is not None and _counts(book, was, owners, since, period)
        opening += [was] if was is not None and was_in else []
        closing += [deal] if is_in else []
        moves += _moves(book, was, deal, owners, since, period, currency, was_in=was_in, is_in=is_in)
    order = {kind: place for place, kind in enumerate(KINDS)}
    moves.sort(key=lambda move: (order[move.kind], -abs(move.minor), move.deal.id))
    return Flow(since, book.today, period, currency, tuple(opening), tuple(closing), tuple(moves))


def _row_at(book: Book, deal: Deal, moment: datetime) -> Deal | None:
    """The deal as it stood; most have not been touched since."""
    if all(entry.recorded_at <= moment for entry in book.log_by_row.get(deal.id, ())):
        return deal
    standing = at(versions(book, deal, moment), moment)
    return None if standing is None else standing.row


def _existed(deal: Deal, day: date) -> bool:
    return deal.created_on is None or deal.created_on <= day


def _counts(book: Book, deal: Deal, owners: Collection[str], day: date, period: Period | None) -> bool:
    if deal.owner_id not in owners or standing_on(book, deal, day) != "open":
        return False
    return period is None or (deal.expected_on is not None and deal.expected_on in period)


def _moves(
    book: Book,
    was: Deal | None,
    deal: Deal,
    owners: Collection[str],
    since: date,
    period: Period | None,
    currency: str,
    *,
    was_in: bool,
    is_in: bool,
) -> Iterator[Move]:
    """The deal's moves: their sum is what it adds to the closing less what it was of the opening."""
    now = _minor(deal, currency)
    if was_in:
        before = 0 if was is None else _minor(was, currency)
        if now != before:
            yield Move("raised" if now > before else "cut", deal, 0, now - before)
        if not is_in:
            yield Move(_exit(book, deal, owners), deal, -1, -now)
        return
    passed = not is_in and _passed_through(book, deal, owners, since, period)
    if is_in or passed:
        yield Move(_entry(book, was, owners, since), deal, 1, now)
    if passed:
        yield Move(_exit(book, deal, owners), deal, -1, -now)


def _passed_through(book: Book, deal: Deal, owners: Collection[str], since: date, period: Period | None) -> bool:
    """It came and was closed between the two days, so that neither of them shows it."""
    if deal.owner_id not in owners or deal.closed_on is None or not since < deal.closed_on <= book.today:
        return False
    standing = standing_on(book, deal, book.today)
    if standing == "open" or period is None:
        return standing != "open"
    expected = deal.closed_on if standing == "won" else deal.expected_on
    return expected is not None and expected in period


def _entry(book: Book, was: Deal | None, owners: Collection[str], since: date) -> MoveKind:
    if was is None:
        return "created"
    if was.owner_id not in owners:
        return "taken_over"
    return "pulled_in" if standing_on(book, was, since) == "open" else "reopened"


def _exit(book: Book, deal: Deal, owners: Collection[str]) -> MoveKind:
    if deal.owner_id not in owners:
        return "handed_on"
    standing = standing_on(book, deal, book.today)
    return "pushed_out" if standing == "open" else standing


def _minor(deal: Deal, currency: str) -> int:
    return (deal.amount_minor or 0) if deal.currency == currency else 0


def money_of(moves: Sequence[Move]) -> int:
    return sum(move.minor for move in moves)
