"""The grammar of the one-line log."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.amounts import Amount
from cockpit.domain.moments import Reading
from cockpit.domain.quicklog import LogLine, NextStep, StageWish, read_line
from cockpit.domain.text import clean_line
from cockpit.errors import MalformedLog

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
FRIDAY = date(2026, 11, 27)


def read(line: str, account_words: int | None = None) -> LogLine:
    return read_line(line, NOW, account_words)


def test_the_line_of_the_manual() -> None:
    line = read(
        "v ht ok CFO yes to pilot; need ROI by fri #ROI sheet +cfo -it >fri 10 call him !66k s4y @8:00"
    ).checked()
    assert (line.kind, line.account, line.outcome) == ("visit", "ht", "reached")
    assert line.text == "CFO yes to pilot; need ROI by fri"
    assert (line.needs, line.roles_for, line.roles_against) == (("ROI sheet",), ("cfo",), ("it",))
    assert line.next_step == NextStep(Reading(FRIDAY, time(10), None, 6), "call", "him")
    assert line.amount == Amount(6_600_000, None, 3)
    assert line.stage == StageWish(4, True)
    assert line.happened == Reading(None, time(8), None, 4)


def test_the_shortest_line() -> None:
    line = read("v ht").checked()
    assert (line.kind, line.account, line.outcome, line.text) == ("visit", "ht", None, "")


@pytest.mark.parametrize(
    ("start", "kind"),
    [("v", "visit"), ("C", "call"), ("w", "web"), ("visit", "visit"), ("拜访", "visit"), ("电话", "call"), ("线上", "web"), ("ｖ", "visit")],
)  # fmt: skip
def test_kinds(start: str, kind: str) -> None:
    assert read(f"{start} 恒泰 ok").kind == kind


def test_chinese_needs_no_space() -> None:
    line = read("拜访恒泰 达成 客户同意试点#ROI表＞周五10点 递交方案！6.6万").checked()
    assert (line.account, line.outcome, line.text) == ("恒泰", "reached", "客户同意试点")
    assert line.needs == ("ROI表",)
    assert line.next_step is not None
    assert (line.next_step.reading.day, line.next_step.what) == (FRIDAY, "递交方案")
    assert line.amount is not None
    assert line.amount.minor == 6_600_000


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("ok", "reached"),
        ("OK", "reached"),
        ("half", "half"),
        ("no", "missed"),
        ("absent", "absent"),
        ("x", "cancelled"),
    ],
)
def test_outcomes(word: str, outcome: str) -> None:
    line = read(f"v ht {word} because")
    assert (line.outcome, line.text) == (outcome, "because")


@pytest.mark.parametrize(
    "text",
    ["co-op agreed", "met - twice", "a + b", "+10% growth", "-5 people", "e-mail a@b.cn", "5 > 3", "great!", "great !", "C# ok", "很好！客户同意",
     "他说：>_<", "ss s400 as4", "50/50", "x-ray", "-- so", "see # 4"],
)  # fmt: skip
def test_signs_that_are_text(text: str) -> None:
    line = read(f"v ht ok {text}")
    assert (line.text, line.problem) == (text, None)


def test_words_may_come_back_after_a_sign() -> None:
    line = read("v @8:00 ht +cfo ok fine !66k in two parts").checked()
    assert (line.account, line.outcome, line.text) == ("ht", "reached", "fine in two parts")


def test_several_needs_and_people() -> None:
    line = read("v ht #price list #ROI +cfo +it -boss").checked()
    assert (line.needs, line.roles_for, line.roles_against) == (("price list", "ROI"), ("cfo", "it"), ("boss",))


@pytest.mark.parametrize(
    ("word", "wish"), [("s4", (4, None)), ("s4y", (4, True)), ("S4N", (4, False)), ("s12", (12, None))]
)
def test_stages(word: str, wish: tuple[int, bool | None]) -> None:
    assert read(f"v ht {word}").stage == StageWish(*wish)


def test_the_number_of_account_words_can_be_given() -> None:
    assert read("v Acme Corp met them").account == "Acme"
    line = read("v Acme Corp met them", 2)
    assert (line.account, line.text) == ("Acme Corp", "met them")
    line = read("v ht said no to it", 1)
    assert (line.account, line.outcome, line.text) == ("ht", None, "said no to it")


@pytest.mark.parametrize(
    ("line", "code", "column", "part"),
    [
        ("", "no-kind", 0, ""),
        ("ht ok", "no-kind", 0, "ht"),
        ("vht", "no-kind", 0, "vht"),
        ("v", "no-account", 1, ""),
        ("v  >fri 10", "no-account", 10, ""),
        ("v ht >", "no-next", 5, ">"),
        ("v ht >soon", "no-next", 5, ">soon"),
        ("v ht @", "no-time", 5, "@"),
        ("v ht @noon", "no-time", 5, "@noon"),
        ("v ht !many", "no-amount", 5, "!many"),
        ("v ht #", "no-need", 5, "#"),
        ("v ht >fri >thu", "twice", 10, ">thu"),
        ("v ht s1 s2", "twice", 8, "s2"),
        ("拜访 恒泰 ＞某天", "no-next", 6, "＞某天"),
        ("v ht ok" + " x" * 600, "too-long", 1000, ""),
    ],
)
def test_a_problem_has_its_column(line: str, code: str, column: int, part: str) -> None:
    found = read(line)
    assert found.problem is not None
    assert (found.problem.code, found.problem.column, found.problem.part) == (code, column, part)
    with pytest.raises(MalformedLog) as caught:
        found.checked()
    assert caught.value.facts["column"] == column


def test_what_can_be_read_is_read_beside_a_problem() -> None:
    line = read("v ht ok fine >soon !66k")
    assert (line.account, line.outcome, line.text) == ("ht", "reached", "fine")
    assert line.amount is not None


def test_parts_point_into_the_line_as_typed() -> None:
    text = "ｖ　 恒泰　ok 好 ＃ROI 表 ＞周五 !66k"
    line = read(text)
    assert [(p.name, text[p.column : p.end]) for p in line.parts] == [
        ("what", "ｖ"),
        ("account", "恒泰"),
        ("goal", "ok"),
        ("result", "好"),
        ("need", "＃ROI 表"),
        ("next", "＞周五"),
        ("amount", "!66k"),
    ]


ANY_LINE = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["v", "c", "ht", "恒泰", "ok", "no", "x", "absent", "#need", "＃", ">", ">fri 10", "＞周五", "@", "@昨天 15:00", "!66k", "！6.6万", "+cfo", "-",
         "-it", "s4", "s4y", "\t", "　", "🎉", "\u202e", "\x1b[2J", "\ud800", "[/b]", "'", '"', "\n"]
    ),
    max_size=12,
).map(" ".join)  # fmt: skip


@given(ANY_LINE, st.none() | st.integers(0, 5))
def test_any_line_is_read(text: str, words: int | None) -> None:
    line = read_line(text, NOW, words)
    assert all(0 <= p.column <= p.end <= len(text) for p in line.parts)
    assert all(a.end <= b.column for a, b in zip(line.parts, line.parts[1:], strict=False)), "parts do not overlap"
    for value in (line.account, line.text, *line.needs, *line.roles_for, *line.roles_against):
        assert value == clean_line(value), "no control sign comes through"
    if line.problem is None:
        assert line.kind is not None
        line.checked()
    else:
        assert 0 <= line.problem.column <= len(text)
        with pytest.raises(MalformedLog):
            line.checked()


@given(ANY_LINE)
def test_full_width_reads_like_ascii(text: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    plain, full = read(text), read(wide)
    assert (plain.kind, plain.outcome, plain.stage, plain.happened) == (
        full.kind,
        full.outcome,
        full.stage,
        full.happened,
    )
