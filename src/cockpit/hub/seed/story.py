"""The demo rep's deals: one of each kind that a card can be about, told back from the anchor day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cockpit.hub.seed import words
from cockpit.hub.seed.deals import Draft, close, move, open_deal
from cockpit.hub.seed.world import DealLife, Rep, World, at


@dataclass(frozen=True)
class Told:
    """One open deal. `path`: (stage, days ago it was entered), the first one qualify."""

    key: str
    name: words.Pair
    product: int
    thousands: int | None
    path: tuple[tuple[str, int], ...]
    expected: int | None
    """Days from the anchor to the expected close; None: the end of the month."""
    ticks: bool = True
    """Whether milestones were ticked on the way."""


DEALS: tuple[Told, ...] = (
    Told(
        "hengtai",
        ("试点产线", "pilot line"),
        0,
        66,
        (("qualify", 40), ("needs", 29), ("proposal", 6)),
        35,
        ticks=False,
    ),
    Told(
        "mingyuan",
        ("仓储系统", "warehouse"),
        1,
        22,
        (("qualify", 52), ("needs", 40), ("proposal", 23), ("needs", 8)),
        24,
    ),
    Told(
        "jiahe",
        ("二号线", "line 2"),
        0,
        44,
        (("qualify", 58), ("needs", 47), ("proposal", 33), ("negotiate", 19)),
        None,
    ),
    Told("xinyu", ("联网套件", "link kit"), 2, 8, (("qualify", 5),), 55),
    Told("huaguang", ("产线升级", "line upgrade"), 2, 18, (("qualify", 44), ("needs", 31)), -3),
    Told("anjie", ("新厂房", "new plant"), 3, 20, (("qualify", 57), ("needs", 41), ("proposal", 24)), 12),
    Told(
        "zhongbei",
        ("生产执行", "MES"),
        0,
        44,
        (("qualify", 60), ("needs", 46), ("proposal", 30), ("negotiate", 16)),
        33,
    ),
    Told("desheng", ("追溯平台", "trace"), 3, 12, (("qualify", 41), ("needs", 26)), 40),
    Told("xinda", ("联网套件", "link kit"), 2, 30, (("qualify", 13), ("needs", 4)), 30),
    Told("yuanda", ("仓储系统", "warehouse"), 1, 24, (("qualify", 27), ("needs", 16), ("proposal", 5)), None),
    Told(
        "lvyuan", ("生产执行", "MES"), 0, 48, (("qualify", 36), ("needs", 26), ("proposal", 13), ("negotiate", 3)), 27
    ),
    Told("kangda", ("年度服务", "yearly service"), 4, None, (("qualify", 18), ("needs", 9)), -5),
)
WINS = ((58, 4), (44, 10), (38, 17), (30, 20))
"""This month's won deals: thousands of yuan, and the working day of the month on which they were won."""


def tell_deals(world: World, rep: Rep, story: dict[str, str]) -> dict[str, Draft]:
    """The open deals of the story and this month's won and lost ones. Returns the open ones by key."""
    told = {deal.key: _tell(world, rep, story[deal.key], deal) for deal in DEALS}
    others = [account for account in rep.accounts if account not in story.values()]
    for place, (thousands, workday) in enumerate(WINS):
        if len(world.days.gone) >= workday:
            _closed(world, rep, others[place], thousands, world.days.gone[workday - 1], "won")
    if len(world.days.gone) >= 6:
        _closed(world, rep, others[len(WINS)], 15, world.days.gone[5], "lost")
    return told


def _ago(world: World, days: int) -> date:
    return world.days.worked(world.days.anchor - timedelta(days=days))


def _tell(world: World, rep: Rep, account_id: str, deal: Told) -> Draft:
    opened = at(_ago(world, deal.path[0][1]), "10:40")
    expected = world.days.month_end if deal.expected is None else world.days.anchor + timedelta(days=deal.expected)
    amount = None if deal.thousands is None else deal.thousands * 100_000
    draft = open_deal(
        world,
        rep,
        account_id,
        opened,
        amount,
        expected,
        deal.product,
        f"{_account_name(world, account_id)} {world.say(deal.name)}",
    )
    for stage, ago in deal.path[1:]:
        move(world, draft, stage, at(_ago(world, ago), "16:20"), has_milestone=deal.ticks)
    world.deals.setdefault(account_id, []).append(DealLife(draft.id, account_id, opened, None))
    return draft


def _account_name(world: World, account_id: str) -> str:
    account = world.row("account", account_id)
    return str(account["name"] if world.language == "zh" else account["alias"])


def _closed(world: World, rep: Rep, account_id: str, thousands: int, day: date, outcome: str) -> None:
    """A deal of six weeks that ended on `day`."""
    back = (44, 33, 20, 9)
    days = [world.days.worked(day - timedelta(days=count)) for count in back]
    opened = at(days[0], "11:10")
    draft = open_deal(world, rep, account_id, opened, thousands * 100_000, day + timedelta(days=6))
    for stage, when in zip(("needs", "proposal", "negotiate"), days[1:], strict=True):
        move(world, draft, stage, at(when, "15:30"))
    ended = at(day, "16:45")
    close(world, draft, outcome, ended)
    world.deals.setdefault(account_id, []).append(DealLife(draft.id, account_id, opened, ended))
