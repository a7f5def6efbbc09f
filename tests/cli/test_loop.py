"""The closed loop on the demo company, through the real hub: found, planned, doing, done, confirmed; then taken back.

The source's own example: limit 15 face visits, 11 done, 2 planned, uncovered 2.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from cockpit.cli.demo import demo_account
from cockpit.services.container import Services
from cockpit.services.snapshots import CardView, KpiLine


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    # Set first, so that what the demo sets is undone at the end of the test.
    for name in ("COCKPIT_HOME", "COCKPIT_NOW", "COCKPIT_TOKEN"):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv("COCKPIT_HOME")
    monkeypatch.delenv("COCKPIT_TOKEN")
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("COCKPIT_HOME", folder)
        with demo_account(date(2026, 11, 24), "rep") as opened:
            yield opened
            opened.desk.database.close()


def _visits(opened: Services) -> tuple[KpiLine, CardView]:
    today = opened.today.load()
    kpi = next(line for line in today.kpis if line.kind == "visit")
    card = next(view for view in today.cards if view.rule.startswith("kpi") and kpi.id in view.id)
    return kpi, card


def _figures(kpi: KpiLine) -> tuple[int, int, int, int]:
    return kpi.limit, kpi.done, kpi.planned, kpi.uncovered


def test_one_key_closes_the_loop(demo: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    kpi, card = _visits(demo)
    assert _figures(kpi) == (15, 11, 2, 2)
    assert (card.state, card.key, card.progress) == ("found", "f", (0, 4))

    demo.replan.accept(demo.replan.fill(kpi.id))
    kpi, card = _visits(demo)
    assert _figures(kpi) == (15, 11, 4, 0)
    assert (card.state, card.progress) == ("planned", (0, 4))

    planned = _planned_visits(demo, monkeypatch)
    assert len(planned) == 4
    for number, (activity_id, ends_at) in enumerate(planned, 1):
        monkeypatch.setenv("COCKPIT_NOW", ends_at)
        demo.quicklog.save(f"v {activity_id} ok")
        kpi, card = _visits(demo)
        assert kpi.done == 11 + number
        assert card.state == ("doing" if number < 4 else "done")
        assert card.progress == (number, 4)

    demo.sync.run()
    kpi, card = _visits(demo)
    assert (kpi.done, kpi.uncovered, card.state) == (15, 0, "confirmed")
    assert demo.sync.badge().pending == 0

    demo.undo.undo()
    assert _visits(demo)[0].done == 14
    demo.sync.run()
    assert _visits(demo)[0].done == 14
    assert demo.sync.badge().pending == 0


def _planned_visits(demo: Services, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Account id and end of each planned visit that counts, in order, over this and the next week."""
    found = {}
    for day in ("2026-11-24", "2026-11-30"):
        monkeypatch.setenv("COCKPIT_NOW", f"{day}T08:30:00+08:00")
        for item in demo.week.load().items:
            if item.kind == "visit" and item.status == "planned" and item.starts_at.day >= 24:
                assert item.ends_at is not None
                assert item.account_id is not None
                found[item.id] = (item.account_id, item.ends_at.isoformat())
    return sorted(found.values(), key=lambda pair: pair[1])
