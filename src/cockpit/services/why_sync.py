"""Why the sync says what it says: what waits, what the hub refused, who disagrees, how long there was no hub.

The queue is looked at as it is now: a look back at a past day does not rewind it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlmodel import col, select

from cockpit.i18n import _, clock_time, long_day
from cockpit.services import conflict_words, words
from cockpit.services.badge import OwnSync, read_badge
from cockpit.services.queue import queue_items, refusal
from cockpit.services.snapshots import ConflictItem, Why, WhyRow
from cockpit.services.why_money import Unit
from cockpit.services.why_sources import Sources
from cockpit.storage import meta
from cockpit.storage.queries.sync import write_state
from cockpit.storage.tables import OutboxDoneRow, OutboxRow, SyncRunRow

NUMBERS = ("queue", "parked", "conflicts", "offline", "sent", "received")


def whole(sources: Sources, number: str) -> Why | None:
    """`sync.NUMBER`."""
    if number == "queue":
        return _queue(sources, is_parked=False)
    if number == "parked":
        return _queue(sources, is_parked=True)
    if number == "conflicts":
        return _conflicts(sources)
    if number == "offline":
        return _offline(sources)
    return _last_run(sources, number) if number in ("sent", "received") else None


def _answer(
    sources: Sources,
    title: str,
    value: int | None,
    formula: str,
    rows: list[WhyRow],
    *,
    unit: Unit = "count",
    is_sum: bool = True,
    inputs: list[tuple[str, str]] | None = None,
) -> Why:
    return Why(
        title=title,
        value=value,
        unit=unit,
        currency="",
        formula=formula,
        inputs=tuple(inputs or ()),
        rows=tuple(rows),
        combine="count" if is_sum else "none",
        as_of=sources.desk.local_now(sources.session),
        origin=_("the queue and the book of runs on this device, as of now"),
    )


def _moment(sources: Sources, moment: datetime | None) -> str:
    if moment is None:
        return "-"
    local = moment.astimezone(sources.desk.zone(sources.session))
    return f"{long_day(local.date())} {clock_time(local)}"


def _row(sources: Sources, mutation: OutboxRow) -> WhyRow:
    state = words.write_state(write_state(mutation.status, mutation.attempts))
    return WhyRow(
        entity="why",
        id=f"queued:{mutation.mutation_id}",
        text=_("{one}, {other}").format(one=mutation.label, other=state),
        at=mutation.occurred_at.astimezone(sources.desk.zone(sources.session)),
        value=1,
    )


def with_conflicts(sources: Sources, found: Why) -> Why:
    """What a number rests on is named where a conflict about it is open: the number may change with the answer."""
    rows = {row.id for row in found.rows if row.entity not in ("why", "day")} & sources.conflicted
    if not rows:
        return found
    inputs = list(found.inputs)
    for item in conflict_words.open_conflicts(sources.session):
        if item.entity_id in rows:
            sides = _("mine {mine}, theirs {theirs}").format(mine=item.mine or "-", theirs=item.theirs or "-")
            what = _("{one}, {other}").format(one=item.subject, other=item.field_text)
            inputs.append((_("! open conflict"), _("{key}: {text}").format(key=what, text=sides)))
    return replace(found, inputs=tuple(inputs))


def _queue(sources: Sources, *, is_parked: bool) -> Why:
    found = list(sources.session.exec(select(OutboxRow).order_by(col(OutboxRow.seq))))
    chosen = [mutation for mutation in found if mutation.status == "parked"] if is_parked else found
    oldest = min((mutation.occurred_at for mutation in chosen), default=None)
    title = _("Refused by the hub") if is_parked else _("Waits to be sent")
    formula = _("changes on this device that the hub has not received; refused ones and conflicts among them")
    if is_parked:
        formula = _("changes the hub refused; each waits to be sent again or discarded")
    rows = [_row(sources, mutation) for mutation in chosen]
    return _answer(sources, title, len(rows), formula, rows, inputs=[(_("oldest"), _moment(sources, oldest))])


def _conflicts(sources: Sources) -> Why:
    rows = [
        WhyRow(
            entity="why",
            id=f"conflict:{item.id}",
            text=_("{one}, {other}").format(one=item.subject, other=item.field_text),
            at=item.theirs_at,
            value=1,
        )
        for item in conflict_words.open_conflicts(sources.session)
    ]
    formula = _("fields that two people changed differently; each waits for an answer")
    return _answer(sources, _("Conflicts"), len(rows), formula, rows)


def _offline(sources: Sources) -> Why:
    """Minutes since a sync last ended well."""
    badge = read_badge(sources.desk, sources.session, OwnSync())
    now = sources.desk.local_now(sources.session)
    error = conflict_words.of_error(meta.get(sources.session, "last_error"))
    inputs = [(_("last sync"), _moment(sources, badge.last_sync_at)), (_("last error"), error or "-")]
    title = _("Since the last sync")
    if badge.last_sync_at is None:
        return _answer(sources, title, None, _("no sync has ended well yet"), [], is_sum=False, inputs=inputs)
    minutes = max(int((now - badge.last_sync_at).total_seconds() // 60), 0)
    formula = _("now {now} - last sync {last}; offline is said when the last try found no hub")
    said = formula.format(now=_moment(sources, now), last=_moment(sources, badge.last_sync_at))
    return _answer(sources, title, minutes, said, [], unit="minutes", is_sum=False, inputs=inputs)


def _last_run(sources: Sources, number: str) -> Why:
    """What the newest finished run moved. Of what was received only the number is kept."""
    ended = select(SyncRunRow).where(col(SyncRunRow.ended_at).is_not(None)).order_by(col(SyncRunRow.id).desc())
    run = sources.session.exec(ended).first()
    title = _("Sent by the last sync") if number == "sent" else _("Received by the last sync")
    if run is None:
        return _answer(sources, title, None, _("no sync has ended yet"), [], is_sum=False)
    inputs = [
        (_("began"), _moment(sources, run.started_at)),
        (_("ended"), _moment(sources, run.ended_at)),
        (_("sent"), str(run.pushed)),
        (_("received"), str(run.pulled)),
    ]
    if number == "received":
        formula = _("rows and changes the hub sent in that run; their number is kept, not a list of them")
        return _answer(sources, title, run.pulled, formula, [], is_sum=False, inputs=inputs)
    kept = sources.session.exec(
        select(OutboxDoneRow)
        .where(col(OutboxDoneRow.ended_at) >= run.started_at, col(OutboxDoneRow.ended_at) <= run.ended_at)
        .where(col(OutboxDoneRow.result).in_(("applied", "replayed")))
        .order_by(col(OutboxDoneRow.seq))
    )
    rows = [_receipt_row(sources, done) for done in kept]
    formula = _("changes the hub received in that run, with the receipts that are still kept")
    return _answer(sources, title, run.pushed, formula, rows, is_sum=len(rows) == run.pushed, inputs=inputs)


def _receipt_row(sources: Sources, done: OutboxDoneRow) -> WhyRow:
    zone = sources.desk.zone(sources.session)
    return WhyRow(
        entity="why", id=f"receipt:{done.mutation_id}", text=done.label, at=done.ended_at.astimezone(zone), value=1
    )


def queued(sources: Sources, mutation_id: str) -> Why | None:
    """One change that waits: how often it was tried, and why it is still here."""
    found = sources.session.exec(select(OutboxRow).where(OutboxRow.mutation_id == mutation_id)).first()
    if found is None:
        return None
    state = words.write_state(write_state(found.status, found.attempts))
    inputs = [
        (_("state"), state),
        (_("made"), _moment(sources, found.occurred_at)),
        (_("next try"), _moment(sources, found.next_try_at) if found.next_try_at else _("with the next sync")),
        (_("answer of the hub"), refusal(found) or "-"),
    ]
    held = {item.mutation_id: item for item in queue_items(sources.session, sources.desk.zone(sources.session))}
    if behind := held[mutation_id].blocked_by:
        inputs.append((_("waits behind"), held[behind].label))
    formula = _("how often it was sent; it is safe on this device until the hub has received it")
    rows = [_subject(found.entity, found.entity_id, found.label)]
    title = _("{label}: tries").format(label=found.label)
    return _answer(sources, title, found.attempts, formula, rows, is_sum=False, inputs=inputs)


def receipt(sources: Sources, mutation_id: str) -> Why | None:
    """One change that has ended: the revision proves which change of the hub it became."""
    found = sources.session.exec(select(OutboxDoneRow).where(OutboxDoneRow.mutation_id == mutation_id)).first()
    if found is None:
        return None
    inputs = [
        (_("made"), _moment(sources, found.occurred_at)),
        (_("ended"), _moment(sources, found.ended_at)),
        (_("result"), found.result),
    ]
    formula = _("the hub's revision of this change, from its receipt")
    if not found.rev:
        formula = _("ended without a revision of the hub: it was taken back or discarded here")
    rows = [_subject(found.entity, found.entity_id, found.label)]
    title = _("{label}: revision").format(label=found.label)
    return _answer(sources, title, found.rev or None, formula, rows, is_sum=False, inputs=inputs)


def conflict(sources: Sources, conflict_id: str) -> Why | None:
    """Both values of one field, and who changed it."""
    items: dict[str, ConflictItem] = {item.id: item for item in conflict_words.open_conflicts(sources.session)}
    found = items.get(conflict_id)
    if found is None:
        return None
    inputs = [
        (_("before"), found.base),
        (_("mine"), found.mine),
        (_("theirs"), found.theirs),
        (_("changed by"), found.theirs_by or "-"),
        (_("changed at"), _moment(sources, found.theirs_at)),
    ]
    title = _("{one}, {other}").format(one=found.subject, other=found.field_text)
    formula = _("both sides changed this field since it was last the same; nothing is lost until you answer")
    rows = [_subject(found.entity, found.entity_id, found.subject)]
    return _answer(sources, title, None, formula, rows, unit="none", is_sum=False, inputs=inputs)


def _subject(entity: str, row_id: str, text: str) -> WhyRow:
    return WhyRow(entity=entity, id=row_id, text=text, at=None, value=0)
