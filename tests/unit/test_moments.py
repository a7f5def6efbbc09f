"""Days and times as people type them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.domain.moments import Reading, plan_slot, read_moment, settle_ahead, settle_behind

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 8, 30, tzinfo=ZONE)  # a Tuesday


def ahead(text: str) -> datetime:
    slot = plan_slot(text, NOW)
    assert slot is not None
    return slot.starts_at


def at(month: int, day: int, hour: int = 10, minute: int = 0, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("thu 10", at(11, 26)),
        ("Thursday 10am", at(11, 26)),
        ("fri", at(11, 27)),
        ("tue 9", at(12, 1, 9)),
        ("next wed 9", at(12, 2, 9)),
        ("this fri 9", at(11, 27, 9)),
        ("tomorrow", at(11, 25)),
        ("tmr 3pm", at(11, 25, 15)),
        ("明天 9:30", at(11, 25, 9, 30)),
        ("明天9:30", at(11, 25, 9, 30)),
        ("后天下午3点", at(11, 26, 15)),
        ("周五", at(11, 27)),
        ("周五10点半", at(11, 27, 10, 30)),
        ("星期四下午三点一刻", at(11, 26, 15, 15)),
        ("礼拜天 上午 9点05分", at(11, 29, 9, 5)),
        ("下周三 14:00", at(12, 2, 14)),
        ("本周五晚上7点", at(11, 27, 19)),
        ("中午12点", at(11, 24, 12)),
        ("11-26 14:00", at(11, 26, 14)),
        ("11/26", at(11, 26)),
        ("11月26日14:00", at(11, 26, 14)),
        ("2026-12-01 9:00", at(12, 1, 9)),
        ("1-5 9:00", at(1, 5, 9, year=2027)),
        ("１１－２６　１４：００", at(11, 26, 14)),
        ("15:00", at(11, 24, 15)),
        ("8:00", at(11, 25, 8)),
        ("thu 3", at(11, 26, 15)),
        ("thu 3:00", at(11, 26, 3)),
        ("today", at(11, 24, 9)),
        ("  fri  10 ", at(11, 27)),
    ],
)
def test_a_plan_is_read(text: str, expected: datetime) -> None:
    assert ahead(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "  ", "soon", "tomato", "10k", "25:00", "thu 25", "10:75", "13-45", "2-30", "11-2610", "三", "10-9:30", "thu ten",
     "thu 10 sharp", "十一十点", "²", "٣:٣٠", "5%"],
)  # fmt: skip
def test_no_plan_is_read(text: str) -> None:
    assert plan_slot(text, NOW) is None


def test_a_range_has_an_end() -> None:
    slot = plan_slot("fri 9:34-10:21", NOW)
    assert slot is not None
    assert (slot.starts_at, slot.ends_at) == (at(11, 27, 9, 34), at(11, 27, 10, 21))
    slot = plan_slot("周五 9:00到11:30", NOW)
    assert slot is not None
    assert slot.ends_at == at(11, 27, 11, 30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("昨天 15:00", at(11, 23, 15)),
        ("yesterday 15:00", at(11, 23, 15)),
        ("昨天下午3点", at(11, 23, 15)),
        ("mon 15:00", at(11, 23, 15)),
        ("tue 8:00", at(11, 24, 8)),
        ("fri", at(11, 20)),
        ("上周五 9:00", at(11, 20, 9)),
        ("前天 9:00", at(11, 22, 9)),
        ("11-20", at(11, 20)),
        ("12-30 9:00", at(12, 30, 9)),
        ("8:00", at(11, 24, 8)),
        ("10:30", at(11, 24, 10, 30)),
        ("today", at(11, 24, 8, 30)),
    ],
)
def test_what_happened_looks_back(text: str, expected: datetime) -> None:
    reading = read_moment(text, NOW, is_past=True)
    assert reading is not None
    assert settle_behind(reading, NOW).starts_at == expected


def test_the_rest_of_the_text_is_left() -> None:
    text = "fri 10 people come"
    reading = read_moment(text, NOW)
    assert reading == Reading(date(2026, 11, 27), time(10), None, 6)
    assert read_moment("周五 递交方案", NOW) == Reading(date(2026, 11, 27), None, None, 2)
    assert read_moment("fri 10% off", NOW) == Reading(date(2026, 11, 27), None, None, 3)


@given(
    st.text(max_size=30) | st.text(alphabet="0123456789:-/. 月日点半下上周五一二十明天昨pamfritou到年～", max_size=20),
    st.booleans(),
)
def test_any_text_is_read_or_not(text: str, is_past: bool) -> None:
    reading = read_moment(text, NOW, is_past=is_past)
    if reading is not None:
        assert 0 < reading.length <= len(text)
        assert reading.day is not None or reading.start is not None
        assert settle_ahead(reading, NOW).starts_at.tzinfo is ZONE
        assert settle_behind(reading, NOW).starts_at.tzinfo is ZONE


@given(st.integers(1, 170 * 24 * 60))
def test_a_day_and_time_written_out_comes_back(minutes: int) -> None:
    moment = NOW + timedelta(minutes=minutes)
    for text in (f"{moment:%m-%d %H:%M}", f"{moment:%Y-%m-%d %H:%M}", f"{moment.month}月{moment.day}日 {moment:%H:%M}"):
        assert ahead(text) == moment


@given(st.integers(0, 6), st.integers(0, 366))
def test_a_weekday_is_the_next_one_or_the_last_one(weekday: int, days: int) -> None:
    local = NOW + timedelta(days=days)
    for text in (("mon", "tue", "wed", "thu", "fri", "sat", "sun")[weekday], f"周{'一二三四五六日'[weekday]}"):
        following, before = read_moment(text, local), read_moment(text, local, is_past=True)
        assert following is not None
        assert before is not None
        assert following.day is not None
        assert before.day is not None
        assert following.day.weekday() == before.day.weekday() == weekday
        assert 1 <= (following.day - local.date()).days <= 7
        assert 0 <= (local.date() - before.day).days <= 6
