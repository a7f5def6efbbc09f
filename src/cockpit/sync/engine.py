"""One run of the sync: push in order, then pull page by page. Every step may be the last one.

Whatever ends the program between two steps, the next run goes on from what is on disk: the queue, the
cursor and the rows always changed together. Only one process syncs a file at a time.
"""

from __future__ import annotations

import random as _random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from filelock import FileLock, Timeout
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from cockpit import clock
from cockpit.crm.hub import BatchTooBig, HubClient, ResetAsked, ServerFault
from cockpit.crm.wire import ChangesPage, Hello, PushAnswer, SnapshotPage
from cockpit.errors import (
    CockpitError,
    HubBusy,
    HubError,
    HubUnavailable,
    LocalDataError,
    NotAllowed,
    SignInNeeded,
    Stopped,
    VersionTooOld,
)
from cockpit.garbage import no_collecting
from cockpit.i18n import _
from cockpit.storage import meta
from cockpit.storage.database import Database, why_locked
from cockpit.storage.tables.sync import SCHEMA_VERSION
from cockpit.sync import acts, policy, pull, push, receipts, restoring, runs

Point = Literal["locked", "hello", "taken", "answered", "settled", "pulled", "saved", "swept"]
"""Where a run can be cut, for tests: after the lock, the hello, marking a batch as sent, its answer, one
result on disk, a page received, a page on disk, the sweep."""


@dataclass
class Tally:
    """What one run did so far."""

    started_at: datetime
    has_sent: bool = False
    pushed: int = 0
    pulled: int = 0


