"""What the doctor looks at. Every check stands alone: with everything broken at once each still has its line."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cockpit import __version__, clock
from cockpit.cli import terminal
from cockpit.cli.hub import HUB_EXTRA, has_extra
from cockpit.cli.settings import all_problems, place_of
from cockpit.credentials import VARIABLE
from cockpit.errors import CockpitError, DataDirUnwritable, HubUnavailable, LocalDataError
from cockpit.feedback import notice_for
from cockpit.i18n import _
from cockpit.locations import Locations, is_own, locate, start_values

if TYPE_CHECKING:
    from cockpit.services.container import Services
    from cockpit.storage.database import Database

Status = Literal["ok", "warning", "wrong"]
LEAST_MIB, LITTLE_MIB = 50, 500
MOST_SKEW_S = 120
"""From here on times of visits would be in the wrong order for colleagues."""
LITTLE_LEFT = timedelta(days=7)
LEAST_COLUMNS, LEAST_LINES = 80, 24


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor. `mend` is a command or a step, empty when all is well."""

    name: str
    status: Status
    finding: str
    mend: str = ""


def all_checks(locations: Locations) -> Iterator[Check]:
    """From the program to the hub, each as far as the one before lets it be looked at."""
    yield Check("cockpit", "ok", f"{__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    yield _extra()
    yield _time_zones()
    yield from _settings(locations)
    yield _folder(locations)
    yield _log(locations)
    yield _locale()
    yield from _terminal(locations)
    yield from _account(locations)


def failed(name: str, error: CockpitError) -> Check:
    """An error as the notice of the screens words it."""
    notice = notice_for(error)
    words = _("{title}. {body}").format(title=notice.title, body=notice.body)
    return Check(name, "wrong", words, notice.next_step)


def _extra() -> Check:
    found = _("installed") if has_extra() else _("not installed; a hub or the demo needs it: {command}")
    return Check(_("hub extra"), "ok", found.format(command=HUB_EXTRA))


def _time_zones() -> Check:
    try:
        ZoneInfo("Asia/Shanghai")
    except (ZoneInfoNotFoundError, OSError):
        return Check(_("time zones"), "wrong", _("there is no time zone data"), "uv tool install cockpit --with tzdata")
    return Check(_("time zones"), "ok", _("installed"))


def _settings(locations: Locations) -> Iterator[Check]:
    from cockpit.config import read

    name = _("settings")
    try:
        found = read(locations)
    except CockpitError as error:
        yield failed(name, error)
        return
    wrong = all_problems(found)
    for one in wrong:
        finding = _("{place}, {key}: {text}").format(place=place_of(found.path, one), key=one.key, text=one.text)
        yield Check(name, "wrong" if one.is_fatal else "warning", finding, "cockpit config validate")
    if not wrong:
        is_there = found.path.exists()
        yield Check(name, "ok", str(found.path) if is_there else _("{path} (absent: defaults)").format(path=found.path))


def _folder(locations: Locations) -> Check:
    name, folder = _("data folder"), locations.data_dir
    try:
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            return failed(name, DataDirUnwritable(path=locations.data_dir))
        free = shutil.disk_usage(folder).free // 2**20
    except OSError:
        return failed(name, DataDirUnwritable(path=locations.data_dir))
    finding = _("{path}, {free} MiB free").format(path=locations.data_dir, free=free)
    if free >= LITTLE_MIB:
        return Check(name, "ok", finding)
    return Check(name, "wrong" if free < LEAST_MIB else "warning", finding, _("Make room on that disk."))


def _log(locations: Locations) -> Check:
    path = locations.log_file
    if path.exists() and not os.access(path, os.W_OK):
        return Check(_("log file"), "warning", _("{path} cannot be written").format(path=path), f"rm {path}")
    return Check(_("log file"), "ok", str(path))


def _locale() -> Check:
    """The locale of the system; one that is not there makes other programs print other signs than we do."""
    wanted = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := os.environ.get(name))), "")
    try:
        locale.setlocale(locale.LC_CTYPE, "")
        return Check(_("locale"), "ok", wanted or "C")
    except locale.Error:
        finding = _("{name} is not installed on this system").format(name=wanted)
        return Check(_("locale"), "warning", finding, "export LC_ALL=C.UTF-8")


def _terminal(locations: Locations) -> Iterator[Check]:
    name, term = _("terminal"), os.environ.get("TERM", "")
    if not sys.stdout.isatty():
        yield Check(name, "ok", _("none here; the screens need one, --plain does not"))
        return
    if term in ("", "dumb"):
        finding = _("TERM={term} can draw no screen").format(term=term or '""')
        yield Check(name, "wrong", finding, "export TERM=xterm-256color")
        return
    size = shutil.get_terminal_size()
    is_small = size.columns < LEAST_COLUMNS or size.lines < LEAST_LINES
    mend = _("Make the window at least {columns}x{lines}.").format(columns=LEAST_COLUMNS, lines=LEAST_LINES)
    finding = f"{term}, {size.columns}x{size.lines}"
    yield Check(name, "warning" if is_small else "ok", finding, mend if is_small else "")
    if not terminal.is_utf8():
        yield Check(_("encoding"), "warning", sys.stdout.encoding or "?", "export LC_ALL=C.UTF-8")
    yield _colours(term)
    yield _signs(locations)


def _colours(term: str) -> Check:
    name = _("colours")
    if "NO_COLOR" in os.environ:
        return Check(name, "ok", _("none, because NO_COLOR is set"))
    if term == "linux":
        return Check(name, "ok", _("the terminal's own sixteen"))
    if terminal.has_few_colours():
        command = f"export TERM={term.split('-')[0]}-256color"
        return Check(name, "ok", _("the terminal's own sixteen; if it has more: {command}").format(command=command))
    many = os.environ.get("COLORTERM", "").lower() in ("truecolor", "24bit")
    return Check(name, "ok", _("16 million") if many else "256")


