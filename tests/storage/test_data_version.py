"""The number a screen polls to see that somebody else wrote."""

from __future__ import annotations

from pathlib import Path

from cockpit.storage import meta
from cockpit.storage.database import Database


def test_it_changes_with_a_commit_of_another_and_only_then(tmp_path: Path) -> None:
    mine, other = Database.at(tmp_path / "a.db"), Database.at(tmp_path / "a.db")
    mine.prepare()
    first = mine.data_version()
    for _look in range(5):
        with mine.read() as session:
            meta.get(session, "person_id")
        assert mine.data_version() == first
    with other.write() as session:
        meta.put(session, "person_id", "rep-1")
    second = mine.data_version()
    assert second != first
    assert mine.data_version() == second
    mine.close()
    assert mine.data_version() == mine.data_version()
    mine.close()
    other.close()
