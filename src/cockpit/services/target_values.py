"""The numbers that an edit or a split of a target gives everybody: over the months that are not over, and each tree."""

from __future__ import annotations

from collections import Counter

from cockpit.domain import targets as rules
from cockpit.domain.periods import Period, period_text
from cockpit.domain.target_weights import month_weights, people_weights, workdays_of
from cockpit.domain.targets import Node
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _
from cockpit.services.target_views import Sight, Values


def set_values(sight: Sight, node: Node, value: int, *, is_raise: bool) -> dict[tuple[Period, str], int]:
    """A new target for the months that are not over; those that are keep theirs."""
    if not sight.may_set(node):
        raise NotAllowed(_("The target of {name} is set by who leads them.").format(name=sight.name(node.id)))
    if _is_kept_whole(sight, node):
        return _set_whole(sight, node, value, is_raise=is_raise)
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
    found |= _moved_wholes(sight, found)
    has_own = sight.period.kind != "month" and sight.row(node.id, sight.period) is not None
    return found | ({(sight.period, node.id): value} if has_own else {})


def _is_kept_whole(sight: Sight, node: Node) -> bool:
    """Whether a quarter or year was given here as one number, and none of its months."""
    bound = sight.root.bound(node.id)
    ids = [one.id for one in (node, bound) if one is not None]
    has_own = sight.period.kind != "month" and any(sight.row(one, sight.period) for one in ids)
    return has_own and not any(sight.row(one, month) for one in ids for month in sight.months())


def _set_whole(sight: Sight, node: Node, value: int, *, is_raise: bool) -> dict[tuple[Period, str], int]:
    """A new target of the quarter or year itself. Who shares it and has months instead moves those."""
    if sight.period.ends_on < sight.book.today:
        raise NotAllowed(_("{period} is over: its targets stay as they are.").format(period=period_text(sight.period)))
    if value and not workdays_of(sight.book, node.id, sight.period):
        raise NotAllowed(_("{period} has no working day for {name}.").format(**said(sight, node)))
    _refuse_too_much(sight, sight.root, node, sight.period, value, is_raise=is_raise)
    found: dict[tuple[Period, str], int] = {}
    for one_id, new in rules.edited(sight.root, node.id, value, is_raise=is_raise).items():
        one = sight.root.find(one_id) or node
        if one.rows and sight.row(one_id, sight.period) is None:
            found |= {(month, one_id): share for month, share in _by_month(sight, one, new)}
        else:
            found[(sight.period, one_id)] = new
    return found


def _refuse_too_much(sight: Sight, tree: Node, node: Node, month: Period, value: int, *, is_raise: bool) -> None:
    around = rules.neighbours(tree, node.id)
    if is_raise or around is None:
        return
    facts = {
        "name": sight.name(node.id),
        "above": sight.name(around.bound.id),
        "month": period_text(month),
        "most": sight.amount(around.room),
        "over": sight.amount(value - around.room),
    }
    if value > around.room:
        raise NotAllowed(
            _(
                "{above} has {most} in {month}: {name} cannot have {over} more than that. --raise puts it on top."
            ).format(**facts)
        )
    if around.gives(value) and not around.others:
        raise NotAllowed(
            _("Nobody else in {above} has a target in {month} who could take the rest: {name} keeps {most}.").format(
                **facts
            )
        )


def _moved_wholes(sight: Sight, values: Values) -> dict[tuple[Period, str], int]:
    """The rows of the quarter or year itself, of everybody whose months move, by as much as those."""
    moved: Counter[str] = Counter()
    for (month, node_id), value in values.items():
        row = sight.row(node_id, month)
        moved[node_id] += value - (row.value if row is not None else 0)
    wholes = {node_id: sight.row(node_id, sight.period) for node_id in moved if sight.period.kind != "month"}
    return {
        (sight.period, node_id): max(0, row.value + moved[node_id])
        for node_id, row in wholes.items()
        if row is not None
    }


