"""Our table with 50,000 rows and nothing else, for `benchmarks.tui`."""

from __future__ import annotations

from textual.app import App, ComposeResult

from cockpit import themes
from cockpit.widgets.table import Column, Row, Table

ROWS = 50_000


class LongList(App[None]):
    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012  Textual's own form

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults()

    def compose(self) -> ComposeResult:
        yield Table([Column("Customer", weight=2), Column("Stage"), Column("Money", 10, "right")])

    def on_mount(self) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.THEMES[0].name
        table = self.query_one(Table)
        table.set_rows([Row(str(n), (f"Customer {n} 恒泰", "Proposal", f"{n * 7 % 90_000}")) for n in range(ROWS)])
        table.focus()


if __name__ == "__main__":
    LongList().run()
