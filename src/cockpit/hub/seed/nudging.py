"""The demo lead's nudges: two that are judged, one under which visits rose and one under which they did not; one the
demo rep acted on; one that was seen and left."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from cockpit.domain.watch import rate_chance
from cockpit.hub.seed import words
from cockpit.hub.seed.world import Rep, World, at

_JUDGED = range(8, 21)
"""Working days ago on which a nudge may have been sent whose watch is over."""
_BEFORE, _SINCE = timedelta(days=14), timedelta(days=7)


def tell_nudges(world: World) -> None:
    """Nudges about rows as they are: no visit and no deal is made for them, so that every sum stays."""
    demo, *mates = (rep for rep in world.reps if rep.team == world.reps[0].team)
    kpi = next(row["id"] for row in world.batch.rows["kpi_rule"].values() if row.get("kind", "visit") == "visit")
    told = sorted(
        (_chance(world, rep, sent), number, sent) for number, rep in enumerate(mates) for sent in _days(world)
    )
    judged = told[0], next(one for one in reversed(told) if one[1] != told[0][1])
    for _share, number, sent in judged:
        rep = mates[number]
        _nudge(world, rep, at(sent, "09:20"), "kpi_uncovered", kpi, words.NUDGE_VISITS, at(sent, "12:47"))
    recent = at(world.days.back(3), "09:15")
    _nudge(world, demo, recent, "kpi_uncovered", kpi, words.NUDGE_VISITS, recent + timedelta(hours=3), answer="ok")
    left = _left_alone(world, [rep for number, rep in enumerate(mates) if number not in [one[1] for one in judged]])
    if left is not None:
        rep, deal_id = left
        sent = world.days.worked(world.days.anchor - timedelta(days=4))
        _nudge(world, rep, at(sent, "08:40"), "deal_stalled", deal_id, words.NUDGE_DEAL, at(sent, "13:05"))


def _days(world: World) -> list[date]:
    return [world.days.back(count) for count in _JUDGED]


def _nudge(
    world: World,
    rep: Rep,
    sent_at: datetime,
    rule: str,
    subject_id: str,
    message: words.Pair,
    seen_at: datetime,
    **answer: Any,
) -> None:
    values = {"rule": rule, "subject_id": subject_id, "message": world.say(message), "sent_at": sent_at}
    made = world.create("nudge", sent_at, rep.lead_id, owner_id=rep.id, by_id=rep.lead_id, **values)
    world.patch("nudge", made, seen_at, rep.id, seen_at=seen_at)
    if answer:
        world.patch("nudge", made, seen_at + timedelta(minutes=2), rep.id, answered_at=seen_at, **answer)


def _chance(world: World, rep: Rep, sent: date) -> float:
    """How likely the visits of the week after that day are, had nothing changed."""
    held = [
        row["starts_at"].astimezone(at(sent, "12:00").tzinfo).date()
        for row in world.batch.rows["activity"].values()
        if row["rep_id"] == rep.id and row.get("kind", "visit") == "visit" and row.get("status") == "held"
    ]
    spans = (sent - _BEFORE, sent - timedelta(days=1)), (sent + timedelta(days=1), sent + _SINCE)
    before, since = (sum(low <= day <= high for day in held) for low, high in spans)
    days = [len(world.days.calendar.workdays(*span)) for span in spans]
    return rate_chance(before, days[0], since, days[1])


def _left_alone(world: World, reps: list[Rep]) -> tuple[Rep, str] | None:
    """An open deal of one of these of which nothing was recorded in the last week."""
    week = at(world.days.anchor - timedelta(days=7), "00:00")
    deal_of = {row["id"]: row.get("deal_id") for row in world.batch.rows["activity"].values()}
    fresh = {
        deal_of.get(entry["entity_id"], entry["entity_id"])
        for entry in world.batch.log
        if entry["recorded_at"] >= week and entry["entity"] in ("activity", "deal")
    }
    ends = {world.stage_ids["won"], world.stage_ids["lost"]}
    for rep in reps:
        for row in world.batch.rows["deal"].values():
            if row["owner_id"] == rep.id and row["stage_id"] not in ends and row["id"] not in fresh:
                return rep, str(row["id"])
    return None
