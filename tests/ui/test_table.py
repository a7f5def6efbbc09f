"""The table: keys kept, cells measured, any number of rows, outside text inert."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.geometry import Size

from cockpit import themes
from cockpit.plain import cells, fit
from cockpit.widgets.table import Cell, Column, Row, Table

COLUMNS = (Column("Name", least=6), Column("Kind", 6, shown_from=40), Column("Money", 8, "right"))


class TableApp(App[int]):
    def __init__(self, rows: Sequence[Row] = ()) -> None:
        super().__init__()
        self.register_theme(themes.THEMES[0])
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
    drawn = "".join(fit(part, size) for part, size in zip((" ".join(text.split()),) * 3, table._widths(width)) if size)
    assert cells(drawn) == sum(table._widths(width))
    assert sum(table._widths(width)) <= max(width, 6 + 8 + 2)
