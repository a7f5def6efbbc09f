"""The walls of the calls that sign in: where they go, what they carry, and what is believed of the answers."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from cockpit.crm import sign_in
from cockpit.crm.hub import HubClient
from cockpit.crm.sign_in import CodesNotOffered, Refused, SignInClient
from cockpit.errors import HubBusy, HubError, HubUnavailable, UntrustedHub
from cockpit.locations import locate
from cockpit.services.desk import Desk
from cockpit.services.signing import SigningService
from cockpit.storage.database import Database

URL = "https://hub.example.com"
CODE = {"device_code": "d" * 43, "user_code": "BCDF-GHJK", "verification_uri": f"{URL}/v1/oauth/device"}
GIVEN = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expires_in": 3600}
CALLS: dict[str, Callable[[SignInClient], object]] = {
    "device": lambda hub: hub.ask_code("laptop"),
    "token by code": lambda hub: hub.collect("code"),
    "token by refresh": lambda hub: hub.refresh("old"),
    "revoke": lambda hub: hub.revoke("old"),
    "approve": lambda hub: hub.decide("token", "BCDF-GHJK", is_approved=True),
}


def client(answer: httpx.Response, heard: list[httpx.Request] | None = None) -> SignInClient:
    def handler(request: httpx.Request) -> httpx.Response:
        if heard is not None:
            heard.append(request)
        return answer

    return SignInClient(URL, transport=httpx.MockTransport(handler))


@pytest.mark.parametrize("url", ["http://hub.example.com", "https://me:secret@hub.example.com", "ftp://x", "x"])
def test_only_a_safe_address_is_spoken_to(url: str) -> None:
    with pytest.raises(UntrustedHub):
        SignInClient(url)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(307, headers={"location": "https://evil.example.com/"}),
        httpx.Response(302, headers={"location": "http://127.0.0.1:1/"}),
        httpx.Response(200, content=b" " * (8 * 1024 * 1024 + 1)),
        httpx.Response(500, content=b"<html>"),
        httpx.Response(504),
    ],
)
def test_no_call_is_led_away_or_filled_up(name: str, answer: httpx.Response) -> None:
    heard: list[httpx.Request] = []
    with client(answer, heard) as hub, pytest.raises(HubUnavailable):
        CALLS[name](hub)
    assert [request.url.host for request in heard] == ["hub.example.com"]


@pytest.mark.parametrize("name", [name for name in CALLS if name != "revoke"])
@pytest.mark.parametrize("body", [b"<html>sign in to the guest network</html>", b"", b"[" * 100_000, b"[]", b'{"a": 1'])
def test_an_answer_without_sense_is_no_answer(name: str, body: bytes) -> None:
    with client(httpx.Response(200, content=body)) as hub, pytest.raises(HubUnavailable):
        CALLS[name](hub)


def test_only_what_has_to_be_said_is_said() -> None:
    heard: list[httpx.Request] = []
    with client(httpx.Response(200, json=GIVEN), heard) as hub:
        hub.refresh("old")
        hub.collect("code")
    forms = [parse_qs(request.content.decode()) for request in heard]
    assert forms == [
        {"client_id": ["cockpit"], "grant_type": ["refresh_token"], "refresh_token": ["old"]},
        {"client_id": ["cockpit"], "grant_type": [sign_in.DEVICE_GRANT], "device_code": ["code"]},
    ]
    for request in heard:
        assert "authorization" not in request.headers
        assert "cookie" not in request.headers
        assert not request.url.query


@pytest.mark.parametrize("status", [404, 405])
def test_a_hub_without_codes(status: int) -> None:
    with client(httpx.Response(status, json={"type": "missing"})) as hub, pytest.raises(CodesNotOffered):
        hub.ask_code("laptop")


def test_a_hub_that_is_full_says_when_to_come_back() -> None:
    answer = httpx.Response(429, json={"type": "quota"}, headers={"retry-after": "60"})
    with client(answer) as hub, pytest.raises(HubBusy) as caught:
        hub.ask_code("laptop")
    assert caught.value.facts["seconds"] == 60


def test_a_refusal_has_its_name_made_inert() -> None:
    answer = httpx.Response(400, json={"error": "access_denied\x1b[2J" + "x" * 100})
    with client(answer) as hub, pytest.raises(Refused) as caught:
        hub.collect("code")
    assert "\x1b" not in caught.value.kind
    assert len(caught.value.kind) <= 40


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example.com/device",
        "http://hub.example.com/device",
        "javascript:alert(1)",
        "",
        "https://[",
        "\x1b",
    ],
)
def test_a_page_elsewhere_is_not_shown(uri: str) -> None:
    with client(httpx.Response(200, json={**CODE, "verification_uri": uri})) as hub:
        assert hub.ask_code("laptop").verification_uri == f"{URL}/v1/oauth/device"


def test_a_code_and_its_times_are_taken_within_bounds() -> None:
    wild = {**CODE, "user_code": "\x1b]0;evil\x07AB\nCD" + "x" * 100, "expires_in": 10**9, "interval": -5}
    with client(httpx.Response(200, json=wild)) as hub:
        code = hub.ask_code("laptop")
    assert "\x1b" not in code.user_code
    assert "\n" not in code.user_code
    assert len(code.user_code) <= 40
    assert (code.expires_in, code.interval) == (sign_in.MOST_LIFE_S, 1)


@pytest.mark.parametrize("secret", ["", "a b", "a\r\nX-Evil: 1", "é", "\x00", "x" * 4097])
def test_what_cannot_stand_in_a_header_is_no_token(secret: str) -> None:
    with client(httpx.Response(200, json={**GIVEN, "access_token": secret})) as hub, pytest.raises(HubUnavailable):
        hub.refresh("old")
    with client(httpx.Response(200, json={**CODE, "device_code": secret})) as hub, pytest.raises(HubUnavailable):
        hub.ask_code("laptop")


def test_secrets_are_in_no_repr() -> None:
    with client(httpx.Response(200, json={**GIVEN, "access_token": "sesame", "refresh_token": "open"})) as hub:
        assert "sesame" not in repr(hub.refresh("x"))
        assert "open" not in repr(hub.refresh("x"))
    with client(httpx.Response(200, json=CODE)) as hub:
        assert CODE["device_code"] not in repr(hub.ask_code("laptop"))


# -- the way there -------------------------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address, and the first lines of what was said to it; every connection is closed at once."""
    heard: list[str] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _peer = server.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(4096).decode("latin-1").split("\r\n")[0])

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


