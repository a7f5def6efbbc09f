"""A token that would be known anywhere goes every way a token can go; afterwards it is in one file, or in none."""

from __future__ import annotations

import base64
import http.server
import io
import logging
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cockpit import credentials
from cockpit.app import CockpitApp
from cockpit.cli import opening
from cockpit.cli.main import run
from cockpit.locations import StartValues, locate
from cockpit.services.today import TodayService
from tests.sync import model
from tests.sync.model import ModelHub
from tests.ui.screen_text import screen_text, wait_for_idle

CANARY = "canary-c4n4ry-7d1f0b2e9a6c4455-token"
FORMS = (CANARY.encode(), base64.b64encode(CANARY.encode())[:-4], CANARY.encode("utf-16-le"), CANARY[::-1].encode())


class Hub(http.server.BaseHTTPRequestHandler):
    """The model hub on a real socket. `odd` are answers that come first, each made of the request's own headers."""

    hub: ModelHub
    odd: list[Callable[[str], tuple[int, bytes]]]

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        request = httpx.Request(
            self.command, f"http://127.0.0.1{self.path}", headers=dict(self.headers), content=self.rfile.read(length)
        )
        if self.odd:
            status, body = self.odd.pop(0)(self.headers.get("Authorization", ""))
        else:
            found = self.hub.handle(request)
            status, body = found.status_code, found.content
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer  # noqa: N815  the server's names

    def log_message(self, *_words: object) -> None:
        """Nothing on stderr."""


ODD: tuple[Callable[[str], tuple[int, bytes]], ...] = (
    lambda sent: (401, b'{"type":"unauthorized","title":"no","detail":"refused: %s"}' % sent.encode()),
    lambda sent: (500, b"<html>Traceback ... headers={'Authorization': '%s'}</html>" % sent.encode()),
    lambda sent: (503, b'{"title":"%s"}' % sent.encode()),
    lambda sent: (403, b'{"type":"%s","title":"t","detail":"curl -H \'Authorization: %s\'"}' % ((sent.encode(),) * 2)),
    lambda sent: (200, b"<html>portal %s</html>" % sent.encode()),
    lambda sent: (302, sent.encode()),
    lambda _sent: (200, b'{"time"'),
)


@pytest.fixture
def url(hub: ModelHub, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(model, "TOKEN", CANARY)
    odd: list[Any] = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (Hub,), {"hub": hub, "odd": odd}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setattr("tests.security.test_canary.Hub.odd", odd, raising=False)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command lines of all that is started."""
    seen: list[str] = []
    original = subprocess.Popen.__init__

    def noted(self: Any, args: Any, *more: Any, **options: Any) -> None:
        seen.append(repr(args))
        original(self, args, *more, **options)

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    return seen


def _prepare(place: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make the token go to this place; what a keyring would hold."""
    kept: dict[str, str] = {}
    if place == "environment":
        monkeypatch.setenv("COCKPIT_TOKEN", CANARY)
    if place == "keyring":
        monkeypatch.setattr(credentials, "_to_keyring", lambda account, token: kept.update({account: token}) is None)
        monkeypatch.setattr(credentials, "_from_keyring", kept.get)
    return kept


def _hits(folder: Path) -> list[str]:
    """Files that hold the token in any form."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and any(form in file.read_bytes() for form in FORMS):
            found.append(file.name)
        assert CANARY not in str(file)
    return found


async def _session(shots: Path) -> str:
    """The screens over the same account, with its sync on screen; what they showed."""
    app = CockpitApp(opening.services, StartValues(lang="en"), database=locate().database("default"), is_ticking=False)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_for_idle(pilot)
        shown = []
        for key in ("o", "f5", "question_mark", "escape", "colon", "escape", "h", "g", "p", "t"):
            await pilot.press(key)
            await wait_for_idle(pilot)
            shown.append(screen_text(app))
            (shots / f"{len(shown)}.svg").write_text(app.export_screenshot(), "utf-8")
    return "\n".join(shown)


@pytest.mark.parametrize("place", ["file", "environment", "keyring", "memory"])
async def test_the_token_is_where_it_belongs_and_nowhere_else(
    place: str, url: str, hub: ModelHub, tmp_path: Path, children: list[str], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    held = _prepare(place, monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO(CANARY + "\n"))
    codes = [run(["login", url, "--token-stdin", *(["--no-store"] if place == "memory" else [])])]
    if place != "memory":
        codes.append(run(["sync"]))
        hub.put("account", "acc-1", phone="2")
    assert codes == [0] * len(codes), capsys.readouterr().err
    for odd in (*ODD, None):
        if odd is not None:
            Hub.odd.append(odd)
        run(["sync"])
        run(["log", "v hengtai ok"])
    for words in (
        ["doctor"], ["status"], ["verify"], ["sync", "--offline", "--json"], ["outbox", "export", str(tmp_path / "unsent")],
        ["backup", str(tmp_path / "copy.db")], ["config", "show"], ["today", "--json"], ["conflicts", "--json"],
    ):  # fmt: skip
        run(words)
    (tmp_path / "shots").mkdir()
    shown = await _session(tmp_path / "shots")

    def fall(*_args: object, **_kwargs: object) -> None:
        token = CANARY
        raise RuntimeError(f"GET {url} headers={{'Authorization': 'Bearer {token}'}}")

    monkeypatch.setattr(TodayService, "load", fall)
    assert run(["today", "--plain"]) == 5
    said = capsys.readouterr()
    for text in (said.out, said.err, shown, caplog.text, *children):
        assert CANARY not in text, text[max(text.find(CANARY) - 300, 0) :][:600]
    assert len(list(locate().cache_dir.glob("crash-*"))) == 1
    assert _hits(tmp_path) == (["credentials"] if place == "file" else [])
    assert (CANARY in str(held)) is (place == "keyring")
    if place == "file":
        assert run(["logout"]) == 0
        assert _hits(tmp_path) == []
