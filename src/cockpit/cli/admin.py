"""`cockpit doctor`: what is wrong with this installation, and the command that mends it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec

import typer

from cockpit import __version__
from cockpit.cli.output import Json, Plain, write
from cockpit.errors import CockpitError, DataDirUnwritable
from cockpit.feedback import notice_for
from cockpit.i18n import _
from cockpit.locations import Locations, locate


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor. `mend` is a command or a step, empty when all is well."""

    name: str
    is_ok: bool
    finding: str
    mend: str = ""


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(help=_("Name what is wrong and the command that mends it. Exit code 1 when something is."))(doctor)


def doctor(plain: Plain = False, as_json: Json = False) -> None:
    checks = list(_checks(locate()))
    if as_json:
        shape = {"version": 1, "is_ok": all(check.is_ok for check in checks), "checks": [asdict(c) for c in checks]}
        write(json.dumps(shape, ensure_ascii=False, indent=2))
    else:
        for check in checks:
            write(f"{_('ok') if check.is_ok else _('BAD')}  {check.name}: {check.finding}")
            if check.mend:
                write(f"    {check.mend}")
    if not all(check.is_ok for check in checks):
        raise typer.Exit(1)


def _checks(locations: Locations) -> Iterator[Check]:
    yield Check("cockpit", True, f"{__version__}, SQLite {sqlite3.sqlite_version}")
    extra = find_spec("fastapi") is not None
    yield Check(_("hub extra"), True, _("installed") if extra else _("not installed (only a hub or the demo needs it)"))
    from cockpit.config import load_settings

    try:
        account = load_settings(locations).account
        yield Check(_("settings"), True, str(locations.config_file))
    except CockpitError as error:
        yield _failed(_("settings"), error)
        return
    yield _disk(locations)
    database_file = locations.database(account)
    if not database_file.exists():
        yield Check(
            _("account"), False, _("no account on this device"), _("Run `cockpit login URL`, or `cockpit demo`.")
        )
        return
    yield from _account_checks(locations, account)


def _disk(locations: Locations) -> Check:
    folder = locations.data_dir
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return _failed(_("data folder"), DataDirUnwritable(path=locations.data_dir))
    free = shutil.disk_usage(folder).free // 2**20
    finding = _("{path}, {free} MiB free").format(path=locations.data_dir, free=free)
    return Check(_("data folder"), free >= 50, finding, "" if free >= 50 else _("Make room on that disk."))


def _account_checks(locations: Locations, account: str) -> Iterator[Check]:
    from cockpit.cli import opening

    try:
        opened = opening.services()
        with opened.desk.database.read() as session:
            viewer = opened.desk.viewer(session)
            damage = opened.desk.database.damage(session)
    except CockpitError as error:
        yield _failed(_("account"), error)
        return
    yield Check(_("account"), True, f"{account}: {viewer.name}")
    mend = "" if damage is None else _("Move the file away and run `cockpit login` to fetch everything again.")
    yield Check(_("local file"), damage is None, damage or str(locations.database(account)), mend)
    badge = opened.sync.badge()
    waiting = _("{pending} waiting, {conflicts} conflicts, {parked} parked").format(
        pending=badge.pending, conflicts=badge.conflicts, parked=badge.parked
    )
    is_ok = not (badge.conflicts or badge.parked)
    yield Check(_("queue"), is_ok, waiting, "" if is_ok else _("Open the sync screen with o."))
    try:
        opened.sync.check()
        yield Check(_("hub"), True, _("answers"))
    except CockpitError as error:
        yield _failed(_("hub"), error)


def _failed(name: str, error: CockpitError) -> Check:
    notice = notice_for(error)
    return Check(name, False, f"{notice.title}: {notice.body}", notice.next_step)
