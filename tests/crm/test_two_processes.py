"""Two processes that read the same CRM into the same hub: one round at a time, also when one is killed within its own."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import col, select

from cockpit.errors import DatabaseBusy
from cockpit.hub.upstream import settings
from cockpit.hub.upstream.settings import Connection
from cockpit.storage.database import Database
from cockpit.storage.tables import CrmRunRow, PersonRow
from tests.crm.fakes.base import Answer, Request
from tests.crm.fakes.pipedrive import FakePipedrive
from tests.reliability.processes import LIMIT_S, Home

ROUND = "crm-round-crm"


@dataclass
class Gated(FakePipedrive):
    """The first request stays in the door until it is opened."""

    burst: int = 10_000
    has_come: threading.Event = field(default_factory=threading.Event)
    door: threading.Event = field(default_factory=threading.Event)

    def serve(self, request: Request) -> Answer:
        if not self.has_come.is_set():
            self.has_come.set()
            assert self.door.wait(LIMIT_S)
        return super().serve(request)


@pytest.mark.parametrize("end", ["killed", "done"])
def test_one_round_at_a_time_whichever_process_it_is(tmp_path: Path, database: Database, end: str) -> None:
    home, crm = Home(tmp_path / "home", "", ""), Gated()
    folder = settings.folder_of(database.path or home.data / "hub.db")
    command = ("hub", "upstream", "crm", "--now", "--json", "--database", database.url)
    with crm.loopback() as url:
        settings.write(folder / "crm.toml", Connection("crm", "pipedrive", url))
        first = home.start(*command, env={"COCKPIT_CRM_TOKEN": crm.token})
        assert crm.has_come.wait(LIMIT_S)
        with pytest.raises(DatabaseBusy), database.turn(ROUND, waits=False):
            pytest.fail("the other process is at its round")
        if end == "killed":
            first.send_signal(signal.SIGKILL)
            first.communicate(timeout=LIMIT_S)
            with database.turn(ROUND):
                pass  # what it held is free
            crm.door.set()
            second = home.start(*command, env={"COCKPIT_CRM_TOKEN": crm.token})
        else:
            second = home.start(*command, env={"COCKPIT_CRM_TOKEN": crm.token})
            crm.door.set()
            assert first.communicate(timeout=LIMIT_S)[1] == ""
        _out, words = second.communicate(timeout=LIMIT_S)
        assert (second.returncode, words) == (0, "")
    with database.read() as session:
        runs = session.exec(select(CrmRunRow.error, CrmRunRow.written).order_by(col(CrmRunRow.id))).all()
        names = sorted(session.exec(select(PersonRow.name)).all())
    assert [error for error, _written in runs] == [""] * (1 if end == "killed" else 2)
    assert [written > 0 for _error, written in runs] == [True, False][: len(runs)]
    assert names == sorted(set(names))
    assert names
