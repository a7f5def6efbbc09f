"""The demo company: three teams, 600 accounts and fourteen months of work, the same for the same anchor and seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from sqlmodel import select

from cockpit.domain.text import clean_line
from cockpit.errors import NotAllowed
from cockpit.garbage import no_collecting
from cockpit.hub.batch import Batch
from cockpit.hub.seed.calendar import last_workday
from cockpit.hub.seed.customers import found_accounts
from cockpit.hub.seed.deals import grow_deals
from cockpit.hub.seed.demo import tell_demo
from cockpit.hub.seed.nudging import tell_nudges
from cockpit.hub.seed.people import found_people, found_rules, found_targets
from cockpit.hub.seed.team_story import tell_team
from cockpit.hub.seed.work import grow_work
from cockpit.hub.seed.world import Days, World, uuid7
from cockpit.i18n import _
from cockpit.storage.database import Database
from cockpit.storage.tables import PersonRow

__all__ = ["SeedReport", "last_workday", "seed_company"]


@dataclass(frozen=True, slots=True)
class SeedReport:
    """What was made. `now` is 08:30 of the anchor in Shanghai, after the last thing recorded."""

    anchor: date
    now: datetime
    rep_id: str
    lead_id: str
    head_id: str
    counts: dict[str, int]
    """Rows by entity name."""


def seed_company(database: Database, anchor: date, seed: int = 1, language: str = "en") -> SeedReport:
    """Write the demo company as of 08:30 of `anchor`, a working day in China, into an empty hub.

    Names are Chinese with an English alias; free text is in `language` (zh or en). Raises NotAllowed
    when the hub already holds people.
    """
    database.prepare()
    with database.read() as session:
        if session.exec(select(PersonRow.id)).first() is not None:
            raise NotAllowed(_("This hub already holds a company. Choose another folder or remove its database first."))
    with no_collecting():
        return _seed(database, anchor, seed, language)


def _seed(database: Database, anchor: date, seed: int, language: str) -> SeedReport:
    world = tell_company(anchor, seed, language)
    with database.write() as session:
        world.batch.write(session)
    demo = world.reps[0]
    counts = {entity: len(rows) for entity, rows in world.batch.rows.items()}
    return SeedReport(anchor, world.days.now, demo.id, demo.lead_id, world.head_id, counts)


def tell_company(anchor: date, seed: int = 1, language: str = "en") -> World:
    """The whole company in memory, nothing written."""
    rng, log_ids = (Random(f"{use} {seed} {anchor.isoformat()}") for use in ("rows", "log"))
    batch = Batch(lambda recorded_at, entity, row_id, number: uuid7(recorded_at, log_ids))
    world = World(Days(anchor), rng, clean_line(language)[:2], batch)
    start = found_people(world)
    found_rules(world, start)
    found_targets(world, start)
    story = found_accounts(world, start)
    grow_deals(world)
    grow_work(world, set(story.values()))
    tell_demo(world, world.reps[0], story)
    tell_team(world)
    tell_nudges(world)
    return world
