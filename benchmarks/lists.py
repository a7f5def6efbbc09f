"""A list of 10,000 and of 50,000 rows: cursor and filter keys, in CPU ms on the screen's thread. `make bench`."""

from __future__ import annotations

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from textual.app import App, ComposeResult

from cockpit import themes
from cockpit.widgets.table import Cell, Column, Row, Table

NAMES = ("恒泰", "明远", "嘉禾", "新域", "华光", "重庆", "银行", "机械", "物流", "食品", "科技", "电子", "安捷", "重工")
FILTERS = ("h", "ht", "htj", "htjx", "恒泰", "decision", "decisoin", "恒太机械", "")


class Listing(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.register_theme(themes.THEMES[0])
        self.theme = themes.THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return themes.variable_defaults()

    def compose(self) -> ComposeResult:
        yield Table([Column(name) for name in ("Account", "Tier", "Stage", "Number", "Goal", "Status")])


def rows(count: int) -> list[Row]:
    """Rows of invented accounts, the same in every run."""
    pick = random.Random(7)
    return [
        Row(
            str(number),
            (
                "".join(pick.choices(NAMES, k=4)),
                pick.choice("ABC"),
                Cell("Proposal", "muted"),
                str(number),
                "find the second decision maker",
                "planned",
            ),
        )
        for number in range(count)
    ]


def _timed(act: Callable[[], object]) -> float:
    start = time.thread_time()
    act()
    return (time.thread_time() - start) * 1000


async def _measure(count: int) -> dict[str, float]:
    app, found = Listing(), {}
    async with app.run_test(size=(100, 30)) as pilot:
        table = app.query_one(Table)
        table.focus()
        data = rows(count)
        found["fill"] = _timed(lambda: table.set_rows(data))
        await pilot.pause()
        moves: list[float] = []
        for _number in range(50):
            moves.append(_timed(lambda: table.action_move(1)) + _timed(lambda: [table.render_line(y) for y in (1, 2)]))
        found["cursor key, median"] = statistics.median(moves)
        found["End"] = _timed(lambda: table.action_edge(1))
        found["learn, in a thread"] = _timed(table.list.learn)
        for text in FILTERS:
            found[f"filter {text!r}"] = _timed(partial(table.narrow, text))
            await pilot.pause()
        changed = [*data[:5], Row("5", ("other",) * 6), *data[6:]]
        found["one row changed"] = _timed(lambda: table.set_rows(changed))
    return found


def main() -> None:
    counts = [int(text) for text in sys.argv[1:]] or [10_000, 50_000]
    results = [asyncio.run(_measure(count)) for count in counts]
    print(f"{'ms':<24}" + "".join(f"{count:>12,}" for count in counts))
    for name in results[0]:
        print(f"{name:<24}" + "".join(f"{result[name]:>12.1f}" for result in results))


if __name__ == "__main__":
    main()
