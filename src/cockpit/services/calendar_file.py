"""Planned activities as an iCalendar file (RFC 5545), for the calendar of a phone or a mail program.

Moments are in UTC, so no rules of a time zone have to be told. An activity keeps its UID, and its SEQUENCE grows with each
change: a later import moves or strikes what an earlier one brought, and never doubles it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit import __version__
from cockpit.domain.entities import Account, Activity
from cockpit.domain.text import clean, clean_line
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _
from cockpit.services.desk import Desk
from cockpit.services.private_files import new_file
from cockpit.services.views import look_at
from cockpit.services.words import kind_name

if TYPE_CHECKING:
    from icalendar import Calendar, Event, Todo

DAYS = 7
MOST_DAYS = 366
_BEGINS = b"BEGIN:VCALENDAR"
_STRUCK = ("cancelled", "moved", "not_held")
_UNTIMED = timedelta(minutes=30)


@dataclass(frozen=True)
class CalendarService:
    """What `cockpit plan export` writes."""

    desk: Desk

    def export(self, rep_id: str | None = None, first: date | None = None, last: date | None = None) -> bytes:
        """The activities from `first` (today) to `last` (a week), of one rep (the viewer when None). Raises BadUse."""
        with self.desk.database.look() as reader:
            book = (look := look_at(self.desk, reader, rep_id, None)).book
        begin = first or book.today
        end = last or begin + timedelta(days=DAYS - 1)
        if not 0 <= (end - begin).days < MOST_DAYS:
            words = _("From {first} to {last} is no span of days: give at most a year, the first day first.")
            raise BadUse(words.format(first=begin.isoformat(), last=end.isoformat()))
        calendar = _calendar(look.person.spoken)
        for row in book.activities_by_rep.get(look.person.id, ()):
            if begin <= book.local_day(row.starts_at) <= end:
                calendar.add_component(_component(row, book.accounts.get(row.account_id or ""), book.as_of))
        return bytes(calendar.to_ical())


def _calendar(owner: str) -> Calendar:
    from icalendar import Calendar  # takes a while, and only this verb needs it

    calendar = Calendar()
    calendar.add("prodid", f"-//Cockpit//Cockpit {__version__}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", clean_line(_("Visits of {name}").format(name=owner)))
    return calendar


def _component(row: Activity, account: Account | None, as_of: datetime) -> Event | Todo:
    """A to-do has a due moment, everything else a beginning and an end."""
    from icalendar import Event, Todo

    found = Todo() if row.kind == "task" else Event()
    found.add("uid", f"{row.id}@cockpit")
    found.add("sequence", row.rev + row.pending)
    found.add("dtstamp", as_of.astimezone(UTC))
    starts_at = row.starts_at.astimezone(UTC)
    if row.kind == "task":
        found.add("due", starts_at)
        found.add("status", _todo_status(row))
    else:
        found.add("dtstart", starts_at)
        ends_at = row.ends_at.astimezone(UTC) if row.ends_at else starts_at
        found.add("dtend", ends_at if ends_at > starts_at else starts_at + _UNTIMED)
        found.add("status", "CANCELLED" if row.status in _STRUCK else "CONFIRMED")
    who = account.name if account else row.subject
    found.add("summary", clean_line(f"{kind_name(row.kind)} {who}".strip(), 500))
    if account is not None and account.address:
        found.add("location", clean_line(account.address, 500))
    if account is not None and account.lat is not None and account.lon is not None and row.kind == "visit":
        found.add("geo", (account.lat, account.lon))
    notes = [row.goal, row.agenda, *row.needs, row.planned_because]
    if text := "\n".join(clean(note).strip() for note in notes if note):
        found.add("description", text)
    return found


def _todo_status(row: Activity) -> str:
    if row.status == "held":
        return "COMPLETED"
    return "CANCELLED" if row.status in _STRUCK else "NEEDS-ACTION"


def save(calendar: bytes, target: Path) -> None:
    """In place of an earlier calendar, and of nothing else. Raises NotAllowed."""
    if target.exists():
        with target.open("rb") as there:
            if there.read(len(_BEGINS)) != _BEGINS:
                words = _("{path} is no calendar file, so it is not written over. Choose another name.")
                raise NotAllowed(words.format(path=target))
    with new_file(target, may_replace=True) as partial:
        partial.write_bytes(calendar)
