"""Deals: create, look at, move through stages, win or lose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from cockpit.domain.amounts import Amount, whole_amount
from cockpit.domain.book import Book
from cockpit.domain.entities import Deal, Stage
from cockpit.domain.moments import read_moment
from cockpit.domain.pipeline import Stay, deal_facts, usual_stays
from cockpit.domain.text import clean_line
from cockpit.errors import AmbiguousName, BadUse, NotAllowed, UnknownName
from cockpit.i18n import _, exact_money, listed, short_day, spoken
from cockpit.services.cardparts import contact_lines, past_and_planned, unknown_fields
from cockpit.services.desk import Desk
from cockpit.services.drafts import Bench, needed
from cockpit.services.matching import one_account, one_funnel
from cockpit.services.snapshots import DealSnapshot, Saved, StageStep
from cockpit.services.views import deal_line
from cockpit.storage.queries.extra import kept_of
from cockpit.storage.queries.histories import deal_activities
from cockpit.storage.queries.people import contacts_of
from cockpit.storage.queries.sync import write_states
from cockpit.storage.reading import entities, one
from cockpit.storage.tables import DealRow, FunnelRow, MilestoneDoneRow, StageRow
from cockpit.sync.outbox import Edit, new_id


@dataclass(frozen=True)
class DealService:
    """Every write is queued and can be undone.

    A move of the stage patches the deal alone: the stage_change row is the hub's, which writes it when it
    applies the patch. Until it comes the deal's own change log on this device tells the path.
    """

    desk: Desk

    def load(self, deal_id: str, as_of: datetime | None = None) -> DealSnapshot:
        """The deal with its path, activities and states. Raises UnknownName where it is not there (yet)."""
        with self.desk.look(as_of) as reader:
            viewer = self.desk.viewer(reader)
            row = one(reader, Deal, deal_id)
            owner = row.owner_id if row is not None and row.owner_id else viewer.id
            book = self.desk.book(reader, as_of=as_of, rep_ids=sorted({viewer.id, owner}))
            deal = next((d for d in book.deals if d.id == deal_id), None)
            if deal is None:
                raise UnknownName(kind=_("deal"), name=deal_id, near="-")
            activities = deal_activities(reader, deal_id)
            account = book.accounts.get(deal.account_id or "")
            people = contacts_of(reader, account.id) if account else ()
            states = write_states(reader, [deal_id, *(a.id for a in activities), *(person.id for person in people)])
            usual = usual_stays(book)
            extra = dict(unknown_fields(kept_of(reader, "deal", [deal_id])[deal_id]))
            won_because = extra.pop("won_reason", "")
            history, planned = past_and_planned(book, activities, states)
            product = book.products.get(deal.product_id or "")
            return DealSnapshot(
                as_of=book.local(book.as_of),
                complete=book.complete,
                deal=deal_line(book, deal_facts(book, deal, usual), states[deal_id]),
                is_read_only=deal.owner_id != viewer.id,
                product=spoken(product.name, product.alias) if product else "",
                created_on=deal.created_on,
                profit_minor=deal.profit_minor,
                steps=_steps(book, deal, usual),
                history=history,
                planned=planned,
                extra=tuple(extra.items()),
                account_phone=account.phone if account else "",
                contacts=contact_lines(people, states),
                closed_on=deal.closed_on,
                close_reason=deal.lost_reason or won_because,
            )

    def find(self, text: str, as_of: datetime | None = None) -> str:
        """The id of the deal meant by an id, a name, or part of one; of several the one that is open.

        Raises UnknownName, AmbiguousName.
        """
        wanted = clean_line(text, 300).casefold()
        with self.desk.look(as_of) as reader:
            rows = entities(reader, Deal, order="name, id")
            closed = {stage.id for stage in entities(reader, Stage, "kind <> 'open'")}
        whole = [row for row in rows if wanted in (row.id.casefold(), row.name.casefold())]
        found = whole or [row for row in rows if wanted and wanted in row.name.casefold()]
        if len(found) > 1:
            found = [row for row in found if row.stage_id not in closed] or found
        if len(found) == 1:
            return found[0].id
        if found:
            raise AmbiguousName(name=text, candidates=tuple(f"{row.name} ({row.id})" for row in found[:8]))
        raise UnknownName(kind=_("deal"), name=text, near="-")

    def create(
        self, account: str, name: str, *, amount: str = "", expected_on: date | None = None, funnel: str = ""
    ) -> Saved:
        """A deal in the first stage of a funnel, by name or id; the default one when empty. `amount` like `66k`,
        `6.6万`, empty for unknown."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            match = one_account(session, account)
            title = clean_line(needed(name, _("A deal needs a name.")), 300)
            model, first = _first_stage(bench, funnel)
            money = _amount(amount)
            values: dict[str, Any] = {
                "name": title,
                "owner_id": bench.me,
                "account_id": match.id,
                "funnel_id": model.id,
                "stage_id": first.id,
                "amount_minor": money.minor if money else None,
                "currency": (money and money.currency) or _usual_currency(bench),
                "created_on": bench.now.date(),
                "expected_on": expected_on,
            }
            edit = Edit("deal", new_id(), "create", values)
            label = _("New deal: {deal}, {account}").format(deal=title, account=match.name)
            return bench.save([edit], label, entity="deal", row_id=edit.id)

    def move_stage(self, deal_id: str, stage_id: str, *, is_milestone_met: bool | None = None) -> Saved:
        """Move to another open stage.

        Raises NotAllowed with the milestone's question while `is_milestone_met` is None and the stage left has one
        that is not met yet. True records the milestone; False moves without it.
        """
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            deal = open_deal(bench, deal_id)
            target = session.get(StageRow, stage_id)
            if target is None or target.funnel_id != deal.funnel_id:
                raise UnknownName(kind=_("stage"), name=stage_id, near=listed(stage_names(bench, deal.funnel_id)))
            edits = stage_edits(bench, deal, target, is_milestone_met)
            label = _("Stage: {deal}, {stage}").format(deal=deal.name, stage=spoken(target.name, target.alias))
            return bench.save(edits, label, entity="deal", row_id=deal.id)

    def win(self, deal_id: str, amount: str, won_on: date, reason: str = "") -> Saved:
        """Close as won, with the amount (empty keeps a known one). The reason is kept as won_reason."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            deal = open_deal(bench, deal_id)
            money = _amount(amount)
            if money is None and deal.amount_minor is None:
                raise BadUse(_("How much was it won for?"))
            values: dict[str, Any] = {
                "stage_id": _closing_stage(bench, deal, "won").id,
                "closed_on": _closed_on(bench, deal, won_on),
            }
            if money is not None:
                values |= amount_values(deal, money)
            if reason.strip():
                values["won_reason"] = clean_line(reason, 500)
            total = exact_money(values.get("amount_minor", deal.amount_minor), values.get("currency", deal.currency))
            label = _("Won: {deal}, {amount}").format(deal=deal.name, amount=total)
            return bench.save([Edit("deal", deal.id, "patch", values)], label, entity="deal", row_id=deal.id)

    def lose(self, deal_id: str, lost_on: date, reason: str) -> Saved:
        """Close as lost; a reason is needed."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            deal = open_deal(bench, deal_id)
            values = {
                "stage_id": _closing_stage(bench, deal, "lost").id,
                "closed_on": _closed_on(bench, deal, lost_on),
                "lost_reason": clean_line(needed(reason, _("Say why it was lost.")), 500),
            }
            label = _("Lost: {deal}").format(deal=deal.name)
            return bench.save([Edit("deal", deal.id, "patch", values)], label, entity="deal", row_id=deal.id)

    def edit(self, deal_id: str, changes: dict[str, str]) -> Saved:
        """Correct name, amount, expected_on (empty clears the last two). Raises BadUse for what cannot be read."""
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            deal = my_deal(bench, deal_id)
            values: dict[str, Any] = {}
            for name, text in changes.items():
                values |= _changed(bench, deal, name, text)
            label = _("Corrected: {what}").format(what=deal.name)
            return bench.save([Edit("deal", deal.id, "patch", values)], label, entity="deal", row_id=deal.id)


