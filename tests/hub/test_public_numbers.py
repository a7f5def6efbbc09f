"""What forecasts and rates are promised to reach on the public data, by the commands that print it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from benchmarks import forecast, rates

from tests.hub.test_import_maven import shared_folder

DATA = shared_folder().parent

if not DATA.exists() and os.environ.get("CI") != "true":
    pytest.skip(f"the public data is not at {DATA}; set COCKPIT_SHARED", allow_module_level=True)


def _rows(name: str, capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str], dict[str, Any]]:
    assert forecast.main([str(DATA / name), "--json"]) == 0
    return {(row["level"], row["horizon"]): row for row in json.loads(capsys.readouterr().out)}


def test_the_forecasts_of_a_regular_company(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _rows("maven", capsys)
    bars = {
        ("company", "month"): 0.12,
        ("company", "quarter"): 0.09,
        ("team", "quarter"): 0.17,
        ("rep", "quarter"): 0.25,
        ("rep", "month"): 0.36,
    }
    assert {key: row["as_ofs"] for key, row in rows.items() if key[0] == "rep"} == {
        ("rep", "month"): 7,
        ("rep", "quarter"): 5,
    }
    for key, bar in bars.items():
        assert rows[key]["wape"] <= bar, key
    for (level, horizon), row in rows.items():
        assert abs(row["bias"]) <= 0.10
        assert row["wape"] < row["rivals"]["weighted_pipeline"]
        if horizon == "month" or level in ("team", "rep"):
            assert row["wape"] < row["rivals"]["trailing_three_months"]
        if level in ("team", "rep"):
            assert 0.70 <= row["cover80"] <= 0.90


def test_the_same_code_on_another_company(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is set for it. A trade of few large deals: only what must hold anywhere is asked for."""
    for (level, horizon), row in _rows("olga_synthetic", capsys).items():
        assert abs(row["bias"]) <= 0.10
        assert row["wape"] < row["rivals"]["trailing_three_months"]
        if level in ("team", "rep"):
            assert 0.70 <= row["cover80"] <= 0.90
        if horizon == "month":
            assert row["wape"] < row["rivals"]["weighted_pipeline"]


def test_what_cannot_be_read_is_bad_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert forecast.main([str(tmp_path / "nowhere")]) == 2
    assert "no folder" in capsys.readouterr().err
    assert forecast.main([str(tmp_path)]) == 2


def test_a_rate_after_ten_deals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "SEEN", (10,))
    for name, bar in (("maven", 0.056), ("salvirt_real", 0.16)):
        (row,) = rates.measure(rates.outcomes(DATA / name))
        assert row["shrunk"] <= bar
        assert row["shrunk"] < row["raw"]
