"""The client at the wire: caps, no redirects, tokens only where they belong, the token's hiding places."""

from __future__ import annotations

import gzip
import json
import logging
import ssl
import stat
import threading
import types
from pathlib import Path

import httpx
import pytest

from cockpit import credentials
from cockpit.credentials import Credentials
from cockpit.crm.hub import HubClient, address
from cockpit.errors import HubBusy, HubError, HubUnavailable, LocalDataError, UntrustedHub
from tests.sync.model import TOKEN, URL, answering


def client(answer: object) -> HubClient:
    def handler(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    return HubClient(URL, TOKEN, transport=httpx.MockTransport(handler))


def nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"x" * (8 * 1024 * 1024 + 1)),
        httpx.Response(200, content=gzip.compress(b" " * 40_000_000), headers={"content-encoding": "gzip"}),
        httpx.Response(200, content=json.dumps(nested(40))),
        httpx.Response(200, content=b"[" * 100_000),
        httpx.Response(200, content=b"<html>sign in to the guest network</html>"),
        httpx.Response(200, content=b""),
        httpx.Response(204),
        httpx.Response(307, headers={"location": "https://evil.example.com/"}),
    ],
)
def test_an_answer_without_sense_is_no_answer(answer: httpx.Response) -> None:
    with client(answer) as hub, pytest.raises(HubUnavailable):
        hub.changes("c", 500)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), "no connection to hub.example.com."),
        (httpx.ConnectTimeout("timed out"), "no connection to hub.example.com."),
        (httpx.ReadTimeout("timed out"), "hub.example.com took too long."),
        (httpx.Response(200, content=b"<html>"), "what hub.example.com sent cannot be read."),
    ],
)
def test_a_hub_that_does_not_answer_is_said_in_words(
    error: object, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO), client(error) as hub, pytest.raises(HubUnavailable) as caught:
        hub.hello()
    assert caught.value.detail == words
    assert ("Errno 111" in caplog.text) is ("Errno" in str(error))


def test_a_certificate_that_does_not_hold_is_never_retried_around() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")
    cause.verify_message = "self-signed certificate"
    error = httpx.ConnectError("tls")
    error.__cause__ = cause
    with client(error) as hub, pytest.raises(UntrustedHub, match="self-signed"):
        hub.hello()


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("999999999", 3600), ("Tue, 24 Nov 2026 00:32:00 GMT", 90), ("soon", 30), ("", 30)],
)
def test_retry_after_is_read_in_both_forms(header: str, seconds: int) -> None:
    answer = answering(503, "maintenance", **{"retry-after": header})(None, None)  # type: ignore[arg-type]
    with client(answer) as hub, pytest.raises(HubBusy) as caught:
        hub.hello()
    found = caught.value.facts["seconds"]
    assert isinstance(found, int)
    assert abs(found - seconds) <= 30
    assert (found == seconds) or "GMT" in header


def test_words_of_a_refusal_are_made_inert() -> None:
    body = json.dumps({"type": "quota", "title": "t", "detail": "a\x1b[2Jb"})
    with client(httpx.Response(403, content=body)) as hub, pytest.raises(HubError) as caught:
        hub.hello()
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://Hub.Example.com/", "https://hub.example.com"),
        ("https://hub.example.com:8443/crm/", "https://hub.example.com:8443/crm"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_an_address_has_one_form(url: str, plain: str) -> None:
    assert address(url).url == plain


def test_the_token_is_in_no_log_and_no_repr(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), client(answering(500, "internal")(None, None)) as hub:  # type: ignore[arg-type]
        with pytest.raises(HubUnavailable) as caught:
            hub.hello()
        assert TOKEN not in caplog.text + repr(hub) + str(caught.value) + repr(caught.value.facts)


def test_the_file_is_private_and_keyed_by_account(tmp_path: Path) -> None:
    kept = Credentials(tmp_path / "data")
    assert kept.keep("one", "first") == "file"
    assert kept.keep("two", "second") == "file"
    assert stat.S_IMODE(kept.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.data_dir.stat().st_mode) == 0o700
    fresh = Credentials(tmp_path / "data")
    assert (fresh.find("one"), fresh.find("two"), fresh.find("three")) == ("first", "second", None)
    fresh.forget("one")
    assert Credentials(tmp_path / "data").find("one") is None
    assert "first" not in kept.file.read_text()
    assert "second" not in repr(kept)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    kept = Credentials(tmp_path)
    kept.keep("one", "first")
    kept.file.chmod(mode)
    with pytest.raises(LocalDataError, match="chmod 600"):
        Credentials(tmp_path).find("one")


def test_the_environment_comes_first_and_is_written_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Credentials(tmp_path)
    kept.keep("one", "first")
    monkeypatch.setenv("COCKPIT_TOKEN", "given")
    assert kept.find("one") == "given"
    assert kept.keep("two", "given") == "environment"
    assert "given" not in kept.file.read_text()


def test_memory_only_leaves_no_file(tmp_path: Path) -> None:
    kept = Credentials(tmp_path)
    assert kept.keep("one", "first", remember=False) == "memory"
    assert kept.find("one") == "first"
    assert not kept.file.exists()


def test_a_keyring_that_hangs_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(credentials, "KEYRING_WAIT_S", 0.01)
    monkeypatch.setattr(credentials, "_keyring_in_use", lambda: True)

    def hang() -> object:
        never.wait()
        return types.SimpleNamespace(priority=0)

    monkeypatch.setattr("keyring.get_keyring", hang)
    try:
        assert Credentials(tmp_path).keep("one", "first") == "file"
        assert Credentials(tmp_path).find("one") == "first"
    finally:
        never.set()
        for thread in threading.enumerate():
            if thread.name == "keyring":
                thread.join()


def test_a_stand_in_for_a_keyring_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_keyring_in_use", lambda: True)
    assert Credentials(tmp_path).keep("one", "first") == "file"