def _steps(book: Book, deal: Deal, usual: Mapping[str, Stay]) -> tuple[StageStep, ...]:
    """The stages of the deal's funnel in order, each with the last moment the deal came into it and how long it stayed."""
    entered: dict[str, datetime] = {}
    met = {done.stage_id: book.local_day(done.done_at) for done in book.milestones if done.deal_id == deal.id}
    stages = sorted(
        (s for s in book.stages.values() if s.funnel_id == deal.funnel_id), key=lambda s: (s.position, s.id)
    )
    for entry in book.log_by_row.get(deal.id, ()):
        if isinstance(stage_id := entry.after.get("stage_id"), str):
            entered[stage_id] = entry.recorded_at
    for change in book.changes_by_deal.get(deal.id, ()):
        entered[change.to_stage_id] = change.changed_at
    if not entered and deal.created_on is not None:
        entered[deal.stage_id] = book.midnight(deal.created_on)
    days = _stays(book, entered)
    return tuple(
        StageStep(
            id=stage.id,
            name=spoken(stage.name, stage.alias),
            kind=stage.kind,
            milestone=stage.milestone,
            entered_at=book.local(entered[stage.id]) if stage.id in entered else None,
            is_current=stage.id == deal.stage_id,
            days=days.get(stage.id) if stage.kind == "open" else None,
            usual_days=usual[stage.id].days if stage.id in usual else None,
            milestone_on=met.get(stage.id),
        )
        for stage in stages
    )


