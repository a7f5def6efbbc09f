"""login, logout and wipe as a person meets them, with a hub on loopback: words, exit codes, what is left on the disk."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from cockpit import clock
from cockpit.cli.first import FirstRun
from cockpit.errors import DataRemoved
from cockpit.feedback import notice_for
from cockpit.hub import embedded, grants, tokens
from cockpit.locations import locate
from cockpit.services.container import open_services
from cockpit.storage.database import Database
from cockpit.storage.tables import RefreshTokenRow, TokenFamilyRow, TokenRow
from tests.cli.conftest import Cockpit
from tests.hub.world import ME, HubWorld, people_hub
from tests.support.company import NOW_TEXT

CODE = re.compile(r"Code: (\S+)")


class Typed(io.StringIO):
    """Standard input of a person at a keyboard."""

    def isatty(self) -> bool:
        return True


class Hub:
    """A hub that runs, and its database for a look."""

    def __init__(self, path: Path, url: str) -> None:
        self.path, self.url = path, url
        self.option = ("--database", f"sqlite:///{path}")
        self._before = self._count()

    def alive(self) -> int:
        """Sign-ins and tokens of an administrator that came up in this test and still hold."""
        return self._count() - self._before

    def _count(self) -> int:
        database = Database.at(self.path)
        with database.read() as session:
            families = session.exec(select(TokenFamilyRow.revoked_at)).all()
            alone = session.exec(select(TokenRow.revoked_at).where(col(TokenRow.family_id).is_(None))).all()
        database.close()
        return sum(ended is None for ended in (*families, *alone))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """One hub for all tests here; it lives on the same day as they do."""
    path = tmp_path_factory.mktemp("hub") / "hub.db"
    database = Database.at(path)
    people_hub(database)
    HubWorld(database).account("account-1")
    database.close()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COCKPIT_NOW", NOW_TEXT)
        started = embedded.start(f"sqlite:///{path}")
    with started:
        yield path, started.url


@pytest.fixture
def hub(running: tuple[Path, str]) -> Hub:
    return Hub(*running)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What is on standard input from now on; typed at a terminal, or piped."""

    def type_in(text: str, *, at_terminal: bool = True) -> None:
        monkeypatch.setattr("sys.stdin", Typed(text) if at_terminal else io.StringIO(text))

    return type_in


