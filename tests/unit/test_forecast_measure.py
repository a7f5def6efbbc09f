"""`python -m benchmarks.forecast` on a folder that was written by somebody else: what is wrong with it is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.forecast import main

MAPPING = """
name = "other"
currency = "EUR"
date_format = "{dates}"
[files.people]
file = "sellers.csv"
columns = {{ rep = "seller" }}
[files.deals]
file = "orders.csv"
columns = {{ ref = "no", owner = "seller", stage = "step", opened = "from", closed = "to", amount = "sum" }}
[funnel]
name = "Sales"
before_close = "open"
[[stages]]
name = "open"
kind = "open"
[[stages]]
name = "sold"
kind = "{kind}"
[[stages]]
name = "gone"
kind = "lost"
"""


@pytest.mark.parametrize(
    ("dates", "kind", "said"),
    [
        ("%Y-%m-%d", "won", "320 deals without owner, known stage or creation day are left out"),
        ("%Y-%m-%d", "won", "0 deals were read"),
        ("%d.%m.%Y", "lost", "is a stage of kind won mapped?"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dates: str, kind: str, said: str
) -> None:
    _write(tmp_path, dates, kind)
    assert main([str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_an_own_mapping_in_the_folder_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _write(tmp_path, "%d.%m.%Y", "won")
    assert main([str(tmp_path), "--json"]) == 0
    assert '"level": "rep"' in capsys.readouterr().out


def test_a_mapping_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--mapping", str(tmp_path / "none.toml")]) == 2
    assert "none.toml" in capsys.readouterr().err


def _write(folder: Path, dates: str, kind: str) -> None:
    """Ten months of two sellers, an order each day, every second one sold after 20 days."""
    (folder / "map.toml").write_text(MAPPING.format(dates=dates, kind=kind))
    (folder / "sellers.csv").write_text("seller\nAnna\nBen\n")
    lines = ["no,seller,step,from,to,sum"]
    for number in range(320):
        month, day = divmod(number, 28)
        end_month, end_day = divmod(number + 20, 28)
        step, seller = ("sold", "gone")[number % 2], ("Anna", "Ben")[number // 2 % 2]
        lines.append(
            f"{number},{seller},{step},{day + 1:02}.{month % 12 + 1:02}.{2025 + month // 12},"
            f"{end_day + 1:02}.{end_month % 12 + 1:02}.{2025 + end_month // 12},{100 + number}"
        )
    (folder / "orders.csv").write_text("\n".join(lines))
