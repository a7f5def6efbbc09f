"""The laws of the three-way merge: nothing invented, nothing dropped without a conflict, both sides alike."""

from __future__ import annotations

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.domain.merge import merge_field

CASES = int(os.environ.get("COCKPIT_TEST_MERGES", "300"))
"""Cases of each law; 100,000 by hand."""

many = settings(max_examples=CASES)
PLAIN, TEXT, SET = ("account", "phone"), ("activity", "agenda"), ("activity", "needs")
lines = st.lists(st.sampled_from(["price", "delivery", "合同", "", "call back", "new line"]), max_size=6)
unique = st.lists(st.sampled_from("abcdefgh"), max_size=7, unique=True)
values = st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["", "a", "b"]))
sets = st.lists(st.sampled_from("abcdef"), max_size=5, unique=True)


def text(rows: list[str]) -> str:
    return "\n".join(rows)


@many
@given(st.sampled_from([PLAIN, TEXT]), values, values)
def test_one_side_alone_wins(place: tuple[str, str], base: object, other: object) -> None:
    assert merge_field(*place, base, other, base).value == other
    assert merge_field(*place, base, base, other).value == other
    assert merge_field(*place, base, other, other).value == other


@many
@given(values, values, values)
def test_two_different_values_are_never_decided(base: object, mine: object, theirs: object) -> None:
    merged = merge_field(*PLAIN, base, mine, theirs)
    assert merged.is_conflict == (len({repr(base), repr(mine), repr(theirs)}) == 3)


@many
@given(lines, lines, lines)
def test_lines_merge_the_same_from_both_sides(base: list[str], mine: list[str], theirs: list[str]) -> None:
    here = merge_field(*TEXT, text(base), text(mine), text(theirs))
    there = merge_field(*TEXT, text(base), text(theirs), text(mine))
    assert here.is_conflict == there.is_conflict
    assert here.is_conflict or here.value == there.value


@many
@given(lines, lines, lines)
def test_a_clean_merge_of_lines_invents_and_drops_nothing(base: list[str], mine: list[str], theirs: list[str]) -> None:
    merged = merge_field(*TEXT, text(base), text(mine), text(theirs))
    if merged.is_conflict:
        return
    before, after, ours, others = (
        set(whole.split("\n")) for whole in (text(base), str(merged.value), text(mine), text(theirs))
    )
    assert after <= ours | others, "invented"
    assert (ours | others) - before <= after, "a new line of one side is gone"


@many
@given(unique, unique, unique)
def test_a_clean_merge_keeps_every_line_that_nobody_removed(
    base: list[str], mine: list[str], theirs: list[str]
) -> None:
    merged = merge_field(*TEXT, text(base), text(mine), text(theirs))
    if not merged.is_conflict:
        assert {*mine} & {*theirs} <= {*str(merged.value).split("\n")}


@many
@given(sets, sets, sets)
def test_a_set_takes_adds_and_removes_of_both(base: list[str], mine: list[str], theirs: list[str]) -> None:
    merged = merge_field(*SET, base, mine, theirs)
    wanted = (set(mine) & set(theirs)) | (set(mine) - set(base)) | (set(theirs) - set(base))
    assert not merged.is_conflict
    assert set(merged.value) == wanted
    assert len(merged.value) == len(wanted)


def test_distant_lines_merge_and_one_line_changed_twice_is_asked() -> None:
    base = "价格\n交期\n付款\n售后"
    far = merge_field(*TEXT, base, "价格 -3%\n交期\n付款\n售后", "价格\n交期\n付款\n售后两年")
    assert far.value == "价格 -3%\n交期\n付款\n售后两年"
    same = merge_field(*TEXT, base, "价格 -3%\n交期\n付款\n售后", "价格 -5%\n交期\n付款\n售后")
    assert same.is_conflict


def test_my_own_second_device_does_not_ask_me() -> None:
    assert merge_field("activity", "status", "planned", "held", "cancelled", same_device=True).value == "held"
    assert merge_field("activity", "status", "planned", "held", "cancelled").is_conflict
    assert merge_field("account", "owner_id", "a", "b", "c").value == "c"


def test_the_later_stamp_of_a_target_holds_from_both_sides() -> None:
    old, mid, new = (f"2026-11-2{day}T02:00:00.000000Z" for day in (1, 2, 3))
    for name in ("agreed_by_lead_at", "agreed_by_rep_at"):
        for base in (None, old):
            assert merge_field("target", name, base, mid, new) == merge_field("target", name, base, new, mid)
            assert merge_field("target", name, base, mid, new).value == new
        assert merge_field("target", name, old, None, new).is_conflict
    assert merge_field("target", "version", 1, 3, 2).value == 3
    assert merge_field("target", "value", 1, 3, 2).is_conflict


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_text_that_others_emptied_is_not_filled_with_the_end_of_mine(end: str) -> None:
    base, mine = f"price asked{end}", f"price asked\n\ncall back{end}"
    assert merge_field(*TEXT, base, mine, "").is_conflict
    assert merge_field(*TEXT, base, "", mine).is_conflict


def test_the_end_of_a_text_merges_as_its_lines_do() -> None:
    assert merge_field(*TEXT, "a\nb\nc", "a\nb\nc\n", "A\nb\nc").value == "A\nb\nc\n"
    assert merge_field(*TEXT, "a\nb\nc\n", "A\nb\nc\n", "a\nb\nc").value == "A\nb\nc"
