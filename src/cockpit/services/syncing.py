"""Sync as the user meets it: sign in, run, queue, receipts, conflicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.services import conflict_words
from cockpit.services.badge import OwnSync, read_badge
from cockpit.services.desk import Desk
from cockpit.services.proof import read_proof
from cockpit.services.queue import queue_items
from cockpit.services.signing import SigningService
from cockpit.services.snapshots import Badge, Receipt, Saved, SyncReport, SyncSnapshot
from cockpit.services.timekeeping import clock_note
from cockpit.storage import meta
from cockpit.storage.queries import sync as queries
from cockpit.storage.tables import OutboxDoneRow, OutboxRow
from cockpit.sync import acts, answers, chains, policy, pull, runs, undo

if TYPE_CHECKING:
    from datetime import datetime

    import httpx
    from sqlmodel import Session

    from cockpit.crm.hub import HubClient

SHOWN_RECEIPTS = 50


@dataclass
class _Live:
    """What lasts from one sync to the next, and the hub that is spoken with."""

    hub: HubClient | None = None


@dataclass(frozen=True)
class SyncService:
    """The sync of one account. `transport` stands in for the network in tests."""

    desk: Desk
    transport: httpx.BaseTransport | None = None
    own: OwnSync = field(default_factory=OwnSync, compare=False)
    _live: _Live = field(default_factory=_Live, repr=False, compare=False)

    @cached_property
    def signing(self) -> SigningService:
        """Who is signed in here, with the same hub and the same tokens."""
        return SigningService(self.desk, self.transport)

    def sign_in(self, url: str, token: str, *, remember: bool = True) -> str:
        """`signing.sign_in`."""
        return self.signing.sign_in(url, token, remember=remember)

    def run(self, progress: Callable[[str], None] | None = None, *, accept_shrink: bool = False) -> SyncReport:
        """Push, then pull until nothing more comes. Raises HubError kinds and Stopped; local work is untouched by any."""
        from cockpit.sync.engine import Engine

        def tell(text: str) -> None:
            self.own.progress = text
            if progress is not None:
                progress(text)

        with self.signing.connect() as hub:
            self.own.is_running, self._live.hub = True, hub
            try:
                done = Engine(self.desk.database, hub, tell).run(accept_shrink=accept_shrink)
            finally:
                self.own.is_running, self._live.hub, self.own.progress = False, None, ""
        with self.desk.database.read() as session:
            summary = queries.pending_summary(session)
            return SyncReport(
                pushed=done.pushed,
                pulled=done.pulled,
                pending=summary.pending,
                conflicts=summary.conflicts,
                parked=summary.parked,
                receipts=queries.count_receipts(session),
                complete=meta.get(session, "complete", "1") == "1",
            )

    def stop(self) -> bool:
        """End a run of this process after the step it is in, waiting for no answer; False when none runs."""
        hub = self._live.hub
        if hub is None:
            return False
        self.own.progress = _("stopping")
        hub.abort()
        return True

    def run_if_due(self, progress: Callable[[str], None] | None = None) -> SyncReport | None:
        """`run` for a timer: None while the wait after a failure, or one the hub asked for, is not over."""
        with self.desk.database.read() as session:
            due = queries.moment(meta.get(session, "next_try_at"))
        return self.run(progress) if policy.is_due(due, clock.now()) else None

    def check(self) -> datetime:
        """Say hello to the hub and nothing more; the time there. Raises what would stop a sync."""
        with self.signing.connect() as hub:
            return hub.hello().time

    def load(self) -> SyncSnapshot:
        """Queue, receipts and open conflicts. Raises NotSignedIn where nobody ever was: then nothing is at a hub."""
        with self.desk.database.read() as session:
            self.desk.require_account(session)
            last, zone = runs.last(session), self.desk.zone(session)
            facts = meta.get_all(session, ("complete", "hub_url", "last_error", "person_id"))
            return SyncSnapshot(
                as_of=clock.now().astimezone(zone),
                complete=facts.get("complete", "1") == "1",
                hub_url=facts.get("hub_url", ""),
                badge=read_badge(self.desk, session, self.own),
                pushed=last.pushed if last else 0,
                pulled=last.pulled if last else 0,
                queue=queue_items(session, zone),
                receipts=_receipts(session, zone),
                conflicts=conflict_words.open_conflicts(session),
                last_error=conflict_words.of_error(facts.get("last_error", "")),
                proof=read_proof(self.desk, session),
                shrink=_shrink(session),
                refused=queries.refused_rows(session),
                clock_note=clock_note(session),
                is_plan_disputed=bool(queries.disputed_plans(session, facts.get("person_id", ""))),
            )

    def badge(self) -> Badge:
        """The footer's line; one cheap read."""
        with self.desk.database.look() as reader:
            return read_badge(self.desk, reader, self.own)

    def answer(self, conflict_id: str, choice: Literal["mine", "theirs", "both"]) -> Saved:
        """Answer a conflict; the answer is a new mutation."""
        with self.desk.database.write() as session:
            me = self.desk.viewer(session)
            text = conflict_words.of_choice(session, conflict_id, choice)
            action, held = answers.answer(session, conflict_id, choice, actor_id=me.id, now=clock.now(), label=text)
            return Saved(action_id=action, text=text, entity=held.entity, id=held.entity_id)

    def discard(self, mutation_id: str) -> Saved:
        """End a parked mutation, and what has no sense without it; kept among the receipts as discarded."""
        with self.desk.database.write() as session:
            mutation, now = _parked(session, mutation_id), clock.now()
            text = _("Discarded: {label}").format(label=mutation.label)
            ended = undo.with_dependants(session, [mutation]) if mutation.op == "create" else [mutation]
            entity, row_id = mutation.entity, mutation.entity_id
            act = acts.before(session, text, ended, (), entity, row_id)
            undo.withdraw(session, ended, "discarded", now)
            return Saved(action_id=acts.keep(session, act, None, now), text=text, entity=entity, id=row_id)

    def retry(self, mutation_id: str) -> Saved:
        """Send a parked mutation again with the next sync."""
        with self.desk.database.write() as session:
            mutation = _parked(session, mutation_id)
            text = _("Queued again: {label}").format(label=mutation.label)
            entity, row_id = mutation.entity, mutation.entity_id
            act = acts.before(session, text, [mutation], (), entity, row_id, is_retry=True)
            mutation.status, mutation.next_try_at = "pending", None
            mutation.error_type = mutation.error_text = ""
            chains.mark(session)
            return Saved(action_id=acts.keep(session, act, None, clock.now()), text=text, entity=entity, id=row_id)


def _parked(session: Session, mutation_id: str) -> OutboxRow:
    found = session.exec(select(OutboxRow).where(OutboxRow.mutation_id == mutation_id)).first()
    if found is None or found.status != "parked":
        raise NotAllowed(_("Only what the hub refused can be discarded or sent again."))
    return found


def _shrink(session: Session) -> tuple[int, int] | None:
    """What a resync that waits for a yes would remove; None when none waits."""
    if meta.get(session, "last_error") != "ShrinkNeedsAnswer":
        return None
    found = pull.stale_rows(session)
    return found.removed, found.removed + found.kept


def _receipts(session: Session, zone: ZoneInfo) -> tuple[Receipt, ...]:
    newest = select(OutboxDoneRow).order_by(col(OutboxDoneRow.ended_at).desc(), col(OutboxDoneRow.seq).desc())
    return tuple(
        Receipt(
            mutation_id=done.mutation_id,
            label=done.label,
            entity=done.entity,
            occurred_at=done.occurred_at.astimezone(zone),
            ended_at=done.ended_at.astimezone(zone),
            result=done.result,
            rev=done.rev,
        )
        for done in session.exec(newest.limit(SHOWN_RECEIPTS))
    )
