"""Tables are built when they are named, and all of them are known where all are needed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlmodel import SQLModel

from cockpit.storage import tables
from cockpit.storage.tables import SYNCED, SyncedRow, load_all


def _areas_after(code: str) -> set[str]:
    code += "\nimport sys; print(' '.join(name for name in sys.modules if name.startswith('cockpit.storage.tables.')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.rpartition(".")[2] for name in done.stdout.split()}


@pytest.mark.parametrize(
    ("code", "areas"),
    [
        ("import cockpit.storage.tables", set()),
        ("from cockpit.storage.tables import MetaRow", {"base", "meta"}),
        ("from cockpit.storage import tables; tables.ActivityRow", {"base", "work"}),
        ("from cockpit.storage.tables import SYNCED; SYNCED['deal']; 'account' in SYNCED", {"base", "deals"}),
    ],
)
def test_a_table_is_built_when_it_is_named(code: str, areas: set[str]) -> None:
    assert _areas_after(code) == areas


def test_every_synced_table_bears_its_entitys_name() -> None:
    assert len(SYNCED) == len(list(SYNCED)) == 20
    for entity, table in SYNCED.items():
        assert table.__tablename__ == entity
        assert issubclass(table, SyncedRow)
    assert list(SYNCED).index("account") < list(SYNCED).index("contact")


def test_an_unknown_table_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match="NoRow"):
        tables.NoRow  # noqa: B018  the attribute is what is tested
    with pytest.raises(KeyError):
        SYNCED["no_table"]
    assert "no_table" not in SYNCED


def test_all_tables_are_known_where_all_are_needed() -> None:
    load_all()
    named = {
        getattr(tables, name).__tablename__ for name in tables.__all__ if name.endswith("Row") and name != "SyncedRow"
    }
    assert named == set(SQLModel.metadata.tables)
