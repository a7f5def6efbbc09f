"""Signing in by a code and staying signed in, against the real hub: nothing is lost when an answer is."""

from __future__ import annotations

import errno
import json
import logging
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import filelock
import httpx
import pytest
from sqlmodel import select

from cockpit import clock
from cockpit.credentials import Credentials, TokenSet
from cockpit.errors import DiskFull, HubError, HubUnavailable, NotAllowed, SignInNeeded, Stopped, UntrustedHub
from cockpit.services.desk import Desk
from cockpit.services.signing import SigningService
from cockpit.services.syncing import SyncService
from cockpit.storage import meta
from cockpit.storage.database import Database
from cockpit.storage.tables import AccountRow, OutboxRow, TokenFamilyRow
from cockpit.sync import outbox
from cockpit.sync.outbox import Edit
from tests.hub.world import MATE, ME, HubWorld, people_hub
from tests.sync.test_real_hub import URL, InProcess

Fault = Callable[[httpx.Request], httpx.Response | None]


class Wire(httpx.BaseTransport):
    """The way to the hub: what went over it, and faults for the next calls of a path."""

    def __init__(self, world: HubWorld) -> None:
        self.inner = InProcess(world.app)
        self.heard: list[httpx.Request] = []
        self.faults: dict[str, list[Fault]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.heard.append(request)
        waiting = self.faults.get(request.url.path, [])
        if waiting and (answer := waiting.pop(0)(request)) is not None:
            return answer
        return self.inner.handle_request(request)

    def lose(self, path: str, times: int = 1) -> None:
        """The hub does its work; the answer never comes."""

        def lost(request: httpx.Request) -> httpx.Response:
            self.inner.handle_request(request)
            raise httpx.ReadTimeout("silence", request=request)

        self.faults.setdefault(path, []).extend([lost] * times)

    def asked(self, path: str) -> int:
        return sum(request.url.path == path for request in self.heard)


class Machine:
    """One data folder and the program on it; `again` is the program started anew."""

    def __init__(self, folder: Path, empty_file: Path, wire: Wire) -> None:
        self.folder, self.wire = folder, wire
        folder.mkdir(mode=0o700)
        shutil.copy(empty_file, folder / "cockpit.db")
        self.opened: list[Database] = []
        self.again()

    def again(self) -> None:
        self.database = Database.at(self.folder / "cockpit.db")
        self.opened.append(self.database)
        self.sync = SyncService(Desk(self.database), self.wire)

    @property
    def signing(self) -> SigningService:
        return self.sync.signing

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.folder)

    @property
    def account(self) -> str:
        with self.database.read() as session:
            facts = meta.everything(session)
        return f"{facts['person_id']}@{facts['hub_host']} {facts['device_id']}"

    def held(self) -> TokenSet:
        held = self.credentials.held(self.account)
        assert held is not None
        return held

    def edit(self) -> None:
        with self.database.write() as session:
            edit = Edit("account", outbox.new_id(), "create", {"name": "new", "owner_id": ME})
            assert outbox.submit(session, [edit], actor_id=ME, label="act", now=clock.now())

    def queue(self) -> list[str]:
        with self.database.read() as session:
            return [row.status for row in session.exec(select(OutboxRow))]


@pytest.fixture(scope="session")
def hub_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hub") / "hub.db"
    database = Database.at(path)
    people_hub(database)
    database.close()
    return path


@pytest.fixture
def world(tmp_path: Path, hub_template: Path) -> Iterator[HubWorld]:
    database = Database.at(Path(shutil.copy(hub_template, tmp_path / "hub.db")))
    made = HubWorld(database)
    made.account("account-1", phone="1")
    yield made
    database.close()


@pytest.fixture
def wire(world: HubWorld) -> Wire:
    return Wire(world)


@pytest.fixture
def machine(tmp_path: Path, empty_file: Path, wire: Wire) -> Iterator[Machine]:
    made = Machine(tmp_path / "machine", empty_file, wire)
    yield made
    for database in made.opened:
        database.close()


