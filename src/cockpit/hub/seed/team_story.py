"""What the demo's leads and head find: a rule that moves only what it counts, a renewal nobody has planned, a target that
waits for its yes, a card set aside. Told last, and of no money of this month, so that every sum stays."""

from __future__ import annotations

from datetime import date, timedelta

from cockpit.hub.seed import words
from cockpit.hub.seed.deals import close, move, open_deal
from cockpit.hub.seed.work import Planner
from cockpit.hub.seed.world import DealLife, Rep, World, at

RULE_DAYS = 21
"""Working days since the rule began: as many as its comparison needs, and within the months that cards look back on."""
RENEWS_IN = 41
_PATH = (("needs", 40), ("proposal", 25), ("negotiate", 10))
"""Days before it was won on which the deal came into each stage."""
_STOOD = (("needs", 80), ("proposal", 62))
"""Days ago on which the big deal came into each stage."""


def tell_team(world: World) -> None:
    """Everything of the leads and the head that the months and the demo rep's story leave out."""
    _rule_without_effect(world)
    _renewal(world)
    _asked_again(world, world.reps[2])
    _set_aside(world, world.reps[3])
    _big_and_stuck(world)


def _rule_without_effect(world: World) -> None:
    """Ten web meetings a month, asked of the team that won least since; they are held, and bring nothing."""
    begins = world.days.back(RULE_DAYS)
    team = min((1, 2), key=lambda number: _won_since(world, number, begins))
    world.create(
        "kpi_rule",
        at(world.days.back(RULE_DAYS + 3), "10:00"),
        name="视频会议",
        alias="Web meetings",
        kind="web",
        minimum=10,
        consequence_value=0,
        scope_id=world.team_ids[team],
        from_on=begins,
    )
    for place, rep in enumerate(rep for rep in world.reps if rep.team == team):
        planner = Planner(world, rep)
        for number in range(place % 3, RULE_DAYS, 5):
            day = world.days.back(RULE_DAYS - number)
            starts_at = at(day, "13:10")
            account = rep.accounts[(place + number) % len(rep.accounts)]
            if world.first_known[account] < starts_at:
                told = world.minutes(starts_at, 35, 60)
                planner.plan("web", account, starts_at, told, status="held", **planner.outcome("web"))


def _won_since(world: World, team: int, begins: date) -> float:
    """Money won a working day since then, against that in as many days before."""
    owners = {rep.id for rep in world.reps if rep.team == team}
    earlier = world.days.back(RULE_DAYS + 20)
    before = since = 0
    for row in world.batch.rows["deal"].values():
        if row["owner_id"] in owners and row["stage_id"] == world.stage_ids["won"] and row["amount_minor"]:
            since += row["amount_minor"] * (row["closed_on"] >= begins)
            before += row["amount_minor"] * (earlier <= row["closed_on"] < begins)
    return since / max(before, 1)


def _renewal(world: World) -> None:
    """A key account that bought nearly a year ago and of which nobody has thought since."""
    won_on = world.days.worked(world.days.anchor - timedelta(days=365 - RENEWS_IN))
    opened = at(world.days.worked(won_on - timedelta(days=55)), "11:00")
    busy = {
        deal.account_id
        for deals in world.deals.values()
        for deal in deals
        if deal.closed is None or deal.closed >= opened
    }
    busy |= {row["account_id"] for row in world.batch.rows["activity"].values() if row["status"] == "planned"}
    for rep in world.reps[1:]:
        for account in rep.accounts:
            row = world.row("account", account)
            if row["tier"] == "A" and account not in busy and world.first_known[account] < opened:
                draft = open_deal(world, rep, account, opened, 28_000_000, won_on + timedelta(days=5), 0)
                for stage, ago in _PATH:
                    move(world, draft, stage, at(world.days.worked(won_on - timedelta(days=ago)), "15:30"))
                close(world, draft, "won", at(won_on, "16:45"))
                world.deals.setdefault(account, []).append(DealLife(draft.id, account, opened, at(won_on, "16:45")))
                return


def _big_and_stuck(world: World) -> None:
    """A deal of several average ones that stands where it stood two months ago: the lead's affair too."""
    opened = at(world.days.worked(world.days.anchor - timedelta(days=95)), "10:20")
    mates = [rep for rep in world.reps[1:] if rep.team == world.reps[0].team]
    open_at = {account for account, deals in world.deals.items() if any(deal.closed is None for deal in deals)}
    for rep in reversed(mates):
        for account in rep.accounts:
            if account not in open_at and world.first_known[account] < opened:
                draft = open_deal(world, rep, account, opened, 36_000_000, world.days.anchor + timedelta(days=45), 0)
                for stage, ago in _STOOD:
                    moved = at(world.days.worked(world.days.anchor - timedelta(days=ago)), "14:30")
                    move(world, draft, stage, moved, has_milestone=True)
                world.deals.setdefault(account, []).append(DealLife(draft.id, account, opened, None))
                return


def _asked_again(world: World, rep: Rep) -> None:
    """The lead has looked at the rep's target again two days ago; the yes to it is older."""
    for row in world.batch.rows["target"].values():
        if row["scope_id"] == rep.id and row["period_start"] == world.days.month_start:
            asked = at(world.days.back(2), "16:10")
            world.patch("target", row["id"], asked, rep.lead_id, agreed_by_lead_at=asked)
            return


def _set_aside(world: World, rep: Rep) -> None:
    """The lead knows why this rep visited less: three days at a fair."""
    world.create(
        "waiver",
        at(world.days.back(1), "11:40"),
        rep.lead_id,
        owner_id=rep.lead_id,
        rule="visits_down",
        subject_id=rep.id,
        period_start=world.days.month_start,
        reason=world.say(words.FAIR),
        until_on=world.days.anchor + timedelta(days=10),
        by_id=rep.lead_id,
    )
