"""Bugs in how changes and pages travel: idempotency, order of receipts and cursors, resync, clock, retry, write path."""

from __future__ import annotations

from tests.reliability.planting import Bug
from tests.reliability.upgrades import shrinks_unasked, upgrade_loses

_PUSH, _PULL, _ENGINE = "cockpit.sync.push", "cockpit.sync.pull", "cockpit.sync.engine"
_RECEIPTS, _CASTS = "cockpit.sync.receipts", "cockpit.migrations.upcasts"

IDEMPOTENCY = (
    Bug(
        "a new key at each try", "idempotency", "A change that is sent again gets another mutation id.",
        f"{_PUSH}:take", "mutation.attempts += 1",
        "mutation.attempts += 1\n        mutation.mutation_id += '' if mutation.attempts == 1 else 'x'", "I1",
    ),
    Bug(
        "one key for an action", "idempotency", "All changes of one key press are sent under one id.",
        f"{_PUSH}:_payload", '"occurred_at": wire_value(mutation.occurred_at)',
        '"occurred_at": wire_value(mutation.occurred_at), "mutation_id": mutation.action_id', "I1",
    ),
    Bug(
        "receipt not written", "idempotency", "What the hub applied leaves the queue without a receipt.",
        f"{_RECEIPTS}:end", "    connection.execute(_KEEP,",
        "    result == 'applied' or connection.execute(_KEEP,", "I1",
    ),
    Bug(
        "new keys after a restore", "idempotency", "What is sent again to a restored hub gets new ids.",
        f"{_RECEIPTS}:requeue", 'carried["attempts"] = max(1, done.attempts)',
        'carried["mutation_id"] = f"{done.mutation_id}r"', "I1",
    ),
    Bug(
        "what was undone is sent after a restore", "idempotency", "Receipts of withdrawn changes are queued again.",
        f"{_RECEIPTS}:requeue", "col(OutboxDoneRow.result).in_(SENT)",
        'col(OutboxDoneRow.result).in_((*SENT, "undone"))', "I1",
    ),
)  # fmt: skip

ACK_ORDER = (
    Bug(
        "receipt before the answer", "ack order", "A change counts as applied when it is taken for sending.",
        f"{_PUSH}:take", "        taken.append(mutation)\n",
        "        taken.append(mutation)\n        receipts.end(session, [mutation], 'applied', now=now)\n", "I1",
    ),
    Bug(
        "a refusal counts as a receipt", "ack order", "The result is not looked at: rejected is taken for applied.",
        f"{_PUSH}:settle", "if result.status in receipts.SENT or (",
        "if result.status in (*receipts.SENT, 'rejected') or (", "I1",
    ),
    Bug(
        "the batch is answered as a whole", "ack order", "The first result stands for every change of the batch.",
        f"{_ENGINE}:Engine._settle", "session, result, generation",
        "session, type(result)(result.mutation_id, answer.results[0].status), generation", "I1",
    ),
    Bug(
        "no answer is a yes", "ack order", "A change that the answer does not name counts as applied.",
        f"{_ENGINE}:Engine._settle", "push.give_back(session, sorted(asked))",
        "receipts.end(session, push._find(session, sorted(asked)), 'applied', now=clock.now())", "I1",
    ),
)  # fmt: skip

CURSORS = (
    Bug(
        "cursor before the page", "cursor order", "The cursor is on disk before the rows of its page.",
        f"{_ENGINE}:Engine._pull_all", "            news = self._save(partial(_save_changes, page))",
        "            with self.database.write() as session:\n"
        "                pull._go_on(session, 'changes', page.next_cursor, 0, clock.now())\n"
        "            news = self._save(partial(_save_changes, page))", "I3",
    ),
    Bug(
        "cursor of the other stream", "cursor order", "The changes are asked for with the place of the snapshot.",
        f"{_ENGINE}:Engine._pull_all", 'place = pull.place(session, "changes")',
        'place = pull.place(session, "snapshot")', "I7",
    ),
    Bug(
        "cursor not saved", "cursor order", "A page is applied, and its cursor forgotten.",
        f"{_PULL}:changes_page", '"changes", page.next_cursor,', '"changes", "",', "I7",
    ),
    Bug(
        "head of the hub taken for known", "cursor order", "Rows up to the newest revision met are passed over.",
        f"{_PULL}:_apply", "            receiver.refuse(*key, place, clean_line(_reason(error), 500))\n",
        "            receiver.refuse(*key, place, clean_line(_reason(error), 500))\n"
        "    receiver.fresh.clear()\n", "I3",
    ),
    Bug(
        "what was seen in an answer is not fetched", "cursor order", "Rows below the head of my own push are skipped.",
        f"{_PULL}:_apply", "    for item in sorted(found, key=_rev):",
        "    seen = int(meta.get(session, HEAD, '0'))\n"
        "    for item in (one for one in sorted(found, key=_rev) if not gone and _rev(one) > seen):", "I3",
    ),
)  # fmt: skip

