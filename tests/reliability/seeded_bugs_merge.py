"""Bugs in what becomes of values: merge, bases, tombstones, parked changes, undo, conflicts, scope."""

from __future__ import annotations

from tests.reliability.planting import Bug

_PUSH, _INBOUND, _MERGE = "cockpit.sync.push", "cockpit.sync.inbound", "cockpit.domain.merge"
_CONFLICTS, _UNDO, _CHAINS = "cockpit.sync.conflicts", "cockpit.sync.undo", "cockpit.sync.chains"
_ANSWERS = "cockpit.sync.answers"
_OUTBOX = "cockpit.sync.outbox"

MERGE = (
    Bug(
        "the last writer wins", "merge", "A refused change is sent again over what was found.",
        f"{_PUSH}:settle", '    if result.status == "conflict":\n',
        '    if result.status == "conflict" and result.fields and mutation.op == "patch":\n'
        "        theirs = {one.field: one.theirs for one in result.fields}\n"
        '        mutation.base, mutation.status = {**mutation.base, **theirs}, "pending"\n'
        "        chains.mark(session)\n"
        '    elif result.status == "conflict":\n', "I4",
    ),
    Bug(
        "mine always", "merge", "Where both changed a field, the device keeps its value and asks nobody.",
        f"{_MERGE}:merge_field", "return Merged(theirs, is_conflict=True)", "return Merged(mine)", "I4",
    ),
    Bug(
        "theirs always", "merge", "Where both changed a field, the device shows theirs and asks nobody.",
        f"{_MERGE}:merge_field", "return Merged(theirs, is_conflict=True)", "return Merged(theirs)", "I1",
    ),
    Bug(
        "a set is one value", "merge", "Of two people's tags the last set counts.",
        f"{_MERGE}:merge_field", "return Merged(_merge_set(base or [], mine or [], theirs or []))",
        "return Merged(mine)", "I4",
    ),
    Bug(
        "what was taken out of a set comes back", "merge", "Only additions to a set are merged.",
        f"{_MERGE}:_merge_set", "[item for item in base if item not in mine]", "[]", "I4",
    ),
    Bug(
        "a text of one side", "merge", "A clean merge of lines gives one side's text.",
        f"{_MERGE}:_merge_lines", 'return "\\n".join(merged)', "return mine", "I4",
    ),
    Bug(
        "lines that both changed are mine", "merge", "An unclean merge of lines takes my lines.",
        f"{_MERGE}:_merge_lines", "            return None\n        merged += lines[0]",
        "            lines = lines[1:]\n        merged += lines[0]", "I4",
    ),
    Bug(
        "a conflict is dropped", "merge", "A change that the hub holds for a conflict ends there.",
        f"{_PUSH}:settle", "        _conflict(session, mutation, result, generation, now)\n",
        "        receipts.end(session, [mutation], 'discarded', now=now)\n", "I1",
    ),
)  # fmt: skip

_LAST_LINES = "    meta.raise_to(session, _PASSED, mutation.seq or 0)"
_LATER = "    for later in receipts.queued_of(session, entity, row_id):\n"
BASES = (
    Bug(
        "an answer moves the bases behind it", "base movement", "After an answer later edits stand on its row.",
        f"{_PUSH}:_acknowledge", _LAST_LINES,
        f"{_LATER}        later.base = {{**later.base, **{{n: result.row[n] for n in later.base if n in (result.row or {{}})}}}}",
        "I4",
    ),
    Bug(
        "an answer moves the revisions behind it", "base movement", "After an answer later edits claim its revision.",
        f"{_PUSH}:_acknowledge", _LAST_LINES,
        f"{_LATER}        later.base_rev = rev", "I4",
    ),
    Bug(
        "only the revision is sent", "base movement", "The values that were seen are not told to the hub.",
        f"{_PUSH}:_payload", '"occurred_at": wire_value(mutation.occurred_at)',
        '"occurred_at": wire_value(mutation.occurred_at), "base": {}', "I4",
    ),
    Bug(
        "the newest base is sent", "base movement", "A change is sent with the base of the latest pull.",
        f"{_PUSH}:take", "        payload = _payload(session, mutation)\n",
        "        payload = _payload(session, mutation)\n"
        "        latest = session.get(SyncBaseRow, (mutation.entity, mutation.entity_id))\n"
        "        if latest is not None and mutation.op == 'patch':\n"
        "            payload['base'] = {name: latest.base.get(name) for name in mutation.patch}\n", "I4",
    ),
    Bug(
        "my own value becomes the base", "base movement", "A second edit keeps what it found as what was received.",
        f"{_OUTBOX}:_submit_one", "if row is not None and row.pending == 0 and row.rev > 0:\n",
        "if row is not None and row.rev > 0 and (kept := session.get(SyncBaseRow, (edit.entity, edit.id))):\n"
        "        kept.base = seen\n"
        "    elif row is not None and row.pending == 0 and row.rev > 0:\n", "I4",
    ),
)  # fmt: skip

