"""A look at a CRM before anything is stored: what answers, who is there, its stages and first deals, with proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cockpit.crm.connector import BadRemote, Connector, CrmForbidden, Greeting, Remote
from cockpit.domain.text import clean_line
from cockpit.errors import CrmTrouble, HubError
from cockpit.hub import funnels
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.words import kind_names, server_name, strange_answer, trouble
from cockpit.i18n import _, spoken
from cockpit.services.snapshots.joining import CrmDeal, CrmLook, CrmStage, CrmUser, OurStage
from cockpit.storage.tables import CrmLinkRow, FunnelRow, PersonRow, StageRow

if TYPE_CHECKING:
    from sqlmodel import Session

FIRST = 5
"""Deals that are shown."""
SAMPLE = 100
"""Rows of a kind that are read before the CRM is joined."""
MOST_NAME = 60
_NO_SENSE = (LookupError, TypeError, ValueError, AttributeError)
"""What a connector meets in the answer of something that is another CRM, or none."""


@dataclass(frozen=True, slots=True)
class Here:
    """What the hub has already that is not of the CRM: people by id as (name, mail), and stages, also shipped ones."""

    people: Mapping[str, tuple[str, str]]
    stages: tuple[OurStage, ...]


def shipped_stages() -> tuple[OurStage, ...]:
    """The stages of the funnels that come with the program."""
    found = []
    for name in funnels.shipped():
        model = funnels.read(name)
        title = spoken(model.name, model.alias)
        found += [
            OurStage(f"funnel-{model.id}-{one.id}", spoken(one.name, one.alias), title, one.kind, name)
            for one in model.stages
        ]
    return tuple(found)


def here(session: Session, connection: str) -> Here:
    """What of ours theirs may be. Rows that came from the connection itself are not."""
    from sqlmodel import col, select

    made_there = select(CrmLinkRow.row_id).where(CrmLinkRow.connection == connection, CrmLinkRow.state != "pinned")
    own = set(session.exec(made_there))
    people = session.exec(select(PersonRow).order_by(col(PersonRow.name))).all()
    every = {funnel.id: funnel for funnel in session.exec(select(FunnelRow)).all()}
    rows = session.exec(select(StageRow).order_by(col(StageRow.funnel_id), col(StageRow.position))).all()
    stages = [
        OurStage(
            row.id, spoken(row.name, row.alias), spoken(every[row.funnel_id].name, every[row.funnel_id].alias), row.kind
        )
        for row in rows
        if row.id not in own and row.funnel_id in every
    ]
    known = {stage.id for stage in stages}
    return Here(
        {row.id: (spoken(row.name, row.alias), row.email) for row in people if row.id not in own},
        (*stages, *(stage for stage in shipped_stages() if stage.id not in known)),
    )


def look(connector: Connector, connection: Connection, ours: Here, tell: Callable[[str], None]) -> CrmLook:
    """Sign in and read the first rows. Raises CrmTrouble, which says what to do."""
    tell(_("Asking the CRM"))
    with worded(connection.crm):
        greeting = connector.greet()
    tell(_("Reading the first rows"))
    return _Looking(connector, connection, ours, greeting).result()


@contextmanager
def worded(crm: str) -> Iterator[None]:
    """What goes wrong inside is raised as CrmTrouble; what was refused to this token stays its cause."""
    try:
        yield
    except HubError as error:
        raise trouble(error, crm) from error
    except _NO_SENSE as error:
        raise strange_answer(crm) from error


class _Looking:
    def __init__(self, connector: Connector, connection: Connection, ours: Here, greeting: Greeting) -> None:
        self._connector, self._connection, self._ours, self._greeting = connector, connection, ours, greeting
        self._bad: list[str] = []
        self._accounts: dict[str, str] = {}
        self._missing = list(greeting.forbidden)

    def result(self) -> CrmLook:
        people, funnels_, stages, deals = (self._some(entity) for entity in ("person", "funnel", "stage", "deal"))
        titles = {row.id: _name(row) for row in funnels_ or ()}
        shown = None if stages is None else self._stages(stages, titles)
        names = {stage.id: stage.name for stage in shown or ()}
        named = dict.fromkeys(str(row.values["stage_id"]) for row in deals or () if row.values.get("stage_id"))
        greeting = self._greeting
        return CrmLook(
            server=server_name(greeting),
            user_id=clean_line(greeting.user_id, MOST_NAME),
            user_name=clean_line(greeting.user_name, MOST_NAME),
            is_admin=greeting.is_admin,
            zone=self._connection.zone.key,
            users=None if people is None else self._users(people),
            stages=shown,
            deals=None if deals is None else tuple(self._deal(row, names) for row in deals[:FIRST]),
            deals_read=len(deals or ()),
            strange_stages=tuple(clean_line(one, MOST_NAME) for one in named if shown is not None and one not in names),
            bad=tuple(self._bad),
            missing=kind_names(tuple(dict.fromkeys(self._missing))),
            lacks=self._connector.can.lacks,
            our_people={person_id: name for person_id, (name, _mail) in self._ours.people.items()},
            our_stages=self._ours.stages,
        )

    def _some(self, entity: str) -> list[Remote] | None:
        """The first rows of a kind; None where this token may not read them."""
        if entity not in self._connector.can.holdings or entity in self._greeting.forbidden:
            return None
        try:
            with worded(self._connection.crm):
                return self._read(entity)
        except CrmTrouble as error:
            if not isinstance(error.__cause__, CrmForbidden):
                raise
            self._missing.append(entity)
            return None

    def _read(self, entity: str) -> list[Remote]:
        found: list[Remote] = []
        for page in self._connector.snapshot(entity):
            for row in page.rows:
                if isinstance(row, BadRemote):
                    words = _("{id}: {reason}").format(id=clean_line(row.id, 20), reason=clean_line(row.reason, 120))
                    self._bad.append(words)
                elif not row.is_deleted:
                    found.append(row)
            if len(found) >= SAMPLE and entity == "deal":
                break
        return found

    def _users(self, rows: Sequence[Remote]) -> tuple[CrmUser, ...]:
        roles, people = self._connection.roles, self._connection.people
        knows_roles = any(row.values.get("role") for row in rows)
        active = [row for row in rows if row.values.get("is_active", True)]
        leads_alone = self._greeting.is_admin and not knows_roles and not roles and len(active) > 1
        found = []
        for row in active:
            said = str(row.values.get("role") or "rep")
            proposed = "team_lead" if leads_alone and row.id == self._greeting.user_id else said
            user = CrmUser(
                row.id, _name(row), clean_line(str(row.values.get("email") or ""), MOST_NAME), proposed, said
            )
            found.append(
                replace(user, role=roles.get(row.id, proposed), person_id=people.get(row.id) or self._same_person(user))
            )
        return tuple(found)

    def _same_person(self, user: CrmUser) -> str:
        """Who it is here already: the one person with that mail, else with that name."""
        for place, wanted in ((1, user.email.casefold()), (0, user.name.casefold())):
            fits = [key for key, facts in self._ours.people.items() if wanted and facts[place].casefold() == wanted]
            if len(fits) == 1:
                return fits[0]
        return ""

    def _stages(self, rows: Sequence[Remote], titles: Mapping[str, str]) -> tuple[CrmStage, ...]:
        found = [
            CrmStage(
                row.id,
                _name(row),
                titles.get(str(row.values.get("funnel_id")), ""),
                str(row.values.get("kind") or "open"),
            )
            for row in rows
        ]
        return tuple(
            replace(stage, stage_id=self._connection.stages.get(stage.id) or self._same_stage(stage)) for stage in found
        )

    def _same_stage(self, stage: CrmStage) -> str:
        """The one stage that is here already with that name and kind; a shipped one is never proposed."""
        fits = [
            ours.id
            for ours in self._ours.stages
            if not ours.model and ours.kind == stage.kind and ours.name.casefold() == stage.name.casefold()
        ]
        return fits[0] if len(fits) == 1 else ""

    def _deal(self, row: Remote, stages: Mapping[str, str]) -> CrmDeal:
        values = row.values
        stage_id, amount = str(values.get("stage_id") or ""), values.get("amount_minor")
        return CrmDeal(
            row.id,
            _name(row),
            self._account(values.get("account_id")),
            stage_id,
            stages.get(stage_id) or clean_line(stage_id, MOST_NAME),
            amount if isinstance(amount, int) else None,
            clean_line(str(values.get("currency") or ""), 3),
        )

    def _account(self, remote_id: object) -> str:
        """The name of an account, its id where it cannot be read."""
        wanted = str(remote_id or "")
        if wanted and wanted not in self._accounts:
            try:
                found = self._connector.read("account", wanted)
            except (HubError, *_NO_SENSE):
                found = None
            self._accounts[wanted] = _name(found) if found is not None else clean_line(wanted, MOST_NAME)
        return self._accounts.get(wanted, "")


def _name(row: Remote) -> str:
    name, alias = (clean_line(str(row.values.get(key) or ""), MOST_NAME) for key in ("name", "alias"))
    return spoken(name, alias) or clean_line(row.id, MOST_NAME)