RESYNC = (
    Bug(
        "a resync clears the queue", "resync", "Unsent work is thrown away with the old rows.",
        f"{_PULL}:begin_resync", "number = generation(session) + 1",
        "number = generation(session) + 1\n    session.execute(delete(OutboxRow))", "I1",
    ),
    Bug(
        "rows with unsent work are swept", "resync", "The sweep takes rows of which something is pending.",
        f"{_PULL}:sweep", "delete(table).where(_is_stale(table), col(table.pending) == 0)",
        "delete(table).where(_is_stale(table))", "I1",
    ),
    Bug(
        "the generation stays", "resync", "A resync runs under the old generation, so that nothing is stale.",
        f"{_PULL}:begin_resync", "number = generation(session) + 1", "number = generation(session)", "I3",
    ),
    Bug(
        "nothing is swept", "resync", "What a full load did not bring stays.",
        f"{_PULL}:sweep", "if counted.stale:", "if False:", "I3",
    ),
    Bug(
        "place of the snapshot not stored", "resync", "Every page of a full load is the first one.",
        f"{_PULL}:snapshot_page", '"snapshot", page.next or "",', '"snapshot", "",', "I7",
    ),
    Bug(
        "received rows are not stamped", "resync", "A row is applied under no generation, and swept.",
        "cockpit.sync.inbound:Receiver.row", '"seen_gen": self.generation}', '"seen_gen": 0}', "I3",
    ),
    Bug(
        "a restored hub is not noticed", "resync", "An older state of the hub only asks for a new cursor.",
        f"{_ENGINE}:Engine._greet", "if known and (", "if not known and (", "I1",
    ),
    Bug(
        "only a lower head tells of a restore", "resync", "What the hub says of the place met last is not looked at.",
        f"{_ENGINE}:Engine._greet", "not hello.is_same_history or hello", "hello", "I1",
    ),
    Bug(
        "each run counts its pushes anew", "idempotency", "A push goes under a number that one before it has had.",
        f"{_ENGINE}:Engine._push", "None, hello.pushes", "None, 0", "I7",
    ),
    Bug(
        "tombstones outlive a restore", "resync", "Deletions of an old epoch keep out rows of the new one.",
        f"{_PULL}:begin_resync", 'if reason == "restored":', "if False:", "I3",
    ),
    Bug(
        "an emptied hub is believed", "resync", "A full load that takes nearly everything away is not asked about.",
        "cockpit.sync.policy:shrinks_too_much", "return removed > SHRINK_ROWS", "return False and removed > SHRINK_ROWS",
        "I1", shrinks_unasked,
    ),
)  # fmt: skip

CLOCK = (
    Bug(
        "the later clock wins", "clock", "A conflict goes to whoever wrote later by his own clock.",
        f"{_PUSH}:_conflict", '    mutation.status = "conflict"\n',
        '    mutation.status = "conflict"\n'
        "    if result.theirs_at and result.theirs_at > mutation.occurred_at:\n"
        "        return receipts.end(session, [mutation], 'answered', now=now)\n", "I1",
    ),
    Bug(
        "the time of sending", "clock", "A visit is said to have happened when it was sent.",
        f"{_PUSH}:take", "        payload = _payload(session, mutation)", "        mutation.occurred_at = now\n        payload = _payload(session, mutation)", "I1",
    ),
    Bug(
        "new receipts are pruned", "clock", "Receipts are forgotten while they are young.",
        f"{_RECEIPTS}:prune", "now - policy.KEEP_RECEIPTS", "now", "I1",
    ),
    Bug(
        "old receipts are requeued", "clock", "After a restore only what is past its time is sent again.",
        f"{_RECEIPTS}:requeue", "col(OutboxDoneRow.ended_at) > now", "col(OutboxDoneRow.ended_at) < now", "I1",
    ),
    Bug(
        "the wait is read backwards", "clock", "What is due waits, and what waits is due.",
        "cockpit.sync.chains:ready", "policy.is_due(link.next_try_at, now)",
        "(link.next_try_at is None or not policy.is_due(link.next_try_at, now))", "I7",
    ),
)  # fmt: skip

