"""The week's plan: every dated activity from Monday to Sunday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.periods import period_of
from cockpit.services.desk import Desk
from cockpit.services.snapshots import PlanSnapshot
from cockpit.services.views import agenda_items, look_at
from cockpit.storage.queries.sync import write_states


@dataclass(frozen=True)
class WeekService:
    """What `cockpit plan` prints."""

    desk: Desk

    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> PlanSnapshot:
        """The week that holds `as_of`, for one rep (the viewer when None), all statuses, in order of time."""
        with self.desk.look(as_of) as reader:
            look = look_at(self.desk, reader, rep_id, as_of)
            book = look.book
            week = period_of("week", book.today)
            mine = book.activities_by_rep.get(look.person.id, ())
            found = [activity for activity in mine if book.local_day(activity.starts_at) in week]
            states = write_states(reader, [activity.id for activity in found])
            return PlanSnapshot(
                as_of=look.as_of,
                complete=book.complete,
                rep=look.person,
                starts_on=week.starts_on,
                ends_on=week.ends_on,
                items=agenda_items(book, found, states),
            )
