"""In the demo company too every number can be worked out again from its rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from cockpit.hub.seed import SeedReport, seed_company
from cockpit.services.cards import CardService
from cockpit.services.desk import Desk
from cockpit.services.why import WhyService
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.services.test_why_all import check


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, SeedReport]]:
    database = Database.at(tmp_path_factory.mktemp("seed") / "hub.db")
    report = seed_company(database, date(2026, 11, 24))
    yield database, report
    database.close()


@pytest.mark.parametrize("role", ["rep", "lead"])
def test_the_rows_of_every_answer_make_its_number(demo: tuple[Database, SeedReport], role: str) -> None:
    database, report = demo
    with database.write() as session:
        meta.put(session, "person_id", getattr(report, f"{role}_id"))
    answers = WhyService(Desk(database)).everything()
    sums = [why for _screen, _name, why in answers if why.combine != "none"]
    assert len(sums) > 100
    for _screen, name, why in answers:
        check(name, why)


def test_the_cards_of_who_leads_leads_are_made_of_their_rows(demo: tuple[Database, SeedReport]) -> None:
    database, report = demo
    with database.write() as session:
        meta.put(session, "person_id", report.head_id)
    cards = CardService(Desk(database)).load()
    assert {"renewal_open", "leaf_behind", "policy_idle", "forecast_wild"} <= {card.rule for card in cards}
    for card in cards:
        check(card.id, WhyService(Desk(database)).explain(f"card:{card.id}"))
