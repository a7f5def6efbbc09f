"""The tree of targets: every edit keeps the sum, weights follow history and working days, a yes holds for what was seen."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.entities import Target
from cockpit.domain.targets import (
    Measure,
    Node,
    agreement,
    edited,
    may_set,
    misfits,
    neighbours,
    next_rung,
    raise_offer,
    rounded_split,
    split_down,
)

MONEY = Measure("won_amount", "CNY")
values = st.integers(min_value=0, max_value=10**12)


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """A company of branches, teams and reps whose sums hold."""
    names = iter(range(10_000))

    def grown(depth: int) -> Node:
        if depth == 0:
            return Node("person", f"n{next(names)}", draw(values))
        parts = tuple(grown(depth - 1) for _part in range(draw(st.integers(1, 4))))
        return Node("team", f"n{next(names)}", sum(part.value or 0 for part in parts), (), parts)

    return grown(draw(st.integers(1, 3)))


def _with(node: Node, new: dict[str, int]) -> Node:
    parts = tuple(_with(part, new) for part in node.parts)
    return Node(node.kind, node.id, new.get(node.id, node.value), node.rows, parts)


def _sums(node: Node) -> bool:
    return all(one.difference in (0, None) for one in node.nodes())


@given(trees(), st.data())
def test_every_edit_keeps_every_sum(root: Node, data: st.DataObject) -> None:
    node = data.draw(st.sampled_from(list(root.nodes())))
    above, around = root.above(node.id), neighbours(root, node.id)
    if around is None:
        value = data.draw(values)
    elif not around.others:
        value = around.own
    else:
        value = data.draw(st.integers(0, around.room))
    after = _with(root, edited(root, node.id, value))
    found = after.find(node.id)
    assert found is not None
    assert found.value == value
    assert _sums(after)
    assert all(one.value is not None and one.value >= 0 for one in after.nodes())
    assert above is None or after.value == root.value
    others = {one.id for one in root.nodes()} - {one.id for one in (above or root).nodes()}
    assert all(root.find(name).value == after.find(name).value for name in others)  # type: ignore[union-attr]


@given(trees(), values, st.data())
def test_a_split_by_weights_keeps_every_sum(root: Node, value: int, data: st.DataObject) -> None:
    weights = {one.id: data.draw(st.integers(0, 10**9)) for one in root.nodes() if one.kind == "person"}
    after = _with(root, split_down(root, value, weights, "money"))
    assert after.value == value
    assert _sums(after)


@given(values, st.lists(st.integers(0, 10**9), min_size=1, max_size=20), st.sampled_from(["money", "count"]))
def test_a_rounded_split_sums(total: int, weights: list[int], unit: str) -> None:
    parts = rounded_split(total, weights, "count" if unit == "count" else "money")
    assert sum(parts) == total
    if any(weights):
        assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if not weight)


def test_a_round_sum_is_split_in_round_sums() -> None:
    assert rounded_split(180_000_000, [3, 2, 1]) == (90_000_000, 60_000_000, 30_000_000)
    assert all(part % 10_000 == 0 for part in rounded_split(180_000_000, [7, 11, 13]))
    assert rounded_split(12_345, [1, 1]) == (6_173, 6_172)
    assert rounded_split(6, [3, 2, 1], "count") == (3, 2, 1)


def _team() -> Node:
    return Node("team", "t", 900, (), (Node("person", "a", 300), Node("person", "b", 400), Node("person", "c", 200)))


def test_what_one_gains_the_others_give_in_proportion() -> None:
    assert edited(_team(), "a", 450) == {"a": 450, "b": 300, "c": 150}


def test_more_than_there_is_is_refused() -> None:
    with pytest.raises(ValueError, match="a"):
        edited(_team(), "a", 901)
    with pytest.raises(ValueError, match="x"):
        edited(_team(), "x", 1)
    alone = Node("team", "t", 900, (), (Node("person", "a", 900),))
    with pytest.raises(ValueError, match="a"):
        edited(alone, "a", 800)


def test_a_raise_is_on_top_and_named_as_a_difference() -> None:
    after = _with(_team(), edited(_team(), "a", 340, is_raise=True))
    assert [(node.id, node.difference) for node in misfits(after)] == [("t", -40)]


def test_a_level_without_a_target_hides_no_difference() -> None:
    team = Node("team", "t", None, (), (Node("person", "a", 5), Node("person", "b", None)))
    branch = Node("team", "z", 3, (), (team,))
    assert [(node.id, node.difference) for node in misfits(branch)] == [("z", -2)]
    assert edited(branch, "z", 3) == {"z": 3, "a": 5}
    with pytest.raises(ValueError, match="a"):
        edited(branch, "a", 6)


def test_what_nobody_has_yet_is_taken_before_anybody_gives() -> None:
    open_ = Node("team", "t", 900, (), (Node("person", "a", 300), Node("person", "b", 400), Node("person", "c", None)))
    assert edited(open_, "a", 300) == {"a": 300}
    assert edited(open_, "a", 200) == {"a": 200}
    assert edited(open_, "c", 150) == {"c": 150}
    assert edited(open_, "c", 300) == {"c": 300, "a": 257, "b": 343}
    assert _sums(_with(open_, edited(open_, "c", 300)))
    nobody = Node("team", "t", 900, (), (Node("person", "a", None), Node("person", "b", None)))
    assert edited(nobody, "a", 500) == {"a": 500}


def test_a_raise_of_one_stays_on_top_when_another_is_set() -> None:
    raised = _with(_team(), {"a": 340})
    assert edited(raised, "b", 450) == {"b": 450, "a": 309, "c": 181}
    assert edited(raised, "b", 380) == {"b": 380}
    assert _sums(_with(raised, edited(raised, "b", 300)))
    with pytest.raises(ValueError, match="b"):
        edited(raised, "b", 941)
    company = Node("company", "z", 900, (), (raised,))
    assert edited(company, "z", 1800) == {"z": 1800, "t": 1800, "a": 680, "b": 800, "c": 400}


def _row(lead: int | None, rep: int | None) -> Target:
    start = datetime(2026, 11, 2, tzinfo=UTC)
    lead_at, rep_at = (None if h is None else start + timedelta(hours=h) for h in (lead, rep))
    return Target(
        id="x",
        metric="won_amount",
        scope_kind="person",
        scope_id="a",
        period_kind="month",
        period_start=date(2026, 11, 1),
        value=1,
        agreed_by_lead_at=lead_at,
        agreed_by_rep_at=rep_at,
    )


def test_a_yes_older_than_the_target_is_asked_for_anew() -> None:
    assert agreement(None) == agreement(_row(None, 3)) == "none"
    assert agreement(_row(1, None)) == agreement(_row(3, 1)) == "asked"
    assert agreement(_row(1, 1)) == agreement(_row(1, 3)) == "agreed"


def test_who_may_set_what() -> None:
    assert may_set("team_lead", "lead", "rep", "person")
    assert not may_set("team_lead", "lead", "lead", "team")
    assert not may_set("team_lead", "lead", "lead", "person")
    assert may_set("region_head", "head", "lead", "team")
    assert not may_set("rep", "rep", "rep", "person")


def test_the_next_rung_of_the_worked_month() -> None:
    ladder = [
        (rung.id, rung.least_minor - 18_200_000)
        for won in (0, 24_000_000, 34_000_000)
        if (rung := next_rung(won, "CNY"))
    ]
    assert ladder == [("middle", 5_800_000), ("high_performer", 15_800_000), ("benchmark", 23_800_000)]
    assert next_rung(42_000_000, "CNY") is None
    assert next_rung(0, "USD") is None


def test_a_raise_is_offered_only_to_who_reached_his_target_early() -> None:
    assert raise_offer(30_000_000, 31_000_000, MONEY, 16, 21) == 34_000_000
    assert raise_offer(30_000_000, 29_999_999, MONEY, 16, 21) is None
    assert raise_offer(30_000_000, 31_000_000, MONEY, 21, 21) is None
    assert raise_offer(None, 31_000_000, MONEY, 16, 21) is None
    assert raise_offer(50_000_000, 52_000_000, MONEY, 16, 20) == 65_000_000
    assert raise_offer(8, 10, Measure("won_count"), 10, 20) == 20
