"""Which moment a look back is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.moments import read_moment
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _
from cockpit.services.desk import Desk, end_of_day
from cockpit.storage.past import log_begins


@dataclass(frozen=True, slots=True)
class LookBack:
    """None: now."""

    moment: datetime | None


class PastService:
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def moment(self, text: str) -> LookBack:
        """What was typed: a day, whose end is meant, or a day and time; now for nothing typed.

        Raises BadUse for what is no day and NotAllowed for one that is not over.
        """
        wanted = clean_line(text, 60)
        if not wanted:
            return LookBack(None)
        with self.desk.database.read() as session:
            now = self.desk.local_now(session)
        reading = read_moment(wanted, now, is_past=True)
        if reading is None or reading.day is None or wanted[reading.length :].strip():
            raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=wanted))
        zone = self.desk.time_zone()
        moment = end_of_day(reading.day, zone)
        if reading.start is not None:
            moment = datetime.combine(reading.day, reading.start, tzinfo=zone)
        if moment >= now:
            raise NotAllowed(_("{text} is not over yet. A look back needs a past day.").format(text=wanted))
        return LookBack(self.known(moment))

    def known(self, moment: datetime) -> datetime:
        """The same moment.

        Raises NotAllowed after today, and before the log begins: nobody knows what is or was known then.
        """
        with self.desk.database.look() as reader:
            if moment > end_of_day(self.desk.local_now(reader).date(), self.desk.zone(reader)):
                text = _("{text} is not over yet. A look back needs a past day.")
                raise NotAllowed(text.format(text=f"{moment:%Y-%m-%d}"))
            first = log_begins(reader)
            if first is not None and moment < first:
                text = _("Nothing is known of {day}: the log begins on {first}. Look back to that day or a later one.")
                local = first.astimezone(self.desk.zone(reader))
                raise NotAllowed(text.format(day=f"{moment:%Y-%m-%d}", first=f"{local:%Y-%m-%d}"))
        return moment