TOMBSTONES = (
    Bug(
        "a deletion is ignored", "tombstones", "What was deleted elsewhere stays here.",
        "cockpit.sync.pull:_apply", "news += receiver.deletion(tombstone)",
        "news += tombstone.reason == 'scope' and receiver.deletion(tombstone)", "I3",
    ),
    Bug(
        "a deletion under my edit is silent", "tombstones", "A row I have edited disappears with the edit, and nobody asks.",
        f"{_INBOUND}:Receiver.deletion", 'if row is not None and queued and queued[-1].op != "delete":',
        'if row is not None and queued and queued[-1].op != "delete":\n            receipts.end(self.session, queued, "discarded", now=self.now)\n'
        "            self._forget(key, row)\n        elif False:", "I1",
    ),
    Bug(
        "deleted once, deleted for ever", "tombstones", "A row that is made again is kept out by its tombstone.",
        f"{_INBOUND}:Receiver.row", "if stone is not None and stone.rev >= rev:", "if stone is not None:", "I3",
    ),
    Bug(
        "an edit of what was deleted ends", "tombstones", "The hub says that the row is gone, and my edit goes too.",
        f"{_PUSH}:_row_gone", "    conflicts.open_conflict(\n",
        "    return receipts.end(session, [mutation], 'discarded', now=now)\n    conflicts.open_conflict(\n", "I1",
    ),
    Bug(
        "leaving my sight leaves the row", "tombstones", "A row that I may not see any more stays on disk.",
        f"{_INBOUND}:Receiver._forget", "self.session.delete(row)", "pass", "I5",
    ),
)  # fmt: skip

PARKED = (
    Bug(
        "a dependant goes before its parent", "parked", "What depends on a held change is sent.",
        f"{_CHAINS}:_behind", "if key in (rows_again if link.is_again else rows) or link.depends_on in ids:", "if key in rows:", "I6",
    ),
    Bug(
        "a later edit overtakes", "parked", "The next change of a row goes past one that is held.",
        f"{_CHAINS}:_behind", "if key in (rows_again if link.is_again else rows) or link.depends_on in ids:", "if link.depends_on in ids:", "I6",
    ),
    Bug(
        "one parked change stops all", "parked", "Nothing is sent while anything is parked.",
        f"{_CHAINS}:ready", "behind = set(",
        "if any(link.status == 'parked' for link in links):\n        return []\n    behind = set(", "I7",
    ),
    Bug(
        "a discard leaves what depends on it", "parked", "Children of a discarded row stay in the queue.",
        f"{_UNDO}:with_dependants",
        " or follows or is_of_it:", ":", "I6",
    ),
    Bug(
        "a discard takes too much", "parked", "Everything queued goes with one discarded change.",
        f"{_UNDO}:with_dependants",
        "if mutation.mutation_id in chosen or follows or is_of_it:", "if True:", "I1",
    ),
    Bug(
        "told to come again and not asked", "merge", "What came while its answer was awaited is left to the hub.",
        f"{_PUSH}:settle", "_receiver(session, mutation, generation, now).again(mutation.entity, mutation.entity_id)",
        "pass", "I4",
    ),
)  # fmt: skip

UNDO = (
    Bug(
        "what was sent is withdrawn", "undo", "A change whose answer is unknown is taken for one never sent.",
        f"{_UNDO}:never_took_effect", " and mutation.attempts == 0", "", "I1",
    ),
    Bug(
        "undo removes another's value", "undo", "The inverse puts the old value over a third one.",
        f"{_UNDO}:_inverse", "if not merged.is_conflict and merged.value != shown.get(name):\n            values[name] = merged.value",
        "if merged.value != mutation.base.get(name) or merged.is_conflict:\n            values[name] = mutation.base.get(name)", "I4",
    ),
    Bug(
        "undo leaves the value", "undo", "A withdrawn change goes on being shown.",
        f"{_UNDO}:withdraw", "        _put_back(session, entity, row_id, taken, now)", "        pass", "I3",
    ),
)  # fmt: skip

CONFLICTS = (
    Bug(
        "theirs is not refreshed", "conflicts", "An open question goes on showing their old value.",
        f"{_CONFLICTS}:refresh", "conflict.theirs, conflict.theirs_rev = base.base[conflict.field], base.rev", "pass",
        "I4",
    ),
    Bug(
        "an answer to another value stands", "conflicts", "Theirs changes after the answer, and the answer is kept.",
        f"{_CONFLICTS}:refresh", 'if conflict.state == "answered":', "if False:", "I4",
    ),
    Bug(
        "the answer theirs sends mine", "conflicts", "What was answered with theirs is in the new change.",
        f"{_ANSWERS}:_settle", "wanted.pop(conflict.field, None)", "pass", "I4",
    ),
    Bug(
        "the answer mine sends nothing", "conflicts", "What was answered with mine is not in the new change.",
        f"{_ANSWERS}:_settle", '        if conflict.field and conflict.resolution == "theirs":',
        "        if conflict.field:", "I1",
    ),
    Bug(
        "a question does not hold", "conflicts", "A change in question is sent all the same.",
        f"{_CONFLICTS}:open_conflict", '    else:\n        mutation.status = "conflict"\n', "    else:\n        pass\n", "I10",
    ),
    Bug(
        "a question nobody sees", "conflicts", "The change is held, and its question is closed at once.",
        f"{_CONFLICTS}:open_conflict", "            opened_at=now,\n", "            opened_at=now,\n            state='closed',\n", "I10",
    ),
)  # fmt: skip

VALUES = (*MERGE, *BASES, *TOMBSTONES, *PARKED, *UNDO, *CONFLICTS)
