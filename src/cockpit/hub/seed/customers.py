"""600 accounts in real districts, with opening windows and the people to meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cockpit.hub.seed import words
from cockpit.hub.seed.world import Rep, World

COUNT = 600
_CADENCE: dict[str, int | None] = {"A": 14, "B": 30, "C": None}
"""Days; small customers are seen again only once they are more than a prospect."""
_WINDOWS = ((("09:00", "11:30"), ("13:30", "17:30")), (("08:30", "17:00"),), (("09:30", "12:00"), ("14:00", "18:00")))
DECIDER = "decider"


@dataclass(frozen=True)
class Named:
    """An account of the demo rep's story. Offsets are degrees from the first district's centre.

    `hours`: which of the usual windows it keeps; they fit what the story plans there.
    """

    key: str
    name: words.Pair
    industry: str
    tier: str
    north: float
    east: float
    hours: int = 0


STORY: tuple[Named, ...] = (
    Named("hengtai", ("恒泰机械", "Hengtai Machinery"), "manufacturing", "A", 0.0040, -0.0060),
    Named("mingyuan", ("明远物流", "Mingyuan Logistics"), "logistics", "B", 0.0100, -0.0110, hours=2),
    Named("jiahe", ("嘉禾食品", "Jiahe Foods"), "food", "A", 0.0210, 0.0020),
    Named("xinyu", ("新域科技", "Xinyu Technology"), "software", "C", -0.0080, 0.0050),
    Named("huaguang", ("华光电子", "Huaguang Electronics"), "electronics", "B", 0.0120, -0.0080),
    Named("anjie", ("安捷重工", "Anjie Heavy Industry"), "manufacturing", "A", 0.0170, -0.0040),
    Named("zhongbei", ("中北制药", "Zhongbei Pharma"), "pharma", "B", 0.0060, -0.0150),
    Named("desheng", ("德胜电气", "Desheng Electric"), "electronics", "C", -0.0600, -0.0500),
    Named("xinda", ("信达包装", "Xinda Packaging"), "manufacturing", "B", 0.0250, -0.0100),
    Named("yuanda", ("远大建材", "Yuanda Building"), "construction", "B", -0.0150, -0.0120),
    Named("lvyuan", ("绿源能源", "Lvyuan Energy"), "energy", "A", 0.0020, 0.0120),
    Named("kangda", ("康达医疗", "Kangda Medical"), "medical", "B", 0.0300, -0.0200),
)


def found_accounts(world: World, start: datetime) -> dict[str, str]:
    """Accounts, windows and contacts for each rep. Returns the story's accounts by key."""
    taken = {named.name[0] for named in STORY}
    names = [(b, t) for b in words.BRANDS for t in words.TRADES if b[0] + t[0] not in taken]
    world.rng.shuffle(names)
    story: dict[str, str] = {}
    share = COUNT // len(world.reps)
    for place, rep in enumerate(world.reps):
        count = share + (1 if place < COUNT % len(world.reps) else 0)
        if rep.is_demo:
            for named in STORY:
                story[named.key] = _story_account(world, start, rep, named)
            count -= len(STORY)
        for _ in range(count):
            brand, trade = names.pop()
            _account(world, start, rep, (brand[0] + trade[0], f"{brand[1]} {trade[1]}"), trade[2])
    return story


def _story_account(world: World, start: datetime, rep: Rep, named: Named) -> str:
    _, _, lat, lon = words.DISTRICTS[rep.districts[0]]
    point = (round(lat + named.north, 5), round(lon + named.east, 5))
    account_id = _put(world, start, rep, named.name, named.industry, named.tier, rep.districts[0], point, named.hours)
    _contacts(world, start, rep, account_id, 3)
    return account_id


def _account(world: World, start: datetime, rep: Rep, name: words.Pair, industry: str) -> None:
    rng = world.rng
    tier = rng.choices("ABC", (18, 37, 45))[0]
    district = rng.choice(rep.districts)
    _, _, lat, lon = words.DISTRICTS[district]
    point = (round(lat + rng.gauss(0, 0.011), 5), round(lon + rng.gauss(0, 0.013), 5))
    late = rng.random() < 0.2 and not rep.is_demo
    recorded = world.minutes(start, 0, 14 * 24 * 60)
    if late:
        moment = start + (world.days.now - start) * rng.uniform(0.05, 0.95)
        recorded = min(moment, world.days.now - timedelta(days=7)).replace(second=0, microsecond=0)
    account_id = _put(world, recorded, rep, name, industry, tier, district, point)
    _contacts(world, recorded, rep, account_id, rng.choice((1, 1, 2, 2, 3)))


def _put(
    world: World,
    recorded: datetime,
    rep: Rep,
    name: words.Pair,
    industry: str,
    tier: str,
    district: str,
    point: tuple[float, float],
    hours: int | None = None,
) -> str:
    rng = world.rng
    city, street, _, _ = words.DISTRICTS[district]
    area = district if district.endswith("区") else f"{district}区"
    account_id = world.create(
        "account",
        recorded,
        rep.id,
        owner_id=rep.id,
        name=name[0],
        alias=name[1],
        tier=tier,
        lifecycle="prospect",
        industry=world.say(words.INDUSTRIES[industry]),
        size=rng.choice(words.SIZES),
        address=f"{city}{area}{street}{rng.randint(1, 1999)}号",
        phone=f"{'021' if city == '上海市' else '0512' if city == '苏州市' else '0571'}-5550{rng.randint(1000, 9999)}",
        lat=point[0],
        lon=point[1],
        cadence_days=_CADENCE[tier],
    )
    rep.accounts.append(account_id)
    world.first_known[account_id] = recorded
    drawn = rng.choices((0, 1, 2), (3, 6, 1))[0]
    windows = _WINDOWS[drawn if hours is None else hours]
    for weekday in range(5):
        for opens, closes in windows:
            world.create(
                "opening_window",
                recorded,
                rep.id,
                owner_id=rep.id,
                account_id=account_id,
                weekday=weekday,
                opens=opens,
                closes=closes,
            )
    return account_id


def _contacts(world: World, recorded: datetime, rep: Rep, account_id: str, count: int) -> None:
    rng = world.rng
    for title, role in sorted(rng.sample(words.TITLES, count), key=lambda pair: pair[1] != DECIDER):
        world.create(
            "contact",
            recorded,
            rep.id,
            owner_id=rep.id,
            account_id=account_id,
            name=rng.choice(words.SURNAMES) + rng.choice(words.GIVEN),
            title=world.say(title),
            mobile=f"1390000{rng.randint(1000, 9999)}",
            phone=world.row("account", account_id)["phone"],
            decision_role=role,
            stance=rng.choice((None, -1, 0, 0, 1, 1, 2)),
        )
