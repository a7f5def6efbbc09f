"""General routing libraries on the public TOPTW files, in the same run as our search.

`python -m benchmarks.planning_rivals REFERENCES.csv FOLDER [--cases c101:1,pr05:1] [--limits 0.2,1,5]` prints how many percent each
stays below the reference score, and the means. Needs the group `bench-planning`. Each rival starts anew for every limit. Ours
and pyvrp stop by the processor's time, vroom (one thread) and OR-tools by the wall clock, which is all they know.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks.orienteering import Instance, read
from benchmarks.planning import measure
from cockpit.planning.tours import TourProblem

Solve = Callable[[TourProblem, float], Iterable[int]]
"""The stops that are made within so many seconds."""
CASES = "c101:1,r104:1,rc103:1,pr05:1,c104:2,r105:2,rc108:2,r201:2,pr04:2,pr06:3,r112:4,rc101:14,c101:10,pr10:20"
PRIZE = 1000
"""Of a point, beside distances in tenths or hundredths; with less all of them leave points behind."""


def pyvrp(problem: TourProblem, limit: float) -> Iterable[int]:
    from pyvrp import Model

    model, day, stops = Model(), problem.days[0], len(problem.scores)
    house = model.add_location(0, 0)
    home = model.add_depot(house, tw_early=day.leaves, tw_late=day.back_by)
    model.add_vehicle_type(
        len(problem.days), start_depot=home, end_depot=home, tw_early=day.leaves, tw_late=day.back_by
    )
    spots, open_stops = {day.start: house}, []
    for stop in range(stops):
        for opens, closes in problem.hours[0][stop][:1]:
            spots[stop] = model.add_location(0, 0)
            open_stops.append(stop)
            prize = int(problem.scores[stop] * PRIZE)
            model.add_client(spots[stop], tw_early=opens, tw_late=closes, prize=prize, required=False)
    for a, here in spots.items():
        for b, there in spots.items():
            if a != b:
                model.add_edge(here, there, distance=problem.trip[a][b], duration=problem.trip[a][b])
    began = time.process_time()
    found = model.solve(stop=lambda _cost: time.process_time() - began >= limit, seed=1, display=False)
    visits = [visit for route in found.best.routes() for visit in route if visit.is_client()]
    return [open_stops[visit.idx] for visit in visits] if found.is_feasible() else []


def vroom(problem: TourProblem, limit: float) -> Iterable[int]:
    import numpy
    import vroom as library

    day = problem.days[0]
    asked = library.Input()
    asked.set_durations_matrix("car", numpy.array(problem.trip, dtype=numpy.uint32))
    window = library.TimeWindow(day.leaves, day.back_by)
    asked.add_vehicle(
        [library.Vehicle(n, start=day.start, end=day.end, time_window=window) for n in range(len(problem.days))]
    )
    most = max(problem.scores) or 1
    asked.add_job(
        [
            library.Job(
                stop,
                location=stop,
                priority=round(score / most * 100),
                time_windows=[library.TimeWindow(*window) for window in problem.hours[0][stop]],
            )
            for stop, score in enumerate(problem.scores)
            if problem.hours[0][stop]
        ]
    )
    routes = asked.solve(exploration_level=5, nb_threads=1, timeout=timedelta(seconds=limit)).routes
    return [int(row.id) for row in routes.itertuples() if row.type == "job"]


def ortools(problem: TourProblem, limit: float) -> Iterable[int]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    day = problem.days[0]
    manager = pywrapcp.RoutingIndexManager(len(problem.trip), len(problem.days), day.start)
    routing = pywrapcp.RoutingModel(manager)
    way = routing.RegisterTransitCallback(lambda a, b: problem.trip[manager.IndexToNode(a)][manager.IndexToNode(b)])
    routing.SetArcCostEvaluatorOfAllVehicles(way)
    routing.AddDimension(way, day.back_by, day.back_by, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for stop, score in enumerate(problem.scores):
        node = manager.NodeToIndex(stop)
        routing.AddDisjunction([node], int(score * PRIZE))
        for opens, closes in problem.hours[0][stop][:1]:
            clock.CumulVar(node).SetRange(opens, closes)
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(limit * 1000))
    found = routing.SolveWithParameters(how)
    if found is None:
        return []
    return [
        stop
        for stop in range(len(problem.scores))
        if found.Value(routing.NextVar(manager.NodeToIndex(stop))) != manager.NodeToIndex(stop)
    ]


RIVALS: dict[str, Solve] = {"pyvrp": pyvrp, "vroom": vroom, "ortools": ortools}


def references(path: Path) -> dict[tuple[str, int], float]:
    """The highest score named for each instance and number of paths."""
    found: dict[tuple[str, int], float] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            key = row["instance"], int(row["m"])
            found[key] = max(found.get(key, 0.0), float(row["score"]))
    return found


def gaps(path: Path, paths: int, reference: float, limits: Sequence[float]) -> dict[str, list[float]]:
    """Percent below the reference, by solver, for each limit."""
    scores = {"ours": [row.score for row in measure(path, paths, limits, 0, "cpu")]}
    instance: Instance = read(path, paths)
    points = instance.problem.scores
    for name, solve in RIVALS.items():
        scores[name] = [sum(points[stop] for stop in solve(instance.problem, limit)) for limit in limits]
    return {name: [100 * (1 - score / reference) for score in found] for name, found in scores.items()}


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.planning_rivals", description=__doc__)
    parser.add_argument("references", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cases", default=CASES)
    parser.add_argument("--limits", default="0.2,1,5")
    asked = parser.parse_args(given)
    limits = [float(limit) for limit in asked.limits.split(",")]
    known = references(asked.references)
    heads = [f"{name} {limit:g}" for name in ("ours", *RIVALS) for limit in limits]
    print(f"load {os.getloadavg()[0]:.1f}; percent below the reference")
    print(f"{'case':<10}" + "".join(f"{head:>13}" for head in heads), flush=True)
    sums = [0.0] * len(heads)
    cases = [case.split(":") for case in asked.cases.split(",")]
    for name, paths in cases:
        found = gaps(asked.folder / f"{name}.txt", int(paths), known[name, int(paths)], limits)
        row = [gap for values in found.values() for gap in values]
        sums = [total + gap for total, gap in zip(sums, row)]
        print(f"{name + ':' + paths:<10}" + "".join(f"{gap:>13.1f}" for gap in row), flush=True)
    print(f"{'mean':<10}" + "".join(f"{total / len(cases):>13.1f}" for total in sums))
    return 0


if __name__ == "__main__":
    sys.exit(main())
