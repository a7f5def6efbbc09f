"""What the welcome room can start: the demo, a connection to a hub, an import. Each leaves an account ready to open."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from time import sleep
from types import TracebackType
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.cli import opening
from cockpit.errors import BadUse
from cockpit.i18n import _, spoken
from cockpit.locations import locate, mark_tour, start_values

if TYPE_CHECKING:
    from cockpit.cli.joining import Joining
    from cockpit.services.container import Services

Tell = Callable[[str], None]
_LOOK_S = 0.2
"""How long somebody who does not want to wait any more has to wait for it."""


class FirstRun:
    """Use it in a `with`: what it started runs until the block ends. Its methods are called in a thread."""

    def __init__(self) -> None:
        self._running = ExitStack()

    def __enter__(self) -> FirstRun:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @property
    def is_needed(self) -> bool:
        """Whether this device has no account at all yet."""
        locations = locate()
        return not locations.database(start_values(locations).account).exists()

    @cached_property
    def joiner(self) -> Joining:
        """What joins a CRM to a hub of one's own; that hub runs until the block ends."""
        from cockpit.cli.joining import Joining

        return Joining(self._running)

    def lacking(self) -> str:
        """The command that installs what demo and import need; empty when it is there."""
        from cockpit.cli.hub import HUB_EXTRA, has_extra

        return "" if has_extra() else HUB_EXTRA

    def demo(self, tell: Tell) -> Path:
        """Make and start the made-up company; the file of its account."""
        from cockpit.cli import demo

        tell(_("Making the demo company"))
        day = demo.anchor_day(None)
        opened = self._running.enter_context(demo.demo_account(day, "rep", tell))
        mark_tour("due")
        return _ready(opened)

    def connect(self, url: str, token: str, tell: Tell) -> Path:
        """Sign in, without a token by a code; the file of the account."""
        tell(_("Asking the hub"))
        opened = opening.services()
        if token:
            opened.sync.sign_in(url, token)
        else:
            _by_code(opened, url, tell)
        mark_tour("due")
        return _ready(opened)

    def fetch(self, tell: Tell) -> None:
        """The first sync. What `tell` raises ends it, and what came is kept."""
        tell(_("Fetching your customers"))
        opened = opening.services()
        opened.sync.run(tell)
        opened.desk.database.close()

    def read_folder(self, folder: str, tell: Tell) -> list[tuple[str, str]]:
        """Import CSV files into a hub of one's own, by the mapping that lies beside them or by a shipped one.

        Gives the people found, by id, those with people below them first.
        """
        from cockpit.cli.hub import hub_database, require_extra
        from cockpit.hub.importing import import_csv
        from cockpit.storage.queries.people import everybody

        require_extra()
        tell(_("Reading {folder}").format(folder=folder))
        path = Path(folder).expanduser()
        mapping = next(iter(sorted(path.glob("*.toml"))), None)
        database = hub_database(None)
        try:
            import_csv(database, path, mapping)
            with database.read() as session:
                people, _teams = everybody(session)
        finally:
            database.close()
        ordered = sorted(people.values(), key=lambda person: (person.role == "rep", person.name))
        return [(person.id, spoken(person.name, person.alias)) for person in ordered]

    def open_as(self, person_id: str, tell: Tell) -> Path:
        """Start the hub of the import and sign one of its people in."""
        from cockpit.cli.hub import hub_database
        from cockpit.cli.joining import started
        from cockpit.hub import tokens

        database = hub_database(None)
        with database.write() as session:
            token = tokens.issue(session, person_id, label="first run")
        database.close()
        tell(_("Starting the hub"))
        hub = self._running.enter_context(started(database.url))
        return self.connect(hub.url, token, tell)


def _by_code(opened: Services, url: str, tell: Tell) -> None:
    """Tell the code until somebody approved it. What `tell` raises ends the waiting."""
    signing = opened.sync.signing
    waiting = signing.ask_code(url)
    if waiting is None:
        raise BadUse(_("This hub shows no codes: a token is needed."))
    words = _("Code {code}: approve it where you are signed in, cockpit login --approve {code}").format(
        code=waiting.user_code
    )

    def pause(seconds: float) -> None:
        until = clock.monotonic() + seconds
        while clock.monotonic() < until:
            tell(words)
            sleep(_LOOK_S)

    signing.wait(waiting, pause)


def _ready(opened: Services) -> Path:
    path = opened.desk.database.path
    opened.desk.database.close()
    assert path is not None
    return path
