"""The planner on the command line: the screen's proposal with its reasons, other days, wishes, and exit codes."""

from __future__ import annotations

import signal
from types import SimpleNamespace
from typing import Any

import pytest

from cockpit.cli import searching
from tests.cli.conftest import Cockpit
from tests.support.company import Company, at


@pytest.fixture
def month(company: Company) -> Company:
    for number, tier in enumerate("AABBC"):
        company.account(f"客户{number}", tier, lat=31.23 + number / 100, lon=121.47, id=f"acc-{number}")
    company.kpi(3)
    company.activity(at(24, "10:00"), account_id="acc-4", id="visit-1")
    return company


@pytest.fixture
def peopled(month: Company, account_file: object) -> Company:
    return month


@pytest.mark.usefixtures("peopled")
def test_fill_explains_with_points_that_add_up_and_other_plans(cockpit: Cockpit) -> None:
    answer = cockpit("fill", "--explain", "--json")
    assert answer.code == 0
    new = [row for row in answer.json["after"] if row["sign"] == "+"]
    assert len(new) == 2
    for row in new:
        assert sum(points for _text, points in row["reasons"]) == row["score"]
    assert [plan["aim"] for plan in answer.json["others"]] == ["least"]
    text = cockpit("fill", "--explain").out
    assert f"= {new[0]['score']}" in text
    assert "least change  1 -> 1" in text


@pytest.mark.usefixtures("peopled")
def test_apply_writes_one_act_says_the_undo_and_a_second_run_changes_nothing(cockpit: Cockpit) -> None:
    taken = cockpit("replan", "--from", "2026-11-26", "--to", "2026-11-30", "--apply", "--json")
    assert (taken.code, taken.json["applied"]) == (0, True)
    assert "`cockpit undo` takes it back." in taken.err
    again = cockpit("replan", "--from", "2026-11-26", "--to", "2026-11-30", "--json")
    assert all(row["sign"] == "=" for row in again.json["after"])
    assert cockpit("undo").code == 0
    back = cockpit("replan", "--from", "2026-11-26", "--to", "2026-11-30", "--json")
    assert [row["account"] for row in back.json["after"]] == [row["account"] for row in taken.json["after"]]


@pytest.mark.usefixtures("peopled")
def test_fill_ends_with_one_when_the_kpi_stays_short(cockpit: Cockpit) -> None:
    short = cockpit(
        "fill", "--without", "客户0", "--without", "客户1", "--without", "客户2", "--without", "客户3", "--json"
    )
    assert short.code == 1
    assert short.json["short"] == [{"rule": "visits a month", "count": 2}]
    words = cockpit("fill", "--visits", "1", "--to", "2026-11-24", "--explain")
    assert words.code == 1
    assert "visits a month: reached 1 of 3; 3 visits a day: 3; day ends 19:00, cadence off: no gain" in words.out


@pytest.mark.usefixtures("peopled")
def test_a_buffer_is_marked_and_no_part_of_what_is_short(cockpit: Cockpit) -> None:
    answer = cockpit("fill", "--buffer", "1", "--json")
    assert (answer.code, answer.json["short"]) == (0, [])
    assert [row["is_buffer"] for row in answer.json["after"] if row["sign"] == "+"] == [False, False, True]
    assert {"name": "buffer", "label": "buffer", "value": "1", "is_changed": True} in answer.json["limits"]
    assert "buffer beyond visits a month" in cockpit("fill", "--buffer", "1").out


@pytest.fixture
def wide(company: Company, request: pytest.FixtureRequest) -> None:
    """More to choose from than a first plan tries."""
    for number in range(40):
        lat, lon = 31.23 + (number * 7 % 19 - 9) / 111, 121.47 + (number * 11 % 17 - 8) / 95
        company.account(f"客户{number}", "ABC"[number % 3], lat=lat, lon=lon, id=f"acc-{number}")
    company.kpi(18)
    request.getfixturevalue("account_file")


@pytest.mark.usefixtures("wide")
def test_the_same_seed_and_steps_give_the_same_plan_and_more_steps_no_worse_one(cockpit: Cockpit) -> None:
    def found(*words: str) -> tuple[Any, int]:
        said = cockpit("fill", *words, "--json").json
        travel = next(line for line in said["scores"] if line["label"] == "travel min")
        return {name: said[name] for name in ("after", "scores", "notes", "seed", "steps")}, int(travel["after"])

    first, way = found()
    none, _way = found("--steps", "0")
    assert none["after"] == first["after"]
    assert (first["steps"], none["steps"]) == (0, 0)
    some, shorter = found("--steps", "60", "--seed", "7")
    again, _way = found("--steps", "60", "--seed", "7")
    assert again == some
    assert (some["seed"], some["steps"]) == (7, 60)
    assert found("--steps", "60", "--seed", "7", "--seconds", "600")[0] == some
    assert found("--steps", "60")[0]["seed"] == first["seed"] != 7
    assert shorter < way


