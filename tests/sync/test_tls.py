"""A hub that cannot be trusted: a certificate nobody vouches for, or made out to another host."""

from __future__ import annotations

import http.server
import io
import json
import shutil
import socket
import ssl
import subprocess
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cockpit.cli.main import run
from cockpit.crm.calling import Caller
from cockpit.crm.connector import Access
from cockpit.crm.hub import HubClient
from cockpit.crm.sign_in import SignInClient
from cockpit.errors import HubError, UntrustedHub
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

    def do_POST(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.heard.append(self.headers.get("Authorization", self.path))
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


CA = """
[ca]
default_ca = own
[own]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
"""


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Key and certificate of 127.0.0.1 that was good for a day in 2020."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("expired")
    (folder / "ca.cnf").write_text(CA, "utf-8")
    (folder / "index.txt").touch()
    (folder / "serial").write_text("01\n", "utf-8")
    for words in (
        "req -new -newkey rsa:2048 -nodes -subj /CN=hub -keyout hub.key -out hub.csr",
        "ca -batch -config ca.cnf -selfsign -keyfile hub.key -in hub.csr -out hub.pem -notext"
        " -startdate 20200101000000Z -enddate 20200102000000Z -extensions names",
    ):
        subprocess.run([openssl, *words.split()], check=True, capture_output=True, cwd=folder)
    return folder / "hub.key", folder / "hub.pem"


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


Serve = Callable[..., "tuple[str, Path, list[str]]"]


@pytest.fixture
def served(certificate: Callable[[str], tuple[Path, Path]]) -> Iterator[Serve]:
    """Starts a server; by its names, or with a key and a certificate of its own, and as old as wanted."""
    servers: list[Quiet] = []

    def start(
        names: str = "", own: tuple[Path, Path] | None = None, *, is_old: bool = False
    ) -> tuple[str, Path, list[str]]:
        key, cert = own or certificate(names)
        heard: list[str] = []
        server = Quiet(("127.0.0.1", 0), type("Handler", (Hello,), {"heard": heard}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        if is_old:
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return f"https://127.0.0.1:{server.server_address[1]}", cert, heard

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_certificate_nobody_vouches_for(served: Serve) -> None:
    url, _cert, heard = served("IP:127.0.0.1")
    with HubClient(url, "secret") as hub, pytest.raises(UntrustedHub, match=r"127\.0\.0\.1"):
        hub.hello()
    assert heard == []


def test_a_certificate_of_another_host(served: Serve) -> None:
    url, cert, heard = served("DNS:hub.example.com")
    with HubClient(url, "secret", ca_file=str(cert)) as hub, pytest.raises(UntrustedHub):
        hub.hello()
    assert heard == []


def test_a_certificate_that_is_over(served: Serve, expired: tuple[Path, Path]) -> None:
    url, cert, heard = served(own=expired)
    with HubClient(url, "secret", ca_file=str(cert)) as hub, pytest.raises(UntrustedHub, match="expired"):
        hub.hello()
    assert heard == []


def _answers_old_clients(url: str) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    parts = urlsplit(url)
    assert parts.hostname is not None
    with (
        socket.create_connection((parts.hostname, parts.port or 443), timeout=10) as plain,
        context.wrap_socket(plain) as spoken,
    ):
        return spoken.version() in ("TLSv1", "TLSv1.1")


@pytest.mark.parametrize("has_own_ca", [True, False])
def test_no_older_tls_than_1_2(served: Serve, has_own_ca: bool) -> None:
    url, cert, heard = served("IP:127.0.0.1", is_old=True)
    with HubClient(url, "secret", ca_file=str(cert) if has_own_ca else "") as hub, pytest.raises(HubError):
        hub.hello()
    assert heard == []
    assert _answers_old_clients(url)


def test_signing_in_goes_through_the_same_wall(served: Serve, expired: tuple[Path, Path]) -> None:
    cases = [(served("IP:127.0.0.1"), False), (served("DNS:hub.example.com"), True), (served(own=expired), True)]
    for (url, cert, heard), is_vouched in cases:
        ca_file = str(cert) if is_vouched else ""
        with SignInClient(url, ca_file=ca_file) as hub:
            for call in (
                lambda hub=hub: hub.ask_code("x"),
                lambda hub=hub: hub.refresh("s"),
                lambda hub=hub: hub.revoke("s"),
            ):
                with pytest.raises(UntrustedHub):
                    call()
        assert heard == []
    url, cert, heard = served("IP:127.0.0.1")
    with SignInClient(url, ca_file=str(cert)) as hub:
        hub.revoke("secret")
    assert heard == ["/v1/oauth/revoke"]


def test_one_that_the_settings_vouch_for(served: Serve) -> None:
    url, cert, heard = served("IP:127.0.0.1")
    with HubClient(url, "secret", ca_file=str(cert)) as hub:
        assert hub.hello().person.name == "张伟"
    assert heard == ["Bearer secret"]


def test_login_names_the_reason_and_keeps_nothing(
    served: Serve,
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


def test_a_crm_whose_certificate_nobody_vouches_for_hears_nothing(served: Serve) -> None:
    """Every connector asks through it."""
    url, cert, heard = served("IP:127.0.0.1")
    access = Access(url, "secret", wait=lambda _seconds: None)
    crm = Caller(access, {"Authorization": "Bearer secret"})
    with pytest.raises(UntrustedHub, match=r"self.signed certificate"):
        crm.json("GET", "/")
    crm.close()
    assert heard == []
    crm = Caller(replace(access, ca_file=str(cert)), {"Authorization": "Bearer secret"})
    assert crm.json("GET", "/")["epoch"] == "e1"
    crm.close()
