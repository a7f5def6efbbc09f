"""A hub that cannot be trusted: a certificate nobody vouches for, or made out to another host."""

from __future__ import annotations

import http.server
import io
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cockpit.cli.main import run
from cockpit.crm.hub import HubClient
from cockpit.errors import UntrustedHub
from cockpit.locations import locate

HELLO = {
    "time": "2026-11-24T00:30:00Z",
    "epoch": "e1",
    "head_rev": 1,
    "schema": {"min": 1, "max": 1},
    "limits": {"batch": 50, "bytes": 262144, "page": 500},
    "scopes": [],
    "person": {"id": "rep-1", "name": "张伟", "role": "rep", "team_id": None},
}


class Hello(http.server.BaseHTTPRequestHandler):
    """Says hello, and keeps what it was sent: a token must not get this far."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(self.headers.get("Authorization", ""))
        body = json.dumps(HELLO).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Nothing on stderr."""


class Quiet(http.server.ThreadingHTTPServer):
    def handle_error(self, *_what: object) -> None:
        """A handshake that the client breaks off is what these tests are about."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")

    def make(names: str) -> tuple[Path, Path]:
        key, cert = folder / f"{names}.key".replace(":", "-"), folder / f"{names}.pem".replace(":", "-")
        if not cert.exists():
            words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hub -addext subjectAltName={names}"
            subprocess.run(
                [openssl, *words.split(), "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True
            )
        return key, cert

    return make


@pytest.fixture
def served(certificate: Callable[[str], tuple[Path, Path]]) -> Iterator[Callable[[str], tuple[str, Path, list[str]]]]:
    servers: list[Quiet] = []

    def start(names: str) -> tuple[str, Path, list[str]]:
        key, cert = certificate(names)
        heard: list[str] = []
        server = Quiet(("127.0.0.1", 0), type("Handler", (Hello,), {"heard": heard}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"https://127.0.0.1:{server.server_address[1]}", cert, heard

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_certificate_nobody_vouches_for(served: Callable[[str], tuple[str, Path, list[str]]]) -> None:
    url, _cert, heard = served("IP:127.0.0.1")
    with HubClient(url, "secret") as hub, pytest.raises(UntrustedHub, match=r"127\.0\.0\.1"):
        hub.hello()
    assert heard == []


def test_a_certificate_of_another_host(served: Callable[[str], tuple[str, Path, list[str]]]) -> None:
    url, cert, heard = served("DNS:hub.example.com")
    with HubClient(url, "secret", ca_file=str(cert)) as hub, pytest.raises(UntrustedHub):
        hub.hello()
    assert heard == []


def test_one_that_the_settings_vouch_for(served: Callable[[str], tuple[str, Path, list[str]]]) -> None:
    url, cert, heard = served("IP:127.0.0.1")
    with HubClient(url, "secret", ca_file=str(cert)) as hub:
        assert hub.hello().person.name == "张伟"
    assert heard == ["Bearer secret"]


def test_login_names_the_reason_and_keeps_nothing(
    served: Callable[[str], tuple[str, Path, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COCKPIT_LANG", "en")
    url, _cert, heard = served("IP:127.0.0.1")
    monkeypatch.setattr("sys.stdin", io.StringIO("secret\n"))
    assert run(["login", url]) == 4
    said = capsys.readouterr()
    assert "cannot be trusted" in said.err
    assert "ca_file" in said.err
    assert "secret" not in said.err + said.out
    assert heard == []
    assert run(["today"]) == 4
    assert locate().data_dir.exists()
