"""`cockpit connect` and `hub upstream`, with a hub and a CRM on loopback."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.terminal import Terminal

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
    assert "Qualified" in answer.out
    assert "Signed in as Rep One" in answer.out
    folder = locate().data_dir / "crm"
    text = (folder / "crm.toml").read_text("utf-8")
    assert fake.token not in text
    assert 'crm = "pipedrive"' in text
    assert fake.token in (folder / "credentials").read_text("utf-8")
    standing = cockpit("hub", "upstream", "--json").json
    assert (standing["error"], standing["rows"]["person"], standing["refused"]) == ("", 2, [])
    again = cockpit("connect")
    assert "Signed in as Rep One" in again.out
    words = cockpit("hub", "upstream", "--plain").out
    assert "requests" in words
    assert "person" in words
    doctor = cockpit("doctor", "--plain").out
    assert "crm" in doctor
    assert "does not offer" in doctor


def test_a_look_as_json_saves_nothing(
    cockpit: Cockpit, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, url = crm
    _token(monkeypatch, fake.token)
    answer = cockpit("connect", "--crm", "pipedrive", "--url", url, "--token-stdin", "--test", "--json")
    assert answer.json["server"] == "Pipedrive v2"
    assert [user["name"] for user in answer.json["users"]] == ["Rep One", "Rep Two"]
    assert fake.token not in answer.out
    assert not (locate().data_dir / "crm").exists()
    assert not (locate().data_dir / "hub.db").exists()


def test_maps_on_the_command_line_are_kept_and_those_that_do_not_fit_named(
    cockpit: Cockpit, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, url = crm
    words = ("connect", "--crm", "pipedrive", "--url", url, "--token-stdin", "--no-open")
    _token(monkeypatch, fake.token)
    wrong = cockpit(*words, "--stage", "9=funnel-online-quote")
    assert (wrong.code, "No such ID: Nothing is called 9" in wrong.err) == (2, True), wrong.err
    _token(monkeypatch, fake.token)
    assert cockpit(*words, "--stage", "3=funnel-online-quote", "--role", "12=team_lead").code == 0
    text = (locate().data_dir / "crm" / "crm.toml").read_text("utf-8")
    assert '3 = "funnel-online-quote"' in text
    assert '12 = "team_lead"' in text
    assert "Online" in cockpit("hub", "funnels", "list").out


def test_what_was_saved_without_opening_knows_whom_it_signs_in(
    cockpit: Cockpit, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake, url = crm
    _token(monkeypatch, fake.token)
    assert cockpit("connect", "--crm", "pipedrive", "--url", url, "--token-stdin", "--no-open").code == 0
    assert "Signed in as Rep One" in cockpit("connect").out


def test_a_connection_from_another_machine_asks_who_one_is(
    cockpit: Cockpit, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file was copied, and nobody has signed in with it here."""
    fake, url = crm
    folder = locate().data_dir / "crm"
    folder.mkdir(parents=True)
    (folder / "crm.toml").write_text(f'crm = "pipedrive"\nurl = "{url}"\n', "utf-8")
    monkeypatch.setenv("COCKPIT_CRM_TOKEN", fake.token)
    unnamed = cockpit("connect")
    assert (unnamed.code, "Say which of them you are (Rep One, Rep Two)" in unnamed.err) == (2, True), unnamed.err
    assert "Signed in as Rep Two" in cockpit("connect", "--as", "Rep Two").out
    assert "Signed in as Rep Two" in cockpit("connect").out


def test_at_a_terminal_roles_and_stages_are_asked_and_cockpit_opens(
    tmp_path: Path, crm: tuple[FakePipedrive, str]
) -> None:
    fake, url = crm
    environment = {"COCKPIT_HOME": str(tmp_path / "own"), "COCKPIT_NOW": "", "COCKPIT_LANG": "en"}
    command = [sys.executable, "-m", "cockpit", "connect"]
    with Terminal(command, columns=120, rows=36, env=environment) as terminal:
        for question, answer in (
            ("Which CRM", "pipedrive"),
            ("Its address", url),
            ("Token", fake.token),
            ("NUMBER ROLE", "2 2"),
            (r"Rep Two .*team lead", ""),
            ("its NUMBER", "3"),
            ("Proposal can be", "3"),
            ("> Online / Quote", ""),
            ("Save and open", ""),
        ):
            terminal.wait_for(question)
            assert not (question == "Token" and terminal.echoes)
            terminal.press(answer + "\r")
        assert fake.token not in terminal.text
        terminal.wait_for("New here|l Log", limit=100)
        terminal.press("\x03")
        terminal.wait_end()
    text = (tmp_path / "own" / "data" / "crm" / "crm.toml").read_text("utf-8")
    assert '12 = "team_lead"' in text
    assert '3 = "funnel-online-quote"' in text


def test_the_wizard_opens_cockpit_on_the_crm_and_opens_it_again(tmp_path: Path, crm: tuple[FakePipedrive, str]) -> None:
    fake, url = crm
    environment = {"COCKPIT_HOME": str(tmp_path / "own"), "COCKPIT_NOW": "", "COCKPIT_LANG": "en"}
    with Terminal([sys.executable, "-m", "cockpit"], columns=120, rows=36, env=environment) as terminal:
        for shown, keys in (
            ("Join your CRM", "3"),
            ("5  Salesforce", "3"),
            ("Where is your Pipedrive", f"{url}\r"),
            ("What signs you in", f"{fake.token}\r"),
            ("It answers", "\r"),
            ("Who leads", "\r"),
            ("Which stages", "\r"),
            ("These rows come first", "\r"),
            ("New here", "\x1b"),
            ("day .* Rep One", ":"),
            ("Type a command|Command", "connect\r"),
            ("Open crm again", "1"),
            ("day .* Rep One", "\x03"),
        ):
            terminal.wait_for(shown, limit=100)
            terminal.press(keys)
        terminal.wait_end()
    home = tmp_path / "own"
    kept = [
        path.name for path in home.rglob("*") if path.is_file() and fake.token in path.read_text("utf-8", "replace")
    ]
    assert kept == ["credentials"]


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
        ('crm = "tryton"\nurl = "x"\n[written]\naccount = ["sector"]', "written.account"),
        (
            'crm = "tryton"\nurl = "x"\n[fields.account]\nsector = "industry"\n[written]\naccount = ["branch"]',
            "Allowed: sector",
        ),
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
        said = "does not take the token"
    elif fault == "maintenance":
        fake.is_down, said = True, "does not answer: 127.0.0.1 takes no requests at the moment."
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
    if fault != "certificate":
        said_lines = cockpit("hub", "upstream", "--now", "--plain").out.splitlines()
        assert any("cockpit connect crm --crm pipedrive" in one for one in said_lines)
        (line,) = [one for one in said_lines if "get through" in one]
        assert said in line
        assert line.startswith("It did not get through: It ")
        assert ".." not in line
