"""One mutation in a transaction of its own: kept only when it was applied."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from cockpit.hub import push
from cockpit.hub.context import Hub
from cockpit.hub.judgement import Push
from cockpit.hub.problems import Problem
from cockpit.hub.wire import Mutation, MutationResult, ProblemBody

Finish = Callable[[Session, MutationResult], MutationResult]


class _NotKept(Exception):
    """Rolls back a mutation that was not applied."""

    def __init__(self, result: MutationResult) -> None:
        super().__init__(result.status)
        self.result = result


def commit_in_order(hub: Hub, turn: Push, mutations: Iterable[Mutation | MutationResult]) -> Iterator[MutationResult]:
    """Judge the mutations of one push; a result stands for one that could not be read.

    Behind one that meets a change its writer had not seen, or that has to come again itself, the later ones of its row are
    told to come again, as their device would have held them back had it known: taken, they would overtake it, and it would
    come on top of them once nothing is in its way any more. What is refused stays refused, and holds up nothing.
    Of a copy of a push only what was applied is answered: the rest was judged once, and its device may have gone on since.
    """
    held: set[tuple[str, str]] = set()
    for given in mutations:
        if isinstance(given, MutationResult):
            yield given
            continue
        place = (given.entity, given.entity_id)
        if (turn.is_copy or place in held) and not _was_taken(hub, given):
            yield MutationResult(mutation_id=given.mutation_id, status="retry")
            continue
        result = commit(hub, turn, given)
        if result.status in ("conflict", "retry"):
            held.add(place)
        yield result


def _was_taken(hub: Hub, mutation: Mutation) -> bool:
    with hub.read() as session:
        return push.is_known(session, mutation.mutation_id)


def commit(hub: Hub, turn: Push, mutation: Mutation) -> MutationResult:
    """Judge one mutation; where a CRM holds its kind, it is written there too before it counts."""
    if hub.upstream is not None and hub.upstream.holds(mutation.entity):
        return hub.upstream.commit(turn, mutation)
    return commit_here(hub, turn, mutation)


def commit_here(
    hub: Hub, turn: Push, mutation: Mutation, finish: Finish = lambda _session, result: result
) -> MutationResult:
    """Judge one mutation for this hub alone. `finish` goes on in the same transaction with what was applied."""
    try:
        with hub.write() as session:
            result = push.judge(session, turn, mutation)
            if result.status != "applied":
                raise _NotKept(result)
            return finish(session, result)
    except _NotKept as outcome:
        return outcome.result
    except (DataError, IntegrityError):
        return refused(mutation.mutation_id, "the database does not take these values")


def rehearse(hub: Hub, turn: Push, mutation: Mutation, look: Finish) -> MutationResult:
    """What would become of it. `look` sees what an applied one would leave, which is then undone."""

    def undo(session: Session, result: MutationResult) -> MutationResult:
        raise _NotKept(look(session, result))

    return commit_here(hub, turn, mutation, undo)


def refused(mutation_id: str, detail: str, type_: str = "validation") -> MutationResult:
    problem = ProblemBody(**Problem(type_, detail).body())
    return MutationResult(mutation_id=mutation_id, status="rejected", problem=problem)