def _stays(book: Book, entered: Mapping[str, datetime]) -> dict[str, int]:
    """Local days from the last moment the deal came into each stage to the next one it came into, or to today."""
    order = sorted(entered.items(), key=lambda entry: entry[1])
    leaves = [book.local_day(moment) for _stage, moment in order[1:]] + [book.today]
    return {stage: (left - book.local_day(moment)).days for (stage, moment), left in zip(order, leaves, strict=True)}


def my_deal(bench: Bench, deal_id: str) -> DealRow:
    """My own deal. Raises UnknownName, NotAllowed for somebody else's."""
    deal = bench.session.get(DealRow, deal_id)
    if deal is None:
        raise UnknownName(kind=_("deal"), name=deal_id, near="-")
    if deal.owner_id != bench.me:
        raise NotAllowed(_("This deal is somebody else's: it can be read, not changed."))
    return deal


def open_deal(bench: Bench, deal_id: str) -> DealRow:
    """My own deal that is not closed."""
    deal = my_deal(bench, deal_id)
    stage = bench.session.get(StageRow, deal.stage_id)
    if stage is not None and stage.kind != "open":
        raise NotAllowed(_("This deal is closed: {stage}.").format(stage=spoken(stage.name, stage.alias)))
    return deal


def open_deals(bench: Bench, account_id: str) -> list[DealRow]:
    """My open deals with an account, oldest first."""
    closed = select(StageRow.id).where(StageRow.kind != "open")
    statement = select(DealRow).where(
        DealRow.account_id == account_id, DealRow.owner_id == bench.me, col(DealRow.stage_id).not_in(closed)
    )
    return list(bench.session.exec(statement.order_by(col(DealRow.created_on), col(DealRow.id))))


def open_stages(bench: Bench, funnel_id: str) -> list[StageRow]:
    """The open stages of a funnel in order: the first is number 1."""
    statement = select(StageRow).where(StageRow.funnel_id == funnel_id, StageRow.kind == "open")
    return list(bench.session.exec(statement.order_by(col(StageRow.position), col(StageRow.id))))


def stage_names(bench: Bench, funnel_id: str) -> list[str]:
    """`1 甄别`, `2 需求` and so on."""
    return [f"{n} {spoken(stage.name, stage.alias)}" for n, stage in enumerate(open_stages(bench, funnel_id), 1)]


def milestone_question(bench: Bench, deal: DealRow, target: StageRow) -> str:
    """What must be answered before the deal leaves its stage forward; empty when nothing is open."""
    left = bench.session.get(StageRow, deal.stage_id)
    if left is None or not left.milestone or target.position <= left.position:
        return ""
    done = select(MilestoneDoneRow.id).where(MilestoneDoneRow.deal_id == deal.id, MilestoneDoneRow.stage_id == left.id)
    return "" if bench.session.exec(done).first() else left.milestone


