"""The demo rep's month and day: 11 of 15 visits held, 2 planned, 2 cancelled last evening.

In a month too young for 11 held visits fewer are held and more are planned, so that the same two stay
uncovered on any anchor day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import cycle

from cockpit.hub.seed import words
from cockpit.hub.seed.deals import Draft
from cockpit.hub.seed.story import tell_deals
from cockpit.hub.seed.work import Planner
from cockpit.hub.seed.world import Rep, World, at

VISITS, UNCOVERED, HELD_VISITS = 15, 2, 11
CALLS, HELD_CALLS = 40, 38
_VISIT_CLOCKS = ("10:00", "14:30")
_CALL_CLOCKS = ("09:10", "11:50", "13:20", "15:50", "17:10")


def tell_demo(world: World, rep: Rep, story: dict[str, str]) -> None:
    """Everything of the demo rep that the random months leave out."""
    deals = tell_deals(world, rep, story)
    planner = Planner(world, rep)
    others = [account for account in rep.accounts if account not in story.values()]
    _last_talks(planner, story)
    _visits(planner, story, others)
    _calls(planner, story, others)
    _today(planner, story, deals)
    _next_steps(planner, deals)
    _solved(planner, deals)
    _waived(world, rep, deals)


def spread(count: int, days: Sequence[date]) -> list[date]:
    """`count` days of `days`, evenly, in order."""
    return [days[number * len(days) // count] for number in range(count)] if days else []


def _visits(planner: Planner, story: dict[str, str], others: list[str]) -> None:
    """All visits of the month were planned before it began; two were cancelled last evening."""
    days, world = planner.world.days, planner.world
    month_plan = at(days.worked(days.month_start - timedelta(days=1)), "17:20")
    held = min(HELD_VISITS, 2 * len(days.gone))
    longest_unseen = _by_last_seen(world, others)
    accounts = cycle([*longest_unseen[:9], story["lvyuan"], story["yuanda"], story["xinda"]])
    for number, day in enumerate(spread(held, days.gone)):
        starts_at = at(day, _VISIT_CLOCKS[number % 2])
        visit = planner.plan("visit", next(accounts), starts_at, month_plan)
        planner.report(visit, "held", world.minutes(starts_at, 50, 75), **planner.outcome("visit"))
    ahead = spread(VISITS - UNCOVERED - held - 2, days.left)
    for number, (day, account) in enumerate(zip(ahead, accounts, strict=False)):
        planner.plan("visit", account, at(day, _VISIT_CLOCKS[number % 2]), month_plan)
    evening = days.back(1)
    for number, account in enumerate(longest_unseen[-UNCOVERED:]):
        day = days.left[min(number, len(days.left) - 1)] if days.left else days.anchor
        visit = planner.plan("visit", account, at(day, ("13:30", "16:00")[number]), month_plan)
        reason = world.say(words.REASONS[number + 1])
        planner.report(visit, "cancelled", at(evening, ("18:05", "18:12")[number]), reason=reason)
    planner.plan(
        "visit",
        story["huaguang"],
        at(evening, "16:00"),
        min(month_plan, at(days.back(2), "17:20")),
        goal=world.say(("确认升级预算", "confirm the upgrade budget")),
    )


def _by_last_seen(world: World, accounts: list[str]) -> list[str]:
    """The accounts, the one that waits longest for a visit first."""
    seen: dict[str, datetime] = {}
    for row in world.batch.rows["activity"].values():
        if row["kind"] in ("visit", "web") and row["status"] == "held":
            seen[row["account_id"]] = max(row["starts_at"], seen.get(row["account_id"], row["starts_at"]))
    never = at(world.days.first, "00:00")
    return sorted(accounts, key=lambda account: (seen.get(account, never), account))


def _calls(planner: Planner, story: dict[str, str], others: list[str]) -> None:
    """Calls were made as they came; the rest of the forty was put on the list last evening."""
    days, world = planner.world.days, planner.world
    held = min(HELD_CALLS, 4 * len(days.gone))
    accounts = cycle([*others[3:], story["xinda"], story["yuanda"], story["jiahe"]])
    for number, day in enumerate(spread(held, days.gone)):
        starts_at = at(day, _CALL_CLOCKS[number % len(_CALL_CLOCKS)])
        told = world.minutes(starts_at, 12, 25)
        planner.plan("call", next(accounts), starts_at, told, status="held", **planner.outcome("call"))
    if not held:
        first = at(days.anchor, "08:02")
        planner.plan("call", story["jiahe"], first, first + timedelta(minutes=10), status="held", goal_result="half")
    ahead = spread(CALLS - max(held, 1) - 2, days.left)
    for number, day in enumerate(ahead):
        clock = _CALL_CLOCKS[number % len(_CALL_CLOCKS)]
        planner.plan("call", next(accounts), at(day, clock), days.desk("17:40", "08:20"))


def _last_talks(planner: Planner, story: dict[str, str]) -> None:
    """What was said last at the accounts of the story, older than this month's fifteen visits count."""
    world, days = planner.world, planner.world.days
    talks = (
        ("hengtai", "web", 5, ("要先看 ROI 再见财务总监", "wants to see the ROI before the CFO meets us"), (0, 1)),
        ("mingyuan", "web", 6, ("还有第二个决策人没露面", "a second decision maker has not shown up yet"), (3,)),
        ("jiahe", "web", 4, ("价格卡在分期条款", "stuck on payment in parts"), (3,)),
        ("huaguang", "visit", 24, ("对接口有疑问", "has doubts about the interfaces"), (2,)),
        ("anjie", "visit", 27, ("财务总监一直没见到", "never met the CFO"), (0,)),
        ("zhongbei", "visit", 22, ("条款基本谈妥", "terms nearly settled"), ()),
        ("desheng", "visit", 26, ("预算要等明年", "budget comes next year"), ()),
        ("kangda", "visit", 25, ("续约意向明确", "wants to renew"), ()),
    )
    for key, kind, ago, result, needs in talks:
        day = days.back(ago)
        if kind == "visit" and day >= days.month_start:
            day = days.worked(days.month_start - timedelta(days=2))
        starts_at = at(day, "15:10")
        planner.plan(
            kind,
            story[key],
            starts_at,
            world.minutes(starts_at, 50, 70),
            status="held",
            goal_result="half",
            result=world.say(result),
            needs=[world.say(words.NEEDS[number]) for number in needs],
            next_step=world.pick(words.STEPS),
        )


