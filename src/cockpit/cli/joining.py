"""From a CRM that was chosen to an account that is open on it: what the wizard and `cockpit connect` do alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.cli import opening
from cockpit.cli.hub import hub_database, hub_file, require_extra
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, CrmTrouble, HubError, HubUnavailable, NotAllowed
from cockpit.i18n import _
from cockpit.locations import is_demo, is_own, locate, mark_tour, start_values

if TYPE_CHECKING:
    from cockpit.credentials import Place
    from cockpit.crm.browser import BrowserSignIn
    from cockpit.hub.embedded import EmbeddedHub
    from cockpit.hub.running import Successor
    from cockpit.hub.upstream import Connection
    from cockpit.hub.upstream.enrolling import Enrolment
    from cockpit.services.snapshots.joining import CrmAsked, CrmKind, CrmLook, CrmMaps, JoinedCrm
    from cockpit.storage.database import Database

Tell = Callable[[str], None]
USUAL_PORT = 8765
"""Where `cockpit hub serve` listens, so that an account finds its hub again."""


class Joining:
    """One CRM being joined to the hub of this machine. Its methods run in a thread; what it starts ends with `running`."""

    def __init__(self, running: ExitStack, url: str | None = None) -> None:
        """`url` is that of the hub's database."""
        self._running, self._url = running, url
        self._enrolment: Enrolment | None = None
        self._wanted = self._given = ""
        self._hub: EmbeddedHub | Successor | None = None

    @property
    def folder(self) -> Path:
        """Where the connections are."""
        from cockpit.hub.upstream import settings

        return settings.folder_of(hub_file(self._url) or locate().data_dir / "hub.db")

    def begin(self, tell: Tell) -> tuple[tuple[CrmKind, ...], tuple[JoinedCrm, ...]]:
        """The CRMs to choose from, and those that are joined. Raises MissingExtra, NotAllowed for somebody else's account."""
        require_extra()
        from cockpit.hub.upstream import enrolling

        tell(_("Looking what is here"))
        refuse_other_hub()
        return enrolling.kinds(), enrolling.joined(self.folder)

    def draft(self, asked: CrmAsked) -> Connection:
        """The connection as it would be. Raises BadUse naming what cannot be used."""
        from cockpit.hub.upstream import enrolling

        name = asked.name or enrolling.free_name(self.folder, asked.crm, asked.url)
        return enrolling.draft(self.folder, name, asked)

    def browser(self, crm: str, url: str, client_id: str, client_secret: str, redirect_uri: str) -> BrowserSignIn:
        """A sign-in with a browser, to be finished with what it ends at. Raises BadUse, CrmTrouble."""
        from cockpit.crm import browser
        from cockpit.hub.upstream.looking import worded

        with worded(crm):
            return browser.begin(crm, url, client_id, client_secret, redirect_uri)

    def look(self, asked: CrmAsked, secret: str, tell: Tell) -> CrmLook:
        """Sign in and see what is there; nothing is stored. What was good for one use and has become another secret is not
        used again. Raises CrmTrouble, BadUse."""
        from cockpit.hub.upstream import enrolling

        made, before = self.draft(asked), self._enrolment
        is_again = before is not None and secret == self._given and before.connection.url == made.url
        self._given, secret = secret, before.secret if before is not None and is_again else secret
        self._enrolment = enrolling.Enrolment(lambda: hub_database(self._url), hub_file(self._url), made, secret)
        return self._enrolment.look(tell)

    @property
    def name(self) -> str:
        """Of the connection that was looked at last."""
        assert self._enrolment is not None
        return self._enrolment.connection.name

    def save(self, maps: CrmMaps | None) -> tuple[Path, Place]:
        """Keep the connection and its secret, with what a person said of users and stages; where both are."""
        assert self._enrolment is not None
        if maps is not None:
            self._enrolment.map(maps)
            self._wanted = maps.user_id
        database = hub_database(self._url)
        try:
            return self._enrolment.save(database, self.folder)
        finally:
            database.close()

    def join(self, maps: CrmMaps, tell: Tell) -> Path:
        """Save, read, start the hub, sign in; the file of the account."""
        refuse_other_hub()
        tell(_("Saving"))
        self.save(maps)
        return self.reopen(self.name, tell)

    def reopen(self, name: str, tell: Tell) -> Path:
        """The same with a connection that is saved already."""
        path, _name = self.open(name, tell)
        mark_tour("due")
        return path

    def open(self, name: str, tell: Tell, person: str = "") -> tuple[Path, str]:
        """Read the CRM of a connection, start the hub that is joined to it, sign this device in: the file of the account
        and the person's name. Raises CrmTrouble where nothing of it has ever been read."""
        from cockpit.hub.upstream import enrolling
        from cockpit.hub.upstream import opening as connections

        refuse_other_hub()
        database = hub_database(self._url)
        try:
            made = connections.find(database, name)
            tell(_("Reading the CRM"))
            seen = self._enrolment if self._enrolment is not None and self.name == name else None
            done = enrolling.first_round(database, name, seen.unlisted if seen is not None else None)
            if done.error:
                tell(_("It did not get through: {reason}").format(reason=done.error))
            mine = person or self._wanted or (seen.seen.user_id if seen is not None and seen.seen is not None else "")
            try:
                token = enrolling.token_for(database, made, mine)
            except BadUse as error:
                if not done.error:
                    raise
                step = _("The connection is saved. Try again: cockpit connect {name}").format(name=name)
                raise CrmTrouble(_("It did not get through: {reason}").format(reason=done.error), step=step) from error
            url = self._hub_of(database, name, token, tell)
        finally:
            database.close()
        account = opening.services()
        signed_in = account.sync.signing.sign_in(url, token, has_moved=True)
        path = account.desk.database.path
        account.desk.database.close()
        assert path is not None
        return path, signed_in

    def _hub_of(self, database: Database, name: str, token: str, tell: Tell) -> str:
        """The address of the hub that is joined to the CRM: of one that runs already, else of one that is started here.

        Raises NotAllowed where it runs with what was saved before."""
        from cockpit.hub import embedded, running

        if self._hub is not None:  # of what is opened again
            self._hub.stop()
        place = running.find(database, name)
        if place is None or not _knows(place.url, token):
            tell(_("Starting the hub"))
            hub = self._hub = self._running.enter_context(started(database.url, name))
            return hub.url
        if place.shape != running.shape(database, name):
            raise NotAllowed(
                _(
                    "The hub at {url} still runs with what was saved before. End it there, then: cockpit connect {name}"
                ).format(url=place.url, name=name)
            )
        tell(_("The hub is running already"))
        if place.ends:  # with the program that started it: then this one goes on in its place
            target = database.url
            follow = running.Successor(place, lambda port: embedded.start(target, port, upstream=name))
            self._hub = self._running.enter_context(follow)
        return place.url


def _knows(url: str, token: str) -> bool:
    """Whether what answers there is a hub on the database in which the token was just made."""
    from cockpit.crm.hub import HubClient

    with suppress(HubError), HubClient(url, token) as hub:
        hub.hello()
        return True
    return False


def started(url: str, upstream: str = "") -> EmbeddedHub:
    """A hub of one's own where an account looks for it, or, when that port is taken, anywhere."""
    from cockpit.hub import embedded

    try:
        return embedded.start(url, USUAL_PORT, upstream=upstream)
    except HubUnavailable:
        return embedded.start(url, upstream=upstream)


def refuse_other_hub() -> None:
    """Raises NotAllowed where this device's account is the one of another hub, or of the demo: rows are not mixed."""
    if is_demo():
        raise NotAllowed(_("This is the demo. Leave it, then run: cockpit connect"))
    locations = locate()
    if not locations.database(start_values(locations).account).exists():
        return
    address = opening.services().sync.signing.hub_url()
    if address and not is_own(address):
        raise NotAllowed(
            _("This device is signed in to {host}. Use another account for the CRM: COCKPIT_ACCOUNT=crm").format(
                host=clean_line(address)
            )
        )