def stage_edits(bench: Bench, deal: DealRow, target: StageRow, is_milestone_met: bool | None) -> list[Edit]:
    """The edits of a stage move. Raises NotAllowed with the milestone's question while it is not answered."""
    if target.kind != "open":
        raise NotAllowed(_("A deal is closed by winning or losing it, with its date."))
    if target.id == deal.stage_id:
        raise NotAllowed(
            _("The deal is in that stage already: {stage}.").format(stage=spoken(target.name, target.alias))
        )
    question = milestone_question(bench, deal, target)
    if question and is_milestone_met is None:
        raise NotAllowed(question, question=question)
    edits = [Edit("deal", deal.id, "patch", {"stage_id": target.id})]
    if question and is_milestone_met:
        met = {
            "deal_id": deal.id,
            "account_id": deal.account_id,
            "owner_id": bench.me,
            "stage_id": deal.stage_id,
            "done_at": bench.now,
            "by_id": bench.me,
        }
        edits.append(Edit("milestone_done", new_id(), "create", met))
    return edits


def amount_values(deal: DealRow, money: Amount) -> dict[str, Any]:
    """The column values of a new amount; the currency changes only when one was typed."""
    return {"amount_minor": money.minor, "currency": money.currency or deal.currency}


def _amount(text: str) -> Amount | None:
    """The amount typed, None for an empty text. Raises BadUse."""
    if not text.strip():
        return None
    money = whole_amount(text)
    if money is None:
        raise BadUse(_("{amount} is not an amount. Examples: 66k, 1.2m, 66,000").format(amount=clean_line(text, 60)))
    return money


def _first_stage(bench: Bench, wanted: str) -> tuple[FunnelRow, StageRow]:
    """The funnel of that id, name or part of one, and where a deal begins in it; the default one for no name."""
    every = bench.session.exec(select(FunnelRow).order_by(col(FunnelRow.is_default).desc(), col(FunnelRow.id))).all()
    for funnel in [one_funnel(every, wanted)] if every and wanted.strip() else every:
        stages = open_stages(bench, funnel.id)
        if stages:
            return funnel, stages[0]
    raise NotAllowed(_("There is no funnel on this device yet. Sync first."))


def _usual_currency(bench: Bench) -> str:
    """The currency of my newest deal, CNY without any."""
    mine = select(DealRow.currency).where(DealRow.owner_id == bench.me)
    return bench.session.exec(mine.order_by(col(DealRow.created_on).desc(), col(DealRow.id).desc())).first() or "CNY"


def _closing_stage(bench: Bench, deal: DealRow, kind: str) -> StageRow:
    stage = bench.session.exec(
        select(StageRow)
        .where(StageRow.funnel_id == deal.funnel_id, StageRow.kind == kind)
        .order_by(col(StageRow.position))
    ).first()
    if stage is None:
        raise NotAllowed(_("The funnel of this deal has no closing stage. Ask who keeps the hub."))
    return stage


def _closed_on(bench: Bench, deal: DealRow, day: date) -> date:
    if day > bench.now.date():
        raise BadUse(_("{day} is still ahead.").format(day=short_day(day)))
    if deal.created_on is not None and day < deal.created_on:
        raise BadUse(_("{day} is before the deal began.").format(day=short_day(day)))
    return day


def _changed(bench: Bench, deal: DealRow, name: str, text: str) -> dict[str, Any]:
    if name == "name":
        return {"name": clean_line(needed(text, _("A deal needs a name.")), 300)}
    if name == "amount":
        money = _amount(text)
        return amount_values(deal, money) if money else {"amount_minor": None}
    if name == "expected_on":
        return {"expected_on": _expected_on(bench, text)}
    if name == "lost_reason":
        return {"lost_reason": clean_line(needed(text, _("Say why it was lost.")), 500)}
    raise BadUse(_("{name} is not a field that can be corrected.").format(name=name))


def _expected_on(bench: Bench, text: str) -> date | None:
    if not text.strip():
        return None
    reading = read_moment(text.strip(), bench.now)
    if reading is None or reading.day is None or text.strip()[reading.length :].strip():
        raise BadUse(_("{day} is not a day. Examples: fri, 12-15, 2027-01-31").format(day=clean_line(text, 60)))
    if reading.day > bench.now.date() + timedelta(days=3650):
        raise BadUse(_("That is more than ten years ahead."))
    return reading.day
