"""Targets as a lead, a head and a rep write them: sums hold, each write is queued, undone as one, refused by name."""

from __future__ import annotations

import shlex
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from cockpit import i18n
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.services.container import Services, services_on
from cockpit.services.snapshots import TargetLine
from cockpit.services.target_views import metric_code
from cockpit.storage.tables import OutboxRow, TargetRow
from tests.support.company import HEAD, LEAD, MATE, ME, REGION, TEAM, Company, at, sign_in


def _as(company: Company, person: str) -> Services:
    with company.database.write() as session:
        sign_in(session, person)
    return services_on(company.database)


def _put(company: Company, scope: str, value: int, month: int = 11, **values: Any) -> str:
    return company.target(value, scope, month, **{"agreed_by_lead_at": at(2), **values})


@pytest.fixture
def months(company: Company) -> Company:
    """November and December of the company: 600k for the team, 400k and 200k for its reps."""
    for month in (11, 12):
        for scope, value in ((REGION, 60_000_000), (TEAM, 60_000_000), (ME, 40_000_000), (MATE, 20_000_000)):
            _put(company, scope, value, month, agreed_by_rep_at=at(2) if scope in (ME, MATE) else None)
    return company


def _values(services: Services, period: str = "month", metric: str = "amount") -> dict[str, int | None]:
    return {line.id: line.value for line in services.targets.load(period, metric).lines}


def _line(services: Services, scope: str, period: str = "month") -> TargetLine:
    return next(line for line in services.targets.load(period).lines if line.id == scope)


def test_everybody_sees_his_own_part_of_the_tree(months: Company) -> None:
    assert [line.id for line in _as(months, ME).targets.load().lines] == [ME]
    assert [line.id for line in _as(months, LEAD).targets.load().lines] == [TEAM, ME, MATE]
    assert [line.id for line in _as(months, HEAD).targets.load().lines] == [REGION, TEAM, ME, MATE]


def test_a_set_keeps_the_sum_and_is_one_undo(months: Company) -> None:
    services = _as(months, LEAD)
    saved = services.targets.set("Zhang", "450k")
    assert "1 other moved" in saved.text
    assert _values(services) == {TEAM: 60_000_000, ME: 45_000_000, MATE: 15_000_000}
    with months.database.read() as session:
        queued = session.exec(select(OutboxRow)).all()
        assert {row.entity for row in queued} == {"target"}
        assert {row.action_id for row in queued} == {saved.action_id}
        assert {name for row in queued for name in row.patch} == {"value", "version", "agreed_by_lead_at"}
    services.undo.undo()
    assert _values(services) == {TEAM: 60_000_000, ME: 40_000_000, MATE: 20_000_000}
    assert _line(services, ME).agreement == "agreed"


def test_another_target_asks_for_another_yes(months: Company) -> None:
    _as(months, LEAD).targets.set(ME, "450k")
    mine = _as(months, ME)
    assert (_line(mine, ME).agreement, _line(mine, ME).can_agree) == ("asked", True)
    mine.targets.agree()
    line = _line(mine, ME)
    assert (line.agreement, line.can_agree) == ("agreed", False)
    assert line.agreed_by_rep_at is not None
    assert line.agreed_by_lead_at is not None
    assert line.agreed_by_rep_at >= line.agreed_by_lead_at
    mine.undo.undo()
    assert _line(mine, ME).agreement == "asked"


def test_a_yes_is_never_older_than_what_it_is_for(company: Company) -> None:
    _put(company, ME, 100, agreed_by_lead_at=at(24) + timedelta(days=3))  # a clock that runs ahead
    mine = _as(company, ME)
    mine.targets.agree()
    assert _line(mine, ME).agreement == "agreed"


def test_a_rep_sets_nothing_and_agrees_for_nobody(months: Company) -> None:
    mine = _as(months, ME)
    with pytest.raises(NotAllowed, match="set by who leads them"):
        mine.targets.set(ME, "1")
    with pytest.raises(UnknownName):
        mine.targets.agree(MATE)
    with pytest.raises(NotAllowed, match="set by who leads them"):
        _as(months, LEAD).targets.set(TEAM, "1m")


