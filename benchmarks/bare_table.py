"""The yardstick: a bare Textual table of 20 rows with header and footer, nothing else."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import DataTable, Footer, Header


class BareTable(App[None]):
    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012  Textual's own form

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("time", "account", "stage", "money")
        for row in range(20):
            table.add_row(f"{9 + row // 2}:00", f"Account {row}", "Proposal", str(row * 1000))
        table.focus()


if __name__ == "__main__":
    BareTable().run()
