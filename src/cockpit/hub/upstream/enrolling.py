"""A CRM on its way to be joined to a hub: looked at, mapped, saved, read, and a person of it signed in.

The screen and `cockpit connect` are two doors to this. Until `save` nothing is stored, here or there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, get_args

from cockpit import clock
from cockpit.credentials import Place
from cockpit.crm import browser, registry
from cockpit.crm.connector import Access, Connector
from cockpit.domain.entities import Role
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.hub import funnels, tokens
from cockpit.hub.context import Hub
from cockpit.hub.upstream import looking, opening, settings
from cockpit.hub.upstream.rounds import Round
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.taking import Taker
from cockpit.i18n import _, listed
from cockpit.services.snapshots.joining import CrmAsked, CrmKind, CrmLook, CrmMaps, JoinedCrm
from cockpit.services.words import stage_kind
from cockpit.storage import meta
from cockpit.storage.tables import CrmLinkRow, PersonRow

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.database import Database

USUAL_NAME = "crm"
LABEL = "connect"
"""Of the tokens that are issued here."""
_NEAR = 8

Tell = Callable[[str], None]


def kinds() -> tuple[CrmKind, ...]:
    """The CRMs that can be joined."""
    return tuple(
        CrmKind(key, one.title, one.address, _(one.secret), browser.REDIRECT if one.authorize else "")
        for key, one in registry.CRMS.items()
    )


def joined(folder: Path) -> tuple[JoinedCrm, ...]:
    """The connections of a hub by name."""
    every = [settings.read(path) for path in sorted(folder.glob("*.toml"), key=lambda path: path.stem)]
    return tuple(JoinedCrm(one.name, one.crm, one.url) for one in every)


def free_name(folder: Path, crm: str, url: str) -> str:
    """The name for a new connection: that of the one to the same CRM, else one that is free."""
    every = joined(folder)
    for one in every:
        if (one.crm, one.url.rstrip("/")) == (crm, url.rstrip("/")):
            return one.name
    taken = {one.name for one in every}
    numbered = (f"{crm}-{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (USUAL_NAME, crm, *numbered) if name not in taken)


def draft(folder: Path, name: str, asked: CrmAsked) -> Connection:
    """The connection as it is asked for. What was said before of one to the same CRM stays. Raises BadUse."""
    if asked.crm not in registry.CRMS:
        raise registry.unknown(asked.crm)
    path = folder / f"{name}.toml"
    before = settings.read(path) if path.exists() else None
    tables = {"roles": asked.roles, "people": asked.people, "stages": asked.stages, "options": asked.options}
    data: dict[str, object] = {"crm": asked.crm, "url": asked.url.strip(), "zone": asked.zone or own_zone()}
    made = settings.checked(name, data | tables | ({"ca_file": asked.ca_file} if asked.ca_file else {}))
    if before is None or before.crm != made.crm:
        return made
    given = {key: getattr(made, key) for key, table in tables.items() if table}
    if asked.ca_file:
        given["ca_file"] = made.ca_file
    if asked.zone:
        given["zone"] = made.zone
    return replace(before, url=made.url, **given)


def own_zone() -> str:
    """The time zone of this machine by its name, UTC where it has none."""
    with suppress(OSError, ValueError):
        target = str(Path("/etc/localtime").resolve())
        if "zoneinfo/" in target:
            return target.partition("zoneinfo/")[2]
    return "UTC"


@dataclass
class Enrolment:
    """`open_hub` gives the hub's database, whose `file` (None: a server's) need not be there before `save`. `secret`
    becomes the renewed one by itself."""

    open_hub: Callable[[], Database]
    file: Path | None
    connection: Connection
    secret: str = field(repr=False)
    seen: CrmLook | None = None

    @property
    def _ours(self) -> looking.Here:
        if self.file is not None and not self.file.exists():
            return looking.Here({}, looking.shipped_stages())
        database = self.open_hub()
        try:
            with database.read() as session:
                return looking.here(session, self.connection.name)
        finally:
            database.close()

    def _connector(self) -> Connector:
        """Raises BadUse for a certificate file that is none."""

        def keep(renewed: str) -> None:
            self.secret = renewed

        made = self.connection
        access = Access(
            made.url,
            self.secret,
            sleep,
            keep=keep,
            ca_file=made.ca_file,
            proxy=made.proxy,
            options=opening.options_of(made),
            is_look=True,
        )
        try:
            return registry.connect(made.crm, access)
        except OSError as error:
            raise BadUse(_("{path} is no file with a certificate.").format(path=made.ca_file)) from error

    def look(self, tell: Tell) -> CrmLook:
        """Sign in and see what is there. Raises CrmTrouble, BadUse."""
        with looking.worded(self.connection.crm):
            connector = self._connector()
        try:
            self.seen = looking.look(connector, self.connection, self._ours, tell)
        finally:
            connector.close()
        return self.seen

    def map(self, maps: CrmMaps) -> None:
        """Take what a person said. Raises BadUse for a role there is not."""
        roles = {theirs: _role(role) for theirs, role in maps.roles.items()}
        self.connection = replace(self.connection, roles=roles, people=dict(maps.people), stages=dict(maps.stages))

    @property
    def unlisted(self) -> tuple[str, str] | None:
        """Who signs in, where this token may not read the CRM's users."""
        is_unlisted = self.seen is not None and self.seen.users is None and self.seen.user_id
        return (self.seen.user_id, self.seen.user_name) if self.seen is not None and is_unlisted else None

    def save(self, database: Database, folder: Path) -> tuple[Path, Place]:
        """Write the connection, keep the secret and who it signs in, add the shipped funnels that stages were mapped to;
        where the first two are.

        Raises BadUse, before anything is written, for a map that does not fit what was seen.
        """
        if self.seen is not None:
            _check(self.seen, self.connection)
        wanted = set(self.connection.stages.values())
        for model in sorted({stage.model for stage in looking.shipped_stages() if stage.id in wanted}):
            with database.write() as session:
                funnels.put(session, funnels.read(model), clock.now())
        if self.seen is not None and self.seen.user_id:
            with database.write() as session:
                meta.put(session, _me_key(self.connection.name), self.seen.user_id)
        path = folder / f"{self.connection.name}.toml"
        settings.write(path, self.connection)
        return path, opening.Secrets(folder).keep(self.connection.name, self.secret)


