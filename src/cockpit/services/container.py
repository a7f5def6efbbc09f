"""All services of one account, each imported and built when it is first asked for: nobody needs all of them."""

from __future__ import annotations

from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cockpit.errors import CockpitError
from cockpit.services.badge import OwnSync, read_badge
from cockpit.services.desk import Desk
from cockpit.storage.database import Database

if TYPE_CHECKING:
    from cockpit.services.accounts import AccountService
    from cockpit.services.amending import AmendService
    from cockpit.services.answering import AnswerService
    from cockpit.services.calendar_file import CalendarService
    from cockpit.services.cards import CardService
    from cockpit.services.chain import ChainService
    from cockpit.services.deals import DealService
    from cockpit.services.forecast import ForecastService
    from cockpit.services.funnel import FunnelService
    from cockpit.services.gap import GapService
    from cockpit.services.metrics import MetricService
    from cockpit.services.nudges import NudgeService
    from cockpit.services.outbox_files import OutboxFileService
    from cockpit.services.past import PastService
    from cockpit.services.pipeline import PipelineService
    from cockpit.services.proof import ProofService
    from cockpit.services.quicklog import QuickLogService
    from cockpit.services.rates import RateService
    from cockpit.services.replan import ReplanService
    from cockpit.services.snapshots import Badge
    from cockpit.services.syncing import SyncService
    from cockpit.services.targets import TargetService
    from cockpit.services.team import TeamService
    from cockpit.services.today import TodayService
    from cockpit.services.undo import UndoService
    from cockpit.services.visits import VisitService
    from cockpit.services.week import WeekService
    from cockpit.services.why import WhyService


def _late(module: str, name: str) -> Any:
    def build(services: Services) -> Any:
        return getattr(import_module(f"cockpit.services.{module}"), name)(services.desk)

    return cached_property(build)


class Services:
    """One attribute for each thing a user can look at or do."""

    today: cached_property[TodayService] = _late("today", "TodayService")
    gap: cached_property[GapService] = _late("gap", "GapService")
    chain: cached_property[ChainService] = _late("chain", "ChainService")
    rates: cached_property[RateService] = _late("rates", "RateService")
    forecast: cached_property[ForecastService] = _late("forecast", "ForecastService")
    pipeline: cached_property[PipelineService] = _late("pipeline", "PipelineService")
    funnel: cached_property[FunnelService] = _late("funnel", "FunnelService")
    team: cached_property[TeamService] = _late("team", "TeamService")
    targets: cached_property[TargetService] = _late("targets", "TargetService")
    metrics: cached_property[MetricService] = _late("metrics", "MetricService")
    cards: cached_property[CardService] = _late("cards", "CardService")
    nudges: cached_property[NudgeService] = _late("nudges", "NudgeService")
    why: cached_property[WhyService] = _late("why", "WhyService")
    visits: cached_property[VisitService] = _late("visits", "VisitService")
    quicklog: cached_property[QuickLogService] = _late("quicklog", "QuickLogService")
    accounts: cached_property[AccountService] = _late("accounts", "AccountService")
    deals: cached_property[DealService] = _late("deals", "DealService")
    replan: cached_property[ReplanService] = _late("replan", "ReplanService")
    undo: cached_property[UndoService] = _late("undo", "UndoService")
    past: cached_property[PastService] = _late("past", "PastService")
    week: cached_property[WeekService] = _late("week", "WeekService")
    calendar: cached_property[CalendarService] = _late("calendar_file", "CalendarService")
    proof: cached_property[ProofService] = _late("proof", "ProofService")
    answers: cached_property[AnswerService] = _late("answering", "AnswerService")
    amending: cached_property[AmendService] = _late("amending", "AmendService")
    outbox_files: cached_property[OutboxFileService] = _late("outbox_files", "OutboxFileService")

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._own_sync = OwnSync()

    @cached_property
    def sync(self) -> SyncService:
        from cockpit.services.syncing import SyncService

        return SyncService(self.desk, own=self._own_sync)

    def badge(self) -> Badge:
        """The header's line about the sync; the sync itself need not be there for it."""
        with self.desk.database.look() as reader:
            return read_badge(self.desk, reader, self._own_sync)

    def rep_id(self, wanted: str | None) -> str | None:
        """The id of a rep given by name or id; None stays None (the viewer). Raises UnknownName, NotAllowed."""
        if wanted is None:
            return None
        with self.desk.database.look() as reader:
            return self.desk.find_readable(reader, wanted).id


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
    return Services(Desk(database))
