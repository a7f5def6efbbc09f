"""Who is looking, at what, as of when: what every service starts from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cockpit import clock
from cockpit.domain import entities as e
from cockpit.domain.book import Book
from cockpit.domain.team import reps_below
from cockpit.errors import NotAllowed, NotSignedIn, UnknownName
from cockpit.exchange import given_rates
from cockpit.i18n import _, spoken
from cockpit.locations import locate
from cockpit.services.snapshots import PersonRef
from cockpit.services.words import told_apart
from cockpit.storage import meta
from cockpit.storage.converted import converted_reader
from cockpit.storage.past import ALL, past_reader
from cockpit.storage.queries.book import load_book
from cockpit.storage.queries.people import everybody
from cockpit.storage.reading import Reader, entities, one, reader_of
from cockpit.thresholds import given_limits

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.database import Database


SKEW = timedelta(hours=2)
_ZONE = """SELECT time_zone FROM team WHERE id = (SELECT team_id FROM person WHERE id =
    (SELECT value FROM meta WHERE key = 'person_id'))"""


@dataclass(frozen=True)
class Desk:
    """One account's database and the person signed in on it."""

    database: Database

    def viewer(self, source: Session | Reader) -> PersonRef:
        """The person signed in. Raises NotSignedIn before the first sync."""
        person_id = meta.get(source, "person_id")
        if not person_id:
            raise NotSignedIn()
        return self.person(source, person_id)

    def require_account(self, source: Session | Reader) -> None:
        """Raises NotSignedIn where nobody ever was, not even before the first sync."""
        if not meta.get(source, "hub_url") and not meta.get(source, "person_id"):
            raise NotSignedIn()

    def person(self, source: Session | Reader, person_id: str) -> PersonRef:
        row = one(source, e.Person, person_id)
        if row is None:
            if person_id == meta.get(source, "person_id"):
                name = meta.get(source, "person_name")
                return PersonRef(person_id, name, "", meta.get(source, "role", "rep"), None, "")
            raise UnknownName(kind=_("rep"), name=person_id, near="")
        team = one(source, e.Team, row.team_id) if row.team_id else None
        return PersonRef(
            row.id, row.name, row.alias, row.role, row.team_id, spoken(team.name, team.alias) if team else ""
        )

    def time_zone(self) -> ZoneInfo:
        """The zone of the viewer's team: what "today" means."""
        with self.database.look() as reader:
            self.viewer(reader)
            return self.zone(reader)

    def find_rep(self, source: Session | Reader, wanted: str | None) -> PersonRef:
        """The rep asked for by id or name; the viewer when None. Raises UnknownName with near names."""
        if wanted is None:
            return self.viewer(source)
        people = entities(source, e.Person, order="name, id")
        folded = wanted.casefold()
        exact = [p for p in people if folded in (p.id, p.name.casefold(), p.alias.casefold())]
        part = [p for p in people if folded in p.name.casefold() or folded in p.alias.casefold()]
        found = exact or part
        if len(found) == 1:
            return self.person(source, found[0].id)
        near = told_apart((p.id, spoken(p.name, p.alias)) for p in (found or people)[:8])
        raise UnknownName(kind=_("rep"), name=wanted, near=near)

    def find_readable(self, source: Session | Reader, wanted: str) -> PersonRef:
        """`find_rep`, of the viewer and his people alone.

        Raises NotAllowed for anybody else: their rows are not on this device, and zeros would be a wrong answer.
        """
        person, me = self.find_rep(source, wanted), self.viewer(source).id
        people, teams = everybody(source)
        if person.id != me and person.id not in {below.id for below in reps_below(people, teams, me)}:
            text = _("The rows of {name} are not on this device: only your own and those of your people are.")
            raise NotAllowed(text.format(name=person.spoken))
        return person

    def zone(self, source: Session | Reader) -> ZoneInfo:
        """The time zone of the viewer's team; UTC before the first sync."""
        found = reader_of(source).rows(_ZONE)
        return ZoneInfo(found[0][0] if found else "UTC")

    def local_now(self, source: Session | Reader) -> datetime:
        """The current moment in the viewer's zone."""
        return clock.now().astimezone(self.zone(source))

    def book(
        self,
        source: Session | Reader,
        *,
        as_of: datetime | None = None,
        rep_ids: list[str] | None = None,
        activities_from: date | None = None,
        is_brief: bool = False,
    ) -> Book:
        """The book of some people, in brief for cards alone; without `as_of` everything known on this device, as of now."""
        return load_book(
            self.at(source, as_of),
            as_of=as_of or clock.now(),
            rep_ids=rep_ids,
            activities_from=activities_from,
            known_by=self.known_by(as_of),
            limits=given_limits(locate()),
            is_brief=is_brief,
        )

    def known_by(self, as_of: datetime | None) -> datetime:
        """Up to when what was recorded counts: `as_of`, or for a look at now all that is here.

        A clock moved by COCKPIT_NOW looks at a past day: there only a clock that differs a little is allowed for.
        """
        if as_of is not None:
            return as_of
        return clock.now() + SKEW if clock.is_moved() else ALL

    def at(self, source: Session | Reader, as_of: datetime | None) -> Reader:
        """What `source` reads, as it was known at `as_of` (None: now), its money in one currency by the rates given."""
        return converted_reader(past_reader(source, self.known_by(as_of)), given_rates(locate()))

    @contextmanager
    def look(self, as_of: datetime | None = None) -> Iterator[Reader]:
        """A reader of one state of the data: as it was known at `as_of`, or now."""
        with self.database.look() as reader:
            yield self.at(reader, as_of)

    def refuse_unless_mine(self, source: Session | Reader, rep_id: str | None) -> PersonRef:
        """The viewer, when `rep_id` is the viewer's own. Raises NotAllowed for a look at somebody else's day."""
        me = self.viewer(source)
        if rep_id is not None and rep_id != me.id:
            raise NotAllowed(_("This is somebody else's day: it can be read, not changed."))
        return me


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The last moment of a local day: what `--as-of DATE` means."""
    return datetime.combine(day + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
