"""Why: formula, inputs and rows apart, and rows that add up to the number in the last line."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from cockpit.i18n import set_language
from cockpit.plain import cells
from cockpit.screens.why import TOTAL, answer_lines, foot_lines, why_rows
from cockpit.services.snapshots import WhyRow
from cockpit.widgets.columns import Row, text_of
from cockpit.widgets.lines import Line
from cockpit.widgets.table import Table
from tests.support.company import NOW
from tests.ui.boards import board_services
from tests.ui.driver import running
from tests.ui.fakes import FakeServices, why_snapshot

OPENING = {"about": "month.actual"}


def _words(lines: Sequence[Line]) -> list[str]:
    return ["".join(text for text, _tone in line).rstrip() for line in lines]


def _texts(row: Row) -> list[str]:
    return [text_of(cell) for cell in row.cells]


def _row(value: int, text: str = "远大医药") -> WhyRow:
    return WhyRow(entity="deal", id=f"deal-{value}", text=text, at=NOW, value=value)


def test_the_number_comes_first_then_formula_then_inputs_under_each_other() -> None:
    set_language("en")
    why = why_snapshot(inputs=(("month", "2026-11"), ("working days gone", "16")))
    assert _words(answer_lines(why, 60)) == [
        "actual  ¥182,000.00",
        "",
        "Formula",
        "sum of the amounts of deals won this month",
        "",
        "Inputs",
        "month              2026-11",
        "working days gone       16",
    ]


def test_inputs_that_are_sentences_are_folded() -> None:
    why = why_snapshot(formula="", inputs=(("rule", "visits of tier A and B count once a day, at most two"),))
    assert _words(answer_lines(why, 24))[-3:] == [
        "rule  visits of tier A",
        "  and B count once a",
        "  day, at most two",
    ]


def test_the_last_row_is_the_sum_of_those_above() -> None:
    set_language("en")
    rows = why_rows(why_snapshot())
    assert rows[-1].key == TOTAL
    assert _texts(rows[-1]) == ["Total", "", "¥182,000.00"]


@pytest.mark.parametrize(
    ("values", "last"),
    [
        ({"combine": "count", "unit": "count"}, ["Total", "", "2 rows"]),
        ({"combine": "none"}, ["信达", "Tue 11-24", "¥82,000.00"]),
        ({"combine": "sum", "unit": "points", "rows": (_row(9), _row(-2))}, ["Total", "", "+7"]),
    ],
)
def test_what_the_rows_make_is_said_in_its_unit(values: dict[str, object], last: list[str]) -> None:
    set_language("en")
    assert _texts(why_rows(why_snapshot(**values))[-1]) == last


def test_no_rows_no_sum() -> None:
    assert why_rows(why_snapshot(rows=())) == []


def test_the_foot_says_as_of_when_and_from_where_and_the_row_in_full() -> None:
    set_language("en")
    text = "恒泰机械, " * 12
    lines = _words(foot_lines(why_snapshot(), _row(1, text=text), 40))
    assert lines[0] == "hub, as of Tue 11-24 08:30"
    assert " ".join(" ".join(lines[1:]).split()) == text.strip()


async def test_at_80_columns_all_stands_under_each_other() -> None:
    async with running(FakeServices()) as driver:
        driver.app.open("why", **OPENING)
        await driver.idle()
        text = driver.text
        order = [text.index(words) for words in ("actual", "Formula", "Inputs", "远大医药", "Total", "as of Tue")]
        assert order == sorted(order)


async def test_from_120_columns_formula_and_rows_stand_side_by_side() -> None:
    async with running(FakeServices(), size=(120, 36)) as driver:
        driver.app.open("why", **OPENING)
        await driver.idle()
        line = next(line for line in driver.lines if "actual" in line)
        rows = driver.app.room.query_one(Table).region
        assert rows.x > line.index("actual")
        assert rows.y <= driver.lines.index(line)


async def test_the_sum_is_nothing_to_open() -> None:
    async with running(board_services()) as driver:
        driver.app.open("why", **OPENING)
        await driver.idle()
        await driver.press("end", "enter")
        assert "Nothing more behind this row." in driver.text
        await driver.press("home", "enter")
        assert driver.services.called("deals.load") == [(("deal-7",), {})]


async def test_hostile_texts_are_only_texts() -> None:
    text = "[red]x[/] \x1b[2J " + "恒泰" * 80
    why = why_snapshot(title=text, formula=text, inputs=((text, text),), rows=(_row(1, text=text),), origin=text)
    async with running(FakeServices(why__explain=why)) as driver:
        driver.app.open("why", **OPENING)
        await driver.idle()
        assert "[red]x[/]" in driver.text
        assert "\x1b" not in driver.text
        assert all(cells(line) <= 80 for line in driver.lines)