CONNECTIONS: list[Callable[..., HubClient]] = [lambda url, **reach: HubClient(url, "sesame", **reach), SignInClient]


def _say(hub: HubClient) -> None:
    call = (lambda: hub.refresh("old")) if isinstance(hub, SignInClient) else hub.hello
    with hub, pytest.raises(HubError):
        call()


@pytest.mark.parametrize("connect", CONNECTIONS)
def test_no_proxy_or_password_of_the_environment_is_used(
    connect: Callable[..., HubClient],
    listener: tuple[str, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    url, heard = listener
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, url)
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine hub.invalid login me password sesame\n", "utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    _say(connect("https://hub.invalid"))
    assert heard == []


@pytest.mark.parametrize("connect", CONNECTIONS)
def test_the_proxy_of_the_settings_is_used(connect: Callable[..., HubClient], listener: tuple[str, list[str]]) -> None:
    url, heard = listener
    _say(connect("https://hub.invalid", proxy=url))
    assert heard == ["CONNECT hub.invalid:443 HTTP/1.1"]


def test_the_setting_reaches_every_call(
    listener: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url, heard = listener
    path = locate().config_file
    path.parent.mkdir(parents=True)
    path.write_text(f'proxy = "{url}"\n', "utf-8")
    database = Database.at(tmp_path / "some.db")
    database.prepare()
    signing = SigningService(Desk(database))
    with pytest.raises(HubUnavailable):
        signing.ask_code("https://hub.invalid")
    with pytest.raises(HubUnavailable):
        signing.sign_in("https://hub.invalid", "sesame")
    assert heard == ["CONNECT hub.invalid:443 HTTP/1.1"] * 2
    database.close()


def test_a_body_says_json_where_json_is_sent() -> None:
    heard: list[httpx.Request] = []
    with client(httpx.Response(200, json={"device": "laptop", "person": "x"}), heard) as hub:
        assert hub.decide("token", "BCDF-GHJK", is_approved=False) == "laptop"
    (request,) = heard
    assert request.headers["authorization"] == "Bearer token"
    assert json.loads(request.content) == {"user_code": "BCDF-GHJK", "decision": "deny"}