def _today(planner: Planner, story: dict[str, str], deals: dict[str, Draft]) -> None:
    world, days = planner.world, planner.world.days
    anchor, planned = days.anchor, at(days.worked(days.month_start - timedelta(days=1)), "17:20")
    evening = days.desk("17:30", "08:15")
    items = (
        ("visit", "hengtai", "09:30", planned, ("财务总监同意试点", "CFO agrees to the pilot"), False),
        ("visit", "mingyuan", "11:00", planned, ("找到第二个决策人", "find the second decision maker"), False),
        ("call", "jiahe", "14:00", evening, ("价格给个准话", "price: yes or no"), True),
        ("call", "xinyu", "15:30", evening, ("预算多少, 谁定", "which budget, who decides"), False),
    )
    for kind, key, clock, recorded, goal, promised in items:
        item = planner.plan(
            kind,
            story[key],
            at(anchor, clock),
            recorded,
            deal_id=None if key == "mingyuan" else deals[key].id,
            goal=world.say(goal),
            is_promised=promised,
            contact_id=_contact(world, story[key]),
            agenda=world.say(("测算, 试点范围, 时间表", "ROI, pilot scope, dates")) if key == "hengtai" else "",
        )
        if key == "mingyuan":
            world.patch("activity", item, days.desk("17:20", "08:12"), planner.rep.id, deal_id=deals[key].id)
    planner.plan(
        "task",
        story["hengtai"],
        at(anchor, "17:00"),
        evening,
        deal_id=deals["hengtai"].id,
        subject=world.say(("把 ROI 测算表发给财务总监", "send the ROI sheet to the CFO")),
        goal="",
    )


def _contact(world: World, account_id: str) -> str | None:
    for row in world.batch.rows["contact"].values():
        if row["account_id"] == account_id:
            return str(row["id"])
    return None


def _next_steps(planner: Planner, deals: dict[str, Draft]) -> None:
    """Dated next steps of the deals that are in order; the others have none, which is their problem.

    The step of the stalled one came only last evening: that card is planned, the others never were one.
    """
    world, days = planner.world, planner.world.days
    steps = (
        ("zhongbei", "web", 1, ("谈最终条款", "settle the last terms")),
        ("xinda", "task", 2, ("发需求清单", "send the list of needs")),
        ("yuanda", "web", 2, ("方案讲解", "walk through the proposal")),
        ("lvyuan", "task", 1, ("准备合同草稿", "prepare the draft contract")),
    )
    for key, kind, ahead, subject in steps:
        draft = deals[key]
        starts_at = at(days.ahead[ahead - 1], "10:30" if kind == "task" else "15:00")
        recorded = days.desk("17:15", "08:10") if key == "zhongbei" else draft.opened
        words_of = world.say(subject)
        planner.plan(kind, draft.account_id, starts_at, recorded, deal_id=draft.id, goal=words_of, subject=words_of)


def _solved(planner: Planner, deals: dict[str, Draft]) -> None:
    """A deal whose date had passed, put in order last evening."""
    world, days, draft = planner.world, planner.world.days, deals["kangda"]
    evening = days.desk("17:50", "08:22")
    later = days.anchor + timedelta(days=28)
    world.patch("deal", draft.id, evening, planner.rep.id, expected_on=later, amount_minor=2_600_000)
    subject = world.say(("发续约报价", "send the renewal quote"))
    starts_at = at(days.ahead[2], "10:00")
    planner.plan("task", draft.account_id, starts_at, evening, deal_id=draft.id, goal=subject, subject=subject)


def _waived(world: World, rep: Rep, deals: dict[str, Draft]) -> None:
    """The lead has set one card aside: the customer's budget comes later."""
    for rule in ("deal_dirty", "deal_stalled"):
        world.create(
            "waiver",
            at(world.days.back(3), "11:30"),
            rep.lead_id,
            owner_id=rep.id,
            rule=rule,
            subject_id=deals["desheng"].id,
            period_start=world.days.month_start,
            reason=world.say(("预算明年才有", "budget comes next year")),
            until_on=world.days.anchor + timedelta(days=21),
            by_id=rep.lead_id,
        )