def _by_month(sight: Sight, node: Node, value: int) -> list[tuple[Period, int]]:
    """The value over the months of the period that are not over: as they stand where each has a target, else by season."""
    months, rest = _open_months(sight, node, value)
    known = {month: row.value for month in months if (row := sight.row(node.id, month)) is not None}
    if known and rest == sum(known.values()):
        return list(known.items())
    weights = [known.get(month, 0) for month in months]
    if len(known) < len(months) or not any(weights):
        weights = _season(sight, node, months)
    return list(zip(months, rules.rounded_split(rest, weights, sight.measure.unit), strict=True))


def _open_months(sight: Sight, node: Node, value: int) -> tuple[list[Period], int]:
    """The months of the period that are not over, and what the others leave of the value for them."""
    period, today = sight.period, sight.book.today
    if period.kind in ("week", "day"):
        raise BadUse(_("Weeks and days follow from the month by working days. Set the month."))
    months = [month for month in sight.months() if month.ends_on >= today]
    if not months:
        raise NotAllowed(_("{period} is over: its targets stay as they are.").format(period=period_text(period)))
    rows = [sight.row(node.id, month) for month in sight.months() if month.ends_on < today]
    past = sum(row.value for row in rows if row is not None)
    if value < past:
        raise NotAllowed(
            _("{past} of {period} was the target of months that are over: {name} cannot have less.").format(
                past=sight.amount(past), **said(sight, node)
            )
        )
    return months, value - past


def _season(sight: Sight, node: Node, months: list[Period]) -> list[int]:
    """Weights of months by history and working days. Raises NotAllowed where none of them has a working day."""
    people = [node.id] if node.kind == "person" else rules.people_of(node)
    firsts = [month.starts_on for month in months]
    weights = month_weights(sight.book, node.id, people, firsts, sight.measure)
    if not any(weights):
        raise NotAllowed(_("{period} has no working day for {name}.").format(**said(sight, node)))
    return weights


def split_values(sight: Sight, node: Node, value: int) -> dict[tuple[Period, str], int]:
    """The node's target over its months by season, and in each month over all below it by history."""
    found: dict[tuple[Period, str], int] = {}
    if node.kind == "person" and sight.period.kind == "month":
        raise BadUse(_("The month of one person is shared over its weeks and days by working days already."))
    months, rest = _open_months(sight, node, value)
    weights = _season(sight, node, months) if len(months) > 1 else [1]
    people = rules.people_of(node)
    for month, share in zip(months, rules.rounded_split(rest, weights, sight.measure.unit), strict=True):
        weights_of = people_weights(sight.book, people, month, sight.measure)
        if node.kind != "person" and share and not any(weights_of.values()):
            raise NotAllowed(
                _("Nobody of {name} has a working day in {month}: there is nobody to split it to.").format(
                    name=sight.name(node.id), month=period_text(month)
                )
            )
        new = rules.split_down(node, share, weights_of, sight.measure.unit)
        found |= {(month, one): number for one, number in new.items()}
    _refuse_other_sums(sight, node, found)
    return found | _sums_of_months(sight, found)


def _sums_of_months(sight: Sight, values: Values) -> dict[tuple[Period, str], int]:
    """The rows of the quarter or year itself, of everybody who was split anew: what the months sum to."""
    found: dict[tuple[Period, str], int] = {}
    for node_id in dict.fromkeys(node_id for _month, node_id in values):
        if sight.period.kind != "month" and sight.row(node_id, sight.period) is not None:
            rows = {month: row.value for month in sight.months() if (row := sight.row(node_id, month)) is not None}
            rows |= {month: value for (month, one), value in values.items() if one == node_id}
            found[(sight.period, node_id)] = sum(rows.values())
    return found


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


def said(sight: Sight, node: Node) -> dict[str, str]:
    return {"name": sight.name(node.id), "period": period_text(sight.period)}
