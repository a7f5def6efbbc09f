"""What an explanation is read from: one person's book, the pipeline and the board, each opened once for any number of answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cockpit.domain.book import Book
from cockpit.domain.deals import currency_of
from cockpit.domain.entities import Person
from cockpit.domain.periods import PeriodKind
from cockpit.domain.pipeline import Pipeline, pipeline
from cockpit.domain.problems import Card, cards_of
from cockpit.domain.team import RepFigures, board, reps_below
from cockpit.services.chain import ChainLook, Ground, ground
from cockpit.services.desk import Desk
from cockpit.services.funnel import FunnelFigures, funnel_figures
from cockpit.services.outlooks import Around, around
from cockpit.services.pipeline import pipeline_scope
from cockpit.services.snapshots import PersonRef, ReplanProposal
from cockpit.services.views import Look, look_at, open_book
from cockpit.storage.queries.people import everybody
from cockpit.storage.queries.sync import conflicted_rows
from cockpit.storage.reading import Reader

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.domain.periods import PeriodKind
    from cockpit.services.forecast import Scope
    from cockpit.services.metrics import MetricView
    from cockpit.services.target_views import Sight


@dataclass(frozen=True)
class Board:
    """The reps below the viewer with their month, in one book."""

    viewer: PersonRef
    book: Book
    currency: str
    reps: tuple[RepFigures, ...]
    nearby: Around

    def line(self, rep_id: str) -> RepFigures | None:
        return next((rep for rep in self.reps if rep.person.id == rep_id), None)


@dataclass
class Sources:
    """`rep_id` None: the viewer. `as_of` None: now. `proposal`: the plan that is being looked at."""

    desk: Desk
    session: Session
    rep_id: str | None = None
    as_of: datetime | None = None
    proposal: ReplanProposal | None = None
    _ahead: dict[str | None, tuple[Scope, Around]] = field(default_factory=dict)
    _metric_views: dict[tuple[str, str | None], MetricView] = field(default_factory=dict)
    _chains: dict[PeriodKind, ChainLook] = field(default_factory=dict)
    _sights: dict[tuple[str, str], Sight] = field(default_factory=dict)
    _books: dict[str | None, Book] = field(default_factory=dict)

    @cached_property
    def reader(self) -> Reader:
        """The rows as they were known at `as_of`."""
        return self.desk.at(self.session, self.as_of)

    @cached_property
    def look(self) -> Look:
        return look_at(self.desk, self.reader, self.rep_id, self.as_of)

    @property
    def book(self) -> Book:
        return self.look.book

    @property
    def rep(self) -> str:
        return self.look.person.id

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The person's problem cards."""
        return cards_of(self.book, self.rep)

    def sight(self, period: str, metric: str) -> Sight:
        """The viewer's tree of targets."""
        from cockpit.services.target_views import Sight

        key = (period, metric)
        if key not in self._sights:
            self._sights[key] = Sight.open(self.desk, self.reader, period, metric, self.as_of)
        return self._sights[key]

    @cached_property
    def nearby(self) -> Around:
        """The deals that the forecast of the person is made from."""
        currency = currency_of(self.book, (self.rep,))
        return around(self.desk, self.reader, self.look.viewer, self.book, currency, self.as_of)

    def ahead(self, scope: str | None) -> tuple[Scope, Around]:
        """Whose forecast, and the deals behind it; without a scope the person asked about, or the viewer's people."""
        key = scope or self.rep_id
        if key not in self._ahead:
            from cockpit.services.forecast import look_ahead

            self._ahead[key] = look_ahead(self.desk, self.reader, key, self.as_of)
        return self._ahead[key]

    @cached_property
    def conflicted(self) -> frozenset[str]:
        """Rows whose part in a figure waits for the answer to a conflict."""
        return conflicted_rows(self.reader)

    @cached_property
    def funnel(self) -> tuple[Book, list[str]]:
        """The book of everybody whose deals the pipeline shows, and their ids."""
        _viewer, _scope, owners, book = pipeline_scope(self.desk, self.reader, self.rep_id, self.as_of)
        return book, owners

    @cached_property
    def line(self) -> Pipeline:
        """The default funnel."""
        book, owners = self.funnel
        return pipeline(book, owners)

    @cached_property
    def ground(self) -> Ground:
        return ground(self.desk, self.reader, self.rep_id, self.as_of)

    def chain(self, period: PeriodKind = "month") -> ChainLook:
        if period not in self._chains:
            self._chains[period] = ChainLook(self.ground, period)
        return self._chains[period]

    def line_of(self, funnel_id: str) -> Pipeline:
        book, owners = self.funnel
        return self.line if funnel_id == self.line.funnel_id else pipeline(book, owners, funnel_id)

    def metrics(self, kind: PeriodKind, scope: str | None) -> MetricView:
        """The metrics of a period and scope; without a scope those of the person asked about, as the screen opens."""
        from cockpit.services.metrics import open_view

        key = (kind, scope or self.rep_id)
        if key not in self._metric_views:
            self._metric_views[key] = open_view(self.desk, self.reader, key[1], kind, self.as_of)
        return self._metric_views[key]

    @cached_property
    def shape(self) -> FunnelFigures:
        """The default funnel with its flow of the running month."""
        return funnel_figures(self.desk, self.reader, self.rep_id, as_of=self.as_of)

    @cached_property
    def board(self) -> Board:
        viewer = self.desk.viewer(self.reader)
        people, teams = everybody(self.reader)
        reps: tuple[Person, ...] = reps_below(people, teams, viewer.id)
        ids = [person.id for person in reps]
        book = open_book(self.desk, self.reader, ids, self.as_of)
        currency = currency_of(book, ids)
        nearby = around(self.desk, self.reader, viewer, book, currency, self.as_of)
        return Board(viewer, book, currency, board(book, reps, currency), nearby)

    def book_with(self, owner_id: str | None) -> Book:
        """The viewer's book with the rows of one more person, whose deal, visit or account is asked about."""
        if owner_id in (None, self.rep):
            return self.book
        if "funnel" in self.__dict__ and owner_id in self.funnel[1]:
            return self.funnel[0]
        if owner_id not in self._books:
            ids = sorted({self.rep, owner_id or ""})
            self._books[owner_id] = open_book(self.desk, self.reader, ids, self.as_of)
        return self._books[owner_id]
