"""`cockpit demo`: a hub of its own with a demo company, signed in, synced, and opened. Leaves no process behind."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit import clock
from cockpit.cli import gap_sheet, opening, shapes, sheets
from cockpit.cli.output import show, talk, write
from cockpit.errors import BadUse, DataDirUnwritable
from cockpit.i18n import _
from cockpit.locations import DEMO, locate, mark_tour

if TYPE_CHECKING:
    from cockpit.services.container import Services

ROLES = ("rep", "lead", "head")


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(help=_("Look around in a made-up company; nothing of yours is touched."))(demo)


def demo(
    as_role: Annotated[
        str, typer.Option("--as", help=_("rep, lead or head."), autocompletion=lambda: list(ROLES))
    ] = "rep",
    plain: Annotated[bool, typer.Option("--plain", help=_("Print Today, Gap and Team as text."))] = False,
    anchor: Annotated[str | None, typer.Option(help=_("The day the demo lives on."), metavar="DATE")] = None,
) -> None:
    from cockpit.cli.hub import require_extra

    require_extra()
    if as_role not in ROLES:
        raise BadUse(_("{text} is not a role: use rep, lead or head.").format(text=as_role))
    day = anchor_day(anchor)
    talk(_("Demo company, {day} 08:30. All of it lives in {path}").format(day=day, path=locate().data_dir / "demo"))
    with demo_account(day, as_role, talk if sys.stderr.isatty() else None) as opened:
        if plain or not opening.has_terminal():
            _print(opened)
        else:
            opened.desk.database.close()
            mark_tour("due")
            opening.open_app("today" if as_role == "rep" else "team")


def anchor_day(text: str | None) -> date:
    """The last working day before or on a date, today's without one."""
    from cockpit.hub.seed import last_workday

    try:
        return last_workday(date.fromisoformat(text) if text else clock.now().astimezone().date())
    except ValueError as error:
        raise BadUse(_("{text} is not a date like 2026-11-24.").format(text=text)) from error


@contextmanager
def demo_account(day: date, role: str, progress: Callable[[str], None] | None = None) -> Iterator[Services]:
    """A fresh demo of `day`: hub running, `role` signed in and synced. The hub ends with the block.

    Moves this process's home to the demo's own folder and its clock to 08:30 of that day.
    """
    from cockpit.hub import embedded, tokens
    from cockpit.storage import meta
    from cockpit.storage.database import Database

    home = locate().data_dir / "demo"
    os.environ[DEMO] = str(locate().data_dir)
    os.environ["COCKPIT_HOME"] = str(home)
    os.environ["COCKPIT_NOW"] = f"{day.isoformat()}T08:30:00+08:00"
    hub_file = _fresh_hub(home, day)
    database = Database.at(hub_file)
    with database.write() as session:
        token = tokens.issue(session, meta.get(session, f"demo_{role}"), label="demo")
    database.close()
    os.environ["COCKPIT_TOKEN"] = token
    with embedded.start(f"sqlite:///{hub_file}") as hub:
        opened = opening.services()
        opened.sync.sign_in(hub.url, token)
        opened.sync.run(progress)
        yield opened


def _fresh_hub(home: Path, day: date) -> Path:
    """A new copy of that day's company; the seeded original is kept, so that a second start is quick."""
    from cockpit.hub.seed import seed_company
    from cockpit.i18n import language
    from cockpit.storage import meta
    from cockpit.storage.database import Database, remove_files

    original = home / f"seed-{_seed_mark()}-{language()}-{day.isoformat()}.db"
    hub_file = home / "hub.db"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not original.exists():
            for old in home.glob("seed-*"):
                remove_files(old)
            draft = home / "draft.db"
            remove_files(draft)
            database = Database.at(draft)
            database.prepare()
            report = seed_company(database, day, language=language())
            with database.write() as session:
                for role in ROLES:
                    meta.put(session, f"demo_{role}", getattr(report, f"{role}_id"))
            database.close()
            draft.replace(original)
        remove_files(hub_file)
        remove_files(locate().database("default"))
        shutil.copyfile(original, hub_file)
        hub_file.chmod(0o600)
    except OSError as error:
        raise DataDirUnwritable(path=home) from error
    return hub_file


def _seed_mark() -> str:
    """Changes with the seed's code, so that an older demo company is not shown by a newer program."""
    from cockpit.hub import seed

    parts = sorted(Path(seed.__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:10]


def _print(opened: Services) -> None:
    day, gap, team = opened.today.load(), opened.gap.load(), opened.team.load()
    show(sheets.today(day), shapes.today(day), False, False)
    write("")
    show(gap_sheet.gap(gap), shapes.gap(gap), False, False)
    write("")
    show(sheets.team(team), shapes.team(team), False, False)
