"""Targets: look at the tree, set, split, raise and agree. Every write is one action, queued and undone as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cockpit.domain import targets as rules
from cockpit.domain.periods import Period, period_text
from cockpit.domain.targets import Node, workdays_of
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _, ngettext
from cockpit.services.desk import Desk
from cockpit.services.drafts import Bench
from cockpit.services.snapshots import Saved, SplitLine, TargetSplit, TargetsSnapshot
from cockpit.services.target_views import Sight, Values, lines_of, problems_of, refuse_converted
from cockpit.storage.queries.sync import write_states
from cockpit.sync.outbox import Edit, new_id


@dataclass(frozen=True)
class TargetService:
    """Who is to reach what, and whether everybody has said yes to it."""

    desk: Desk

    def load(self, period: str = "month", metric: str = "amount", as_of: datetime | None = None) -> TargetsSnapshot:
        """The viewer's tree. Raises BadUse for a period or metric that is none."""
        with self.desk.look(as_of) as reader:
            sight = Sight.open(self.desk, reader, period, metric, as_of)
            states = write_states(reader, [row.id for node in sight.root.nodes() for row in node.rows])
            viewer = self.desk.viewer(reader)
        return TargetsSnapshot(
            as_of=sight.book.local(sight.book.as_of),
            complete=sight.book.complete,
            viewer=viewer,
            metric=sight.measure.metric,
            unit=sight.measure.unit,
            currency=sight.measure.currency,
            period=period_text(sight.period),
            period_kind=sight.period.kind,
            starts_on=sight.period.starts_on,
            ends_on=sight.period.ends_on,
            lines=tuple(lines_of(sight, states)),
            problems=tuple(problems_of(sight)),
        )

    def set(
        self, name: str, value: str, period: str = "month", metric: str = "amount", *, is_raise: bool = False
    ) -> Saved:
        """Give somebody another target. The node above keeps its own: the neighbours share the rest.

        `is_raise`: on top of what was split; without a value it takes the raise that is offered.
        """
        with self.desk.database.write() as session:
            sight = Sight.open(self.desk, session, period, metric)
            node = sight.node(name)
            number = _offer(sight, node) if is_raise and not value.strip() else sight.read(value)
            if is_raise and number <= (node.value or 0):
                raise BadUse(
                    _("{value} is no raise: the target is {target}.").format(
                        value=sight.amount(number), target=sight.amount(node.value)
                    )
                )
            changes = _set_values(sight, node, number, is_raise=is_raise)
            return _saved(Bench.of(self.desk, session), sight, node, number, changes)

    def propose(self, name: str, period: str = "month", metric: str = "amount", value: str = "") -> TargetSplit:
        """Share a target among everything below it by history and working days. Nothing is written."""
        with self.desk.database.look() as reader:
            sight = Sight.open(self.desk, reader, period, metric)
            node = sight.node(name)
            total = _total(sight, node, value)
            changes = split_values(sight, node, total)
            return TargetSplit(
                as_of=sight.book.local(sight.book.as_of),
                complete=sight.book.complete,
                scope_id=node.id,
                scope=sight.name(node.id),
                metric=metric,
                unit=sight.measure.unit,
                currency=sight.measure.currency,
                period=period_text(sight.period),
                value=total,
                lines=_split_lines(sight, node, changes),
                notes=tuple(_notes(sight, node)),
                refusal=sight.not_mine(changes),
            )

    def accept(self, proposal: TargetSplit) -> Saved:
        """Take a split, computed anew on the rows as they are now."""
        with self.desk.database.write() as session:
            sight = Sight.open(self.desk, session, proposal.period, proposal.metric)
            node = sight.node(proposal.scope_id)
            changes = split_values(sight, node, proposal.value)
            return _saved(Bench.of(self.desk, session), sight, node, proposal.value, changes)

    def agree(self, name: str = "", period: str = "month", metric: str = "amount") -> Saved:
        """Say yes: the rep to his own target, who leads him to one that nobody has set."""
        with self.desk.database.write() as session:
            sight = Sight.open(self.desk, session, period, metric)
            if not name and sight.root.find(sight.viewer.id) is None:
                raise BadUse(_("Whose target? You have none of your own: cockpit targets agree NAME"))
            node = sight.node(name or sight.viewer.id)
            bench = Bench.of(self.desk, session)
            rows = node.rows
            if not rows:
                raise NotAllowed(_("There is no target to agree to: {name}, {period}.").format(**_said(sight, node)))
            is_mine = node.id == sight.viewer.id
            if is_mine and rules.agreed(node.rows).state == "none":
                raise NotAllowed(_("Your lead has not said yes to this target yet. Ask for it first."))
            if not is_mine and not sight.may_set(node):
                raise NotAllowed(
                    _("Only {name} and who leads them can agree to this.").format(name=sight.name(node.id))
                )
            edits = []
            for row in rows:
                if is_mine and rules.agreement(row) == "asked" and row.agreed_by_lead_at is not None:
                    # never older than the target that was seen, whatever this device's clock says
                    at = max(bench.now, row.agreed_by_lead_at)
                    edits.append(Edit("target", row.id, "patch", {"agreed_by_rep_at": at}))
                elif not is_mine and row.agreed_by_lead_at is None:
                    edits.append(Edit("target", row.id, "patch", {"agreed_by_lead_at": bench.now}))
            label = _("Agreed: {name}, {period}, {value}").format(**_said(sight, node), value=sight.amount(node.value))
            return bench.save(edits, label, entity="target", row_id=rows[0].id)

    def import_file(self, path: Path) -> Saved:
        """Targets from a CSV file: all of it, or nothing and every line that is wrong."""
        from cockpit.services.target_import import read_file, values_of

        lines = read_file(path)
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            edits: list[Edit] = []
            for sight, changes in values_of(self.desk, session, lines):
                edits += _edits(bench, sight, changes)
            label = _("Targets from {file}: {count}").format(file=path.name, count=len(edits))
            return bench.save(edits, label, entity="target", row_id=edits[0].id if edits else "")