@pytest.fixture
def approved(cockpit: Cockpit, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """While somebody waits for it, an administrator approves the code shown; the codes seen."""
    seen: list[str] = []

    def approve(_seconds: float) -> None:
        shown = CODE.findall(said[-1])[-1] if said else ""
        if shown not in seen:
            seen.append(shown)
            environment = {**os.environ, "COCKPIT_HOME": str(hub.path.parent)}
            words = [sys.executable, "-m", "cockpit", "hub", "approve", shown, "--as", "张伟", *hub.option]
            done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
            assert "张伟" in done.stdout

    said: list[str] = []
    monkeypatch.setattr("cockpit.cli.signing.talk", said.append)
    monkeypatch.setattr("cockpit.cli.signing.sleep", approve)
    return seen


@pytest.fixture
def signed_in(cockpit: Cockpit, hub: Hub, typed: Callable[..., None]) -> Hub:
    """The account is signed in with a token of an administrator, and synced."""
    token = cockpit("hub", "token", "张伟", *hub.option).out
    typed(token, at_terminal=False)
    assert cockpit("login", hub.url, "--token-stdin").code == 0
    typed("", at_terminal=False)
    assert cockpit("sync").code == 0
    return hub


def account() -> Path:
    return locate().database("default")


# -- login ---------------------------------------------------------------------------------------------------------


def test_without_a_token_a_code_is_shown_and_waited_for(
    cockpit: Cockpit, hub: Hub, approved: list[str], typed: Callable[..., None]
) -> None:
    typed("", at_terminal=False)
    answer = cockpit("login", hub.url)
    assert (answer.code, answer.out) == (0, "Signed in as 张伟. Run `cockpit sync`, then `cockpit`.\n")
    assert len(approved) == 1
    assert cockpit("sync").code == 0
    kept = json.loads((locate().data_dir / "credentials").read_text("utf-8"))
    assert len(kept) == 1
    checks = {one["name"]: one for one in cockpit("doctor", "--json").json["checks"]}
    assert (checks["token"]["status"], checks["hub"]["status"]) == ("ok", "ok")
    assert "renews itself" in checks["token"]["finding"]


def test_a_device_that_is_signed_in_lets_the_next_one_in(cockpit: Cockpit, signed_in: Hub, tmp_path: Path) -> None:
    environment = {**os.environ, "COCKPIT_HOME": str(tmp_path / "other")}
    words = [sys.executable, "-m", "cockpit", "login", signed_in.url]
    other = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert other.stderr is not None
    shown = CODE.search(other.stderr.readline())
    assert shown is not None
    answer = cockpit("login", "--approve", shown.group(1).lower())
    assert answer.code == 0
    assert answer.out.startswith("Signed in as you: ")
    out, _err = other.communicate(timeout=60)
    assert (other.returncode, out) == (0, "Signed in as 张伟. Run `cockpit sync`, then `cockpit`.\n")
    again = cockpit("login", "--approve", shown.group(1))
    assert again.code == 2
    assert "No device waits with this code" in again.err
    assert cockpit("login", "--deny", "BBBB-BBBB").code == 2


def test_waiting_is_stopped_by_ctrl_c(hub: Hub, tmp_path: Path) -> None:
    environment = {**os.environ, "COCKPIT_HOME": str(tmp_path / "other"), "COCKPIT_LANG": "en"}
    words = [sys.executable, "-m", "cockpit", "login", hub.url]
    waiting = subprocess.Popen(
        words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert waiting.stderr is not None
    said = ""
    while "Ctrl+C stops" not in said:
        said += waiting.stderr.readline()
    assert "cockpit login --approve" in said
    assert f"{hub.url}/v1/oauth/device" in said
    waiting.send_signal(signal.SIGINT)
    _out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 130
    assert "Traceback" not in err
    assert not (tmp_path / "other" / "data" / "credentials").exists()
    assert hub.alive() == 0


def test_a_code_that_is_turned_down_or_unknown(
    cockpit: Cockpit, hub: Hub, typed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def deny(_seconds: float) -> None:
        code = CODE.findall(said[-1])[-1]
        words = [sys.executable, "-m", "cockpit", "hub", "approve", code, "--as", ME, "--deny", *hub.option]
        assert "Turned away" in subprocess.run(words, capture_output=True, text=True, check=True).stdout

    monkeypatch.setattr("cockpit.cli.signing.talk", said.append)
    monkeypatch.setattr("cockpit.cli.signing.sleep", deny)
    typed("", at_terminal=False)
    answer = cockpit("login", hub.url)
    assert answer.code == 2
    assert "turned down" in answer.err
    unknown = cockpit("hub", "approve", "BBBB-BBBB", "--as", ME, *hub.option)
    assert unknown.code == 2
    assert "15 minutes" in unknown.err
    assert cockpit("hub", "approve", "BBBB-BBBB", "--as", "nobody", *hub.option).code == 2


def test_a_token_is_typed_where_one_is_wanted(
    cockpit: Cockpit, hub: Hub, typed: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = cockpit("hub", "token", "张伟", *hub.option).out.strip()
    monkeypatch.setattr("getpass.getpass", lambda *_given, **_more: token)
    typed("")
    answer = cockpit("login", hub.url, "--token")
    assert answer.code == 0
    assert token not in answer.out + answer.err
    typed("", at_terminal=False)
    assert cockpit("login", "--token-stdin").code == 2


def test_the_address_is_remembered(cockpit: Cockpit, signed_in: Hub, typed: Callable[..., None]) -> None:
    token = cockpit("hub", "token", "张伟", *signed_in.option).out
    typed(token, at_terminal=False)
    assert cockpit("login", "--token-stdin").code == 0
    os.environ["COCKPIT_HOME"] += "-fresh"
    answer = cockpit("login", "--token-stdin")
    assert answer.code == 2
    assert "https://hub.example.com" in answer.err


def test_nothing_is_stored_where_that_is_asked(cockpit: Cockpit, hub: Hub, typed: Callable[..., None]) -> None:
    typed(cockpit("hub", "token", "张伟", *hub.option).out, at_terminal=False)
    answer = cockpit("login", hub.url, "--token-stdin", "--no-store")
    assert answer.code == 0
    assert "kept nowhere" in answer.out
    assert not (locate().data_dir / "credentials").exists()
    assert "account-1" in cockpit("account", "account-1", "--plain").out
    assert hub.alive() == 0
    assert cockpit("sync").code == 4


def test_another_address_needs_a_yes(cockpit: Cockpit, signed_in: Hub, typed: Callable[..., None]) -> None:
    moved = signed_in.url.replace("127.0.0.1", "localhost")
    token = cockpit("hub", "token", "张伟", *signed_in.option).out
    typed(token, at_terminal=False)
    refused = cockpit("login", moved, "--token-stdin")
    assert refused.code == 4
    assert "127.0.0.1, not from localhost" in refused.err
    assert "--moved" in refused.err
    typed("n\n")
    assert cockpit("login", moved, "--token-stdin").code == 4
    typed(f"y\n{token}")
    assert cockpit("login", moved, "--token-stdin").code == 0
    typed(token, at_terminal=False)
    assert cockpit("login", signed_in.url, "--token-stdin", "--moved").code == 0
    typed("", at_terminal=False)
    assert cockpit("sync").code == 0


def test_the_welcome_room_shows_a_code_and_goes_in(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cockpit.services.signing.platform.node", lambda: "welcome")
    told: list[str] = []

    def tell(words: str) -> None:
        if words.startswith("Code ") and words not in told:
            database = Database.at(hub.path)
            with database.write() as session:
                held = frozenset({tokens.SELF})
                code = words.split()[1].rstrip(":")
                assert grants.decide(session, code, person_id=ME, scopes=held, is_approved=True, now=clock.now())
            database.close()
        told.append(words)

    monkeypatch.setattr("cockpit.cli.first.sleep", lambda _seconds: None)
    monkeypatch.setattr("cockpit.crm.sign_in.MOST_WAIT_S", 1)
    with FirstRun() as first:
        path = first.connect(hub.url, "", tell)
    assert path == account()
    assert told[0] == "Asking the hub"
    assert "cockpit login --approve" in told[1]
    assert hub.alive() == 1


def test_who_does_not_want_to_wait_stops_the_waiting(hub: Hub) -> None:
    class Enough(Exception):
        pass

    def tell(words: str) -> None:
        if words.startswith("Code "):
            raise Enough

    with FirstRun() as first, pytest.raises(Enough):
        first.connect(hub.url, "", tell)
    assert hub.alive() == 0


def test_two_processes_at_once_renew_once(
    cockpit: Cockpit, hub: Hub, approved: list[str], typed: Callable[..., None]
) -> None:
    typed("", at_terminal=False)
    assert cockpit("login", hub.url).code == 0
    before = _refresh_tokens(hub)
    later = (datetime.fromisoformat(NOW_TEXT) + timedelta(hours=2)).isoformat()
    words = [sys.executable, "-m", "cockpit", "doctor", "--json"]
    both = [
        subprocess.Popen(words, env={**os.environ, "COCKPIT_NOW": later}, stdout=subprocess.PIPE, text=True)
        for _number in range(2)
    ]
    for process in both:
        out, _err = process.communicate(timeout=60)
        checks = {one["name"]: one["status"] for one in json.loads(out)["checks"]}
        assert (checks["token"], checks["hub"]) == ("ok", "ok")
    assert len(_refresh_tokens(hub) - before) == 1
    assert cockpit("sync").code == 0


def _refresh_tokens(hub: Hub) -> set[str]:
    database = Database.at(hub.path)
    with database.read() as session:
        found = set(session.exec(select(RefreshTokenRow.hash)).all())
        retried = session.exec(select(RefreshTokenRow.hash).where(col(RefreshTokenRow.retried_at).is_not(None))).all()
    database.close()
    assert not retried
    return found


# -- logout --------------------------------------------------------------------------------------------------------


def test_logout_ends_the_token_and_keeps_the_data(cockpit: Cockpit, signed_in: Hub) -> None:
    answer = cockpit("logout")
    assert (answer.code, answer.err) == (0, "")
    assert "The data is still here" in answer.out
    assert signed_in.alive() == 0
    assert not (locate().data_dir / "credentials").exists()
    assert cockpit("sync").code == 4
    assert "account-1" in cockpit("account", "account-1", "--plain").out
    again = cockpit("logout")
    assert again.code == 0
    assert "Nobody was signed in" in again.out
    checks = {one["name"]: one for one in cockpit("doctor", "--json").json["checks"]}
    assert checks["token"]["mend"] == "cockpit login"


def test_logout_where_there_is_nothing(cockpit: Cockpit, monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in ("logout", "wipe"):
        assert cockpit(verb).code == 4
        assert not account().exists(), "a file must not be made to be removed"


def test_a_token_of_the_environment_is_not_ours_to_end(
    cockpit: Cockpit, signed_in: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_TOKEN", "given")
    answer = cockpit("logout")
    assert answer.code == 2
    assert "COCKPIT_TOKEN" in answer.err
    assert signed_in.alive() == 1


# -- wipe ----------------------------------------------------------------------------------------------------------


def test_wipe_leaves_nothing_of_the_account(cockpit: Cockpit, signed_in: Hub) -> None:
    assert cockpit("backup").code == 0
    folder = locate().data_dir
    (folder / "default.today.json").write_text("{}", "utf-8")
    (folder / "default.db.before-0002.bak").touch()
    for stranger in ("other.db", "other.today.json", "hub.db", "backups/default-x-20261124-003000.db"):
        (folder / stranger).touch()
    (locate().cache_dir).mkdir(exist_ok=True)
    (locate().cache_dir / "crash-1.txt").touch()
    (folder / "cockpit.log").touch()
    answer = cockpit("wipe", "--json")
    assert answer.code == 0
    assert answer.json["token_removed_from"] == ["file"]
    assert answer.json["is_revoked"] is True
    assert answer.json["discarded"] is None
    assert signed_in.alive() == 0
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    copies = {str(Path(path).relative_to(folder)) for path in answer.json["copies"]}
    strangers = {"other.db", "other.today.json", "hub.db", "backups/default-x-20261124-003000.db", "tour"}
    assert len(copies) == 2
    assert left - {"credentials.lock"} == copies | strangers
    assert not (locate().cache_dir / "crash-1.txt").exists()
    removed = {Path(path).name for path in answer.json["removed"]}
    assert {"default.db", "default.today.json", "cockpit.log", "crash-1.txt"} <= removed
    assert cockpit("today").code == 4


def test_backups_go_when_that_is_asked(cockpit: Cockpit, signed_in: Hub) -> None:
    assert cockpit("backup").code == 0
    answer = cockpit("wipe", "--with-backups", "--plain")
    assert answer.code == 0
    assert "The token is gone, here and at the hub." in answer.out
    assert not any((locate().data_dir / "backups").iterdir())
    assert "Still here" not in answer.out


def test_every_copy_in_the_data_folder_is_named_and_goes_and_none_of_somebody_else(
    cockpit: Cockpit, signed_in: Hub, tmp_path: Path
) -> None:
    exports, backups = locate().data_dir / "exports", locate().data_dir / "backups"
    exports.mkdir()
    mine, other, named = exports / "outbox-1.jsonl", exports / "outbox-2.jsonl", backups / "before-the-fair.db"
    assert cockpit("log", "v account-1 ok").code == 0
    assert cockpit("outbox", "export", str(mine)).code == 0
    head, _end, rest = mine.read_text().partition("\n")
    other.write_text(json.dumps(json.loads(head) | {"person_id": "somebody-else"}) + "\n" + rest)
    assert cockpit("backup", str(named)).code == 0
    whole = tmp_path / "whole"
    shutil.copytree(locate().data_dir, whole)
    answer = cockpit("wipe", "--discard-unsent", "--json")
    assert set(answer.json["copies"]) == {str(mine), str(named)}
    shutil.rmtree(locate().data_dir)
    shutil.copytree(whole, locate().data_dir)
    answer = cockpit("wipe", "--discard-unsent", "--with-backups", "--json")
    assert (answer.code, answer.json["copies"]) == (0, [])
    assert not named.exists()
    assert list(exports.iterdir()) == [other]


def test_unsent_work_is_not_wiped_by_the_way(
    cockpit: Cockpit, signed_in: Hub, typed: Callable[..., None], tmp_path: Path
) -> None:
    assert cockpit("log", "v account-1 ok").code == 0
    before = account().read_bytes()
    refused = cockpit("wipe")
    assert refused.code == 2
    for part in ("are not at the hub", "1 waiting", "cockpit outbox export", "--discard-unsent"):
        assert part in refused.err
    typed("no\n")
    assert cockpit("wipe").code == 130
    assert cockpit("wipe", "--yes").code == 130
    assert account().read_bytes() == before
    assert signed_in.alive() == 1
    assert cockpit("outbox", "export", str(tmp_path / "kept.jsonl")).code == 0
    typed("default\n")
    answer = cockpit("wipe", "--json")
    assert answer.code == 0
    assert answer.json["discarded"]["waiting"] >= 1
    assert not account().exists()


def test_unsent_work_goes_when_that_is_said(cockpit: Cockpit, signed_in: Hub) -> None:
    assert cockpit("log", "v account-1 ok").code == 0
    assert cockpit("wipe", "--discard-unsent").code == 0
    assert not account().exists()


def test_with_nothing_unsent_the_name_is_asked_for_at_a_terminal(
    cockpit: Cockpit, signed_in: Hub, typed: Callable[..., None]
) -> None:
    typed("defualt\n")
    assert cockpit("wipe").code == 130
    assert account().exists()
    typed("default\n")
    assert cockpit("wipe").code == 0
    assert not account().exists()


def test_a_hub_that_is_away_stops_no_wipe(cockpit: Cockpit, signed_in: Hub) -> None:
    with closing(sqlite3.connect(account())) as connection, connection:
        connection.execute("UPDATE meta SET value = 'http://127.0.0.1:9' WHERE key = 'hub_url'")
    answer = cockpit("wipe")
    assert answer.code == 0
    assert "The hub could not be told" in answer.out
    assert not (locate().data_dir / "credentials").exists()


def test_a_file_that_cannot_be_read_needs_to_be_given_up(cockpit: Cockpit, account_file: Path) -> None:
    account_file.write_bytes(os.urandom(9000))
    refused = cockpit("wipe")
    assert refused.code == 2
    assert "nobody can say" in refused.err
    assert account_file.exists()
    assert cockpit("wipe", "--discard-unsent").code == 0
    assert not account_file.exists()


def test_a_program_that_has_the_file_open_fails_aloud(cockpit: Cockpit, account_file: Path) -> None:
    with closing(sqlite3.connect(account_file)) as other:
        assert other.execute("SELECT count(*) FROM outbox").fetchone() is not None
        assert cockpit("wipe", "--discard-unsent").code == 0
        with pytest.raises(sqlite3.Error):
            other.execute("INSERT INTO meta VALUES ('lost', 'work')")


def test_a_screen_that_is_open_is_told_that_its_data_was_removed(cockpit: Cockpit, account_file: Path) -> None:
    services = open_services(account_file)
    services.today.load()
    assert cockpit("wipe", "--discard-unsent").code == 0
    with pytest.raises(DataRemoved):
        services.accounts.load("account-1")
    with pytest.raises(DataRemoved) as found:
        services.quicklog.save("v account-1 ok")
    assert "cockpit wipe" in notice_for(found.value).body
    services.desk.database.close()


def test_nothing_is_removed_while_another_process_works(cockpit: Cockpit, account_file: Path) -> None:
    from filelock import FileLock

    with FileLock(f"{account_file}.sync"):
        answer = cockpit("wipe", "--discard-unsent")
    assert answer.code == 2
    assert account_file.exists()


# -- whose eyes ----------------------------------------------------------------------------------------------------


def test_every_file_of_every_verb_is_for_its_owner_alone(hub: Hub, tmp_path: Path) -> None:
    home = tmp_path / "shared"
    environment = {**os.environ, "COCKPIT_HOME": str(home), "COCKPIT_LANG": "en"}

    def call(*words: str, given: str = "") -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cockpit", *words],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            umask=0,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    token = call("hub", "token", "张伟", *hub.option)
    verbs: list[tuple[tuple[str, ...], str]] = [
        (("login", hub.url, "--token-stdin"), token),
        (("sync",), ""),
        (("log", "v account-1 ok"), ""),
        (("today", "--plain"), ""),
        (("outbox", "export", str(home / "data" / "kept.jsonl")), ""),
        (("backup",), ""),
        (("sync",), ""),
        (("verify",), ""),
    ]
    for words, given in verbs:
        call(*words, given=given)
        for path in [home, *home.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            assert mode & 0o077 == 0, f"{' '.join(words)}: {path.name} {mode:o}"
    names = {path.name for path in home.rglob("*")}
    assert {"default.db", "credentials", "kept.jsonl", "backups", "tour"} <= names
