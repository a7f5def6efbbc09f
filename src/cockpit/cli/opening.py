"""Opening the account for a command: settings, services, moments, and the app where there is a terminal."""

from __future__ import annotations

import gc
import os
import sys
from datetime import date, datetime
from typing import TYPE_CHECKING

from cockpit import logs
from cockpit.errors import BadUse, NoTerminal
from cockpit.i18n import _
from cockpit.locations import Locations, locate, start_values

if TYPE_CHECKING:
    from cockpit.services.container import Services


_opened: list[Services] = []


def services() -> Services:
    """The services of the configured account. Raises ConfigError and the LocalDataError kinds."""
    from cockpit.services.container import open_services

    locations = locate()
    logs.start(locations.log_file)
    start = start_values(locations)
    account = start.account if start.is_plain else _checked_account(locations)
    opened = open_services(locations.database(account))
    _opened.append(opened)
    return opened


def _checked_account(locations: Locations) -> str:
    """The account by the whole settings, once they hold. Raises ConfigError."""
    from cockpit.config import load_settings

    settings = load_settings(locations)
    if settings.ca_file is not None:
        os.environ.setdefault("SSL_CERT_FILE", str(settings.ca_file))
    return settings.account


def close_services() -> None:
    """Let go of every file that was opened."""
    while _opened:
        _opened.pop().desk.database.close()


def day(text: str) -> date:
    """A day of the command line. Raises BadUse."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=text or "-")) from error


def moment(as_of: str | None, opened: Services) -> datetime | None:
    """`--as-of`: a date means the end of that local day. None: now. Raises BadUse, and NotAllowed before the log begins."""
    if as_of is None:
        return None
    from cockpit.services.desk import end_of_day

    try:
        if len(as_of) == 10:
            return opened.past.known(end_of_day(date.fromisoformat(as_of), opened.desk.time_zone()))
        stamp = datetime.fromisoformat(as_of)
    except ValueError as error:
        raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=as_of)) from error
    return opened.past.known(stamp if stamp.tzinfo else stamp.replace(tzinfo=opened.desk.time_zone()))


def has_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


def has_reader() -> bool:
    """Whether what is printed is read by a person: into a pipe or a file it is not."""
    return sys.stdout.isatty()


def _collect_garbage() -> None:
    """From the first paint on. In a session that lasts, a rare search is a long pause between two keys: what is imported
    stays out of it, and it comes more often than in a short command."""
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)
    gc.enable()


def open_app(opening: str) -> None:
    """Run the screens, opened on one of them. Raises NoTerminal where there is none."""
    if not has_terminal():
        raise NoTerminal()
    from cockpit.cli.first import FirstRun
    from cockpit.cli.terminal import Asking

    locations = locate()
    asking = Asking(locations, start_values(locations))
    from cockpit.app import CockpitApp  # takes a while: meanwhile the terminal answers

    start = asking.fitted()
    with FirstRun() as starter:
        database = locations.database(start.account)
        gc.disable()  # a search for garbage before the first paint finds none, and took a third of the way there
        app = CockpitApp(
            services, start, opening=opening, database=database, starter=starter, on_first_paint=_collect_garbage
        )
        app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
