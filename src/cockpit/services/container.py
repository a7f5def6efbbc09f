"""All services of one account, built once. Imported late: the first frame must not wait for storage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cockpit.errors import CockpitError
from cockpit.services.accounts import AccountService
from cockpit.services.cards import CardService
from cockpit.services.deals import DealService
from cockpit.services.desk import Desk
from cockpit.services.gap import GapService
from cockpit.services.pipeline import PipelineService
from cockpit.services.quicklog import QuickLogService
from cockpit.services.replan import ReplanService
from cockpit.services.syncing import SyncService
from cockpit.services.team import TeamService
from cockpit.services.today import TodayService
from cockpit.services.undo import UndoService
from cockpit.services.visits import VisitService
from cockpit.services.week import WeekService
from cockpit.services.why import WhyService
from cockpit.storage.database import Database


@dataclass(frozen=True)
class Services:
    """One attribute for each thing a user can look at or do."""

    desk: Desk
    today: TodayService
    gap: GapService
    pipeline: PipelineService
    team: TeamService
    cards: CardService
    why: WhyService
    visits: VisitService
    quicklog: QuickLogService
    accounts: AccountService
    deals: DealService
    replan: ReplanService
    undo: UndoService
    sync: SyncService
    week: WeekService

    def rep_id(self, wanted: str | None) -> str | None:
        """The id of a rep given by name or id; None stays None (the viewer). Raises UnknownName, NotAllowed."""
        if wanted is None:
            return None
        with self.desk.database.read() as session:
            return self.desk.find_readable(session, wanted).id


def open_services(database_file: Path) -> Services:
    """Open (and where needed create or upgrade) the account's file and build the services on it."""
    database = Database.at(database_file)
    try:
        database.prepare()
    except CockpitError:
        database.close()
        raise
    return services_on(database)


def services_on(database: Database) -> Services:
    """The services on a database that is ready."""
    desk = Desk(database)
    return Services(
        desk=desk,
        today=TodayService(desk),
        gap=GapService(desk),
        pipeline=PipelineService(desk),
        team=TeamService(desk),
        cards=CardService(desk),
        why=WhyService(desk),
        visits=VisitService(desk),
        quicklog=QuickLogService(desk),
        accounts=AccountService(desk),
        deals=DealService(desk),
        replan=ReplanService(desk),
        undo=UndoService(desk),
        sync=SyncService(desk),
        week=WeekService(desk),
    )