@pytest.mark.usefixtures("wide")
def test_ctrl_c_prints_the_best_so_far_and_takes_nothing(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter(range(1_000_000))

    def monotonic() -> float:
        if next(looks) == 30:
            signal.raise_signal(signal.SIGINT)
        return 0.0

    with monkeypatch.context() as patched:
        patched.setattr(searching, "clock", SimpleNamespace(monotonic=monotonic))
        answer = cockpit("fill", "--seconds", "600", "--apply", "--json")
    assert (answer.code, answer.json["applied"]) == (130, False)
    assert answer.json["steps"] == 29
    assert len([row for row in answer.json["after"] if row["sign"] == "+"]) == 18
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert cockpit("fill", "--steps", "29", "--json").json["after"] == answer.json["after"]


@pytest.fixture
def disputed(month: Company, request: pytest.FixtureRequest) -> None:
    month.dispute("activity", "visit-1", {"starts_at": at(24, "15:00")}, {"starts_at": at(24, "11:30")})
    request.getfixturevalue("account_file")


@pytest.mark.usefixtures("disputed")
def test_a_plan_in_question_is_made_again_from_the_hubs_side(cockpit: Cockpit) -> None:
    assert "客户4, Tue 11-24: your plan and the hub's differ: `cockpit replan --theirs`" in cockpit("today").out
    assert cockpit("today", "--json").json["is_plan_disputed"]
    usual = cockpit("replan", "--json").json
    assert (usual["answers"], usual["notes"][0].startswith("1 planned visit is in question")) == (0, True)
    found = cockpit("replan", "--theirs", "--apply", "--json")
    assert (found.code, found.json["answers"], found.json["applied"]) == (0, 1, True)
    times = {row["activity_id"]: row["starts_at"] for row in found.json["after"]}
    assert times["visit-1"] == "2026-11-24T11:30:00+08:00"
    assert cockpit("conflicts", "--json").json["conflicts"] == []
    again = cockpit("replan", "--theirs")
    assert (again.code, "No plan is in question" in again.err) == (2, True)
    cockpit("undo")
    assert len(cockpit("conflicts", "--json").json["conflicts"]) == 1


@pytest.mark.usefixtures("peopled")
def test_why_not_answers_for_one_account(cockpit: Cockpit) -> None:
    found = cockpit("fill", "--visits", "1", "--why-not", "客户3", "--to", "2026-11-24", "--json").json
    assert (found["account"], found["is_planned"], found["text"]) == ("客户3", False, "day full (1)")
    assert found["days"] == [{"on": "2026-11-24", "text": "day full (1)"}]
    assert cockpit("replan", "--why-not", "客户4").out.startswith("客户4: is in the plan: Tue 11-24 10:00")


@pytest.mark.usefixtures("peopled")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["replan", "--from", "2026-11-25"], "begin on 2026-11-26 or later"),
        (["replan", "--theirs", "--from", "2026-11-26"], "leave --from and --to out"),
        (["replan", "--from", "soon"], "soon is not a date like 2026-11-24."),
        (["replan", "--from", "2026-11-27", "--to", "2026-11-26"], "is before the first"),
        (["fill", "--from", "2026-11-01"], "2026-11-01 is over"),
        (["replan", "--until", "25:00"], "25:00 is not a time like 18:30."),
        (["replan", "--visits", "0"], "--visits is a number from 1 to 20."),
        (["fill", "--seconds", "-1"], "--seconds is a number from 0 to 600."),
        (["fill", "--seconds", "nan"], "--seconds is a number from 0 to 600."),
        (["replan", "--steps", "-1"], "--steps is a number from 0 to 1000000."),
        (["replan", "--seed", "-1"], "--seed is a number from 0 to 4294967295."),
        (["fill", "--buffer", "-1"], "--buffer is a number from 0 to 20."),
        (["replan", "--travel", "-1"], "--travel is a number of minutes"),
        (["replan", "--aim", "fun"], "fun is not an aim: use kpi, least or money."),
        (["replan", "--without", "nobody"], "nobody"),
        (["replan", "--why-not", "客户1", "--apply"], "leave --apply out"),
    ],
)
def test_bad_use_says_what_is_wrong_and_changes_nothing(cockpit: Cockpit, words: list[str], said: str) -> None:
    answer = cockpit(*words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
