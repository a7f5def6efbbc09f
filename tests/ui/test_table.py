"""The table: keys kept, cells measured, any number of rows, outside text inert."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts import initials
from textual.app import App, ComposeResult
from textual.geometry import Region, Size

from cockpit import themes
from cockpit.plain import cells, fit
from cockpit.widgets.filtering import INITIALS, Haystack
from cockpit.widgets.table import Cell, Column, Row, Table

COLUMNS = (Column("Name", least=6), Column("Kind", 6, shown_from=40), Column("Money", 8, "right"))


class TableApp(App[int]):
    def __init__(self, rows: Sequence[Row] = ()) -> None:
        super().__init__()
        self.register_theme(themes.THEMES[0])
        self.theme = themes.THEMES[0].name
        self._rows = rows
        self.chosen: list[str] = []
        self.moved: list[str | None] = []

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults()

    def compose(self) -> ComposeResult:
        table = Table(COLUMNS, empty="nothing here")
        yield table
        table.set_rows(self._rows)

    def on_table_chosen(self, event: Table.Chosen) -> None:
        self.chosen.append(event.key)

    def on_table_moved(self, event: Table.Moved) -> None:
        self.moved.append(event.key)

    def line(self, y: int) -> str:
        return "".join(segment.text for segment in self.query_one(Table).render_line(y))


def some_rows(count: int) -> list[Row]:
    return [Row(f"k{n}", (f"name {n}", "visit", str(n))) for n in range(count)]


async def test_ten_thousand_rows_draw_only_what_is_seen() -> None:
    app = TableApp(some_rows(10_000))
    async with app.run_test(size=(60, 12)) as pilot:
        table = app.query_one(Table)
        table.focus()
        await pilot.press("end")
        await pilot.pause()
        assert table.cursor_key == "k9999"
        assert "name 9999" in app.line(11)
        await pilot.press("pageup", "home", "k")
        assert table.cursor_key == "k0"
        await pilot.pause()
        assert "name 0" in app.line(1)
        assert app.line(0).split() == ["Name", "Kind", "Money"]


async def test_the_cursor_keeps_its_key_and_its_place_when_the_key_goes() -> None:
    app = TableApp(some_rows(5))
    async with app.run_test(size=(60, 12)) as pilot:
        table = app.query_one(Table)
        table.focus()
        await pilot.press("j", "j")
        assert table.cursor_key == "k2"
        table.set_rows(list(reversed(some_rows(5))))
        assert table.cursor_key == "k2"
        table.set_rows([row for row in some_rows(5) if row.key != "k2"])
        assert table.cursor_key == "k3"
        table.set_rows([])
        assert table.cursor_key is None
        assert app.line(1).strip() == "nothing here"


async def test_headings_are_passed_over() -> None:
    rows = [
        Row("h", ("A group",), is_heading=True),
        *some_rows(2),
        Row("h2", ("B",), is_heading=True),
        Row("z", ("z",)),
    ]
    app = TableApp(rows)
    async with app.run_test(size=(60, 12)) as pilot:
        table = app.query_one(Table)
        table.focus()
        assert table.cursor_key == "k0"
        await pilot.press("j", "j")
        assert table.cursor_key == "z"
        await pilot.press("k", "k", "k")
        assert table.cursor_key == "k0"
        await pilot.press("end")
        assert table.cursor_key == "z"


async def test_loading_and_failure_take_the_place_of_rows() -> None:
    app = TableApp()
    async with app.run_test(size=(60, 12)):
        table = app.query_one(Table)
        table.say_loading("Loading")
        assert app.line(1).strip() == "Loading"
        table.set_rows(some_rows(1))
        table.say_loading("Loading")
        assert "name 0" in app.line(1), "rows already shown stay"
        table.say_failed("No luck.\nPress F5.")
        assert [app.line(1).strip(), app.line(2).strip()] == ["No luck.", "Press F5."]


async def test_a_click_moves_and_a_double_click_chooses() -> None:
    app = TableApp(some_rows(4))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.click(Table, offset=(3, 3))
        assert app.query_one(Table).cursor_key == "k2"
        assert app.chosen == []
        await pilot.click(Table, offset=(3, 4), times=2)
        assert app.chosen == ["k3"]


async def test_a_click_finds_its_row_in_a_table_with_space_around_it() -> None:
    app = TableApp(some_rows(4))
    async with app.run_test(size=(60, 12)) as pilot:
        app.query_one(Table).styles.padding = (1, 2)
        await pilot.pause()
        await pilot.click(Table, offset=(5, 4))
        assert app.query_one(Table).cursor_key == "k2"


async def test_the_same_rows_again_draw_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp(some_rows(4))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        table = app.query_one(Table)
        drawn: list[object] = []
        monkeypatch.setattr(table, "refresh", lambda *args, **kwargs: drawn.append(args))
        table.set_rows(some_rows(4))
        assert drawn == []
        table.set_rows(some_rows(3))
        assert drawn


async def test_a_narrow_table_drops_columns_and_keeps_the_rest_aligned() -> None:
    app = TableApp([Row("a", ("恒泰机械设备有限公司", "visit", Cell("12.4k", "good")))])
    async with app.run_test(size=(30, 8)) as pilot:
        assert app.line(0).split() == ["Name", "Money"]
        assert app.line(1).rstrip().endswith("12.4k")
        assert cells(app.line(1)) == 30
        await pilot.resize_terminal(60, 8)
        await pilot.pause()
        assert app.line(0).split() == ["Name", "Kind", "Money"]


@given(st.text(max_size=40), st.integers(10, 90))
def test_any_text_fills_exactly_its_line(text: str, width: int) -> None:
    table = Table(COLUMNS)
    table.set_rows([Row("a", (text, text, text))])
    table._size = Size(width, 5)
    drawn = "".join(
        fit(part, size) for part, size in zip((" ".join(text.split()),) * 3, table._paint.widths(width)) if size
    )
    assert cells(drawn) == sum(table._paint.widths(width))
    assert sum(table._paint.widths(width)) <= max(width, 6 + 8 + 2)


def grounds(app: TableApp, y: int) -> set[str]:
    """The background colours of a line."""
    styles = [segment.style for segment in app.query_one(Table).render_line(y) if segment.style is not None]
    return {style.bgcolor.name for style in styles if style.bgcolor is not None}


async def test_a_changed_row_keeps_a_tone_until_it_calms_and_the_cursor_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp(some_rows(6))
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        table = app.query_one(Table)
        quiet = grounds(app, 4)
        timers: list[tuple[float, Callable[[], None]]] = []
        monkeypatch.setattr(table, "set_timer", lambda seconds, call: timers.append((seconds, call)))
        rows = some_rows(6)
        rows[3] = replace(rows[3], cells=("name 3", "call", "3"))
        table.set_rows(rows)
        await pilot.pause()
        assert grounds(app, 4) != quiet
        assert grounds(app, 3) == grounds(app, 5) == quiet
        assert table.cursor_key == "k0"
        ((seconds, calm),) = timers
        assert 0.5 <= seconds <= 2
        calm()
        assert grounds(app, 4) == quiet


async def test_a_first_fill_and_a_change_of_most_rows_do_not_flash(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp()
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.pause()
        table = app.query_one(Table)
        timers: list[object] = []
        monkeypatch.setattr(table, "set_timer", lambda *args: timers.append(args))
        table.set_rows(some_rows(6))
        table.set_rows([replace(row, cells=("other", "call", "1")) for row in some_rows(6)])
        assert timers == []
        rows = list(table.rows)
        table.set_rows([*rows[:3], Row("new", ("new", "visit", "9")), *rows[3:]])
        assert len(timers) == 1
        assert len(grounds(app, 4) | grounds(app, 3)) == 2


async def test_rows_that_come_above_move_neither_the_cursor_nor_what_is_seen() -> None:
    app = TableApp(some_rows(50))
    async with app.run_test(size=(60, 11)) as pilot:
        table = app.query_one(Table)
        table.focus()
        assert table.focus_key("k30")
        await pilot.pause()
        seen = [app.line(y) for y in range(11)]
        table.set_rows([Row("new", ("new", "visit", "9")), *some_rows(50)])
        await pilot.pause()
        assert table.cursor_key == "k30"
        assert [app.line(y) for y in range(11)] == seen


async def test_a_cursor_move_draws_two_lines_of_few_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp(some_rows(20))
    async with app.run_test(size=(60, 12)) as pilot:
        table = app.query_one(Table)
        table.focus()
        await pilot.pause()
        regions: list[Region] = []
        monkeypatch.setattr(table, "refresh", lambda *found, **_options: regions.extend(found))
        await pilot.press("down")
        assert [region.height for region in regions] == [1, 1]
        assert {region.y for region in regions} == {1, 2}
        assert len(list(table.render_line(1))) == 1, "neighbours of one style are one piece"


CHINESE = [
    Row("c1", ("恒泰机械", "visit", "1"), search="Hengtai Machinery"),
    Row("c2", ("重庆银行", "call", "2")),
    Row("g", ("Later",), is_heading=True),
    Row("c3", ("明远物流", "visit", "3")),
    Row("g2", ("Never",), is_heading=True),
    Row("c4", ("Acme ＨＫ Ltd", "visit", "4")),
]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("恒泰", ["c1"]),
        ("ht", ["c1"]),
        ("HTJX", ["c1"]),
        ("machin", ["c1"]),
        ("cqyh", ["c2"]),  # both signs have another reading too
        ("call", ["c2"]),
        ("visit m", ["c1", "g", "c3", "g2", "c4"]),
        ("mywl", ["g", "c3"]),
        ("ａcme hk", ["g2", "c4"]),
        ("machinrey", ["c1"]),
        ("hk visti", ["g2", "c4"]),
        ("zzz", []),
        (" ", ["c1", "c2", "g", "c3", "g2", "c4"]),
    ],
)
async def test_the_filter_finds_parts_initials_and_near_spelling(text: str, keys: list[str]) -> None:
    app = TableApp(CHINESE)
    async with app.run_test(size=(60, 12)):
        table = app.query_one(Table)
        table.narrow(text)
        assert [row.key for row in table.rows] == keys
        table.narrow("")
        assert table.rows == tuple(CHINESE)


async def test_the_filter_says_how_many_it_leaves_keeps_the_cursor_and_stays_when_rows_change() -> None:
    app = TableApp(some_rows(42))
    async with app.run_test(size=(60, 12)) as pilot:
        table = app.query_one(Table)
        table.focus_key("k31")
        table.narrow("name 3")
        assert "13 of 42 for /name 3" in app.line(0)
        assert table.cursor_key == "k31"
        table.narrow("name 39")
        await pilot.pause()
        assert table.cursor_key == "k39"
        assert app.moved[-1] == "k39"
        table.set_rows(some_rows(40))
        assert [row.key for row in table.rows] == ["k39"]
        table.narrow("no such row")
        assert "Nothing here fits the filter." in app.line(1)
        table.narrow("")
        assert len(table.rows) == 40


def test_the_initials_are_those_of_the_library() -> None:
    assert INITIALS.read_text("ascii") == initials.text(), "run `python -m scripts.initials`"


@given(st.lists(st.text(max_size=30), max_size=8), st.text(max_size=12))
def test_any_text_may_be_filtered_by_any_text(lines: list[str], text: str) -> None:
    haystack = Haystack(lines)
    found = haystack.find(text)
    assert found == sorted(set(found))
    assert all(0 <= place < len(lines) for place in found)
    for place, line in enumerate(lines):
        assert place in haystack.find(line.strip()[:12]) or not line.strip()


async def test_labels_are_drawn_over_the_first_cells_only() -> None:
    app = TableApp([Row("a", ("恒泰机械", "visit", "1")), *some_rows(3)])
    async with app.run_test(size=(60, 12)):
        table = app.query_one(Table)
        assert table.visible_places == [0, 1, 2, 3]
        before = app.line(1), app.line(2)
        table.label_rows({0: "a", 1: "s"})
        assert app.line(2) == "s" + before[1][1:]
        assert app.line(1).startswith("a ")
        assert cells(app.line(1)) == cells(before[0])
        table.label_rows({})
        assert (app.line(1), app.line(2)) == before
