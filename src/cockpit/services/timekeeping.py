"""What the hub's clock and the company's rule say of a time that is about to be saved.

The order of changes comes from the hub alone; but when a visit took place is the rep's word, and a machine
whose clock is wrong puts a wrong one in his mouth.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _, ngettext
from cockpit.storage import meta

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

WARN_AFTER = timedelta(minutes=5)
ASK_AFTER = timedelta(hours=24)


def offset(source: Session | Reader) -> timedelta:
    """How far the hub's clock was ahead of this machine's at the last greeting; zero where it was never asked."""
    if clock.is_moved():
        return timedelta(0)
    return timedelta(milliseconds=int(meta.get(source, "clock_offset_ms", "0")))


def clock_note(source: Session | Reader) -> str:
    """A warning where the two clocks differ by more than five minutes, else empty."""
    found = offset(source)
    if abs(found) <= WARN_AFTER:
        return ""
    if found > timedelta(0):
        return _("This machine's clock is {time} behind the hub's.").format(time=_span(found))
    return _("This machine's clock is {time} ahead of the hub's.").format(time=_span(-found))


def refuse_unsaid_day(source: Session | Reader) -> None:
    """Raise NotAllowed where the clock is off by more than a day: then the day has to be said, not taken from it."""
    if abs(offset(source)) > ASK_AFTER:
        words = _("{note} Say the day, for example `@11-24 10:00`, or set the clock and sync.")
        raise NotAllowed(words.format(note=clock_note(source)))


def date_note(source: Session | Reader, moment: datetime, now: datetime) -> str:
    """A warning where the hub's rule is known to refuse a date so far back, else empty."""
    limit = meta.get(source, "backdate_days")
    if not limit or now - moment <= timedelta(days=int(limit)):
        return ""
    return _("The hub takes nothing older than {days} days: this would be set aside.").format(days=limit)


def _span(length: timedelta) -> str:
    if length >= timedelta(days=2):
        return ngettext("{count} day", "{count} days", length.days).format(count=length.days)
    if length >= timedelta(hours=2):
        hours = length // timedelta(hours=1)
        return ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    minutes = length // timedelta(minutes=1)
    return ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes)