def test_a_target_nobody_set_is_not_agreed_to(company: Company) -> None:
    _put(company, ME, 100, agreed_by_lead_at=None)
    with pytest.raises(NotAllowed, match="not said yes"):
        _as(company, ME).targets.agree()
    _as(company, LEAD).targets.agree(ME)
    assert _line(_as(company, ME), ME).agreement == "asked"
    with pytest.raises(NotAllowed, match="no target to agree to"):
        _as(company, ME).targets.agree(period="2026-12")


def test_more_than_the_team_has_is_refused_with_the_difference(months: Company) -> None:
    services = _as(months, LEAD)
    with pytest.raises(NotAllowed, match=r"East-1 has ¥600,000.00 in 2026-11: Zhang Wei cannot have ¥100,000.00 more"):
        services.targets.set(ME, "700k")
    services.targets.set(ME, "700k", is_raise=True)
    (problem,) = services.targets.load().problems
    assert problem.difference == -30_000_000
    assert "¥300,000.00 more than its target ¥600,000.00" in problem.text
    assert problem.command == "cockpit targets split East-1 --period 2026-11 --apply"


def test_the_named_command_mends_it(months: Company) -> None:
    months.change("target", "target-3", at(3), value=30_000_000)
    services = _as(months, LEAD)
    (problem,) = services.targets.load().problems
    assert problem.difference == 10_000_000
    services.targets.accept(services.targets.propose("East-1", "2026-11"))
    assert services.targets.load().problems == ()
    assert _values(services)[TEAM] == 60_000_000


def test_weeks_and_days_add_up_whoever_is_away(months: Company) -> None:
    """Two weeks off move a rep's month into the other weeks, and the team's with it: up, down and along the sums hold."""
    months.put(
        "absence", id="away", person_id=MATE, from_on=date(2026, 11, 2), to_on=date(2026, 11, 13), kind="holiday"
    )
    services = _as(months, HEAD)
    for period in ("2026-W45", "2026-W48", "2026-W49", "2026-11-24", "2026-11-03"):
        found = services.targets.load(period)
        assert [line.difference for line in found.lines[:2]] == [0, 0], period
        assert found.problems == ()
    assert _values(services, "2026-W45")[MATE] == 0
    (team,) = (line for line in services.targets.load("2026-11").lines if line.id == TEAM)
    assert sum(part.value or 0 for part in team.parts) == team.value
    week = _line(services, TEAM, "2026-W48")
    assert sum(part.value or 0 for part in week.parts) == week.value


def test_a_month_that_does_not_add_up_is_named_with_its_own_command_in_its_weeks(months: Company) -> None:
    months.change("target", "target-3", at(3), value=30_000_000)
    services = _as(months, LEAD)
    team = _line(services, TEAM, "2026-11")
    assert sum(part.value or 0 for part in team.parts) == team.value
    (problem,) = services.targets.load("2026-W48").problems
    assert problem.text == "East-1, 2026-11: the parts sum to ¥100,000.00 less than ¥600,000.00"
    assert problem.command == "cockpit targets split East-1 --period 2026-11 --apply"


def test_a_head_sets_the_company_and_all_follows(months: Company) -> None:
    services = _as(months, HEAD)
    services.targets.set("East", "900k", "2026-12")
    assert _values(services, "2026-12") == {REGION: 90_000_000, TEAM: 90_000_000, ME: 60_000_000, MATE: 30_000_000}
    assert services.targets.load("2026-12").problems == ()


def test_a_year_is_split_over_months_and_people(company: Company) -> None:
    services = _as(company, HEAD)
    proposal = services.targets.propose("East", "2027", value="12m")
    services.targets.accept(proposal)
    whole = services.targets.load("2027")
    assert {line.value for line in whole.lines if line.kind != "person"} == {1_200_000_000}
    assert sum(line.value or 0 for line in whole.lines if line.kind == "person") == 1_200_000_000
    assert whole.problems == ()
    parts = whole.lines[0].parts
    assert len(parts) == 12
    assert sum(part.value or 0 for part in parts) == 1_200_000_000
    quarter = services.targets.load("2027-Q1")
    assert quarter.lines[0].value == sum(part.value or 0 for part in parts[:3])
    services.undo.undo()
    assert services.targets.load("2027").lines[0].value is None


