"""The twins: documented keys, the same numbers in every form, words on stderr and data on stdout."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest

from cockpit.cli.reasoned import reasons_text
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.support.company import NOW, Company, at

KEYS = {
    "today": {
        "as_of",
        "complete",
        "rep",
        "visits",
        "yesterday_unvisited",
        "kpis",
        "cards",
        "month",
        "prep",
        "next_best",
        "briefs",
        "coming",
        "days",
        "trend",
    },
    "forecast": {
        "as_of",
        "complete",
        "scope",
        "period",
        "forecast",
        "won_minor",
        "open_minor",
        "arriving_minor",
        "rhythm_minor",
        "reserve_minor",
        "parts",
        "backtest",
        "rivals",
    },
    "gap": {
        "as_of",
        "complete",
        "period",
        "target_minor",
        "actual_minor",
        "gap_minor",
        "planned_minor",
        "uncovered_minor",
        "kpis",
        "weeks",
        "due_minor",
        "days",
        "trend",
        "pace",
    },
    "pipeline": {"as_of", "complete", "funnel", "stages", "won", "lost", "open", "win_rate", "deals"},
    "funnel": {"as_of", "complete", "funnel", "stages", "flow", "lost_for", "lost_from", "findings", "others"},
    "team": {"as_of", "complete", "cards", "reps", "total"},
    "plan": {"as_of", "complete", "rep", "visits"},
    "problems": {"as_of", "complete", "rep", "cards"},
    "targets": {"as_of", "complete", "viewer", "metric", "unit", "currency", "period", "targets", "problems"},
    "status": {"as_of", "complete", "gap_minor", "problems", "pending"},
}
PARTS = {
    ("today", "visits"): {"id", "starts_at", "account", "kind", "tier", "stage", "amount_minor", "goal", "status"},
    ("today", "kpis"): {"id", "limit", "done", "planned", "uncovered", "at_risk_minor"},
    ("today", "cards"): {"id", "rule", "what", "to_do", "key", "state"},
    ("today", "briefs"): {"activity_id", "last_held_on", "last_result", "open_needs", "deciders", "missing"},
    ("today", "days"): {"on", "is_workday", "held", "planned", "missed", "state"},
    ("today", "trend"): {"starts_on", "held", "won_minor"},
    ("gap", "pace"): {"on", "due_minor", "actual_minor", "covered_minor"},
    ("gap", "weeks"): {"starts_on", "target_minor", "actual_minor", "gap_minor"},
    ("pipeline", "stages"): {"name", "count", "amount_minor", "conversion"},
    ("pipeline", "deals"): {"id", "account", "stage", "amount_minor", "state", "states"},
    ("funnel", "stages"): {"id", "name", "open", "conversion", "others_conversion", "stay", "is_narrow", "is_slow"},
    ("funnel", "lost_for"): {"name", "count", "amount_minor"},
    ("targets", "targets"): {
        "id",
        "kind",
        "name",
        "depth",
        "value",
        "actual",
        "left",
        "difference",
        "agreement",
        "parts",
    },
    ("team", "reps"): {
        "id",
        "name",
        "target_minor",
        "actual_minor",
        "gap_minor",
        "visits_done",
        "visits_planned",
        "visits_uncovered",
    },
}


@pytest.fixture
def peopled(account_file: Path) -> Company:
    """A month with something of everything, in the account's own file."""
    company = Company(Database.at(account_file), rev=10_000)
    ht = company.account("恒泰机械", "A", lat=31.22, lon=121.45)
    my = company.account("明远物流", "B", lat=31.24, lon=121.49)
    company.target(30_000_000)
    company.kpi(15)
    for day in (3, 4, 5, 6, 9):
        company.activity(at(day), "held", account_id=ht)
    company.activity(at(24, "09:30"), account_id=ht, goal="CFO ok on pilot")
    company.activity(at(24, "14:00"), kind="call", account_id=my)
    company.activity(at(23, "11:00"), account_id=my)
    company.deal("pilot", "stage-3", 6_600_000, account_id=ht, expected_on=date(2026, 11, 28))
    company.deal("won one", "stage-won", 18_200_000, account_id=my, closed_on=date(2026, 11, 10))
    company.deal("lost one", "stage-lost", 900_000, account_id=my, closed_on=date(2026, 11, 11), lost_reason="price")
    company.deal("no amount", "stage-1", None, account_id=None)
    company.database.close()
    return company


