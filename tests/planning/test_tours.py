"""The search for day tours: every answer keeps every rule, small ones are optimal, the same seed gives the same."""

from __future__ import annotations

import itertools
import json
import pickle
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks import planning
from benchmarks.orienteering import read
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.planning.net import Net, Tour
from cockpit.planning.tour_search import TourSearch, search
from cockpit.planning.tours import TourDay, TourProblem, Tours
from tests.planning.tours import mctopmtw, score_of, toptw


def steps(count: int) -> Callable[[], bool]:
    left = iter(range(count))
    return lambda: next(left, None) is None


def found(problem: TourProblem, count: int, seed: int = 0) -> list[Tours]:
    better: list[Tours] = []
    last = search(problem, steps(count), seed, better.append)
    assert last == better[-1]
    return better


def written(folder: Path, text: str) -> Path:
    path = folder / "instance.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize("paths", [1, 2, 4])
@pytest.mark.parametrize(("points", "whole", "horizon"), [(40, True, 230), (90, False, 600), (60, True, 2_000)])
def test_every_answer_to_a_toptw_file_keeps_its_rules(
    tmp_path: Path, points: int, whole: bool, horizon: int, paths: int
) -> None:
    text = toptw(points, points, whole, horizon)
    instance = read(written(tmp_path, text), paths)
    answers = found(instance.problem, 300)
    for tours in answers:
        routes = [[instance.numbers[stop] for stop in route] for route in tours.routes]
        assert len(routes) == paths
        assert score_of(text, routes) == tours.score
    scores = [(tours.score, -tours.minutes) for tours in answers]
    assert scores == sorted(scores)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("tours", [1, 3])
def test_every_answer_to_an_mctopmtw_file_keeps_its_rules(tmp_path: Path, seed: int, tours: int) -> None:
    text = mctopmtw(seed, 40, tours)
    instance = read(written(tmp_path, text))
    for answer in found(instance.problem, 300):
        routes = [[instance.numbers[stop] for stop in route] for route in answer.routes]
        assert len(routes) == tours
        assert score_of(text, routes) == answer.score


@st.composite
def problems(draw: st.DrawFn, most_stops: int = 6) -> TourProblem:
    stops, days = draw(st.integers(0, most_stops)), draw(st.integers(1, 2))
    spots = [(draw(st.integers(0, 9)), draw(st.integers(0, 9))) for _ in range(stops + 2)]
    lasts = [draw(st.integers(1, 6)) for _ in range(stops)] + [0, 0]
    window = st.tuples(st.integers(0, 40), st.integers(0, 25)).map(lambda w: (w[0], w[0] + w[1]))
    hours = tuple(tuple(tuple(sorted(draw(st.lists(window, max_size=2)))) for _ in range(stops)) for _ in range(days))
    return TourProblem(
        trip=tuple(tuple(lasts[a] + abs(p[0] - q[0]) + abs(p[1] - q[1]) for q in spots) for a, p in enumerate(spots)),
        scores=tuple(float(draw(st.integers(0, 9))) for _ in range(stops)),
        hours=hours,
        days=tuple(
            TourDay(
                start=stops,
                end=stops + 1,
                leaves=draw(st.integers(0, 9)),
                back_by=draw(st.integers(18, 60)),
                hours=day,
                most=draw(st.sampled_from([1, 2, 99])),
            )
            for day in range(days)
        ),
        limits=(5.0,),
        use=tuple(((0, float(draw(st.integers(0, 3)))),) for _ in range(stops)),
    )


def back_at(problem: TourProblem, day: int, route: tuple[int, ...]) -> int | None:
    """When the day ends, each stop in the first window it can have; None where that breaks a rule."""
    about = problem.days[day]
    if not route:
        return about.leaves  # nobody leaves for nothing
    at, here = about.leaves, about.start
    for stop in route:
        at += problem.trip[here][stop]
        starts = [max(at, opens) for opens, closes in problem.hours[about.hours][stop] if at <= closes]
        if not starts:
            return None
        at, here = min(starts), stop
    at += problem.trip[here][about.end]
    return at if at <= about.back_by and len(route) <= about.most else None


def most_score(problem: TourProblem) -> float:
    """By trying every choice of stops for each day in every order."""
    stops = range(len(problem.scores))
    best = 0.0
    possible = [
        {
            frozenset(route)
            for count in range(len(stops) + 1)
            for route in itertools.permutations(stops, count)
            if back_at(problem, day, route) is not None
        }
        for day in range(len(problem.days))
    ]
    for days in itertools.product(*possible):
        union = frozenset().union(*days)
        if len(union) == sum(map(len, days)) and sum(problem.use[s][0][1] for s in union) <= problem.limits[0]:
            best = max(best, sum(problem.scores[s] for s in union))
    return best


@settings(max_examples=60)
@given(problems(most_stops=5))
def test_a_small_problem_is_solved_to_the_optimum(problem: TourProblem) -> None:
    tours = found(problem, 400)[-1]
    for day, route in enumerate(tours.routes):
        assert back_at(problem, day, route) is not None
    assert sum(problem.scores[stop] for route in tours.routes for stop in route) == tours.score
    assert tours.score == most_score(problem)


