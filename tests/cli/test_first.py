"""The first start from outside: nothing configured, then the demo, a hub or an import, each up to Today."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from scripts.terminal import Terminal

from cockpit.cli import hub
from cockpit.cli.first import FirstRun
from cockpit.errors import BadUse, HubError, MissingExtra
from cockpit.hub import tokens
from cockpit.hub.embedded import start
from cockpit.hub.importing import import_csv
from cockpit.locations import is_tour_due, locate
from cockpit.services.container import open_services
from cockpit.storage.database import Database

MAPPING = """
name = "small"
time_zone = "Europe/Berlin"
[files.people]
file = "people.csv"
columns = { rep = "who", lead = "boss" }
[files.deals]
file = "deals.csv"
columns = { ref = "id", owner = "who", account = "customer", stage = "stage", opened = "from" }
[funnel]
before_close = "Talks"
[[stages]]
name = "Talks"
[[stages]]
name = "Won"
kind = "won"
[[stages]]
name = "Lost"
kind = "lost"
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A folder as a CRM gives it, with its mapping."""
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "small.toml").write_text(MAPPING, "utf-8")
    (folder / "people.csv").write_text("who,boss\nAnn,Cleo\nBen,Cleo\n", "utf-8")
    (folder / "deals.csv").write_text("id,who,customer,stage,from\nd1,Ann,Acme,Talks,2026-01-05\n", "utf-8")
    return folder


def test_an_export_becomes_an_account(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.cli.joining.USUAL_PORT", 0)
    told: list[str] = []
    with FirstRun() as first:
        assert first.is_needed
        people = first.read_folder(str(export), told.append)
        assert [name for _id, name in people] == ["Cleo", "Ann", "Ben"]
        path = first.open_as(people[1][0], told.append)
        first.fetch(told.append)
        assert not first.is_needed
    assert path == locate().database("default")
    assert str(export) in told[0]
    assert is_tour_due()
    opened = open_services(path)
    assert [deal.account for deal in opened.pipeline.load().deals] == ["Acme"]
    assert opened.sync.badge().complete
    opened.desk.database.close()


def test_a_port_that_is_taken_is_passed_by(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, FirstRun() as first:
        monkeypatch.setattr("cockpit.cli.joining.USUAL_PORT", other.getsockname()[1])
        people = first.read_folder(str(export), lambda _text: None)
        first.open_as(people[0][0], lambda _text: None)
        first.fetch(lambda _text: None)
    assert not first.is_needed


def test_a_folder_that_is_none_of_it_is_said(tmp_path: Path) -> None:
    with FirstRun() as first:
        for folder in (tmp_path / "nowhere", tmp_path):
            with pytest.raises(BadUse):
                first.read_folder(str(folder), lambda _text: None)
        assert first.is_needed


def test_a_hub_that_does_not_answer_leaves_nothing_half_done(monkeypatch: pytest.MonkeyPatch) -> None:
    with FirstRun() as first, pytest.raises(HubError):
        first.connect("http://127.0.0.1:9", "token", lambda _text: None)
    assert not is_tour_due()


def test_what_stops_the_first_sync_keeps_what_came(export: Path, tmp_path: Path) -> None:
    database = Database.at(tmp_path / "hub.db")
    database.prepare()
    import_csv(database, export, export / "small.toml")
    with database.write() as session:
        from sqlmodel import col, select

        from cockpit.storage.tables import PersonRow

        person = session.exec(select(PersonRow).where(col(PersonRow.name) == "Ann")).one()
        token = tokens.issue(session, person.id, label="test")
    database.close()

    class Enough(Exception):
        pass

    def tell(text: str) -> None:
        if text.startswith("down"):
            raise Enough

    with start(database.url) as server, FirstRun() as first:
        path = first.connect(server.url, token, tell)
        with pytest.raises(Enough):
            first.fetch(tell)
        opened = open_services(path)
        assert opened.sync.badge().complete is False
        assert opened.sync.run().complete
        opened.desk.database.close()


def test_without_the_extra_its_command_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "has_extra", lambda: False)
    with FirstRun() as first:
        assert first.lacking() == "uv tool install 'cockpit[hub]'"
        with pytest.raises(MissingExtra):
            first.read_folder(".", lambda _text: None)


def test_from_nothing_into_the_demo_and_out(tmp_path: Path) -> None:
    """As a user sees it: three ways, the demo, the tour offered, and the second start without another offer."""
    home = tmp_path / "own"
    environment = {"COCKPIT_HOME": str(home), "HOME": str(tmp_path), "COCKPIT_NOW": "", "COCKPIT_LANG": "en"}
    command = [sys.executable, "-m", "cockpit"]
    with Terminal(command, columns=120, rows=36, env=environment) as terminal:
        terminal.wait_for("Import an export")
        terminal.press("1")
        terminal.wait_for("New here", limit=100)
        assert terminal.text.lstrip().startswith("DEMO")
        terminal.press("\r")
        terminal.wait_for("1/5")
        terminal.press("q")
        terminal.wait_for(r"(?s)\A(?!.*1/5)")
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert (home / "data" / "tour").read_text("utf-8") == "left"
    assert not [entry for entry in _command_lines() if str(home) in entry]
    with Terminal(command, columns=80, rows=24, env=environment) as terminal:
        terminal.wait_for("Import an export")
        terminal.press("1")
        terminal.wait_for(r"(?s)DEMO.*l Log", limit=100)
        assert "New here" not in terminal.text
        terminal.press("\x03")
        terminal.wait_end()


def _command_lines() -> list[str]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(entry.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace"))
        except OSError:
            continue
    return found


@pytest.mark.parametrize("key", ["q", "\x1b"], ids=["q", "escape"])
def test_leaving_the_welcome_is_no_failure(tmp_path: Path, key: str) -> None:
    environment = {"COCKPIT_HOME": str(tmp_path / "own"), "COCKPIT_NOW": "", "COCKPIT_LANG": "zh"}
    with Terminal([sys.executable, "-m", "cockpit"], columns=80, rows=24, env=environment) as terminal:
        terminal.wait_for("导.*入.*数.*据")
        terminal.press(key)
        assert terminal.wait_end() == 0
    assert not os.path.exists(tmp_path / "own" / "data" / "default.db")