# -- what a person says ----------------------------------------------------------------------------------------------


def _role(text: str) -> Role:
    roles: tuple[Role, ...] = get_args(Role)
    for role in roles:
        if role == text:
            return role
    raise BadUse(_("{value} is not known. Allowed: {names}.").format(value=text, names=listed(roles)))


def _check(seen: CrmLook, maps: Connection) -> None:
    """Raises BadUse for an id that is on neither side, or a won stage that would be an open one."""
    if seen.users is not None:
        _known({user.id for user in seen.users}, [*maps.roles, *maps.people])
    _known(seen.our_people.keys(), maps.people.values())
    ours = {stage.id: stage for stage in seen.our_stages}
    _known(ours.keys(), maps.stages.values())
    if seen.stages is None:
        return
    theirs = {stage.id: stage for stage in seen.stages}
    _known(theirs.keys(), maps.stages)
    for remote_id, stage_id in maps.stages.items():
        one, other = theirs[remote_id], ours[stage_id]
        if one.kind != other.kind:
            raise BadUse(
                _("{name} is {kind} there, {other} is {other_kind} here: they cannot be one stage.").format(
                    name=one.name, kind=stage_kind(one.kind), other=other.name, other_kind=stage_kind(other.kind)
                )
            )


def _known(ids: Collection[str], named: Iterable[str]) -> None:
    for one in named:
        if one not in ids:
            raise UnknownName(kind="ID", name=clean_line(one, 60), near=listed(sorted(ids)[:_NEAR]) or "-")


# -- reading and signing in --------------------------------------------------------------------------------------------


def first_round(database: Database, name: str, unlisted: tuple[str, str] | None = None) -> Round:
    """Read the CRM into the hub. `unlisted`: their id and name of who signs in where this token may not read users."""
    hub = Hub(database, clock.now)
    upstream = opening.join(hub, name)
    try:
        done = upstream.round()
        if unlisted is not None and not done.error:
            with hub.write() as session:
                Taker(session, upstream.connection, upstream.line.can, hub.now()).meet(*unlisted)
    finally:
        upstream.stop()
    return done


def _me_key(name: str) -> str:
    """Under which the person is kept who signs in with a connection."""
    return f"crm_me:{name}"


def token_for(database: Database, made: Connection, wanted: str) -> str:
    """A new token for a person named by their id, by name or by mail; without one for whom it was the last time, or whom
    the secret signs in. Earlier tokens made here end. Raises UnknownName with those there are, NotAllowed where there is
    nobody, or nobody is named.
    """
    key = _me_key(made.name)
    with database.write() as session:
        person_id = _person(session, made, wanted or meta.get(session, key))
        meta.put(session, key, person_id)
        tokens.revoke_of(session, person_id, clock.now(), label=LABEL)
        return tokens.issue(session, person_id, label=LABEL)


def _person(session: Session, made: Connection, wanted: str) -> str:
    from sqlmodel import col, select

    link = session.get(CrmLinkRow, (made.name, "person", wanted)) if wanted else None
    if link is not None:
        return link.row_id
    people = session.exec(select(PersonRow).order_by(col(PersonRow.name))).all()
    found = [one for one in people if wanted and wanted in (one.id, one.name, one.alias, one.email)]
    if len(found) == 1 or (len(people) == 1 and not wanted):
        return (found or list(people))[0].id
    if not people:
        raise NotAllowed(_("The CRM shows no people: nobody can be signed in."))
    near = listed(one.name for one in people[:_NEAR])
    if not wanted:
        words = _("Say which of them you are ({names}): cockpit connect {connection} --as NAME")
        raise NotAllowed(words.format(names=near, connection=made.name))
    raise UnknownName(kind=_("name"), name=wanted, near=near)