def _saved(bench: Bench, sight: Sight, node: Node, value: int, changes: Values) -> Saved:
    """Submit the changes as one action, and say how many moved with the one that was meant."""
    edits = _edits(bench, sight, changes)
    label = _("Target: {name}, {period}, {value}").format(**_said(sight, node), value=sight.amount(value))
    others = len({node_id for _period, node_id in changes}) - 1
    note = ""
    if others > 0 and edits:
        words = ngettext(
            "{count} other moved with it, so that the sums hold",
            "{count} others moved with it, so that the sums hold",
            others,
        )
        note = words.format(count=others)
    return bench.save(edits, label, entity="target", row_id=node.id, note=note)


def _said(sight: Sight, node: Node) -> dict[str, str]:
    return {"name": sight.name(node.id), "period": period_text(sight.period)}


def _offer(sight: Sight, node: Node) -> int:
    offer = next((line.offer for line in sight.lines if line.id == node.id), None)
    if offer is None:
        raise NotAllowed(
            _("No raise is offered to {name}: one is when the target is reached with working days left.").format(
                name=sight.name(node.id)
            )
        )
    return offer


def _total(sight: Sight, node: Node, value: str) -> int:
    """What is to be split: the node's own target, or a new one where nothing above bounds it."""
    above = sight.root.above(node.id)
    if not value.strip():
        if node.value is None:
            raise NotAllowed(
                _("{name} has no target for {period}. Say what to split: cockpit targets split {name} 1.8m").format(
                    **_said(sight, node)
                )
            )
        return node.value
    number = sight.read(value)
    if above is not None and above.value is not None and number != node.value:
        raise NotAllowed(
            _("{name} is a part of {above}: `cockpit targets set` moves it and keeps the sum.").format(
                name=sight.name(node.id), above=sight.name(above.id)
            )
        )
    return number


# -- new values ---------------------------------------------------------------------------------------------------------


