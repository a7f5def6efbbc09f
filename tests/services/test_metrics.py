"""The metrics service on the small company: by hand, own definitions, inputs, scopes, a look back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cockpit.domain.metrics import Metric
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.i18n import set_language
from cockpit.services.container import Services, services_on
from cockpit.services.metric_files import add_metric, open_book, own_file
from cockpit.services.snapshots import MetricLine, MetricsSnapshot
from tests.support.company import HEAD, LEAD, MATE, ME, REGION, TEAM, Company, at, sign_in


@pytest.fixture
def told(company: Company) -> Company:
    """Two reps: three orders of one (one in dollars, one without amount), a lost deal, visits on a key account."""
    ht = company.account("恒泰机械", "A", lifecycle="won")
    my = company.account("明远物流", "B")
    company.target(30_000_000)
    company.deal("old", "stage-won", 5_000_000, account_id=ht, closed_on=date(2026, 9, 10), created_on=date(2026, 8, 1))
    company.deal("again", "stage-won", 6_000_000, account_id=ht, closed_on=date(2026, 11, 3), profit_minor=1_500_000)
    company.deal("none", "stage-won", None, account_id=my, closed_on=date(2026, 11, 5))
    company.deal("usd", "stage-won", 900_000, account_id=None, closed_on=date(2026, 11, 6), currency="USD")
    company.deal("lost", "stage-lost", 700_000, account_id=my, closed_on=date(2026, 11, 9), lost_reason="price")
    company.deal("ahead", "stage-won", 800_000, account_id=my, closed_on=date(2026, 11, 28))
    company.deal("open", "stage-2", 2_000_000, account_id=my, created_on=date(2026, 11, 2))
    company.deal("mate", "stage-won", 4_000_000, owner=MATE, account_id=None, closed_on=date(2026, 11, 10))
    for day in (3, 4, 5):
        company.activity(at(day), "held", account_id=ht, goal_result="reached" if day == 3 else "missed")
    company.activity(at(20), "held", account_id=my, kind="call")
    company.activity(at(24, "15:00"), account_id=ht)
    return company


@pytest.fixture
def services(told: Company) -> Services:
    return services_on(told.database)


def as_lead(company: Company, person: str = LEAD) -> Services:
    with company.database.write() as session:
        sign_in(session, person)
    return services_on(company.database)


def line(found: MetricsSnapshot, name: str) -> MetricLine:
    return next(one for one in found.lines if one.id == name)


def test_numbers_by_hand(services: Services) -> None:
    found = services.metrics.load()
    assert found.scope.id == ME
    sales = line(found, "won_amount")
    assert (sales.value, sales.target, sales.other_currencies) == (6_000_000, 30_000_000, (("USD", 900_000),))
    assert sales.is_reached is False
    assert line(found, "orders").value == 3, "one that is to close on a day ahead has not closed"
    assert line(found, "unit_value").value == 6_000_000, "one order has an amount in this currency"
    assert (line(found, "win_rate").value, line(found, "win_rate").n) == (0.75, 4)
    assert line(found, "repeat_amount").value == 6_000_000
    assert line(found, "new_customers").value == 1
    assert line(found, "visits").value == 3
    assert line(found, "ka_visits").value == 3
    assert line(found, "first_success").value == 1
    assert line(found, "gross_margin").value == 0.25
    assert line(found, "cycle").before is None
    assert line(found, "pool_size").value == 2


def test_sales_and_target_are_those_of_the_gap(services: Services) -> None:
    for period in ("week", "month", "quarter", "year"):
        gap, found = services.gap.load(period=period), services.metrics.load(period=period)
        sales = line(found, "won_amount")
        assert (sales.value, sales.target) == (gap.actual_minor, gap.target_minor), period


def test_a_rep_whose_rows_alone_are_here_has_the_range_of_his_own_few_deals(services: Services) -> None:
    """Three of four won: as on the sheet of rates, not drawn to a mean that is his own again."""
    rate = line(services.metrics.load(), "win_rate")
    assert rate.low is not None
    assert rate.high is not None
    assert rate.rate == pytest.approx(3.5 / 5)
    assert rate.low < 0.5
    assert rate.high > 0.9
    (said,) = (text for name, text in services.why.explain("metric:win_rate").inputs if name == "rate")
    assert said.startswith("70.0%, range")
    assert "nobody else to learn from" in said


def test_the_metrics_of_a_team_are_those_of_its_board(told: Company) -> None:
    services = as_lead(told)
    team, found = services.team.load(), services.metrics.load()
    sales = line(found, "won_amount")
    assert (sales.value, sales.target) == (team.total.actual_minor, team.total.target_minor)
    assert line(found, "per_head").value == team.total.actual_minor / 2


def test_what_has_to_be_entered_says_so_and_is_never_guessed(services: Services) -> None:
    found = services.metrics.load()
    efficiency = line(found, "efficiency")
    assert efficiency.value is None
    assert "cockpit metric enter arr" in efficiency.lack
    assert line(found, "payment_ratio").value is None


def test_a_division_by_zero_is_no_number(company: Company) -> None:
    found = services_on(company.database).metrics.load()
    rate = line(found, "win_rate")
    assert rate.value is None
    assert "Deals closed is 0" in rate.lack
    assert "no rows" in line(found, "unit_value").lack


def test_the_worked_example_of_lifetime_value(services: Services) -> None:
    """ARR 60k of one paying customer, churn 12 %, one-off 20k, CTS and CAC 104k: LTV 520k, efficiency 4.0."""
    for name, text in (("arr", "60k"), ("churn", "12%"), ("one_off", "20k"), ("cts", "10.4万"), ("cac", "104k")):
        services.metrics.enter(name, text, None, "month")
    found = services.metrics.load()
    assert line(found, "ltv").value == 52_000_000
    assert line(found, "efficiency").value == 4
    assert line(found, "efficiency").is_reached is True
    assert line(services.metrics.load(period="quarter"), "ltv").value is None, "entered for the month alone"


def test_an_input_belongs_to_its_scope_and_day(told: Company) -> None:
    services = as_lead(told)
    services.metrics.enter("mql", "40", None, "month")
    services.metrics.enter("mql", "50", None, "month", date(2026, 10, 5))
    services.metrics.enter("mql", "44", None, "month")
    mql = line(services.metrics.load(), "mql")
    assert (mql.value, mql.before) == (44, 50), "the newest counts"
    assert line(services.metrics.load("张伟"), "mql").value is None
    assert line(services.metrics.load(as_of=at(10)), "mql").value is None, "it was entered later"


@pytest.mark.parametrize(
    ("metric", "text", "word"),
    [
        ("cac", "many", "not an amount"),
        ("churn", "12", "12% or 0.12"),
        ("churn", "a few", "not a number"),
        ("mql", "12%", "no share"),
        ("mql", "nan", "not a number"),
        ("mql", "", "not a number"),
        ("orders", "5", "counted from the rows"),
        ("cca", "5", "cac"),
    ],
)
def test_what_cannot_be_entered_says_why(services: Services, metric: str, text: str, word: str) -> None:
    with pytest.raises(BadUse) as caught:
        services.metrics.enter(metric, text, None, "month")
    assert word in caught.value.detail
    assert not own_file().exists()


def test_an_own_metric_costs_a_definition(services: Services) -> None:
    add_metric({"id": "talk_rate", "formula": "calls / visits", "unit": "share", "name": "Calls per visit"})
    add_metric(
        {"id": "b_calls", "rows": "activities", "where": {"kind": "call", "tier": ["B", "C"]}, "parent": "calls"}
    )
    found = services.metrics.load()
    assert line(found, "talk_rate").value == round(1 / 3, 6)
    assert line(found, "talk_rate").is_own
    assert (line(found, "b_calls").value, line(found, "b_calls").depth) == (1, 3)


def test_a_target_of_ones_own_stands_over_the_shipped_one(services: Services) -> None:
    services.metrics.set_target("core_use", "80%")
    services.metrics.set_target("visits", "15")
    assert line(services.metrics.load(), "core_use").target == 0.8
    assert line(services.metrics.load(), "visits").target == 15
    assert line(services.metrics.load(period="quarter"), "visits").target is None, "a month's target is no quarter's"


def test_what_was_written_by_hand_stays(services: Services) -> None:
    own_file().parent.mkdir(parents=True, exist_ok=True)
    own_file().write_text('# ours\n[[metric]]\nid = "hand"\nformula = "visits + calls"\n', "utf-8")
    services.metrics.set_target("hand", "20")
    assert own_file().read_text("utf-8").startswith("# ours\n")
    assert line(services.metrics.load(), "hand").target == 20


def test_hostile_names_come_back_as_they_were() -> None:
    name = 'x" ]\n[[target]]\\ \x7f 客户'
    add_metric({"id": "odd", "needs": name, "name": name})
    found: Metric = open_book().catalogue.metrics["odd"]
    assert (found.name, found.needs) == (name.strip(), name.strip())


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[[metric", "cannot be read"),
        ("[colours]\nx = 1", "[[metric]]"),
        ("[[metric]]\nid = 'm'\nformula = 'odrers + 1'", "orders"),
        ("[[target]]\nmetric = 'nobody'\nvalue = 1", "not known"),
        ("[[target]]\nmetric = 'visits'\nvalue = 'x'", "not a number"),
        ("[[input]]\nmetric = 'mql'\nvalue = 1\nperiod = 'age'", "month"),
        ("[[input]]\nmetric = 'mql'\nvalue = 1\nperiod = 'month'\nstart = 'x'", "not a number or date"),
    ],
)
def test_a_broken_file_says_where_and_what(services: Services, text: str, word: str) -> None:
    own_file().parent.mkdir(parents=True, exist_ok=True)
    own_file().write_text(text, "utf-8")
    with pytest.raises(BadUse) as caught:
        services.metrics.load()
    assert str(own_file()) in caught.value.detail
    assert word in caught.value.detail


def test_a_definition_that_does_not_hold_is_not_kept() -> None:
    add_metric({"id": "good", "formula": "visits + calls"})
    before = own_file().read_text("utf-8")
    with pytest.raises(BadUse):
        add_metric({"id": "bad", "formula": "visits + nobody"})
    assert own_file().read_text("utf-8") == before


def test_scopes_are_those_whose_rows_are_here(told: Company) -> None:
    rep = services_on(told.database)
    for wanted in ("company", "李娜", "华东一组"):
        with pytest.raises(NotAllowed):
            rep.metrics.load(wanted)
    lead = as_lead(told)
    assert lead.metrics.load().scope.id == TEAM
    assert lead.metrics.load("李娜").scope.id == MATE
    assert line(lead.metrics.load("Li Na"), "won_amount").value == 4_000_000
    with pytest.raises(NotAllowed):
        lead.metrics.load("company")
    with pytest.raises(UnknownName):
        lead.metrics.load("nobody")
    head = as_lead(told, HEAD)
    assert head.metrics.load("company").scope.id == REGION
    assert line(head.metrics.load("East-1"), "won_amount").value == 10_000_000


def test_a_rep_alone_is_compared_with_nobody(services: Services) -> None:
    found = services.metrics.load()
    assert all(one.median is None and one.best is None for one in found.lines)
    assert found.diagnosis == ""
    assert "at least 4 reps" in found.why_empty


def test_a_look_back_shows_what_was_known(told: Company) -> None:
    services = services_on(told.database)
    then = services.metrics.load(as_of=at(12, "18:00"))
    with told.database.read() as session:
        deal = next(row[0] for row in session.connection().exec_driver_sql("SELECT id FROM deal WHERE name = 'again'"))
    told.change("deal", deal, at(20), amount_minor=9_900_000, owner_id=MATE)
    told.put("activity", recorded_at=at(21), rep_id=ME, owner_id=ME, kind="visit", status="held", starts_at=at(6))
    told.put("account", recorded_at=at(21), name="later", owner_id=ME)
    assert services.metrics.load(as_of=at(12, "18:00")) == then
    now = services.metrics.load()
    assert (line(now, "won_amount").value, line(now, "visits").value, line(now, "leads").value) == (0, 4, 1)


def test_equal_reps_are_not_ranked(told: Company) -> None:
    """Four reps with about the same win rate: no best one, and it says so."""
    for number in range(4):
        rep = told.put("person", name=f"rep {number}", role="rep", team_id=TEAM)
        for place in range(12):
            stage = "stage-won" if place < 6 + number % 2 else "stage-lost"
            told.deal(f"d{number}-{place}", stage, 100, owner=rep, account_id=None, closed_on=date(2026, 11, 4))
    lead = as_lead(told)
    rate = line(lead.metrics.load("rep 1"), "win_rate")
    assert (rate.best, rate.no_best) == (None, "no real difference between reps")
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < 7 / 12 < rate.high
    assert line(lead.metrics.load("rep 1"), "orders").best == 7


def test_names_and_reasons_in_chinese(services: Services) -> None:
    set_language("zh")
    found = services.metrics.load()
    assert line(found, "won_amount").name == "销售额"
    assert "needs" not in line(found, "efficiency").lack


def test_the_statements_do_not_grow_with_the_people(told: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    from cockpit.storage.reading import FileReader

    asked: list[str] = []
    plain = FileReader.rows

    def rows(self: FileReader, sql: str, /, **values: object) -> list[tuple[object, ...]]:
        asked.append(sql)
        return plain(self, sql, **values)

    monkeypatch.setattr(FileReader, "rows", rows)
    lead = as_lead(told)
    lead.metrics.load()
    few = len(asked)
    for number in range(20):
        told.put("person", name=f"rep {number}", role="rep", team_id=TEAM)
    asked.clear()
    lead.metrics.load()
    assert len(asked) == few


def test_no_file_of_ones_own_is_no_fault(tmp_path: Path) -> None:
    assert open_book().inputs == ()