@pytest.mark.parametrize("verb", sorted(KEYS))
def test_documented_keys(cockpit: Cockpit, peopled: Company, verb: str) -> None:
    answer = cockpit(verb, "--json")
    assert answer.code in (0, 1)
    shape = answer.json
    assert KEYS[verb] <= set(shape)
    assert shape["version"] == 1
    assert shape["complete"] is True
    assert shape["as_of"].startswith(NOW.date().isoformat())
    for (of, part), keys in PARTS.items():
        if of == verb:
            assert shape[part], f"{part} is empty"
            assert all(keys <= set(item) for item in shape[part])


def test_numbers_by_hand(cockpit: Cockpit, peopled: Company) -> None:
    gap = cockpit("gap", "--json").json
    assert (gap["target_minor"], gap["actual_minor"], gap["gap_minor"]) == (30_000_000, 18_200_000, 11_800_000)
    assert sum(week["target_minor"] for week in gap["weeks"]) == 30_000_000
    assert sum(week["actual_minor"] for week in gap["weeks"]) == 18_200_000
    pipeline = cockpit("pipeline", "--json").json
    assert pipeline["won"] == {"count": 1, "amount_minor": 18_200_000}
    assert pipeline["lost"] == {"count": 1}
    assert pipeline["open"] == {"count": 2, "amount_minor": 6_600_000, "without_amount": 1}
    assert {key: pipeline["win_rate"][key] for key in ("value", "n")} == {"value": 0.5, "n": 2}
    low, high = pipeline["win_rate"]["range"]
    assert low < 0.5 < high
    assert low + high == pytest.approx(1)
    (kpi,) = cockpit("today", "--json").json["kpis"]
    assert (kpi["limit"], kpi["done"], kpi["planned"], kpi["uncovered"]) == (15, 5, 1, 9)


def test_team_sums_the_rep(cockpit: Cockpit, peopled: Company) -> None:
    team, gap = cockpit("team", "--json").json, cockpit("gap", "--json").json
    mine = next(rep for rep in team["reps"] if rep["id"] == gap["rep"]["id"])
    for key in ("target_minor", "actual_minor", "gap_minor"):
        assert mine[key] == gap[key]
    assert team["total"]["actual_minor"] == sum(rep["actual_minor"] for rep in team["reps"])


