"""`cockpit connect` and `hub upstream`, with a hub and a CRM on loopback."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit.locations import locate
from tests.cli.conftest import Cockpit
from tests.crm.fakes.pipedrive import FakePipedrive


@pytest.fixture
def crm() -> Iterator[tuple[FakePipedrive, str]]:
    fake = FakePipedrive(burst=10_000)  # its clock stands still
    with fake.loopback() as url:
        yield fake, url


def _token(monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{token}\n"))


def test_it_looks_saves_reads_and_signs_this_device_in(
    cockpit: Cockpit, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, url = crm
    _token(monkeypatch, fake.token)
    answer = cockpit("connect", "--crm", "pipedrive", "--url", url, "--zone", "Asia/Shanghai", "--token-stdin")
    assert answer.code == 0, answer.err
    assert "signed in as Rep One (11)" in answer.out
    assert "Rep Two" in answer.out
    assert "Qualified (1)" in answer.out
    assert "Signed in as Rep One" in answer.out
    folder = locate().data_dir / "crm"
    text = (folder / "crm.toml").read_text("utf-8")
    assert fake.token not in text
    assert 'crm = "pipedrive"' in text
    assert fake.token in (folder / "credentials").read_text("utf-8")
    standing = cockpit("hub", "upstream", "--json").json
    assert (standing["error"], standing["rows"]["person"]) == ("", 2)
    again = cockpit("connect")
    assert "Signed in as Rep One" in again.out
    words = cockpit("hub", "upstream", "--plain").out
    assert "requests" in words
    assert "person" in words
    doctor = cockpit("doctor", "--plain").out
    assert "crm" in doctor
    assert "does not offer" in doctor


def test_a_token_that_is_not_taken_saves_nothing(
    cockpit: Cockpit, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _fake, url = crm
    _token(monkeypatch, "0" * 40)
    answer = cockpit("connect", "--crm", "pipedrive", "--url", url, "--token-stdin")
    assert answer.code == 4
    assert not (locate().data_dir / "crm").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--crm", "excel"), "bottlecrm"),
        (("--crm", "pipedrive"), "--url"),
        (("--crm", "pipedrive", "--url", "http://x", "--zone", "Mars"), "time zone"),
        (("--crm", "pipedrive", "--url", "http://x", "--role", "boss"), "--role"),
        (("--crm", "pipedrive", "--url", "http://x", "--role", "1=boss"), "team_lead"),
        ((), "--crm"),
    ],
)
def test_what_cannot_be_used_is_named(
    cockpit: Cockpit, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _token(monkeypatch, "token")
    answer = cockpit("connect", *words)
    assert answer.code == 2
    assert said in answer.err


def test_a_hub_without_a_connection_says_how_to_make_one(cockpit: Cockpit) -> None:
    answer = cockpit("hub", "upstream")
    assert answer.code == 2
    assert "cockpit connect" in answer.err
    assert "cockpit connect" in cockpit("hub", "serve", "--upstream", "crm").err


def test_a_file_that_cannot_be_used_is_named_with_its_key(cockpit: Cockpit, tmp_path: Path) -> None:
    folder = locate().data_dir / "crm"
    folder.mkdir(parents=True)
    for line, key in (
        ('url = "x"', "crm"),
        ('crm = "tryton"\nurl = "x"\nevery_s = 1', "every_s"),
        ("colour = 1", "colour"),
    ):
        (folder / "mine.toml").write_text(line, "utf-8")
        answer = cockpit("hub", "upstream", "mine")
        assert answer.code == 2
        assert key in answer.err


@pytest.mark.parametrize("fault", ["token", "maintenance", "certificate", "gone"])
def test_the_doctor_says_what_is_wrong_with_the_crm(
    cockpit: Cockpit,
    crm: tuple[FakePipedrive, str],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    fake, url = crm
    _token(monkeypatch, fake.token)
    assert cockpit("connect", "--crm", "pipedrive", "--url", url, "--token-stdin", "--no-open").code == 0
    said = "no connection"
    if fault == "token":
        monkeypatch.setenv("COCKPIT_CRM_TOKEN", "0" * 40)
        said = "no longer takes the token"
    elif fault == "maintenance":
        fake.is_down, said = True, "does not answer: {"
    elif fault == "certificate":
        from cockpit.crm.pipedrive import Pipedrive
        from cockpit.errors import UntrustedHub

        def untrusted(_self: Pipedrive) -> None:
            raise UntrustedHub("The certificate of crm.example.com does not hold: self-signed certificate")

        monkeypatch.setattr(Pipedrive, "greet", untrusted)
        said = "ca_file"
    else:
        path = locate().data_dir / "crm" / "crm.toml"
        path.write_text(path.read_text("utf-8").replace(url, "http://127.0.0.1:9"), "utf-8")
    answer = cockpit("doctor", "--plain")
    assert answer.code == 1
    assert said in answer.out
