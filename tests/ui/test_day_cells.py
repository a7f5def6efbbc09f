"""The row of days, the pace's canvas and chart, the trends and the running text: their shapes by example."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.widget import Widget

from cockpit.i18n import set_language
from cockpit.plain import cells
from cockpit.services.snapshots import DayCell, PaceDay, TrendWeek
from cockpit.themes import THEMES
from cockpit.widgets.day_cells import DayCells, by_week, lay_out
from cockpit.widgets.detail import Detail, Fact, columns, running
from cockpit.widgets.lines import Line
from cockpit.widgets.pace_chart import PaceChart
from cockpit.widgets.plot import Canvas
from cockpit.widgets.trends import Trends
from tests.ui.board_samples import pace
from tests.ui.fakes import month_days, trend
from tests.ui.screen_text import screen_text, wait_for_idle

TODAY = date(2026, 11, 24)
HOSTILE = (
    "Acme [/b] [@click=app.quit]x[/]",
    "\x1b[2J\u202eevil\u2066",
    "one\ntwo\tthree",
    "恒泰" * 90,
    "👨‍👩‍👧 e\u0301",
)


async def shown(widget: Widget, width: int, height: int) -> list[str]:
    """The widget alone on a terminal of that size, line by line."""

    class Alone(App[int]):
        CSS = "Screen > * { width: 100%; height: 100%; }"

        def compose(self) -> ComposeResult:
            yield widget

    app = Alone()
    for theme in THEMES:
        app.register_theme(theme)
    app.theme = THEMES[0].name
    async with app.run_test(size=(width, height)) as pilot:
        await wait_for_idle(pilot)
        return screen_text(app).split("\n")


def day_cells(days: Iterable[DayCell] = month_days(), *, is_ascii: bool = True) -> DayCells:
    set_language("en")
    widget = DayCells()
    widget.show(tuple(days), TODAY, is_ascii=is_ascii)
    return widget


# -- days --------------------------------------------------------------------------------------------------------------


async def test_a_month_is_a_row_with_a_gap_at_each_weekend_and_today_in_brackets() -> None:
    lines = await shown(day_cells(), 40, 3)
    assert lines[0] == "##### ##### #.... x[=].=. ."
    assert lines[1] == "2     9     16      24    30"
    assert lines[2] == "# held 11  = planned 2  x missed 1"


async def test_a_wider_row_has_wider_cells_and_the_same_days() -> None:
    lines = await shown(day_cells(), 70, 3)
    assert lines[0] == "## ## ## ## ##  ## ## ## ## ##  ## .. .. .. ..  xx [==] .. == ..  .."
    assert lines[2] == "# held 11  = planned 2  x missed 1  . free days 3"


async def test_blocks_are_drawn_where_the_terminal_can() -> None:
    (line,) = await shown(day_cells(is_ascii=False), 40, 1)
    assert line == "█████ █████ █░░░░ x[▒]░▒░ ░"


def test_a_day_off_is_shown_when_somebody_was_visited() -> None:
    days = list(month_days())
    days[6] = replace(days[6], held=1, state="done")  # Saturday the 7th
    placed = lay_out(days, TODAY, 60)
    assert 7 in [cell.day.on.day for cell in placed]
    assert 8 not in [cell.day.on.day for cell in placed]


def test_what_does_not_fit_day_by_day_is_shown_week_by_week() -> None:
    placed = lay_out(month_days(), TODAY, 20)
    assert [(cell.day.on.day, cell.day.state, cell.is_now) for cell in placed] == [
        (2, "done", False),
        (9, "done", False),
        (16, "done", False),
        (23, "missed", True),
        (30, "free", False),
    ]
    assert sum(cell.day.held for cell in placed) == 11


def test_a_week_is_the_sum_of_its_days() -> None:
    assert sum(week.held for week in by_week(month_days())) == 11
    assert by_week(()) == ()


@given(st.integers(24, 200), st.integers(0, 29), st.integers(1, 92))
def test_cells_never_overlap_and_never_leave_the_width(width: int, shift: int, count: int) -> None:
    first = date(2026, 10, 1)
    days = [replace(month_days()[0], on=first + timedelta(days=n), is_workday=n % 7 < 5) for n in range(count)]
    placed = lay_out(days, first + timedelta(days=shift), width)
    for one, other in pairwise(placed):
        assert one.x + one.size + one.is_now + other.is_now <= other.x
    if placed:
        assert placed[-1].x + placed[-1].size + placed[-1].is_now <= width


async def test_no_days_draw_nothing() -> None:
    assert await shown(day_cells(()), 40, 2) == ["", ""]


# -- pace --------------------------------------------------------------------------------------------------------------


def rows_of(canvas: Canvas, signs: str = ".#") -> list[str]:
    return ["".join(text for text, _layer in canvas.row(y, signs)) for y in range(canvas.height)]


def test_a_line_rises_from_the_bottom_left() -> None:
    canvas = Canvas(4, 4, is_ascii=True)
    canvas.line([(0, 0), (1, 1)], 0)
    assert rows_of(canvas) == ["   .", "  . ", " .  ", ".   "]


def test_a_step_is_joined() -> None:
    canvas = Canvas(3, 4, is_ascii=True)
    canvas.line([(0, 0), (0.5, 0), (0.5, 1), (1, 1)], 1)
    assert rows_of(canvas) == [" ##", " # ", " # ", "## "]


def test_the_higher_layer_owns_a_cell_and_braille_keeps_both_dots() -> None:
    canvas = Canvas(1, 1, is_ascii=False)
    canvas.dot(0, 0, 0)
    canvas.dot(1, 3, 1)
    assert canvas.row(0, "") == [("\u2848", 1)]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=8), st.integers(1, 30), st.integers(1, 20))
def test_any_line_stays_on_the_canvas(points: list[tuple[float, float]], width: int, height: int) -> None:
    for is_ascii in (True, False):
        canvas = Canvas(width, height, is_ascii=is_ascii)
        canvas.line(sorted(points), 1, thick=2)
        assert [cells(row) for row in rows_of(canvas)] == [width] * height


def pace_chart(days: tuple[PaceDay, ...], due: int | None = 22_800_000, *, is_ascii: bool = True) -> PaceChart:
    set_language("en")
    chart = PaceChart()
    chart.show(days, due, is_ascii=is_ascii)
    return chart


async def test_the_pace_says_first_how_far_behind_and_names_each_line_at_its_end() -> None:
    lines = await shown(pace_chart(pace()), 70, 14)
    assert lines[0] == "Pace  46k behind  228k was due by now"
    assert lines[1].endswith(". target 300k")
    assert [line.split()[-3:] for line in lines if line.endswith("248k")] == [["with", "plan", "248k"]]
    assert sum(line.endswith("won 182k") for line in lines) == 1
    assert lines[-1].split() == ["2", "9", "16", "23", "24", "30"]


async def test_ahead_of_the_pace_is_said_so() -> None:
    lines = await shown(pace_chart(pace(), 10_000_000), 70, 14)
    assert lines[0] == "Pace  82k ahead  100k was due by now"


async def test_without_a_target_the_won_money_is_drawn_alone() -> None:
    days = tuple(replace(day, due_minor=None) for day in pace())
    lines = await shown(pace_chart(days, None), 70, 14)
    assert lines[0] == "Pace"
    assert not any("target" in line for line in lines)
    assert any(line.endswith("won 182k") for line in lines)


async def test_the_names_keep_apart_where_the_lines_end_together() -> None:
    days = tuple(replace(day, due_minor=24_800_000 if day.on.day == 30 else day.due_minor) for day in pace())
    lines = await shown(pace_chart(days), 70, 8)
    assert [sum(words in line for line in lines) for words in ("target 248k", "with plan 248k", "won 182k")] == [
        1,
        1,
        1,
    ]


@pytest.mark.parametrize(("width", "height"), [(29, 14), (70, 4), (1, 1)])
async def test_too_little_room_draws_nothing(width: int, height: int) -> None:
    assert not "".join(await shown(pace_chart(pace()), width, height)).strip()


async def test_a_day_and_no_money_at_all_do_not_break_it() -> None:
    assert not "".join(await shown(pace_chart(pace()[:1]), 70, 14)).strip()
    nothing = tuple(replace(day, due_minor=0, actual_minor=0, covered_minor=0) for day in pace())
    assert (await shown(pace_chart(nothing, 0), 70, 14))[0].startswith("Pace")


async def test_a_long_period_names_its_months() -> None:
    days = tuple(
        PaceDay(on=date(2026, 10, 1) + timedelta(days=n), due_minor=n, actual_minor=None, covered_minor=n)
        for n in range(92)
    )
    lines = await shown(pace_chart(days), 90, 12)
    assert lines[-1].split() == ["10-01", "11-01", "12-01", "12-31"]


# -- trends ------------------------------------------------------------------------------------------------------------


def trends(weeks: tuple[TrendWeek, ...]) -> Trends:
    set_language("en")
    widget = Trends()
    widget.show(weeks, is_ascii=True)
    return widget


async def test_trends_stand_beside_their_last_values() -> None:
    (line,) = await shown(trends(trend()), 78, 1)
    assert line == "visits =+*#**:_ 0, last week 1   won _#_:*++_ 0, last week 64k"


async def test_trends_below_each_other_say_it_in_full() -> None:
    lines = await shown(trends(trend()), 50, 2)
    assert lines == [
        "visits ==++**##****::__ 0 this week, 1 last week",
        "won    __##__::**++++__ 0 this week, 64k last week",
    ]


async def test_no_weeks_no_trend() -> None:
    assert await shown(trends(()), 50, 1) == [""]


# -- running text ------------------------------------------------------------------------------------------------------

FACTS = (Fact("Last", "Tue 11-17 wants ROI before CFO"), Fact("", "no agenda", "warn"), Fact("Deals", "pilot 66k"))


def words(lines: Iterable[Line]) -> list[str]:
    return ["".join(text for text, _tone in line) for line in lines]


def test_a_pane_has_one_fact_a_line_and_hangs_what_is_long() -> None:
    assert words(columns("恒泰机械", FACTS, 24)) == [
        "恒泰机械",
        "Last  Tue 11-17 wants ",
        "      ROI before CFO",
        "no agenda",
        "Deals pilot 66k",
    ]


def test_a_label_is_said_once_for_the_facts_below_it() -> None:
    deciders = (Fact("Deciders", "王总 +1", "good"), Fact("Deciders", "李工 -1", "bad"))
    assert words(columns("x", deciders, 30)) == ["x", "Deciders 王总 +1", "         李工 -1"]
    assert words(running("x", deciders, 60, 2)) == ["x  Deciders 王总 +1, 李工 -1"]


def test_running_text_ends_in_the_sign_of_a_cut() -> None:
    (line,) = words(running("恒泰机械", FACTS, 30, 1))
    assert line.endswith("~")
    assert cells(line) <= 30


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(("width", "height"), [(3, 1), (20, 2), (44, 20)])
async def test_hostile_words_are_only_words_at_any_size(text: str, width: int, height: int) -> None:
    detail = Detail()
    detail.show_facts(text, (Fact(text, text), Fact("", text, "bad")), None)
    lines = await shown(detail, width, height)
    assert all(cells(line) <= width for line in lines)
    assert "\x1b" not in "".join(lines)