def _signs(locations: Locations) -> Check:
    """What `frames = auto` comes to here."""
    name, wanted = _("signs"), start_values(locations).frames
    if wanted != "auto":
        return Check(name, "ok", _("{frames}, as set").format(frames=wanted))
    if terminal.has_few_signs():
        return Check(name, "ok", _("ascii, because this terminal's font has no others"))
    width = terminal.ask_width(sys.stdin.fileno(), sys.stdout.fileno()) if sys.stdin.isatty() else None
    if width is None:
        return Check(name, "ok", _("unicode; the terminal does not say how wide it draws them"))
    return Check(
        name, "ok", _("unicode, one cell wide") if width == 1 else _("ascii, because bars would be two cells wide")
    )


def _account(locations: Locations) -> Iterator[Check]:
    from cockpit.config import load_settings

    name = _("sign-in")
    try:
        account = load_settings(locations).account
    except CockpitError:
        account = start_values(locations).account
    path = locations.database(account)
    try:
        is_there = path.exists()
    except OSError:
        is_there = False
    if not is_there:
        yield Check(name, "wrong", _("no account on this device"), _("Run `cockpit login URL`, or `cockpit demo`."))
        return
    yield from _file(name, path)


def _file(name: str, path: Path) -> Iterator[Check]:
    from cockpit.services.container import services_on
    from cockpit.storage.database import HEAD_REVISION, Database

    try:
        database = Database.at(path)
    except CockpitError as error:
        yield failed(name, error)
        return
    try:
        stored = database.revision()
        if stored is not None and stored < HEAD_REVISION:
            finding = _("{path} is of an older version").format(path=path)
            yield Check(name, "warning", finding, _("Run `cockpit sync`: it makes a backup and brings it up to date."))
            return
        database.prepare()
        yield from _contents(name, path, database)
    except CockpitError as error:
        yield failed(name, error)
    else:
        yield from _connection(services_on(database))
    finally:
        database.close()


def _contents(name: str, path: Path, database: Database) -> Iterator[Check]:
    """The file and who it belongs to. Raises NotSignedIn and the errors of a file that cannot be used."""
    from cockpit.services.container import services_on
    from cockpit.services.words import refused_rows

    opened = services_on(database)
    with database.read() as session:
        damage = database.damage(session)
        mend = _("Move the file away and run `cockpit login` to fetch everything again.")
        yield Check(_("local file"), "wrong" if damage else "ok", damage or str(path), mend if damage else "")
        yield Check(name, "ok", opened.desk.viewer(session).name)
    badge = opened.badge()
    waiting = _("{pending} waiting, {conflicts} conflicts, {parked} parked").format(
        pending=badge.pending, conflicts=badge.conflicts, parked=badge.parked
    )
    if refused := opened.sync.load().refused:
        mend = _("Tell whoever runs the hub; the next revision of a row is tried again.")
        yield Check(_("received rows"), "warning", refused_rows(refused), mend)
    stuck = bool(badge.conflicts or badge.parked)
    yield Check(_("queue"), "wrong" if stuck else "ok", waiting, _("Open the sync screen with o.") if stuck else "")


def _connection(opened: Services) -> Iterator[Check]:
    """The token; and where there is one, the hub that takes it."""
    if not opened.sync.signing.hub_url():
        yield from _hub(opened)
        return
    token = _token(opened)
    yield token
    if token.status != "wrong":
        yield from _hub(opened)


def _token(opened: Services) -> Check:
    """Where the token is, and whether it ends soon."""
    name = _("token")
    try:
        state = opened.sync.signing.state()
    except CockpitError as error:
        found = failed(name, error)
        path = error.facts.get("path")
        return replace(found, mend=f"chmod 600 {path}") if type(error) is LocalDataError and path else found
    places = {
        "environment": _("from {name}").format(name=VARIABLE),
        "keyring": _("in the keyring"),
        "file": _("in a file only you can read"),
        "memory": _("in this process only"),
    }
    if state.place is None:
        return Check(name, "wrong", _("none: this device is not signed in"), "cockpit login")
    where = places[state.place]
    if state.ends_at is None:
        return Check(name, "ok", where)
    left, day = state.ends_at - clock.now(), state.ends_at.date().isoformat()
    if left <= timedelta(0):
        return Check(name, "wrong", _("over since {day}").format(day=day), "cockpit login")
    if left < LITTLE_LEFT:
        finding = _("{where}; ends on {day} unless a sync renews it before").format(where=where, day=day)
        return Check(name, "warning", finding, "cockpit sync")
    return Check(name, "ok", _("{where}; renews itself with every sync").format(where=where))


def _hub(opened: Services) -> Iterator[Check]:
    """Whether the hub answers this device, and how far its clock is away."""
    try:
        there = opened.sync.check()
    except CockpitError as error:
        found = failed(_("hub"), error)
        is_ours = isinstance(error, HubUnavailable) and is_own(error.facts.get("url"))
        is_joined = any((locate().data_dir / "crm").glob("*.toml"))
        yield replace(found, mend="cockpit connect" if is_joined else "cockpit hub serve") if is_ours else found
        return
    yield Check(_("hub"), "ok", _("answers"))
    if clock.is_moved():
        return
    skew = int((there - clock.now()).total_seconds())
    if abs(skew) > MOST_SKEW_S:
        finding = _("{seconds} seconds away from the hub's").format(seconds=skew)
        yield Check(_("clock"), "warning", finding, "sudo timedatectl set-ntp true")
    else:
        yield Check(_("clock"), "ok", _("agrees with the hub's"))