@dataclass
class Engine:
    """The loop over one database and one hub. `sleep`, `random` and `at` are for tests to replace.

    `progress` is told where the run is, between two steps. It may raise Stopped: what is on disk by then stays.
    """

    database: Database
    hub: HubClient
    progress: Callable[[str], None] = lambda _text: None
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = _random.random
    at: Callable[[Point], None] = lambda _point: None

    def run(self, *, accept_shrink: bool = False) -> Tally:
        """Push, then pull until nothing more comes. Raises the HubError kinds; what was saved before stays saved."""
        with self._alone():
            self.at("locked")
            tally = Tally(clock.now())
            with self.database.write() as session:
                runs.take_turn(session)
                push.recover(session)
                met = meta.get_all(session, (pull.MARK, pull.HEAD, "device_id"))
            try:
                hello = self._greet(met.get(pull.MARK, ""), int(met.get(pull.HEAD, "0")), met.get("device_id", ""))
                self._push(hello, tally)
                self._pull(hello, tally)
                self._finish(tally, hello, accept_shrink)
            except (Stopped, KeyboardInterrupt):
                with suppress(LocalDataError), self.database.write() as session:
                    push.recover(session)
                    runs.stop(session, self._run(tally), clock.now())
                raise
            except CockpitError as error:
                with suppress(LocalDataError):
                    self._note_failure(tally, error)
                raise
            return tally

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the file's sync lock; the kernel frees it however this process ends."""
        if self.database.path is None:
            yield
            return
        lock = FileLock(f"{self.database.path}.sync", timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise NotAllowed(_("Another Cockpit is syncing this account right now.")) from None
        except OSError as error:
            if error.filename is not None:
                raise
            raise why_locked(self.database.path) from error
        try:
            yield
        finally:
            lock.release()

    def _greet(self, mark: str, head: int, device_id: str) -> Hello:
        """Say hello, refuse what does not fit, and start over where the hub is not the one it was."""
        asked = clock.monotonic()
        hello = self.hub.hello(mark, head, device_id)
        now, trip = clock.now(), clock.monotonic() - asked
        self.at("hello")
        if hello.schema.min > SCHEMA_VERSION:
            raise VersionTooOld("", hub=hello.schema.min, here=SCHEMA_VERSION)
        if hello.schema.max < SCHEMA_VERSION:
            raise HubError(_("The hub is older than this program; it has to be updated first."))
        with self.database.write() as session:
            found = meta.get_all(session, ("person_id", "epoch"))
            if found.get("person_id", hello.person.id) != hello.person.id:
                raise SignInNeeded(_("The token belongs to somebody else."))
            known = found.get("epoch")
            if known and (known != hello.epoch or not hello.is_same_history or hello.head_rev < head):
                restoring.of_the_hub(session, hello.epoch, hello.time, now)
                head = 0
            elif not pull.has_place(session):
                pull.begin_resync(session, "first", hello.epoch, now)
            limit = hello.limits.backdate_days
            facts = {
                "epoch": hello.epoch,
                pull.MARK: hello.mark,
                pull.HEAD: str(max(head, hello.head_rev)),  # a page of a load may come with a cursor as high as this
                "backdate_days": "" if limit is None else str(limit),
                "role": hello.person.role,
            }
            # the hub read its clock about half way between question and answer
            meta.put_all(session, facts | receipts.clock_facts(hello.time, now - timedelta(seconds=trip / 2)))
        return hello

    def _push(self, hello: Hello, tally: Tally) -> None:
        most, faults, total, first, number = policy.BATCH, 0, 0, None, hello.pushes
        while (
            first is None or tally.pushed < first + policy.BATCH
        ):  # what is written meanwhile must not hold up the pull
            with self.database.write() as session:
                batch = push.take(session, clock.now(), hello.limits, most)
                device_id = meta.get(session, "device_id") if batch.ids else ""
            if not batch.ids:
                return
            first = batch.ready if first is None else first
            total = max(total, tally.pushed + batch.ready)
            tally.has_sent, number = True, number + 1
            self.at("taken")
            self._tell_pushed(tally, total)
            try:
                answer = self._send(batch, device_id, hello, number)
            except BatchTooBig as error:
                if len(batch.ids) == 1:
                    self._park_large(batch, error)
                most = max(1, len(batch.ids) // 2)
                continue
            except ServerFault:
                faults += 1
                if faults >= policy.LONE_FAULTS or not self._set_aside(batch):
                    raise
                continue
            self.at("answered")
            before = tally.pushed
            moved = self._settle(batch, answer, tally)
            self._tell_pushed(tally, total)
            if not moved and tally.pushed == before:
                return  # an answer that moves nothing would be asked for again and again

    def _tell_pushed(self, tally: Tally, total: int) -> None:
        self.progress(_("up {done}/{total}").format(done=tally.pushed, total=total))

    def _send(self, batch: push.Batch, device_id: str, hello: Hello, number: int) -> PushAnswer:
        try:
            return self.hub.push(device_id, SCHEMA_VERSION, hello, number, batch.payloads)
        except HubError:
            with self.database.write() as session:
                push.give_back(session, batch.ids)
            raise

    def _set_aside(self, batch: push.Batch) -> bool:
        with self.database.write() as session:
            return push.set_aside(session, batch.ids, self._next_try)

    def _park_large(self, batch: push.Batch, error: BatchTooBig) -> None:
        with self.database.write() as session:
            push.park(session, batch.ids, "too-large", error.detail)

    def _settle(self, batch: push.Batch, answer: PushAnswer, tally: Tally) -> bool:
        """Carry out each result in a transaction of its own; True when any mutation changed its state."""
        asked, moved = set(batch.ids), False
        for result in answer.results:
            if result.mutation_id not in asked:
                continue
            asked.discard(result.mutation_id)
            with self.database.write() as session:
                tally.pushed += push.settle(
                    session, result, generation=pull.delivered_by(session), now=clock.now(), wait=self._next_try
                )
                pull.saw(session, result.rev or 0)
            moved = True
            self.at("settled")
        if asked:
            with self.database.write() as session:
                push.give_back(session, sorted(asked))
        return moved

    def _run(self, tally: Tally) -> runs.Run:
        return runs.Run(tally.started_at, tally.pushed, tally.pulled, self.hub.received_bytes)

    def _next_try(self, attempts: int) -> datetime:
        return clock.now() + policy.backoff(attempts, self.random)

    def _pull(self, hello: Hello, tally: Tally) -> None:
        if not tally.has_sent:
            with self.database.read() as session:
                kept = meta.get_all(session, ("complete", "drained"))
            if kept.get("complete") == "1" and kept.get("drained") == _drained(hello, hello.head_rev):
                return  # the greeting has told it: nothing has happened at the hub since the last whole pull
        try:
            self._pull_all(hello, tally)
        except ResetAsked as reset:
            reason: pull.Reason = "scope-changed" if reset.kind == "scope-changed" else "cursor-expired"
            with self.database.write() as session:
                if reset.kind == "other-history":
                    restoring.of_the_hub(session, hello.epoch, hello.time, clock.now())
                else:
                    pull.begin_resync(session, reason, hello.epoch, clock.now())
            try:
                self._pull_all(hello, tally)
            except ResetAsked as again:
                words = _("the hub gives cursors that it does not take.")
                raise HubUnavailable(words, url=self.hub.address.url) from again

    def _pull_all(self, hello: Hello, tally: Tally) -> None:
        patience, before = policy.Patience(), tally.pulled
        while self._pull_snapshot_page(hello, tally):
            self._stay_patient(patience.is_over(tally.pulled - before))
            before = tally.pulled
        patience = policy.Patience()
        while True:
            with self.database.read() as session:
                place = pull.place(session, "changes")
            cursor = place.cursor if place is not None else ""
            asked = clock.monotonic()
            page = self.hub.changes(cursor, min(hello.limits.page, policy.PAGE))
            took = clock.monotonic() - asked
            self.at("pulled")
            news = self._save(partial(_save_changes, page))
            self.at("saved")
            tally.pulled += news
            if not page.more:
                return
            left = tally.pulled + page.remaining_estimate
            self.progress(_("down {done}/{total}").format(done=tally.pulled, total=left))
            self._stay_patient(patience.is_over(news, is_same=page.next_cursor == cursor))
            self._give_turn(took)

    def _stay_patient(self, is_over: bool) -> None:
        if is_over:
            raise HubUnavailable(_("the hub sends the same page again and again."), url=self.hub.address.url)

    def _pull_snapshot_page(self, hello: Hello, tally: Tally) -> bool:
        """Take the next page of a full load; False when there is none to take."""
        with self.database.read() as session:
            place = pull.place(session, "snapshot")
        if place is None:
            return False
        asked = clock.monotonic()
        page, done = self.hub.snapshot(place.cursor), place.rows_done
        took = clock.monotonic() - asked
        self.at("pulled")
        self._stay_patient(page.next is not None and page.next == place.cursor)
        news = self._save(partial(_save_snapshot, page, hello.epoch))
        self.at("saved")
        tally.pulled += news
        done += len(page.rows)
        self.progress(_("down {done}/{total}").format(done=done, total=max(done, page.total)))
        if page.next is None:
            return False
        self._give_turn(took)
        return True

    def _give_turn(self, took: float) -> None:
        """Others write while the hub is asked; where it answers too fast for them, leave the file alone for longer."""
        if took < policy.YIELD_S:
            self.sleep(policy.YIELD_S - took)

    def _save(self, work: Callable[[Session, bool], int]) -> int:
        """A page in one transaction. Where the file refuses one of its rows, once more with each row guarded."""
        try:
            with no_collecting(), self.database.write() as session:
                return work(session, False)
        except (IntegrityError, DataError, OverflowError):
            with self.database.write() as session:
                return work(session, True)

    def _finish(self, tally: Tally, hello: Hello, accept_shrink: bool) -> None:
        now = clock.now()
        with self.database.write() as session:
            if meta.get(session, "complete", "1") != "1":
                pull.sweep(session, now, accept_shrink=accept_shrink)
            pull.forget_not_shown(session)
            receipts.drop_unrecorded_log(session)
            receipts.prune(session, hello.time)
            acts.prune(session, hello.time)
            pull.saw(session, hello.head_rev)
            meta.put(session, "drained", _drained(hello, pull.head(session)))
            runs.succeed(session, self._run(tally), now)
        self.database.forget_old_copies(now - policy.KEEP_COPIES)
        self.at("swept")

    def _note_failure(self, tally: Tally, error: CockpitError) -> None:
        with self.database.write() as session:
            failures = int(meta.get(session, "failures", "0")) + 1
            wait = policy.backoff(failures, self.random)
            if isinstance(error, HubBusy):
                seconds = error.facts.get("seconds", 0)
                wait = policy.throttled(float(seconds) if isinstance(seconds, int) else 30.0, self.random)
            runs.fail(session, self._run(tally), error, failures, clock.now() + wait, clock.now())


def _drained(hello: Hello, head: int) -> str:
    """What says that everything up to a revision is here, for what this person may see now."""
    person = hello.person
    return " ".join((hello.epoch, str(head), person.role, person.team_id or "-", *sorted(hello.scopes)))


def _save_changes(page: ChangesPage, session: Session, careful: bool) -> int:
    return pull.changes_page(session, page, clock.now(), careful=careful)


def _save_snapshot(page: SnapshotPage, epoch: str, session: Session, careful: bool) -> int:
    return pull.snapshot_page(session, page, epoch, clock.now(), careful=careful)