def test_history_and_working_days_are_the_weights(company: Company) -> None:
    for month in range(1, 11):
        company.deal(f"d{month}", "stage-won", 30_000_000, created_on=date(2026, 1, 5), closed_on=date(2026, month, 20))
        company.deal(
            f"e{month}", "stage-won", 10_000_000, MATE, created_on=date(2026, 1, 5), closed_on=date(2026, month, 20)
        )
    _put(company, TEAM, 40_000_000, 12)
    services = _as(company, LEAD)
    lines = {line.id: line for line in services.targets.propose("East-1", "2026-12").lines}
    # (3m + 3 x 200k) / 13 = 277k and (1m + 600k) / 13 = 123k a month, over the same 23 days
    assert (lines[ME].after, lines[MATE].after) == (27_700_000, 12_300_000)
    company.put("absence", person_id=ME, owner_id=ME, from_on=date(2026, 12, 1), to_on=date(2026, 12, 31))
    proposal = services.targets.propose("East-1", "2026-12")
    assert {line.id: line.after for line in proposal.lines} == {TEAM: 40_000_000, ME: 0, MATE: 40_000_000}
    assert proposal.notes == (
        "the holidays of 2026 are not here: Monday to Friday counts",
        "2026-12 has no working day for Zhang Wei: 0",
    )
    company.put("calendar_day", on=date(2026, 10, 1), kind="holiday", name="国庆节")
    assert services.targets.propose("East-1", "2026-12").notes == proposal.notes[1:]
    with pytest.raises(NotAllowed, match="2026-12 has no working day for Zhang Wei"):
        services.targets.set(ME, "100k", "2026-12")


def test_a_month_without_any_working_day_is_nobodys(company: Company) -> None:
    for day in range(1, 32):
        company.put("calendar_day", on=date(2026, 12, day), kind="holiday", name="shut")
    _put(company, TEAM, 40_000_000, 12)
    services = _as(company, LEAD)
    with pytest.raises(NotAllowed, match="has a working day in 2026-12: there is nobody"):
        services.targets.propose("East-1", "2026-12")
    (problem,) = services.targets.load("2026-12").problems
    assert "2026-12 has a target of ¥400,000.00 and no working day" in problem.text


def test_what_is_over_stays(months: Company) -> None:
    _put(months, ME, 10_000_000, 10)
    services = _as(months, LEAD)
    with pytest.raises(NotAllowed, match="2026-10 is over"):
        services.targets.set(ME, "1k", "2026-10")
    with pytest.raises(NotAllowed, match="months that are over"):
        services.targets.set(ME, "99k", "2026-Q4")
    with pytest.raises(BadUse, match="Set the month"):
        services.targets.set(ME, "1k", "2026-W48")
    services.targets.set(ME, "700k", "2026-Q4")
    assert [part.value for part in _line(services, ME, "2026-Q4").parts] == [10_000_000, 30_000_000, 30_000_000]
    assert _values(services)[MATE] == 30_000_000


def test_profit_and_counts_have_targets_of_their_own(months: Company) -> None:
    months.deal("p", "stage-won", 9_000_000, closed_on=date(2026, 11, 10), profit_minor=4_000_000)
    months.deal("q", "stage-won", 1_000_000, closed_on=date(2026, 11, 11))
    services = _as(months, LEAD)
    services.targets.set(ME, "50k", metric="profit")
    services.targets.set(ME, "3", metric="count")
    profit = next(line for line in services.targets.load(metric="profit").lines if line.id == ME)
    assert (profit.value, profit.actual, profit.left, profit.unknown) == (5_000_000, 4_000_000, 1_000_000, 1)
    count = next(line for line in services.targets.load(metric="count").lines if line.id == ME)
    assert (count.value, count.actual, count.left) == (3, 2, 1)
    assert _line(services, ME).value == 40_000_000
    with pytest.raises(BadUse, match="not a count"):
        services.targets.set(ME, "3.5", metric="count")


@pytest.mark.parametrize(
    ("name", "value", "period", "metric"),
    [
        (ME, "-5", "month", "amount"),
        (ME, "lots", "month", "amount"),
        (ME, "", "month", "amount"),
        (ME, "5k usd", "month", "amount"),
        (ME, "0.001", "month", "amount"),
        (ME, "5k", "2026-13", "amount"),
        (ME, "5k", "next", "amount"),
        (ME, "5k", "month", "hope"),
        ("nobody", "5k", "month", "amount"),
        ("", "5k", "month", "amount"),
    ],
)
def test_bad_words_change_nothing(months: Company, name: str, value: str, period: str, metric: str) -> None:
    services = _as(months, LEAD)
    with pytest.raises(BadUse):
        services.targets.set(name, value, period, metric)
    with months.database.read() as session:
        assert session.exec(select(OutboxRow)).all() == []


