"""Where tokens are kept: in the order that was promised, whole or not at all, and for nobody else to read."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from cockpit import credentials
from cockpit.credentials import Credentials, TokenSet
from cockpit.errors import DataDirUnwritable, DiskFull, LocalDataError

PAIR = TokenSet("access-1", "refresh-1", datetime(2026, 11, 24, 1, 30, tzinfo=UTC), datetime(2027, 2, 22, tzinfo=UTC))
NEXT = TokenSet("access-2", "refresh-2", datetime(2026, 11, 24, 2, 30, tzinfo=UTC), datetime(2027, 2, 22, tzinfo=UTC))


class InMemory(KeyringBackend):
    """A keyring that works, until it is locked."""

    priority = 5

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.is_locked = False

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        assert service == credentials.SERVICE
        return self.kept.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        self.kept[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        del self.kept[username]

    def _open(self) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemory]:
    before, made = keyring.get_keyring(), InMemory()
    monkeypatch.setattr(credentials, "_keyring_in_use", lambda: True)
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def kept(tmp_path: Path) -> Credentials:
    return Credentials(tmp_path / "data")


def again(kept: Credentials) -> Credentials:
    """As the next process finds it."""
    return Credentials(kept.data_dir)


def test_a_keyring_comes_before_the_file(ring: InMemory, kept: Credentials) -> None:
    assert kept.keep("one", PAIR) == "keyring"
    assert not kept.file.exists()
    assert again(kept).held("one") == PAIR
    assert again(kept).place("one") == "keyring"
    assert again(kept).forget("one") == ["keyring"]
    assert ring.kept == {}
    assert again(kept).held("one") is None
    assert again(kept).place("one") is None


def test_a_locked_keyring_does_not_bring_old_tokens_back(ring: InMemory, kept: Credentials) -> None:
    kept.keep("one", PAIR)
    ring.is_locked = True
    assert again(kept).keep("one", NEXT) == "file"
    ring.is_locked = False
    assert again(kept).held("one") == NEXT, "the keyring holds a refresh token that was used"
    assert again(kept).keep("one", NEXT) == "keyring"
    assert not kept.file.exists()
    assert again(kept).held("one") == NEXT


def test_the_environment_comes_before_everything(
    ring: InMemory, kept: Credentials, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep("one", PAIR)
    monkeypatch.setenv("COCKPIT_TOKEN", " given \n")
    assert again(kept).held("one") == TokenSet("given")
    assert again(kept).place("one") == "environment"
    monkeypatch.setenv("COCKPIT_TOKEN", "  ")
    assert again(kept).held("one") == PAIR


def test_memory_is_of_this_process_alone(ring: InMemory, kept: Credentials) -> None:
    assert kept.keep("one", PAIR, remember=False) == "memory"
    assert kept.keep("one", NEXT) == "memory", "what was not to be stored is not stored by a renewal either"
    assert kept.held("one") == NEXT
    assert again(kept).held("one") is None
    assert ring.kept == {}
    assert not kept.data_dir.exists()
    assert kept.forget("one") == ["memory"]


def test_with_a_home_of_its_own_the_keyring_is_left_alone(
    kept: Credentials, ring: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setenv("COCKPIT_HOME", str(kept.data_dir))
    assert kept.keep("one", PAIR) == "file"
    assert ring.kept == {}


def test_every_form_comes_back_as_it_was_kept(kept: Credentials) -> None:
    for held in (PAIR, TokenSet("bare"), TokenSet("a", "b"), TokenSet("a", "b", PAIR.expires_at)):
        kept.keep("one", held)
        assert again(kept).held("one") == held
    assert again(kept).find("one") == "a"


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"one": 5}', '{"one": "{"}', '{"one": "{}"}', "\x00\xff"])
def test_a_file_that_makes_no_sense_holds_no_tokens(kept: Credentials, text: str) -> None:
    kept.keep("two", PAIR)
    kept.file.write_text(text, "latin-1")
    assert again(kept).held("one") is None
    assert again(kept).keep("one", NEXT) == "file"
    assert again(kept).held("one") == NEXT


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_file_others_may_touch_is_refused_with_the_next_step(kept: Credentials, mode: int) -> None:
    kept.keep("one", PAIR)
    kept.file.chmod(mode)
    text = kept.file.read_bytes()
    for use in (kept.held, kept.forget, lambda name: kept.keep(name, NEXT)):
        with pytest.raises(LocalDataError, match=f"chmod 600 {kept.file}"):
            use("one")
    assert kept.file.read_bytes() == text
    kept.file.chmod(0o600)
    assert kept.held("one") == PAIR


def test_the_file_and_its_folder_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        kept = Credentials(tmp_path / "deep" / "data")
        kept.keep("one", PAIR)
        open_to_all = Credentials(tmp_path / "open")
        open_to_all.data_dir.mkdir(mode=0o777)
        open_to_all.keep("one", PAIR)
    finally:
        os.umask(before)
    for made in (kept, open_to_all):
        assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
        assert stat.S_IMODE(made.data_dir.stat().st_mode) == 0o700


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_is_cut_short_leaves_the_file_before(
    kept: Credentials, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_given: object) -> None:
        raise Killed

    kept.keep("one", PAIR)
    with monkeypatch.context() as patched:
        patched.setattr("os.fsync" if step == "fsync" else "pathlib.Path.replace", killed)
        with pytest.raises(Killed):
            kept.keep("one", NEXT)
    assert again(kept).held("one") == PAIR
    beside = [path for path in kept.data_dir.iterdir() if path != kept.file]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in beside)
    again(kept).keep("one", NEXT)
    assert [path.name for path in kept.data_dir.iterdir()] == ["credentials"]
    assert again(kept).held("one") == NEXT


@pytest.mark.parametrize(("number", "kind"), [(28, DiskFull), (13, DataDirUnwritable), (30, DataDirUnwritable)])
def test_a_disk_that_takes_nothing_is_named(
    kept: Credentials, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[LocalDataError]
) -> None:
    def refused(*_given: object) -> None:
        raise OSError(number, "no")

    kept.keep("one", PAIR)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", refused)
        with pytest.raises(kind) as caught:
            kept.keep("one", NEXT)
    assert "access" not in str(caught.value) + repr(caught.value.facts)
    assert again(kept).held("one") == PAIR


def test_the_last_token_takes_the_file_with_it(kept: Credentials) -> None:
    kept.keep("one", PAIR)
    kept.keep("two", NEXT)
    assert kept.forget("one") == ["file"]
    assert list(json.loads(kept.file.read_text("utf-8"))) == ["two"]
    assert kept.forget("two") == ["file"]
    assert kept.forget("two") == []
    assert list(kept.data_dir.iterdir()) == []


def test_no_repr_shows_a_token(kept: Credentials) -> None:
    kept.keep("one", PAIR, remember=False)
    said = f"{PAIR} {PAIR!r} {kept} {kept!r} {vars(kept).keys()}"
    assert "access-1" not in said
    assert "refresh-1" not in said