def test_the_same_seed_and_steps_give_the_same_answers_after_a_trip_to_another_process(tmp_path: Path) -> None:
    problem = read(written(tmp_path, toptw(3, 50)), 2).problem
    assert found(problem, 700, seed=5) == found(pickle.loads(pickle.dumps(problem)), 700, seed=5)


def test_what_is_planned_already_is_where_the_search_starts(tmp_path: Path) -> None:
    problem = read(written(tmp_path, toptw(4, 50)), 2).problem
    planned = found(problem, 500)[-1]
    again = TourSearch(problem, seed=9, start=planned.routes).best
    assert again.score >= planned.score
    assert all(set(before) <= set(after) for before, after in zip(planned.routes, again.routes))


@settings(max_examples=80)
@given(problems(), st.randoms(use_true_random=False))
def test_slack_is_right_after_any_change(problem: TourProblem, chance: random.Random) -> None:
    """Times kept up to date are those worked out anew, and what fits is exactly what keeps the day's rules."""
    net = Net(problem)
    tour = Tour(net, 0, [])
    for _ in range(12):
        fitting = [(gap, node) for gap, fits in enumerate(tour.fill()) for _, node in fits]
        fitting = [(gap, node) for gap, node in fitting if not {*net.twins[node]} & {*tour.nodes}]
        if fitting and chance.random() < 0.7:
            tour.put(*chance.choice(fitting))
        elif len(tour.nodes) > 2:
            first = chance.randrange(1, len(tour.nodes) - 1)
            tour.cut(first, chance.randrange(first, len(tour.nodes) - 1) + 1)
        anew = Tour(net, 0, tour.nodes[1:-1])
        assert (tour.starts, tour.latest) == (anew.starts, anew.latest)
        assert tour.fill() == anew.fill()
        assert all(starts <= latest for starts, latest in zip(tour.starts, tour.latest)) or len(tour.nodes) == 2
        assert (
            back_at(problem, 0, tuple(net.stop[node] for node in tour.nodes[1:-1])) is not None or not tour.nodes[1:-1]
        )


def test_the_command_prints_what_can_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = toptw(1, 30)
    assert planning.main(["--paths", "2", "--limits", "0.05,0.1", "--json", str(written(tmp_path, text))]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["limit_s"] for row in rows] == [0.05, 0.1]
    for row in rows:
        assert set(row) == {"file", "paths", "limit_s", "score", "first_plan_ms", "routes"}
        assert score_of(text, row["routes"]) == row["score"]


def _mc(line: int, old: str, new: str) -> str:
    lines = mctopmtw(1, 20, 2).splitlines()
    lines[line] = lines[line].replace(old, new, 1)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("no numbers here", "line 1: 'no' is no number"),
        ("4 3 2 1\n0 200\n", "neither a TOPTW nor an MCTOPMTW file"),
        ("1 2 3\n", "neither"),
        (toptw(1, 30).rsplit(" ", 4)[0], "values, not 9 or more"),
        ("".join(toptw(1, 30).splitlines(keepends=True)[:-5]), "26 points, the first line says 30"),
        ("4 3 1 1\n0 200\n0 0 0 0 0 0 0 0 99\n1 nan 3 1 5 1 1 1 0 50\n", "line 4: 'nan' is no number"),
        ("4 3 1 1\n0 200\n0 0 0 0 0 0 0 0 99\n1 2 1e400 1 5 1 1 1 0 50\n", "'1e400' is no number"),
        ("4 3 1 1\n0 200\n0 0 0 0 0 0 0 0 99\n1 2 3 -5 5 1 1 1 0 50\n", "point 1 lasts -5"),
        (mctopmtw(1, 20, 2).splitlines()[0], "the second line does not say"),
        (mctopmtw(1, 20, 2).rsplit(" ", 4)[0], "values, not 22"),
        (_mc(5, " 10.0 ", " -1 "), "lasts -1"),
    ],
)
def test_a_file_that_is_no_instance_is_named(
    tmp_path: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The other files of the same call are searched all the same."""
    bad, good = written(tmp_path, text), tmp_path / "a b [é].txt"
    good.write_text("\ufeff" + toptw(1, 30).replace("\n", "\r\n"), encoding="utf-8")
    assert planning.main(["--paths", "2", "--limits", "0.02", "--json", str(bad), str(good)]) == 2
    out, err = capsys.readouterr()
    assert [row["file"] for row in json.loads(out)] == [str(good)]
    assert str(bad) in err
    assert said in err


@pytest.mark.parametrize("limits", ["inf", "nan,1", "0", "x"])
def test_a_limit_is_a_number_of_seconds(tmp_path: Path, limits: str) -> None:
    with pytest.raises(SystemExit) as left:
        planning.main(["--paths", "2", "--limits", limits, str(written(tmp_path, toptw(1, 9)))])
    assert left.value.code == 2