def test_two_people_of_one_name_are_told_apart_by_id(months: Company) -> None:
    months.change("person", MATE, at(3), name="张伟", alias="Zhang Wei")
    services = _as(months, LEAD)
    for call in (lambda: services.targets.set("Zhang Wei", "1k"), lambda: services.gap.load("Zhang Wei")):
        with pytest.raises(UnknownName) as found:
            call()
        assert found.value.facts["near"] == f"Zhang Wei ({ME}), Zhang Wei ({MATE})"


def test_a_raise_is_offered_early_and_taken(months: Company) -> None:
    months.deal("big", "stage-won", 41_000_000, closed_on=date(2026, 11, 10))
    services = _as(months, LEAD)
    line = _line(services, ME)
    assert (line.next_rung, line.to_next_rung_minor, line.offer) == ("benchmark", 1_000_000, 42_000_000)
    assert _line(services, MATE).offer is None
    services.targets.set(ME, "", is_raise=True)
    assert _values(services) == {TEAM: 60_000_000, ME: 42_000_000, MATE: 20_000_000}
    with pytest.raises(NotAllowed, match="No raise is offered"):
        services.targets.set(MATE, "", is_raise=True)
    with pytest.raises(BadUse, match="is no raise"):
        services.targets.set(ME, "1k", is_raise=True)


def _file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "targets.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_file_of_targets_is_one_undo(months: Company, tmp_path: Path) -> None:
    services = _as(months, LEAD)
    file = _file(tmp_path, "姓名,期间,目标\n张伟,2026-12,35万\n李娜,2026-12,25万\n,,\n", "gb18030")
    services.targets.import_file(file)
    assert _values(services, "2026-12") == {TEAM: 60_000_000, ME: 35_000_000, MATE: 25_000_000}
    services.undo.undo()
    assert _values(services, "2026-12")[ME] == 40_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,period,value\n王五,2026-12,1k\n", r"line 2: nobody is called 王五"),
        ("name,period,value\n张伟,2026-12,many\n", r"line 2: many is not an amount"),
        ("name,period,value\n张伟,2026-12,-3\n", r"line 2: -3 is not an amount"),
        ("name,period,value\n张伟,soon,1k\n", r"line 2: soon is not"),
        ("name,period,value\n张伟,2026-12,1k usd\n", r"line 2: .*not in CNY"),
        ("name,period,value\nEast-1,2026-12,1m\n", r"line 2: The target of East-1 is set by who leads them"),
        (
            "name,period,value\n张伟,2026-12,1k\n张伟,2026-12,2k\n",
            r"line 3: 张伟 has a target for 2026-12 in a line above",
        ),
        ("name,period,value\n张伟,2026-12,500k\n", r"2026-12: the parts sum to ¥100,000.00 more than ¥600,000.00"),
        ("name,period\n张伟,2026-12\n", r"missing: value"),
        ("name,period,value\n", r"holds no target"),
        ("", r"missing: name, period, value"),
    ],
)
def test_a_wrong_file_is_refused_whole(months: Company, tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadUse, match=said):
        _as(months, LEAD).targets.import_file(_file(tmp_path, text))
    with months.database.read() as session:
        assert session.exec(select(OutboxRow)).all() == []
        assert len(session.exec(select(TargetRow)).all()) == 8


def test_a_file_that_is_not_there(months: Company, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match="cannot be read"):
        _as(months, LEAD).targets.import_file(tmp_path / "none.csv")
    with pytest.raises(BadUse, match="cannot be read"):
        _as(months, LEAD).targets.import_file(tmp_path)
    with pytest.raises(BadUse, match="is larger than 2000000 bytes"):
        _as(months, LEAD).targets.import_file(_file(tmp_path, "name,period,value\n" * 120_000))


def test_a_shut_month_gets_nothing_of_a_year_and_is_named(company: Company) -> None:
    for day in range(1, 29):
        company.put("calendar_day", on=date(2027, 2, day), kind="holiday", name="shut")
    services = _as(company, HEAD)
    proposal = services.targets.propose("East", "2027", value="12m")
    by_month = {line.month.month: line.after for line in proposal.lines if line.id == REGION}
    assert by_month[2] == 0
    assert sum(by_month.values()) == 1_200_000_000
    assert [note for note in proposal.notes if "2027-02" in note and "East:" in note] == [
        "2027-02 has no working day for East: 0"
    ]


