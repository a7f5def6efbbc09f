"""`cockpit hub`: a taken port is said in words, a token can be ended."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest

from cockpit import clock
from cockpit.hub import tokens
from cockpit.storage import meta
from cockpit.storage.database import Database
from tests.cli.conftest import Cockpit
from tests.hub.world import people_hub


@pytest.fixture
def hub_file(tmp_path: Path) -> Path:
    path = tmp_path / "hub.db"
    database = Database.at(path)
    people_hub(database)
    database.close()
    return path


def is_good(file: Path, token: str) -> bool:
    database = Database.at(file)
    with database.read() as session:
        found = tokens.authenticate(session, token, clock.now())
    database.close()
    return found is not None


def test_a_taken_port_is_named_with_the_next_step(cockpit: Cockpit, hub_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = cockpit("hub", "serve", "--database", f"sqlite:///{hub_file}", "--port", str(port))
    assert (answer.code, answer.out) == (2, "")
    assert f"The port is taken: Another program listens on 127.0.0.1 port {port}" in answer.err
    assert "--port 0" in answer.err
    assert "Errno" not in answer.err


@pytest.mark.parametrize(
    ("host", "port", "words"),
    [
        ("192.0.2.7", "0", "does not let a program listen on 192.0.2.7"),
        ("no.such.host.invalid", "0", "no.such.host.invalid"),
        ("127.0.0.1", "70000", "70000 is not a port"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_in_words(
    cockpit: Cockpit, hub_file: Path, host: str, port: str, words: str
) -> None:
    answer = cockpit("hub", "serve", "--database", f"sqlite:///{hub_file}", "--host", host, "--port", port)
    assert answer.code == 2
    assert words in answer.err
    assert "Errno" not in answer.err


def test_revoke_ends_the_tokens_of_a_person(cockpit: Cockpit, hub_file: Path) -> None:
    url = ("--database", f"sqlite:///{hub_file}")
    phone = cockpit("hub", "token", "张伟", *url, "--label", "phone").out.strip()
    desk = cockpit("hub", "token", "张伟", *url).out.strip()
    other = cockpit("hub", "token", "李娜", *url).out.strip()
    assert cockpit("hub", "revoke", "张伟", *url, "--label", "phone").out == "1 token ended.\n"
    assert [is_good(hub_file, token) for token in (phone, desk, other)] == [False, True, True]
    assert cockpit("hub", "revoke", "张伟", *url).out == "1 token ended.\n"
    assert [is_good(hub_file, token) for token in (phone, desk, other)] == [False, False, True]
    again = cockpit("hub", "revoke", "张伟", *url)
    assert again.code == 2
    assert "no such token" in again.err


def test_revoke_ends_the_one_token_it_is_given(
    cockpit: Cockpit, hub_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ("--database", f"sqlite:///{hub_file}")
    first, second = (cockpit("hub", "token", "张伟", *url).out.strip() for _ in range(2))
    monkeypatch.setattr("sys.stdin", io.StringIO(first + "\n"))
    assert cockpit("hub", "revoke", "--token-stdin", *url).out == "1 token ended.\n"
    assert [is_good(hub_file, token) for token in (first, second)] == [False, True]


def test_revoke_needs_to_know_whose(cockpit: Cockpit, hub_file: Path) -> None:
    url = ("--database", f"sqlite:///{hub_file}")
    assert cockpit("hub", "revoke", *url).code == 2
    answer = cockpit("hub", "revoke", "Nobody", *url)
    assert answer.code == 2
    assert "张伟" in answer.err


def test_ctrl_c_says_what_was_kept_and_leaves_with_130(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cockpit.cli.opening.services", interrupted)
    answer = cockpit("today", "--plain")
    assert answer.code == 130
    assert answer.err.startswith("Stopped: What was saved or has arrived is kept")


def test_restored_begins_a_new_epoch(cockpit: Cockpit, hub_file: Path) -> None:
    def epoch() -> str:
        database = Database.at(hub_file)
        with database.read() as session:
            found = meta.get(session, "epoch")
        database.close()
        return found

    url = ("--database", f"sqlite:///{hub_file}")
    first = cockpit("hub", "restored", *url)
    assert (first.code, "new epoch" in first.out, "cockpit hub revoke" in first.err) == (0, True, True)
    begun = epoch()
    assert begun
    assert cockpit("hub", "restored", *url).code == 0
    assert epoch() != begun


def test_rows_that_a_crm_lacks_come_from_a_file(cockpit: Cockpit, hub_file: Path, tmp_path: Path) -> None:
    database, file = ("--database", f"sqlite:///{hub_file}"), tmp_path / "rules.csv"
    file.write_text("name,minimum\nVisits,12\n", "utf-8")
    assert cockpit("hub", "import-rows", "rules", str(file), *database).out == "written 1  unchanged 0\n"
    assert cockpit("hub", "import-rows", "rules", str(file), *database).out == "written 0  unchanged 1\n"
    file.write_text("name,minimum\nVisits,12\n,3\n", "utf-8")
    wrong = cockpit("hub", "import-rows", "rules", str(file), *database)
    assert (wrong.code, wrong.out) == (2, "")
    assert "line 3: a name is needed" in wrong.err
    assert cockpit("hub", "import-rows", "kudos", str(file), *database).code == 2
    assert cockpit("hub", "import-rows", "rules", str(tmp_path / "none.csv"), *database).code == 2
