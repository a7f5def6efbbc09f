"""A device's change of a row that a CRM holds: read the row there, judge as always, write it there, then keep it here.

The judge is asked twice. The first time only to see what would change, in a transaction that is undone; no request is
ever made inside a transaction. Between the two nobody else writes the row: pushes of it wait, and so do rounds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from cockpit.crm.connector import CrmForbidden, CrmRefused, CrmStale, Holding, Remote
from cockpit.domain.text import clean_line
from cockpit.errors import HubError, SignInNeeded
from cockpit.hub import push
from cockpit.hub.committing import commit_here, refused, rehearse
from cockpit.hub.judgement import Push
from cockpit.hub.problems import Problem
from cockpit.hub.upstream import refusals
from cockpit.hub.upstream.asking import Line
from cockpit.hub.upstream.attempts import Attempts
from cockpit.hub.upstream.guard import Guard
from cockpit.hub.upstream.links import references
from cockpit.hub.upstream.settings import Connection
from cockpit.hub.upstream.taking import Taker, is_news
from cockpit.hub.wire import Mutation, MutationResult, ProblemBody
from cockpit.i18n import _
from cockpit.storage import rows
from cockpit.storage.records import to_wire
from cockpit.storage.tables import ChangeLogRow, MutationResultRow

if TYPE_CHECKING:
    from cockpit.hub.context import Hub

TRIES = 3
"""How often a change is judged anew because the row changed at the CRM meanwhile."""


@dataclass
class _Plan:
    """What a change would do: the row before and after (None: not there), and what of it goes to the CRM."""

    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    is_held: bool = False
    was_held: bool = False


class Writer:
    """Commits mutations of the kinds that the CRM holds."""

    def __init__(self, hub: Hub, connection: Connection, line: Line, guard: Guard) -> None:
        self._hub, self._connection, self._line, self._guard = hub, connection, line, guard
        self._attempts = Attempts(hub, connection.name)

    def commit(self, turn: Push, mutation: Mutation) -> MutationResult:
        """The result a device gets. What the CRM refuses is rejected with its words; while it cannot be asked, `retry`."""
        with self._guard.alone((mutation.entity, mutation.entity_id)):
            for _number in range(TRIES):
                try:
                    return self._commit(turn, mutation)
                except CrmStale:
                    continue
                except (CrmRefused, CrmForbidden) as error:
                    return self._refuse(turn, mutation, clean_line(error.detail, 300), "crm-refused")
                except Problem as problem:
                    return self._refuse(turn, mutation, problem.detail, problem.type)
                except HubError as error:
                    kind = "crm-sign-in" if isinstance(error, SignInNeeded) else "crm-away"
                    return _later(mutation, Problem(kind, clean_line(error.detail, 300)))
            return _later(mutation, Problem("changed"))

    def _refuse(self, turn: Push, mutation: Mutation, words: str, kind: str) -> MutationResult:
        with self._hub.write() as session:
            refusals.note(session, self._connection.name, turn, mutation, words)
        return refused(mutation.mutation_id, words, kind)

    def _commit(self, turn: Push, mutation: Mutation) -> MutationResult:
        if self._line.greeting is None:
            self._line.ask_unless_resting(self._line.connector.greet)
            self._line.greet()
        holding = self._line.can.holdings.get(mutation.entity)
        with self._hub.read() as session:
            is_known = self._is_known(session, mutation)
            taker = self._taker(session)
            written = taker.shaper(mutation.entity).written if holding is not None else {}
            link = taker.links.of_row(mutation.entity, mutation.entity_id)
            remote_id, is_pinned = (link.remote_id, link.state == "pinned") if link is not None else ("", False)
            is_doubtful = holding is not None and self._attempts.may_be_there(session, mutation, holding)
            has_mark = self._attempts.has_mark(session, mutation)
        if holding is None or is_known or is_pinned:
            return commit_here(self._hub, turn, mutation)
        if not remote_id:
            return self._unlinked(turn, mutation, holding, is_doubtful=is_doubtful, has_mark=has_mark)
        if mutation.op == "create":
            return self._again(turn, mutation, holding)
        touched = mutation.patch.keys() if mutation.op == "patch" else holding.fields
        self._refuse_theirs(mutation, holding, touched, written)
        theirs = holding.fields | written.keys()
        if not touched & theirs:
            return commit_here(self._hub, turn, mutation)
        if mutation.sent == "taken":  # it was there before: what the CRM has instead came after it
            turn = replace(turn, held=theirs)
        return self._linked(turn, mutation, remote_id)

    # -- a row the CRM has ---------------------------------------------------------------------------------------------

    def _linked(self, turn: Push, mutation: Mutation, remote_id: str) -> MutationResult:
        connector, entity = self._line.connector, mutation.entity
        seen = self._line.ask_unless_resting(lambda: connector.read(entity, remote_id))
        if seen is None or seen.is_deleted:
            self._store(Remote(entity, remote_id, {}, is_deleted=True))
            return commit_here(self._hub, turn, mutation)
        self._store(seen)
        result, plan = self._rehearse(turn, mutation, seen)
        if result.status != "applied":
            return result
        if mutation.op == "delete":
            self._line.ask(lambda: connector.delete(entity, seen))
            return self._keep(turn, mutation, None, remote_id)
        answer = self._line.ask(lambda: connector.update(entity, seen, plan.values)) if plan.values else None
        return self._keep(turn, mutation, answer, remote_id)

    def _refuse_theirs(self, mutation: Mutation, holding: Holding, touched: Any, written: Collection[str]) -> None:
        """Raises Problem for what is changed at the CRM alone."""
        if holding.is_read_only and touched & holding.fields:
            raise Problem(
                "crm-refused", _("{entity} is kept in the CRM: change it there").format(entity=mutation.entity)
            )
        names = self._connection.fields.get(mutation.entity, {})
        for theirs, ours in names.items():
            if mutation.op == "patch" and ours in mutation.patch and ours not in written:
                words = _("{ours} is the field {theirs} of the CRM: change it there").format(ours=ours, theirs=theirs)
                raise Problem("crm-refused", words, field=ours)

    # -- a row the CRM does not have, as far as we know -------------------------------------------------------------------

    def _unlinked(
        self, turn: Push, mutation: Mutation, holding: Holding, *, is_doubtful: bool, has_mark: bool
    ) -> MutationResult:
        result, plan = self._rehearse(turn, mutation, None)
        is_new = plan.is_held and (mutation.op == "create" or not plan.was_held or has_mark)
        if result.status != "applied" or not is_new or holding.is_read_only:
            return result if result.status != "applied" else commit_here(self._hub, turn, mutation)
        connector, entity, row_id = self._line.connector, mutation.entity, mutation.entity_id
        if is_doubtful and holding.create == "none":
            self._attempts.asked(mutation)
            raise Problem(
                "crm-refused", _("Nobody knows whether the CRM has it already. Look there; send it again if not.")
            )
        found = None
        if is_doubtful and holding.create == "lookup":
            found = self._line.ask_unless_resting(lambda: connector.find(entity, row_id, plan.values))
        if found is not None and mutation.op == "create":
            self._store(found, row_id)
            return self._again(turn, mutation, holding)
        if found is None and holding.create == "lookup" and mutation.op == "create" and mutation.sent == "taken":
            return self._deleted_there(mutation)
        if found is None:
            self._attempts.put(mutation)
            try:
                found = self._line.ask_unless_resting(lambda: connector.create(entity, row_id, plan.values))
            except (CrmRefused, CrmForbidden):
                with self._hub.write() as session:
                    self._attempts.drop(session, mutation)
                raise
        return self._keep(turn, mutation, found, None)

    def _again(self, turn: Push, mutation: Mutation, holding: Holding) -> MutationResult:
        """It was made by an earlier try: what the CRM says of it holds, the rest is as the device has it."""
        again = replace(turn, held=holding.fields | {"rep_id", "owner_id"})
        return self._keep(again, mutation, None, None)

    def _deleted_there(self, mutation: Mutation) -> MutationResult:
        """The CRM had the row once and has it no more: a person says whether it is made again."""
        body = ProblemBody(**Problem("deleted").body())
        actor_id = self._connection.actor_id
        return MutationResult(
            mutation_id=mutation.mutation_id,
            status="conflict",
            problem=body,
            theirs_by=actor_id,
            theirs_at=self._hub.now(),
        )

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _rehearse(self, turn: Push, mutation: Mutation, seen: Remote | None) -> tuple[MutationResult, _Plan]:
        plan, entity = _Plan(), mutation.entity
        with self._hub.read() as session:
            plan.before = _wire(session, entity, mutation.entity_id)

        def look(session: Session, result: MutationResult) -> MutationResult:
            plan.after = after = _wire(session, entity, mutation.entity_id)
            taker = self._taker(session)
            shaper = taker.shaper(entity)
            if after is None:
                return result
            plan.is_held = shaper.is_held(after) and self._has_all(taker, entity, shaper.holding, after)
            plan.was_held = plan.before is not None and shaper.is_held(plan.before)
            before: Mapping[str, Any] = plan.before or {} if seen is not None else {}
            changed = {name: value for name, value in after.items() if before.get(name) != value}
            if seen is not None or plan.is_held:
                plan.values = shaper.theirs(self._not_ahead(entity, after, changed), seen, taker.theirs)
            return result

        return rehearse(self._hub, turn, mutation, look), plan

    def _has_all(self, taker: Taker, entity: str, holding: Holding, after: Mapping[str, Any]) -> bool:
        named = references(entity, after)
        return all(taker.theirs(named[name], after[name]) for name in holding.needs & named.keys())

    def _not_ahead(self, entity: str, after: Mapping[str, Any], changed: dict[str, Any]) -> dict[str, Any]:
        """What was done is not later than the CRM's clock, however wrong the one is that dated it."""
        if entity != "activity" or after.get("status") != "held":
            return changed
        now = (self._hub.now() + self._line.skew).astimezone(UTC).isoformat(timespec="microseconds")
        latest = now.replace("+00:00", "Z")
        late = {name: latest for name in ("starts_at", "ends_at") if (changed.get(name) or "") > latest}
        return {**changed, **late}

    def _keep(self, turn: Push, mutation: Mutation, answer: Remote | None, before: str | None) -> MutationResult:
        """Judge for good; the link and the row change in one transaction."""

        def finish(session: Session, result: MutationResult) -> MutationResult:
            if answer is not None:
                self._taker(session).accept(answer, mutation.entity_id, before)
            elif mutation.op == "delete":
                self._taker(session).links.drop_row(mutation.entity, mutation.entity_id)
            self._attempts.drop(session, mutation)
            refusals.settle(session, self._connection.name, mutation)
            return push.as_it_stands(session, turn, mutation, result)

        return commit_here(self._hub, turn, mutation, finish)

    def _store(self, seen: Remote, row_id: str = "") -> None:
        with self._hub.read() as session:
            if not row_id and not is_news(session, self._connection, self._line.can, [seen], None):
                return
        with self._hub.write() as session:
            taker = self._taker(session)
            if row_id:
                taker.links.put(seen.entity, seen.id, row_id)
            taker.take([seen])

    def _taker(self, session: Session) -> Taker:
        unread = self._line.greeting.forbidden if self._line.greeting is not None else ()
        return Taker(session, self._connection, self._line.can, self._hub.now(), unread=unread)

    def _is_known(self, session: Session, mutation: Mutation) -> bool:
        """Whether it was applied before: then it is answered, not carried out."""
        name = mutation.mutation_id
        return session.get(MutationResultRow, name) is not None or session.get(ChangeLogRow, name) is not None


def _later(mutation: Mutation, problem: Problem) -> MutationResult:
    body = ProblemBody(**problem.body())
    return MutationResult(mutation_id=mutation.mutation_id, status="retry", problem=body)


def _wire(session: Session, entity: str, row_id: str) -> dict[str, Any] | None:
    row = rows.find(session, entity, row_id)
    return to_wire(row, entity) if row is not None else None