def test_the_season_goes_by_what_earlier_years_sold_in_it(company: Company) -> None:
    for year in (2025, 2026):
        for month in range(1, 11):
            amount = 90_000_000 if month == 3 else 10_000_000
            closed = date(year, month, 20)
            company.deal(f"d{closed}", "stage-won", amount, created_on=date(2025, 1, 5), closed_on=closed)
    services = _as(company, HEAD)
    months = services.targets.propose("East", "2027", value="12m").lines
    shares = {line.month.month: line.after for line in months if line.id == REGION}
    assert shares[3] > 2 * max(value for month, value in shares.items() if month != 3)
    assert min(shares.values()) > 0
    assert sum(shares.values()) == 1_200_000_000


def test_a_quarter_that_is_not_its_months_is_named_and_mended(months: Company) -> None:
    quarter: dict[str, Any] = {"period_kind": "quarter", "period_start": date(2026, 10, 1)}
    months.put(
        "target", metric="won_amount", scope_kind="person", scope_id=ME, owner_id=ME, value=90_000_000, **quarter
    )
    services = _as(months, LEAD)
    found = services.targets.load("2026-Q4").problems
    (problem,) = [one for one in found if "the months are" in one.text]
    assert problem.difference == 10_000_000
    assert "¥100,000.00 less than the target of 2026-Q4, ¥900,000.00" in problem.text
    assert problem.command == "cockpit targets set 'Zhang Wei' 800000 --period 2026-Q4"
    services.targets.set("Zhang Wei", "800000", "2026-Q4")
    assert not [one for one in services.targets.load("2026-Q4").problems if "the months are" in one.text]
    assert [part.value for part in _line(services, ME, "2026-Q4").parts] == [None, 40_000_000, 40_000_000]


def _whole(company: Company, scope: str, value: int) -> None:
    """The fourth quarter as one number, as a file or a CRM brings it."""
    kind = "person" if scope in (ME, MATE) else "team"
    row: dict[str, Any] = {"scope_kind": kind, "scope_id": scope, "owner_id": scope if kind == "person" else LEAD}
    row |= {"period_kind": "quarter", "period_start": date(2026, 10, 1), "agreed_by_lead_at": at(2)}
    company.put("target", id=f"whole-{scope}", metric="won_amount", value=value, **row)


def test_quarters_given_as_one_number_keep_their_sum(company: Company) -> None:
    for scope, value in ((TEAM, 90_000_000), (ME, 50_000_000), (MATE, 40_000_000)):
        _whole(company, scope, value)
    services = _as(company, LEAD)
    saved = services.targets.set(ME, "600k", "2026-Q4")
    assert "1 other moved with it, so that the sum stays" in saved.text
    assert _values(services, "2026-Q4") == {TEAM: 90_000_000, ME: 60_000_000, MATE: 30_000_000}
    assert services.targets.load("2026-Q4").problems == ()
    with pytest.raises(NotAllowed, match=r"East-1 has ¥900,000.00 in 2026-Q4"):
        services.targets.set(ME, "1m", "2026-Q4")
    services.targets.set(ME, "700k", "2026-Q4", is_raise=True)
    assert _values(services, "2026-Q4")[MATE] == 30_000_000


def test_the_quarters_of_the_others_move_with_their_months(months: Company) -> None:
    for scope, value in ((TEAM, 120_000_000), (ME, 80_000_000), (MATE, 40_000_000)):
        _whole(months, scope, value)
    services = _as(months, LEAD)
    services.targets.set(ME, "1m", "2026-Q4")
    assert _values(services, "2026-Q4") == {TEAM: 120_000_000, ME: 100_000_000, MATE: 20_000_000}
    for period in ("2026-11", "2026-12"):
        assert _values(services, period) == {TEAM: 60_000_000, ME: 50_000_000, MATE: 10_000_000}
    assert services.targets.load("2026-Q4").problems == ()