def _set_values(sight: Sight, node: Node, value: int, *, is_raise: bool) -> dict[tuple[Period, str], int]:
    """A new target for the months that are not over; those that are keep theirs."""
    if not sight.may_set(node):
        raise NotAllowed(_("The target of {name} is set by who leads them.").format(name=sight.name(node.id)))
    found: dict[tuple[Period, str], int] = {}
    for month, share in _by_month(sight, node, value):
        tree = sight.tree(month)
        if share and not workdays_of(sight.book, node.id, month):
            raise NotAllowed(
                _("{month} has no working day for {name}: nothing can be reached in it. Set another month.").format(
                    month=period_text(month), name=sight.name(node.id)
                )
            )
        _refuse_too_much(sight, tree, node, month, share, is_raise=is_raise)
        found |= {(month, one): new for one, new in rules.edited(tree, node.id, share, is_raise=is_raise).items()}
    return found | _whole(sight, node, value)


def _refuse_too_much(sight: Sight, tree: Node, node: Node, month: Period, value: int, *, is_raise: bool) -> None:
    above, most = tree.above(node.id), rules.room(tree, node.id)
    if is_raise or above is None or most is None:
        return
    facts = {
        "name": sight.name(node.id),
        "above": sight.name(above.id),
        "month": period_text(month),
        "most": sight.amount(most),
        "over": sight.amount(value - most),
    }
    if value > most:
        raise NotAllowed(
            _(
                "{above} has {most} in {month}: {name} cannot have {over} more than that. --raise puts it on top."
            ).format(**facts)
        )
    others = [part for part in above.parts if part.id != node.id and part.value is not None]
    if value < most and not others:
        raise NotAllowed(
            _("Nobody else in {above} has a target in {month} who could take the rest: {name} keeps {most}.").format(
                **facts
            )
        )


def _whole(sight: Sight, node: Node, value: int) -> dict[tuple[Period, str], int]:
    """The row of a quarter or year that has one of its own moves with its months."""
    has_row = sight.period.kind != "month" and sight.row(node.id, sight.period) is not None
    return {(sight.period, node.id): value} if has_row else {}


def _by_month(sight: Sight, node: Node, value: int) -> list[tuple[Period, int]]:
    """The value over the months of the period that are not over: as they stand where each has a target, else by season."""
    period, today = sight.period, sight.book.today
    if period.kind in ("week", "day"):
        raise BadUse(_("Weeks and days follow from the month by working days. Set the month."))
    months = [month for month in sight.months() if month.ends_on >= today]
    if not months:
        raise NotAllowed(_("{period} is over: its targets stay as they are.").format(period=period_text(period)))
    rows = {month: sight.row(node.id, month) for month in sight.months()}
    past = sum(row.value for month, row in rows.items() if row is not None and month.ends_on < today)
    if value < past:
        raise NotAllowed(
            _("{past} of {period} was the target of months that are over: {name} cannot have less.").format(
                past=sight.amount(past), **_said(sight, node)
            )
        )
    weights = [row.value if (row := rows[month]) is not None else 0 for month in months]
    if any(rows[month] is None for month in months) or not any(weights):
        weights = season(sight, node, months)
    return list(zip(months, rules.rounded_split(value - past, weights, sight.measure.unit), strict=True))


def season(sight: Sight, node: Node, months: list[Period]) -> list[int]:
    """Weights of months by history and working days. Raises NotAllowed where none of them has a working day."""
    people = [node.id] if node.kind == "person" else rules.people_of(node)
    firsts = [month.starts_on for month in months]
    weights = rules.month_weights(sight.book, node.id, people, firsts, sight.measure)
    if not any(weights):
        raise NotAllowed(_("{period} has no working day for {name}.").format(**_said(sight, node)))
    return weights


def split_values(sight: Sight, node: Node, value: int) -> dict[tuple[Period, str], int]:
    """The node's target over its months by season, and in each month over all below it by history."""
    found: dict[tuple[Period, str], int] = {}
    if node.kind == "person" and sight.period.kind == "month":
        raise BadUse(_("The month of one person is shared over its weeks and days by working days already."))
    by_month = _by_month(sight, node, value)
    shares = [share for _month, share in by_month]
    if len(by_month) > 1:
        weights = season(sight, node, [month for month, _share in by_month])
        shares = list(rules.rounded_split(sum(shares), weights, sight.measure.unit))
    people = rules.people_of(node)
    for (month, _share), share in zip(by_month, shares, strict=True):
        weights_of = rules.people_weights(sight.book, people, month, sight.measure)
        if node.kind != "person" and share and not any(weights_of.values()):
            raise NotAllowed(
                _("Nobody of {name} has a working day in {month}: there is nobody to split it to.").format(
                    name=sight.name(node.id), month=period_text(month)
                )
            )
        new = rules.split_down(node, share, weights_of, sight.measure.unit)
        found |= {(month, one): number for one, number in new.items()}
    _refuse_other_sums(sight, node, found)
    return found | _whole(sight, node, value)


