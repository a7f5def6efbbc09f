"""A reader for which common table expressions take the place of tables, under the names of the tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cockpit.storage.reading import Reader


@dataclass(frozen=True, slots=True)
class Layer:
    """What is read in a table's place: a SELECT of the same columns, and its values. `keeps_rows`: row by row what the table
    holds, so that its indices still serve."""

    select: str
    values: Mapping[str, Any] = field(default_factory=dict)
    keeps_rows: bool = False


class Laid(Protocol):
    """Where the rows really are, and what lies over which table."""

    @property
    def reader(self) -> Reader: ...

    @property
    def layers(self) -> Mapping[str, Layer]: ...


def laid_rows(laid: Laid, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What `sql` finds with the layers of the tables it names."""
    over = {name: layer for name, layer in laid.layers.items() if re.search(rf"\b{name}\b", sql)}
    if not over:
        return laid.reader.rows(sql, **values)
    first = ", ".join(
        f"{name} AS {'NOT MATERIALIZED ' if layer.keeps_rows else ''}({layer.select})" for name, layer in over.items()
    )
    given = {key: value for layer in over.values() for key, value in layer.values.items()}
    own = f", {sql.removeprefix('WITH ')}" if sql.startswith("WITH ") else f" {sql}"
    return laid.reader.rows(f"WITH {first}{own}", **{**values, **given})