@pytest.mark.parametrize(
    "verb", ["today", "gap", "forecast", "pipeline", "funnel", "team", "targets", "problems", "plan"]
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_plain_is_the_default_in_a_pipe(cockpit: Cockpit, peopled: Company, verb: str, lang: str) -> None:
    piped, plain = cockpit(verb, "--lang", lang), cockpit(verb, "--plain", "--lang", lang)
    assert piped.out == plain.out
    assert piped.out.strip()
    assert piped.err == ""


def test_plain_says_the_numbers_of_json(cockpit: Cockpit, peopled: Company) -> None:
    text = cockpit("gap").out
    assert "target 300k  actual 182k  gap 118k" in text
    chinese = cockpit("gap", "--lang", "zh").out
    assert "30.0万" in chinese or "30万" in chinese


def test_the_small_pictures_are_words_in_a_pipe(cockpit: Cockpit, peopled: Company) -> None:
    for verb in ("today", "gap"):
        text = cockpit(verb).out
        assert "days .#### #.... ..... x[=]... .\n" in text
        assert "visits held 5 #  planned 1 =  missed 1 x  free days 4 .\n" in text
        assert "by week since Mon 10-05: visits 0 0 0 0 4 1 0 0; won 0 0 0 0 0 182k 0 0\n" in text
    assert "due by now 229k, 46.6k behind" in cockpit("gap").out
    assert "days" not in cockpit("gap", "--period", "year").out.replace("working days", "")
    assert "[=]" in cockpit("today", "--lang", "zh").out


@pytest.mark.parametrize("verb", ["today", "gap", "pipeline", "funnel", "team", "targets", "problems", "plan"])
def test_csv_has_the_rows_of_json(cockpit: Cockpit, peopled: Company, verb: str) -> None:
    main = {
        "today": "visits",
        "gap": "weeks",
        "pipeline": "deals",
        "funnel": "stages",
        "team": "reps",
        "targets": "targets",
        "problems": "cards",
        "plan": "visits",
    }
    rows = list(csv.DictReader(io.StringIO(cockpit(verb, "--csv").out)))
    found = cockpit(verb, "--json").json[main[verb]]
    assert len(rows) == len(found)
    for row, item in zip(rows, found, strict=True):
        for name, value in row.items():
            if isinstance(item.get(name), int) and not isinstance(item[name], bool):
                assert int(value) == item[name]


def test_formula_in_a_name_is_no_formula_in_csv(cockpit: Cockpit, account_file: Path) -> None:
    company = Company(Database.at(account_file), rev=10_000)
    company.deal("=HYPERLINK(1)", "stage-1", 100, account_id=None)
    company.database.close()
    rows = list(csv.DictReader(io.StringIO(cockpit("pipeline", "--csv").out)))
    assert rows[0]["deal"] == "'=HYPERLINK(1)"


def test_a_name_cannot_speak_to_the_terminal(cockpit: Cockpit, account_file: Path) -> None:
    company = Company(Database.at(account_file), rev=10_000)
    evil = "Acme \x1b]52;c;aGk=\x07\x1b[2J\u009b31m\u202e[/b] Ltd"
    account = company.account(evil)
    company.activity(at(24, "09:30"), account_id=account)
    company.deal(evil, "stage-1", 100, account_id=account)
    company.database.close()
    for verb in ("today", "pipeline", "plan"):
        for form in ("--plain", "--json", "--csv"):
            out = cockpit(verb, form).out
            assert "Acme" in out
            assert not set(out) & {"\x1b", "\x07", "\u009b", "\u202e"}


def test_problems_exit_code_tells(cockpit: Cockpit, peopled: Company, tmp_path: Path) -> None:
    assert cockpit("problems").code == 1


def test_plan_and_log_and_undo(cockpit: Cockpit, peopled: Company) -> None:
    assert cockpit("plan", "add", "明远", "thu", "10").code == 0
    planned = [
        visit for visit in cockpit("plan", "--json").json["visits"] if visit["starts_at"].startswith("2026-11-26")
    ]
    assert [visit["account"] for visit in planned] == ["明远物流"]
    assert cockpit("undo").code == 0
    assert not [v for v in cockpit("plan", "--json").json["visits"] if v["starts_at"].startswith("2026-11-26")]
    assert cockpit("log", "v ht ok CFO yes").code == 0
    (kpi,) = cockpit("today", "--json").json["kpis"]
    assert kpi["done"] == 6


def test_sync_offline_shows_the_queue(cockpit: Cockpit, peopled: Company) -> None:
    cockpit("log", "v ht ok CFO yes")
    shape = cockpit("sync", "--offline", "--json").json
    assert {"pushed", "pulled", "pending", "conflicts", "parked", "receipts"} <= set(shape)
    assert shape["pending"] >= 1
    assert shape["queue"]


def test_moments_of_sync_are_in_the_teams_zone(cockpit: Cockpit, peopled: Company) -> None:
    database = Database.at(peopled.database.path or Path())
    with database.write() as session:
        meta.put(session, "last_sync_at", "2026-11-24T00:05:00+00:00")
    database.close()
    cockpit("log", "v ht ok CFO yes")
    assert "last sync 08:05" in cockpit("sync", "--offline").out
    shape = cockpit("sync", "--offline", "--json").json
    moments = [shape["as_of"], shape["last_sync_at"], *(item["occurred_at"] for item in shape["queue"])]
    assert all(moment.endswith("+08:00") for moment in moments), moments


def test_a_reason_without_points_stands_for_itself() -> None:
    assert reasons_text((("promised", 0), ("39 days unseen", 24))) == "promised, 39 days unseen +24"


def test_a_rate_is_not_shown_as_the_count_behind_it(cockpit: Cockpit, peopled: Company) -> None:
    lines = cockpit("why", "win_rate").out.splitlines()
    assert lines[0] == "Win rate 50.0%"
    assert "win rate: 50.0%" in lines
    assert cockpit("why", "month.gap").out.splitlines()[0].endswith("118,000.00")


COMMANDS = ["", *KEYS, "sync", "log", "replan", "fill", "undo", "why", "doctor", "login", "demo"]
GROUPS = {"hub": ("serve", "seed", "import-csv", "import-rows", "token"), "config": ("path", "show", "validate")}
GROUPS["plan"] = ("add", "move", "cancel")
GROUPS["targets"] = ("show", "set", "split", "agree", "import")


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_at_every_level(cockpit: Cockpit, flag: str) -> None:
    lines = [[word] if word else [] for word in COMMANDS]
    lines += [[group, *verb] for group, verbs in GROUPS.items() for verb in ([], *([v] for v in verbs))]
    for line in lines:
        answer = cockpit(*line, flag)
        assert answer.code == 0, line
        assert answer.out.startswith("Usage: cockpit"), line
        assert answer.err == ""
    whole = cockpit(flag).out
    assert all(f"  {word} " in whole for word in (*COMMANDS, *GROUPS) if word)


def test_completion_is_made_for_a_shell(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    answer = cockpit("--show-completion", "bash")
    assert answer.code == 0
    assert "_COCKPIT_COMPLETE" in answer.out
    monkeypatch.setenv("_COCKPIT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "cockpit pi")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert cockpit().out.split() == ["pipeline"]


def test_team_says_who_is_behind_and_what_to_do(cockpit: Cockpit, peopled: Company) -> None:
    team = cockpit("team", "--json").json
    (rep,) = team["reps"]
    assert (team["workdays_gone"], team["workdays_total"]) == (16, 21)
    assert rep["behind_minor"] == 30_000_000 * 16 // 21 - 18_200_000
    assert rep["visits_limit"] == 15
    assert len(rep["trend"]) == 8
    assert [visit["account"] for visit in rep["week"]] == ["恒泰机械", "明远物流"]
    (record,) = csv.DictReader(io.StringIO(cockpit("team", "--csv").out))
    assert record["behind_minor"] == str(rep["behind_minor"])
    assert record["to_do"] == rep["problems"][0]["to_do"]
    assert rep["problems"][0]["to_do"] in cockpit("team", "--plain").out


def test_a_plan_says_where_it_goes_and_what_was_before(cockpit: Cockpit, peopled: Company) -> None:
    plan = cockpit("replan", "--json").json
    assert plan["start"] == [31.23, 121.47]
    places = {row["account"]: row["place"] for row in plan["after"] if row["account"]}
    assert places["恒泰机械"] == [31.22, 121.45]
    lines = [line.split() for line in cockpit("replan", "--plain").out.splitlines()]
    numbered = [line for line in lines if line[:1] in (["="], ["+"], ["~"], [">"])]
    assert [line[1] for line in numbered] == [str(number) for number in range(1, len(numbered) + 1)]
