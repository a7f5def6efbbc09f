"""Targets: look at the tree, set, split, raise and agree. Every write is one action, queued and undone as one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cockpit.domain import targets as rules
from cockpit.domain.periods import Period, period_text
from cockpit.domain.target_weights import people_weights, workdays_of
from cockpit.domain.targets import Node
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _, ngettext
from cockpit.services.desk import Desk
from cockpit.services.drafts import Bench
from cockpit.services.snapshots import Saved, SplitLine, TargetSplit, TargetsSnapshot
from cockpit.services.target_values import said, set_values, split_values
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
            changes = set_values(sight, node, number, is_raise=is_raise)
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
                notes=(*_notes(sight, node), *_moved_wholes(sight, changes)),
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
                raise NotAllowed(_("There is no target to agree to: {name}, {period}.").format(**said(sight, node)))
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
            label = _("Agreed: {name}, {period}, {value}").format(**said(sight, node), value=sight.amount(node.value))
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
    label = _("Target: {name}, {period}, {value}").format(**said(sight, node), value=sight.amount(value))
    others = len({node_id for _period, node_id in changes}) - 1
    note = ""
    if others > 0 and edits:
        words = ngettext(
            "{count} other moved with it, so that the sum stays",
            "{count} others moved with it, so that the sum stays",
            others,
        )
        note = words.format(count=others)
    return bench.save(edits, label, entity="target", row_id=node.id, note=note)


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
        lacks = [month for month in sight.months() if sight.row(node.id, month) is None]
        is_part = bool(node.months_missing) and any(month.ends_on >= sight.book.today for month in lacks)
        if node.value is None or is_part:
            raise NotAllowed(
                _(
                    "{name} has no target for all of {period}. Say what to split: cockpit targets split {name} 1.8m"
                ).format(**said(sight, node))
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


# -- a split on the screen ---------------------------------------------------------------------------------------------


def _split_lines(sight: Sight, node: Node, values: Values) -> tuple[SplitLine, ...]:
    found = []
    people = rules.people_of(node)
    for month in sorted({month for month, _node in values if month.kind == "month"}, key=lambda m: m.starts_on):
        weights = people_weights(sight.book, people, month, sight.measure)
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


def _moved_wholes(sight: Sight, values: Values) -> list[str]:
    """What a split says of quarters and years that were given as one number."""
    rows = [(value, row) for (one, node_id), value in values.items() if (row := sight.row(node_id, one)) is not None]
    count = sum(row.period_kind != "month" and row.value != value for value, row in rows)
    words = ngettext(
        "{count} target of {period} itself becomes what its months sum to",
        "{count} targets of {period} itself become what their months sum to",
        count,
    )
    return [words.format(count=count, period=period_text(sight.period))] if count else []


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
