"""Formula, inputs and rows behind one number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyRow:
    """One row. `entity` "why": a part with an explanation of its own, named by `id`. `origin`: where the row came from."""

    entity: str
    id: str
    text: str
    at: datetime | None
    value: int
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Formula, inputs and rows behind one number. `combine` applied to the rows' values gives `value`."""

    title: str
    value: int | None
    unit: Literal["money", "count", "points", "days", "minutes", "none"]
    currency: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    rows: tuple[WhyRow, ...]
    combine: Literal["sum", "count", "none"]
    as_of: datetime
    origin: str