@pytest.fixture
def later(world: HubWorld, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Move the clock of the hub and of this device."""

    def move(**delta: float) -> None:
        world.later(**delta)
        moved: datetime = clock.now() + timedelta(**delta)
        monkeypatch.setenv("COCKPIT_NOW", moved.isoformat())
        monkeypatch.setattr(clock, "_started", clock.monotonic())

    return move


def approving(world: HubWorld, code: str, *, person: str = ME, decision: str = "approve") -> Callable[[float], None]:
    """A `sleep` in which somebody answers the code; the hub's clock goes on."""
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        world.later(seconds=seconds)
        if len(waited) == 2:
            body = {"user_code": code, "decision": decision}
            assert world.client(person).send("POST", "/v1/oauth/approve", json=body).status_code == 200

    return sleep


def sign_in(machine: Machine, world: HubWorld, person: str = ME) -> str:
    waiting = machine.signing.ask_code(URL)
    assert waiting is not None
    return machine.signing.wait(waiting, approving(world, waiting.user_code, person=person))


# -- by a code -----------------------------------------------------------------------------------------------------


def test_a_code_signs_in_and_the_sync_goes_on_from_there(machine: Machine, world: HubWorld) -> None:
    assert sign_in(machine, world) == "张伟"
    held = machine.held()
    assert held.expires_at is not None
    assert timedelta(minutes=59) < held.expires_at - clock.now() <= timedelta(hours=1)
    assert held.renewable_until is not None
    assert (held.renewable_until - clock.now()).days in (89, 90)
    machine.edit()
    machine.again()
    assert machine.sync.run().pushed == 1
    assert machine.queue() == []
    assert machine.wire.asked("/v1/oauth/token") == 2


def test_a_device_signed_in_approves_the_next(
    machine: Machine, world: HubWorld, tmp_path: Path, empty_file: Path, wire: Wire
) -> None:
    sign_in(machine, world)
    other = Machine(tmp_path / "other", empty_file, wire)
    waiting = other.signing.ask_code(URL)
    assert waiting is not None
    assert machine.signing.decide(waiting.user_code.lower(), is_approved=True)
    assert other.signing.wait(waiting, lambda _s: world.later(seconds=5)) == "张伟"
    turned_down = other.signing.ask_code(URL)
    assert turned_down is not None
    machine.signing.decide(turned_down.user_code, is_approved=False)
    with pytest.raises(NotAllowed, match="turned down"):
        other.signing.wait(turned_down, lambda _s: world.later(seconds=5))
    with pytest.raises(NotAllowed, match="No device waits"):
        machine.signing.decide(turned_down.user_code, is_approved=True)
    other.database.close()


def test_waiting_outlasts_lost_answers_and_a_hub_that_is_away(machine: Machine, world: HubWorld) -> None:
    waiting = machine.signing.ask_code(URL)
    assert waiting is not None
    away = httpx.Response(503, json={"type": "maintenance"}, headers={"retry-after": "20"})
    machine.wire.faults["/v1/oauth/token"] = [lambda _request: away]
    waited: list[float] = []
    inner = approving(world, waiting.user_code)

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 2:
            machine.wire.lose("/v1/oauth/token")  # the answer with the tokens in it
            machine.wire.lose("/v1/sync/hello")
        inner(seconds)

    assert machine.signing.wait(waiting, sleep) == "张伟"
    assert waited[:3] == [5, 20, 25]
    machine.sync.run()


def test_who_asks_too_often_is_slowed_down(machine: Machine, world: HubWorld) -> None:
    waiting = machine.signing.ask_code(URL)
    assert waiting is not None
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        world.later(seconds=0 if len(waited) < 3 else seconds)
        if len(waited) == 4:
            world.client(ME).send("POST", "/v1/oauth/approve", json={"user_code": waiting.user_code})

    machine.signing.wait(waiting, sleep)
    assert waited == [5, 5, 10, 10]


def test_a_code_nobody_answers_ends_by_itself(machine: Machine, world: HubWorld) -> None:
    waiting = machine.signing.ask_code(URL)
    assert waiting is not None
    with pytest.raises(NotAllowed, match="in time"):
        machine.signing.wait(waiting, lambda _s: world.later(minutes=6))
    assert machine.wire.asked("/v1/oauth/token") <= 4


def test_a_hub_without_codes_is_no_failure(machine: Machine) -> None:
    missing = httpx.Response(404, json={"type": "missing"})
    machine.wire.faults["/v1/oauth/device"] = [lambda _request: missing]
    assert machine.signing.ask_code(URL) is None


def test_the_code_of_another_person_signs_nobody_in(machine: Machine, world: HubWorld) -> None:
    sign_in(machine, world)
    machine.edit()
    with pytest.raises(NotAllowed, match="张伟"):
        sign_in(machine, world, MATE)
    assert machine.queue() == ["pending"]
    machine.sync.run()


def test_the_token_of_another_person_sends_nothing(
    machine: Machine, world: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(machine, world)
    machine.sync.run()
    machine.edit()
    monkeypatch.setenv("COCKPIT_TOKEN", world.client(MATE).token or "")
    with pytest.raises(SignInNeeded, match="somebody else"):
        machine.sync.run()
    assert machine.queue() == ["pending"]
    assert machine.wire.asked("/v1/sync/push") == 0


# -- the address ---------------------------------------------------------------------------------------------------


def test_another_address_is_not_even_asked(machine: Machine, world: HubWorld) -> None:
    sign_in(machine, world)
    before = len(machine.wire.heard)
    with pytest.raises(UntrustedHub, match=r"hub\.example\.com, not from other\.example\.com"):
        machine.signing.ask_code("https://other.example.com")
    with pytest.raises(UntrustedHub):
        machine.signing.sign_in("https://other.example.com", "secret")
    with machine.database.write() as session:
        meta.put(session, "hub_url", "https://other.example.com")
    with pytest.raises(UntrustedHub):
        machine.sync.run()
    assert len(machine.wire.heard) == before


def test_a_hub_that_moved_is_pinned_anew(machine: Machine, world: HubWorld) -> None:
    sign_in(machine, world)
    machine.edit()
    old = machine.account
    token = world.client(ME).token
    assert token is not None
    machine.signing.sign_in("https://new.example.com", token, has_moved=True)
    assert machine.credentials.held(old) is None
    assert machine.sync.run().pushed == 1
    assert machine.wire.heard[-1].url.host == "new.example.com"


# -- staying signed in ---------------------------------------------------------------------------------------------


def test_a_token_is_renewed_a_minute_before_its_end(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    machine.sync.run()
    asked = machine.wire.asked("/v1/oauth/token")
    later(minutes=58)
    machine.sync.run()
    assert machine.wire.asked("/v1/oauth/token") == asked
    first = machine.held()
    later(minutes=1, seconds=30)
    machine.sync.run()
    assert machine.wire.asked("/v1/oauth/token") == asked + 1
    second = machine.held()
    assert second.access != first.access
    assert second.refresh != first.refresh
    for _month in range(4):  # longer than one refresh token lives
        later(days=30)
        machine.again()
        machine.sync.run()


def test_new_tokens_are_on_disk_before_they_are_used(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    kept: list[tuple[bool, bool]] = []

    def look(request: httpx.Request) -> None:
        form = parse_qs(request.content.decode())
        used = [request.headers.get("authorization", "").removeprefix("Bearer "), *form.get("refresh_token", [])]
        held = machine.held()
        kept.append((held.access in used, held.refresh in used))

    later(hours=1)
    machine.wire.faults = {path: [look] for path in ("/v1/sync/hello", "/v1/oauth/token")}
    machine.sync.run()
    assert kept == [(False, True), (True, False)], "each use is of what the disk holds"


@pytest.mark.parametrize("cut", ["the answer is lost", "killed before it is kept"])
def test_a_lost_renewal_is_asked_for_again(
    machine: Machine, world: HubWorld, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    sign_in(machine, world)
    machine.edit()
    later(hours=2)
    if cut == "the answer is lost":
        machine.wire.lose("/v1/oauth/token")
        with pytest.raises(HubUnavailable):
            machine.sync.run()
    else:
        before = machine.held().refresh

        def killed(self: Credentials, _account: str, token: str | TokenSet, **_more: bool) -> str:
            if isinstance(token, TokenSet) and token.refresh != before:
                raise KeyboardInterrupt
            return "file"

        with monkeypatch.context() as patched:
            patched.setattr(Credentials, "keep", killed)
            with pytest.raises(KeyboardInterrupt):
                machine.sync.run()
        assert machine.held().refresh == before
    assert machine.queue() == ["pending"]
    machine.again()
    assert machine.sync.run().pushed == 1
    later(hours=2)
    machine.sync.run()


def test_while_the_hub_is_away_the_token_is_used_to_its_end(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    later(minutes=59, seconds=20)
    away = httpx.Response(502)
    machine.wire.faults["/v1/oauth/token"] = [lambda _request: away]
    machine.sync.run()


@pytest.mark.parametrize("path", ["/v1/oauth/token", "/v1/sync/hello"])
def test_offline_with_an_old_token_is_offline(
    machine: Machine, world: HubWorld, later: Callable[..., None], path: str
) -> None:
    sign_in(machine, world)
    machine.sync.run()
    machine.edit()
    later(days=1)
    machine.wire.lose(path)
    with pytest.raises(HubUnavailable):
        machine.sync.run()
    assert machine.sync.badge().is_offline
    assert machine.sync.run_if_due() is None, "the next try waits"
    later(minutes=10)
    report = machine.sync.run_if_due()
    assert report is not None
    assert report.pushed == 1
    assert not machine.sync.badge().is_offline


def test_a_long_sync_outlives_its_token(machine: Machine, world: HubWorld, later: Callable[..., None]) -> None:
    sign_in(machine, world)
    machine.sync.run()
    machine.edit()
    asked = machine.wire.asked("/v1/oauth/token")

    def slow(_request: httpx.Request) -> None:
        later(hours=2)

    machine.wire.faults = {"/v1/sync/hello": [slow], "/v1/sync/push": [slow]}
    assert machine.sync.run().pushed == 1
    assert machine.wire.asked("/v1/oauth/token") == asked + 2


def test_a_renewal_is_stopped_with_the_sync(machine: Machine, world: HubWorld, later: Callable[..., None]) -> None:
    sign_in(machine, world)
    later(hours=1)
    stopped: list[bool] = []

    def stop(request: httpx.Request) -> httpx.Response:
        stopped.append(machine.sync.stop())
        raise httpx.ReadError("the socket is shut", request=request)

    machine.wire.faults["/v1/oauth/token"] = [stop]
    with pytest.raises(Stopped):
        machine.sync.run()
    assert stopped == [True]
    assert machine.wire.asked("/v1/sync/hello") == 1, "only the one of the sign-in"
    machine.sync.run()


def test_nothing_is_asked_for_that_cannot_be_kept(
    machine: Machine, world: HubWorld, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(machine, world)
    later(hours=1)
    asked = machine.wire.asked("/v1/oauth/token")

    def full(*_given: object) -> None:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr("cockpit.credentials.os.fsync", full)
        for _time in range(3):
            with pytest.raises(DiskFull):
                machine.sync.run()
    assert machine.wire.asked("/v1/oauth/token") == asked
    assert sorted(path.name for path in machine.folder.glob("credentials*")) == ["credentials", "credentials.lock"]
    machine.sync.run()


def test_two_who_find_the_token_old_renew_it_once(
    machine: Machine, world: HubWorld, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(machine, world)
    later(hours=1)
    asked = machine.wire.asked("/v1/oauth/token")
    second_waits = threading.Event()
    acquire = filelock.FileLock.acquire
    count = threading.Semaphore(1)

    def noticed(self: filelock.FileLock) -> object:
        if "credentials" in self.lock_file and not count.acquire(blocking=False):
            second_waits.set()
        return acquire(self)

    def slow(_request: httpx.Request) -> None:
        assert second_waits.wait(20)

    monkeypatch.setattr(filelock.FileLock, "acquire", noticed)
    machine.wire.faults["/v1/oauth/token"] = [slow]
    found: list[str] = []

    def use() -> None:
        database = Database.at(machine.folder / "cockpit.db")
        with SyncService(Desk(database), machine.wire).signing.connect() as hub:
            found.append(hub.hello().person.id)
        database.close()

    threads = [threading.Thread(target=use) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [ME, ME]
    assert machine.wire.asked("/v1/oauth/token") == asked + 1


def test_a_token_another_process_renewed_is_taken_from_the_disk(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    with machine.signing.connect() as hub:
        account, old = machine.account, machine.held()
        later(hours=1)
        machine.again()
        machine.sync.run()
        asked = machine.wire.asked("/v1/oauth/token")
        assert machine.credentials.held(account) != old
        assert hub.hello().person.id == ME
    assert machine.wire.asked("/v1/oauth/token") == asked


def test_a_home_without_locks_renews_as_well(
    machine: Machine, world: HubWorld, later: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(machine, world)
    later(hours=1)

    def no_locks(self: filelock.FileLock) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(filelock.FileLock, "acquire", no_locks)
    with machine.signing.connect() as hub:
        assert hub.hello().person.id == ME


def test_a_refused_token_is_renewed_once_and_the_call_made_again(machine: Machine, world: HubWorld) -> None:
    sign_in(machine, world)
    machine.sync.run()
    machine.edit()
    refused = httpx.Response(401, json={"type": "unauthorized"})
    machine.wire.faults["/v1/sync/push"] = [lambda _request: refused]
    asked = machine.wire.asked("/v1/oauth/token")
    assert machine.sync.run().pushed == 1
    assert machine.wire.asked("/v1/oauth/token") == asked + 1
    machine.edit()
    machine.wire.faults["/v1/sync/push"] = [lambda _request: refused] * 2
    with pytest.raises(SignInNeeded):
        machine.sync.run()
    assert machine.wire.asked("/v1/sync/push") == 4
    assert machine.queue() == ["pending"]


def test_an_ended_sign_in_leaves_the_queue_and_asks_to_sign_in(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    machine.sync.run()
    machine.edit()
    stolen = machine.held().refresh
    body = {"client_id": "cockpit", "grant_type": "refresh_token", "refresh_token": stolen}
    nobody = world.client(ME)
    for _time in range(3):  # a thief uses the copy until the hub notices
        nobody.send("POST", "/v1/oauth/token", data=body)
    with world.database.read() as session:
        assert [row.revoked_because for row in session.exec(select(TokenFamilyRow))] == ["reused"]
    with pytest.raises(SignInNeeded):
        machine.sync.run()
    assert machine.queue() == ["pending"]
    asked = len(machine.wire.heard)
    with pytest.raises(SignInNeeded):
        machine.sync.run()
    assert len(machine.wire.heard) == asked, "without tokens nobody is asked"
    sign_in(machine, world)
    assert machine.sync.run().pushed == 1


def test_a_hub_in_trouble_does_not_end_the_sign_in(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    later(hours=1)
    held = machine.held()
    answers = [
        httpx.Response(200, text="<html>guest network</html>"),
        httpx.Response(302, headers={"location": "https://evil.example.com"}),
        httpx.Response(400, json={"error": "invalid_client"}),
        httpx.Response(400, text="{"),
        httpx.Response(200, json={"access_token": "a\r\nX: b", "refresh_token": "c", "token_type": "Bearer"}),
        httpx.Response(200, json={"access_token": "a", "refresh_token": "c" * 5000, "token_type": "Bearer"}),
        httpx.Response(200, json={"access_token": "a", "token_type": "mac"}),
        httpx.Response(500),
    ]
    for answer in answers:
        machine.wire.faults["/v1/oauth/token"] = [lambda _request, answer=answer: answer]  # type: ignore[misc]
        with pytest.raises(HubError) as caught:
            machine.sync.run()
        assert not isinstance(caught.value, SignInNeeded), answer
        assert machine.held() == held
    assert {request.url.host for request in machine.wire.heard} == {"hub.example.com"}
    machine.sync.run()


def test_a_hub_that_keeps_the_refresh_token_is_understood(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    later(hours=1)
    old = machine.held().refresh
    token = world.client(ME).token
    same = httpx.Response(200, json={"access_token": token, "token_type": "bearer", "expires_in": 100})
    machine.wire.faults["/v1/oauth/token"] = [lambda _request: same]
    machine.sync.run()
    assert (machine.held().access, machine.held().refresh) == (token, old)


# -- out -----------------------------------------------------------------------------------------------------------


def test_signing_out_tells_the_hub_and_keeps_the_data(machine: Machine, world: HubWorld) -> None:
    sign_in(machine, world)
    machine.sync.run()
    machine.edit()
    access = machine.held().access
    done = machine.signing.sign_out()
    assert (done.places, done.is_revoked) == (("file",), True)
    assert not (machine.folder / "credentials").exists()
    with world.database.read() as session:
        assert [row.revoked_because for row in session.exec(select(TokenFamilyRow))] == ["revoked"]
    with pytest.raises(SignInNeeded):
        machine.sync.run()
    assert machine.queue() == ["pending"]
    with machine.database.read() as session:
        assert session.get(AccountRow, "account-1") is not None
    assert access


def test_signing_out_without_a_network_forgets_all_the_same(machine: Machine, world: HubWorld) -> None:
    sign_in(machine, world)
    machine.wire.lose("/v1/oauth/revoke")
    done = machine.signing.sign_out()
    assert (done.places, done.is_revoked) == (("file",), False)
    assert machine.signing.sign_out().places == ()


def test_signing_in_again_ends_the_sign_in_before(machine: Machine, world: HubWorld) -> None:
    for _time in range(3):
        sign_in(machine, world)
    with world.database.read() as session:
        ended = [row.revoked_because for row in session.exec(select(TokenFamilyRow))]
    assert sorted(ended) == ["", "revoked", "revoked"]
    machine.sync.run()


def test_no_secret_is_said_anywhere(
    machine: Machine, world: HubWorld, later: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        waiting = machine.signing.ask_code(URL)
        assert waiting is not None
        machine.signing.wait(waiting, approving(world, waiting.user_code))
        first = machine.held()
        later(hours=1)
        machine.wire.lose("/v1/oauth/token")
        with pytest.raises(HubUnavailable) as caught:
            machine.sync.run()
        machine.sync.run()
        second = machine.held()
        machine.signing.sign_out()
    secrets = [waiting.device_code, first.access, first.refresh, second.access, second.refresh]
    said = caplog.text + repr(caught.value) + repr([waiting, first, second, machine.signing, machine.sync])
    said += (machine.folder / "cockpit.db").read_bytes().decode("latin-1")
    assert not [secret for secret in secrets if secret in said]


def test_the_file_stays_private_when_tokens_change(
    machine: Machine, world: HubWorld, later: Callable[..., None]
) -> None:
    sign_in(machine, world)
    later(hours=1)
    machine.sync.run()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in machine.folder.glob("credentials*")}
    assert modes == {"credentials": 0o600, "credentials.lock": 0o600}
    assert set(json.loads((machine.folder / "credentials").read_text("utf-8"))) == {machine.account}