def test_the_commands_named_end_with_everything_adding_up(months: Company) -> None:
    """Quarters that all ask for more than their months: nobody else's months are taken for them."""
    for scope, value in ((REGION, 150_000_000), (TEAM, 150_000_000), (ME, 90_000_000), (MATE, 60_000_000)):
        _whole(months, scope, value)
    services = _as(months, HEAD)
    before = _values(services, "2026-11")
    for _step in range(4):
        problem = services.targets.load("2026-Q4").problems[0]
        _cockpit, _targets, verb, *words = shlex.split(problem.command)
        assert verb == "set"
        services.targets.set(words[0], words[1], words[3])
    assert services.targets.load("2026-Q4").problems == ()
    assert _values(services, "2026-11") == before
    assert _values(services, "2026-Q4") == {REGION: 120_000_000, TEAM: 120_000_000, ME: 80_000_000, MATE: 40_000_000}


def test_a_split_makes_quarters_of_one_number_what_their_months_are(months: Company) -> None:
    for scope, value in ((REGION, 150_000_000), (TEAM, 140_000_000), (ME, 90_000_000), (MATE, 60_000_000)):
        _whole(months, scope, value)
    services = _as(months, HEAD)
    proposal = services.targets.propose("East", "2026-Q4")
    assert "3 targets of 2026-Q4 itself become what their months sum to" in proposal.notes
    services.targets.accept(proposal)
    found = _values(services, "2026-Q4")
    assert services.targets.load("2026-Q4").problems == ()
    assert (found[TEAM], (found[ME] or 0) + (found[MATE] or 0)) == (150_000_000, 150_000_000)


def test_a_raise_of_one_stays_on_top_when_another_is_set(months: Company) -> None:
    services = _as(months, LEAD)
    services.targets.set(ME, "500k", is_raise=True)
    services.targets.set(MATE, "250k")
    assert _values(services) == {TEAM: 60_000_000, ME: 45_000_000, MATE: 25_000_000}
    assert [problem.difference for problem in services.targets.load().problems] == [-10_000_000]


def test_a_first_target_takes_from_what_nobody_has_yet(company: Company) -> None:
    _put(company, TEAM, 60_000_000)
    services = _as(company, LEAD)
    services.targets.set(ME, "350k")
    assert _values(services) == {TEAM: 60_000_000, ME: 35_000_000, MATE: None}
    services.targets.set(MATE, "250k")
    assert _values(services) == {TEAM: 60_000_000, ME: 35_000_000, MATE: 25_000_000}
    assert services.targets.load().problems == ()


def test_a_year_with_two_months_is_compared_with_nothing(months: Company) -> None:
    months.deal("big", "stage-won", 99_000_000, closed_on=date(2026, 3, 10))
    services = _as(months, LEAD)
    year = services.targets.load("2026")
    assert [(line.id, line.value, line.left, line.offer) for line in year.lines] == [
        (TEAM, 120_000_000, None, None),
        (ME, 80_000_000, None, None),
        (MATE, 40_000_000, None, None),
    ]
    (problem,) = year.problems
    assert problem.text == "East-1: 10 months of it have no target: nothing is compared"
    assert problem.command == ""
    assert not services.targets.load("2027").problems
    gap = services.gap.load(ME, "year")
    assert (gap.target_minor, gap.gap_minor, gap.months_missing) == (None, None, 10)
    with pytest.raises(NotAllowed, match="no target for all of 2026-Q1"):
        services.targets.propose("East-1", "2026-Q1")


def test_a_month_that_can_still_be_set_is_named_with_its_command(company: Company) -> None:
    _put(company, TEAM, 60_000_000)
    _put(company, ME, 60_000_000)
    services = _as(company, LEAD)
    texts = [(one.text, one.command) for one in services.targets.load("2026-Q4").problems if "no target" in one.text]
    assert texts == [
        (
            "East-1: 2 months of it have no target: nothing is compared",
            "cockpit targets set East-1 VALUE --period 2026-12",
        )
    ]
    with pytest.raises(NotAllowed, match="no target for all of 2026-Q4"):
        services.targets.propose("East-1", "2026-Q4")


def test_a_metric_is_asked_for_by_its_name_on_screen_too() -> None:
    assert [metric_code(text) for text in ("profit", "Gross profit", "deals won", "visits")] == [
        "won_profit",
        "won_profit",
        "won_count",
        None,
    ]
    i18n.set_language("zh")
    assert metric_code("毛利") == "won_profit"
