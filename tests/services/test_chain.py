"""The chain of a rep from rows: alone on his device, in his lead's view, written into the week and taken back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from cockpit.cli import chain_sheet
from cockpit.domain.chain import half_up
from cockpit.errors import ConfigError, NotAllowed
from cockpit.services import chain_words
from cockpit.services.chain import ChainService
from cockpit.services.rates import RateService
from cockpit.services.snapshots import ChainSnapshot, Tried
from cockpit.services.undo import UndoService
from cockpit.services.visits import VisitService
from cockpit.services.week import WeekService
from cockpit.services.why import WhyService
from cockpit.storage.tables import PersonRow
from tests.support.company import LEAD, MATE, ME, TEAM, Company, at, sign_in
from tests.support.numbers import desk_of

FIRST = date(2026, 9, 1)


def work(
    company: Company, rep: str = ME, *, won: int = 10, lost: int = 10, talks: int = 12, amount: int = 2_000_000
) -> None:
    """Deals created from 1 September and closed 30 days later; 60 calls since 1 October, half of them connected."""
    for number in range(won + lost):
        day = FIRST + timedelta(days=number)
        stage = "stage-won" if number < won else "stage-lost"
        company.deal(f"d{number}", stage, amount, rep, created_on=day, closed_on=day + timedelta(days=30))
    for number in range(60):
        status = "held" if number % 2 else "not_held"
        goal = "reached" if number % 2 and number < 2 * talks else None
        company.activity(at(5 + number // 10, f"{9 + number % 10}:00", 10), status, "call", rep, goal_result=goal)


@pytest.fixture
def told(company: Company) -> Company:
    company.target(30_000_000)
    work(company)
    company.deal("open", "stage-3", 9_000_000, expected_on=date(2026, 11, 28))
    company.deal("dirty", "stage-2", 1_800_000, expected_on=date(2026, 11, 10))
    company.activity(at(25), kind="call", deal_id="deal-21")
    return company


def load(company: Company, **values: object) -> ChainSnapshot:
    return ChainService(desk_of(company)).load(**values)  # type: ignore[arg-type]


def test_each_line_is_made_from_the_one_above(told: Company) -> None:
    found = load(told)
    assert not found.refusal
    money, reserve, customers, talks, connected, dials = found.lines
    assert (money.need, money.have) == (30_000_000, 0)  # what was won was won in October
    win, average, each, talk, pick = (line.rate for line in found.lines[1:])
    assert win
    assert average
    assert each
    assert talk
    assert pick
    for seen, wanted in (
        (win.n, 20),
        (win.raw or 0, 0.5),
        (average.raw or 0, 2_000_000),
        (each.raw or 0, 12 / 22),
        (talk.raw or 0, 12 / 30),
        (pick.raw or 0, 0.5),
    ):
        assert seen == pytest.approx(wanted)
    assert reserve.have == 10_800_000
    assert reserve.short == (reserve.need or 0) - 10_800_000
    assert customers.need == -(-(reserve.short or 0) // 2_000_000)
    exact = (customers.need or 0) * (each.value or 0)
    assert talks.need == half_up(exact)
    exact /= talk.value or 1
    assert connected.need == half_up(exact)
    exact /= pick.value or 1
    assert (dials.need, dials.have) == (half_up(exact), 1)
    assert found.workdays_left == 5
    assert found.per_day == half_up((exact - 1) / 5)
    assert sum(count for _day, count in found.days) == dials.short
    assert [day for day, _count in found.days][-1] == date(2026, 11, 30)


def test_checks(told: Company) -> None:
    found = load(told)
    assert found.cycle
    assert (found.cycle.median_days, found.cycle.wins, found.cycle.share, found.cycle.days) == (30, 10, 0.0, 6)
    assert found.cycle.feeds_on == date(2026, 12, 1)
    assert [deal.name for deal in found.cycle.deals] == ["open"]
    assert found.effort
    assert (found.effort.usual, found.effort.best, found.effort.days) == (10.0, 10, 6)
    assert found.thin
    assert found.thin.least < found.thin.need < found.thin.most
    texts = " ".join(text for text, _is_bad in chain_words.checks(found))
    assert "December" in texts


def test_alone_there_is_no_team_and_it_says_why(told: Company) -> None:
    found = load(told)
    assert "a lead sees them" in found.alone
    assert all(line.rate is None or (line.rate.team, line.rate.best) == (None, None) for line in found.lines)
    assert [lever.of for lever in found.levers] == ["dirty"]
    (dirty,) = found.levers
    assert (dirty.deals, dirty.before) == (1, 1_800_000)
    assert dirty.customers_change == 1


def test_a_lever_is_tried_and_a_rate_is_moved_by_hand(told: Company) -> None:
    plain, tried = load(told), load(told, tried=Tried(levers=frozenset({"dirty"})))
    assert tried.lines[1].have == plain.lines[1].have - 1_800_000
    assert tried.lines[2].need == plain.levers[0].customers
    assert tried.levers[0].is_tried
    up, back = load(told, tried=Tried(moves=(("pick_up", 10),))), load(told, tried=Tried(moves=(("pick_up", 0),)))
    before, after = plain.lines[-1].rate, up.lines[-1].rate
    assert before
    assert after
    assert (after.value or 0) == pytest.approx((before.value or 0) + 0.1)
    assert (up.lines[-1].need or 0) < (plain.lines[-1].need or 0)
    assert back.lines == plain.lines


def test_a_lead_sees_team_and_best_where_people_differ(told: Company) -> None:
    work(told, MATE, won=18, lost=2, talks=28)
    with told.database.write() as session:
        sign_in(session, LEAD)
    found = load(told, rep_id=ME)
    assert found.is_read_only
    assert found.alone == ""
    win, talk = found.lines[1].rate, found.lines[4].rate
    assert win
    assert talk
    assert (win.team or 0) > (win.value or 0) > 0.5
    assert talk.best_name == "Li Na"
    assert (talk.best or 0) > (talk.team or 0) > (talk.value or 0)
    assert [lever.of for lever in found.levers] == ["win_by_amount", "talk_rate", "dirty"]
    assert (found.levers[0].customers_change or 0) < 0
    assert not found.levers[1].acts_on_customers
    assert "average deal" in found.alike  # both sell at the same price
    boards = {board.id: board for board in RateService(desk_of(told)).load().boards}
    assert [one.rep for one in boards["talk_rate"].reps] == ["Li Na", "Zhang Wei"]
    assert not boards["average_deal"].may_rank
    assert "no real difference between reps" in boards["average_deal"].verdict
    assert "nobody has tried yet" in boards["visit_success"].verdict


def test_who_has_not_tried_has_no_place_among_those_who_have(told: Company) -> None:
    """What all have together stands as his rate: above who is worse than that, it would be a rank for nothing."""
    work(told, MATE, won=18, lost=2, talks=28)
    with told.database.write() as session:
        session.add(PersonRow(id="rep-new", name="新人", role="rep", team_id=TEAM, rev=1))
        sign_in(session, LEAD)
    found = RateService(desk_of(told)).load()
    board = next(board for board in found.boards if board.id == "talk_rate")
    assert board.may_rank
    assert [(one.rep, bool(one.rate.n)) for one in board.reps] == [
        ("Li Na", True),
        ("Zhang Wei", True),
        ("新人", False),
    ]
    table = next(table for table in chain_sheet.rates(found).tables if table.title.startswith(board.name))
    assert [row[0] for row in table.rows] == ["1", "2", ""]


def test_one_who_alone_has_tried_is_no_mean_of_all(told: Company) -> None:
    with told.database.write() as session:
        sign_in(session, LEAD)
    boards = RateService(desk_of(told)).load().boards
    board = next(board for board in boards if board.id == "talk_rate")
    assert (board.verdict, board.mean) == ("one alone has tried yet: there is nobody to compare with", None)


def test_refusals_say_what_is_needed(company: Company) -> None:
    assert "no target" in load(company).refusal
    company.target(100)
    found = load(company)
    assert found.lines[1].rate is not None
    assert found.lines[1].need is None
    assert "nobody has tried yet" in chain_words.one_line(found)
    with pytest.raises(NotAllowed, match="not known"):
        ChainService(desk_of(company)).write()
    company.deal("won", "stage-won", 5_000, closed_on=date(2026, 11, 10))
    assert "reached" in load(company).refusal


def test_written_into_the_week_once_and_taken_back(told: Company) -> None:
    desk = desk_of(told)
    service = ChainService(desk)
    count = len(WeekService(desk).load().items)
    assert "to-dos" in service.write().text
    items = [item for item in WeekService(desk).load().items if item.kind == "task"]
    days = [item for item in items if item.goal.endswith(" dials")]
    found = service.load()
    assert [int(item.goal.split()[0]) for item in days] == [count for _day, count in found.days[:4]]
    assert {item.status for item in items} == {"planned"}
    assert len(items) == 4 + 3  # a to-do for each day left of the week, one for each line above
    assert service.write().action_id is None
    VisitService(desk).cancel(days[0].id, "sick")
    assert "1 to-do" in service.write().text
    UndoService(desk).undo()
    UndoService(desk).undo()
    UndoService(desk).undo()
    assert len(WeekService(desk).load().items) == count


def test_a_changed_chain_replaces_only_what_differs(told: Company) -> None:
    service = ChainService(desk_of(told))
    service.write()
    service.write(tried=Tried(moves=(("pick_up", 20),)))
    week = WeekService(service.desk).load().items
    planned = [item for item in week if item.kind == "task" and item.status == "planned"]
    assert len([item for item in planned if item.goal.endswith("dials")]) == 4
    assert [item.goal for item in week if item.status == "cancelled" and item.goal.endswith("deep talks")] == []


def won_by(company: Company, day: date) -> int:
    return sum(2_000_000 for number in range(10) if FIRST + timedelta(days=number + 30) <= day)


def settings(text: str) -> None:
    from cockpit.locations import locate

    path = locate().config_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))


def test_own_steps_for_a_funnel(told: Company, home: None) -> None:
    settings(
        '[rates]\ncalls_per_deal = "calls_made / won"\n[chains.funnel-1]\nreserve = "target / win_by_amount"\n'
        'customers = "reserve / average_deal"\ncalls = "customers * calls_per_deal"\n'
    )
    found = load(told)
    assert [line.id for line in found.lines] == ["target", "reserve", "customers", "calls"]
    rate = found.lines[-1].rate
    assert rate
    assert (rate.kind, rate.raw) == ("each", 6.0)
    why = WhyService(desk_of(told)).explain("rate:calls_per_deal")
    assert (why.value, len(why.rows)) == (60, 60)


def test_visits_where_the_settings_say_so(told: Company, home: None) -> None:
    settings('[chains.default]\npreset = "visits"\n')
    assert [line.id for line in load(told).lines][3:] == ["good_visits", "visits", "appointments"]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[chains.default]\na = "b / pick_up"\nb = "a / pick_up"\n', "2", "never reach target"),
        ('[chains.default]\nreserve = "target / luck"\n', "2", "no rate luck"),
        ('[chains.default]\nreserve = "goal / win_by_amount"\n', "2", "no step goal"),
        ('[rates]\nluck = "wishes / won"\n', "2", "wishes is not counted"),
        ("[chains.default]\nreserve = 3\n", "2", "3"),
    ],
)
def test_a_bad_chain_names_its_line_and_stops_the_chain_alone(
    told: Company, home: None, text: str, line: str, words: str
) -> None:
    settings(text)
    with pytest.raises(ConfigError) as refused:
        load(told)
    assert refused.value.facts["line"] == line
    assert words in refused.value.detail


def test_a_past_day_is_counted_from_what_was_known(told: Company) -> None:
    told.target(30_000_000, month=10)
    then = load(told, as_of=at(20, "18:00", 10))
    assert (then.starts_on, then.window_to) == (date(2026, 10, 1), date(2026, 10, 20))
    pick = then.lines[-1].rate
    assert pick
    assert pick.n == 60
    assert then.lines[0].have == won_by(told, date(2026, 10, 20))