def _refuse_other_sums(sight: Sight, node: Node, values: Values) -> None:
    """A split of a part moves the part's own months only as far as the months above still hold."""
    above = sight.root.above(node.id)
    if above is None:
        return
    for month in {month for month, _node in values}:
        row, has = sight.row(node.id, month), sight.row(above.id, month) is not None
        if has and row is not None and values[(month, node.id)] != row.value:
            raise NotAllowed(
                _("Another share for {month} would break the sum of {above}. Split {above} instead.").format(
                    month=period_text(month), above=sight.name(above.id)
                )
            )


def _split_lines(sight: Sight, node: Node, values: Values) -> tuple[SplitLine, ...]:
    found = []
    people = rules.people_of(node)
    for month in sorted({month for month, _node in values if month.kind == "month"}, key=lambda m: m.starts_on):
        weights = rules.people_weights(sight.book, people, month, sight.measure)
        tree = sight.tree(month).find(node.id) or node
        for one, depth in _depths(tree, 0):
            found.append(
                SplitLine(
                    id=one.id,
                    name=sight.name(one.id),
                    depth=depth,
                    month=month.starts_on,
                    workdays=workdays_of(sight.book, one.id, month),
                    weight=rules.weight_of(one, weights),
                    before=one.value,
                    after=values[(month, one.id)],
                )
            )
    return tuple(found)


def _depths(node: Node, depth: int) -> list[tuple[Node, int]]:
    return [(node, depth), *(pair for part in node.parts for pair in _depths(part, depth + 1))]


def _notes(sight: Sight, node: Node) -> list[str]:
    """Months and people that get nothing because they have no working day; years whose holidays are not known."""
    months = [month for month in sight.months() if month.ends_on >= sight.book.today]
    calendar = sight.book.calendar
    known = {day.year for day in calendar.holidays | calendar.makeups}
    years = sorted({month.starts_on.year for month in months} - known)
    found = [_("the holidays of {year} are not here: Monday to Friday counts").format(year=year) for year in years]
    words = _("{month} has no working day for {name}: 0")
    return found + [
        words.format(month=period_text(month), name=sight.name(one.id))
        for month in months
        for one in node.nodes()
        if not workdays_of(sight.book, one.id, month)
    ]


# -- rows ---------------------------------------------------------------------------------------------------------------


def _edits(bench: Bench, sight: Sight, changes: Values) -> list[Edit]:
    """Patches of rows that are here, new rows else. Raises NotAllowed for a row that the viewer may not set."""
    if words := sight.not_mine(changes):
        raise NotAllowed(words)
    found = []
    for (period, node_id), value in changes.items():
        node, row = sight.root.find(node_id), sight.row(node_id, period)
        if node is None or (row is not None and row.value == value):
            continue
        if row is not None:
            refuse_converted(sight, row)
            new = {"value": value, "version": row.version + 1, "agreed_by_lead_at": bench.now}
            found.append(Edit("target", row.id, "patch", new))
        else:
            found.append(Edit("target", new_id(), "create", _new_row(bench, sight, node, period, value)))
    return found


def _new_row(bench: Bench, sight: Sight, node: Node, period: Period, value: int) -> dict[str, object]:
    above = sight.root.above(node.id)
    parent = sight.row(above.id, period) if above is not None else None
    return {
        "metric": sight.measure.metric,
        "scope_kind": node.kind,
        "scope_id": node.id,
        "owner_id": sight.owner_of(node),
        "period_kind": period.kind,
        "period_start": period.starts_on,
        "value": value,
        "unit": sight.measure.unit,
        "currency": sight.measure.currency or "CNY",
        "parent_id": parent.id if parent is not None else None,
        "agreed_by_lead_at": bench.now,
    }