RETRY = (
    Bug(
        "asks on when told to wait", "retry", "429 and 503 are tried again at once.",
        f"{_ENGINE}:Engine._push", "            except ServerFault:\n                faults += 1",
        "            except HubBusy:\n                continue\n            except ServerFault:\n                faults += 1", "I7",
    ),
    Bug(
        "Retry-After is not read", "retry", "What the hub asks for does not set the next try.",
        f"{_ENGINE}:Engine._note_failure", "if isinstance(error, HubBusy):", "if False:", "I7",
    ),
    Bug(
        "no sign-in drops the queue", "retry", "401 ends what was being sent.",
        f"{_ENGINE}:Engine._send", "        except HubError:\n            with self.database.write() as session:\n",
        "        except HubError as error:\n            with self.database.write() as session:\n"
        "                if isinstance(error, SignInNeeded):\n"
        "                    receipts.end(session, push._find(session, batch.ids), 'discarded', now=clock.now())\n", "I1",
    ),
    Bug(
        "too large is sent again whole", "retry", "413 does not make the batch smaller.",
        f"{_ENGINE}:Engine._push", "most = max(1, len(batch.ids) // 2)", "pass", "I7",
    ),
    Bug(
        "a failed batch stays on its way", "retry", "Without an answer nothing is put back in the queue.",
        f"{_ENGINE}:Engine._send", "push.give_back(session, batch.ids)", "pass", "I10",
    ),
    Bug(
        "poison is tried for ever", "retry", "What the hub refuses is not parked.",
        f"{_PUSH}:_park", 'mutation.status = "parked"', 'mutation.status = "pending"', "I7",
    ),
    Bug(
        "after a kill nothing is picked up", "retry", "What was on its way at a kill stays so.",
        f"{_PUSH}:recover", "session.connection().execute(_NOT_ON_ITS_WAY)", "pass", "I7",
    ),
)  # fmt: skip

WRITE_PATH = (
    Bug(
        "the row is saved before its queue entry", "write path", "Two transactions where one is promised.",
        "cockpit.sync.outbox:_submit_one", "    mutation: dict[str, Any] = {\n",
        "    session.commit()\n    mutation: dict[str, Any] = {\n", "I10",
    ),
    Bug(
        "a row without a queue entry", "write path", "The change is shown and never queued.",
        "cockpit.sync.outbox:_submit_one", "    rows.add(\n        session,\n        OutboxRow,\n",
        "    dict(\n", "I10",
    ),
    Bug(
        "a queue entry that the row does not know", "write path", "The row's count of unsent changes stays.",
        "cockpit.sync.outbox:_submit_one", ", row).pending += 1", ", row).pending += 0", "I10",
    ),
    Bug(
        "a change is not counted", "write path", "The ledger does not record the first change of an action.",
        "cockpit.sync.outbox:submit", "ledger.record(session, *queued)", "ledger.record(session, *queued[1:])", "I1",
    ),
)  # fmt: skip

MIGRATION = (
    Bug(
        "queued values keep their old names", "migration", "The upgrade casts no patch.",
        f"{_CASTS}:_recast_mutation", '"patch": _json(wanted)', '"patch": _json(patch)', "I1", upgrade_loses,
    ),
    Bug(
        "bases of queued changes keep their old names", "migration", "The upgrade casts no base of a change.",
        f"{_CASTS}:_recast_mutation", '"base": _json(seen)', '"base": _json(base)', "I4", upgrade_loses,
    ),
    Bug(
        "a removed field is dropped", "migration", "An edit of a field that is gone is not parked.",
        f"{_CASTS}:_recast_mutation", 'if lost and table == "outbox":', "if False:", "I1", upgrade_loses,
    ),
    Bug(
        "received rows keep their old names", "migration", "The upgrade casts no base of a row.",
        f"{_CASTS}:_recast_bases", "_json(upcast(entity, json.loads(base), since, to))", "base", "I4", upgrade_loses,
    ),
    Bug(
        "questions keep their old names", "migration", "The upgrade casts no conflict.",
        f"{_CASTS}:_recast_conflicts", 'next(iter(cast[1]), field)', "field", "I4", upgrade_loses,
    ),
    Bug(
        "closed questions keep their old names", "migration", "What undo of an answer would ask again is not cast.",
        f"{_CASTS}:_recast_conflicts", "theirs FROM conflict", "theirs FROM conflict WHERE state <> 'closed'", "I4",
    ),
    Bug(
        "what undo keeps has its old names", "migration", "A discarded change that comes back is of the version before.",
        f"{_CASTS}:_recast_act", "ended[part] = upcast(entity, ended[part], version, to)", "pass", "I1",
    ),
    Bug(
        "a number in question stops the upgrade", "migration", "The file of who is asked about a sum never opens again.",
        f"{_CASTS}:_value", "if isinstance(side, str) else side", "if side is not None else None", "I7",
    ),
    Bug(
        "an upgrade in two parts", "migration", "A kill between them leaves a new schema with old words for ever.",
        "cockpit.storage.database:Database.prepare",
        "            upgrade(session.connection(), SQLModel.metadata, wire_version=SCHEMA_VERSION)",
        "            upgrade(session.connection(), SQLModel.metadata)\n        with self.write() as session:\n"
        "            upgrade(session.connection(), SQLModel.metadata, wire_version=SCHEMA_VERSION)", "I1",
    ),
)  # fmt: skip

FLOW = (*IDEMPOTENCY, *ACK_ORDER, *CURSORS, *RESYNC, *CLOCK, *RETRY, *WRITE_PATH, *MIGRATION)
