"""Where the tokens of an account are kept: environment, keyring, a private file, or only this process.

A token is never written to a log, a settings file or an error; the file is readable by its owner alone
and refused when it is not. With COCKPIT_HOME set the system's keyring is left alone: everything of such
a run lives under that folder.

A refresh token is good for one use, so there must never be two places that disagree about it. What is kept in the
file is there because the keyring did not take it: it is newer than what the keyring may still hold, and read first.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

from cockpit.errors import DataDirUnwritable, DiskFull, LocalDataError
from cockpit.i18n import _

SERVICE = "cockpit"
KEYRING_WAIT_S = 2.0
"""A keyring that waits for somebody to unlock it must not hold up the program."""
VARIABLE = "COCKPIT_TOKEN"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

Place = Literal["environment", "keyring", "file", "memory"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class TokenSet:
    """An access token, and where the hub gave one the refresh token that renews it, with the ends of both."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires_at: datetime | None = None
    renewable_until: datetime | None = None

    def as_text(self) -> str:
        """The form it is kept in: a token an administrator issued as it is, anything more as JSON."""
        if not self.refresh:
            return self.access
        moments = {"expires_at": self.expires_at, "renewable_until": self.renewable_until}
        ends = {name: moment.astimezone(UTC).isoformat() for name, moment in moments.items() if moment}
        return json.dumps({"access": self.access, "refresh": self.refresh, **ends})


def token_set(text: str) -> TokenSet | None:
    """What `as_text` wrote; None for what it never writes."""
    if not text.startswith("{"):
        return TokenSet(text) if text else None
    try:
        found = json.loads(text)
        ends = [
            datetime.fromisoformat(found[name]) if found.get(name) else None
            for name in ("expires_at", "renewable_until")
        ]
        return TokenSet(str(found["access"]), str(found["refresh"]), *ends)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


@dataclass
class Credentials:
    """The tokens of one data folder, by account. `variable` of the environment goes before all that is kept."""

    data_dir: Path
    variable: str = VARIABLE
    _memory: dict[str, TokenSet] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> Path:
        return self.data_dir / "credentials"

    def find(self, account: str) -> str | None:
        """The access token of `account`, None when there is none. Raises LocalDataError for a file others can read."""
        held = self.held(account)
        return held.access if held is not None else None

    def held(self, account: str) -> TokenSet | None:
        """All that is kept for `account`. Raises LocalDataError for a file others can read."""
        return self._found(account)[0]

    def place(self, account: str) -> Place | None:
        """Where that is kept."""
        return self._found(account)[1]

    def _found(self, account: str) -> tuple[TokenSet | None, Place | None]:
        fixed = os.environ.get(self.variable, "").strip()
        if fixed:
            return TokenSet(fixed), "environment"
        if account in self._memory:
            return self._memory[account], "memory"
        if (held := token_set(self._read().get(account, ""))) is not None:
            return held, "file"
        held = token_set(_from_keyring(account) or "")
        return held, "keyring" if held is not None else None

    def keep(self, account: str, token: str | TokenSet, *, remember: bool = True) -> Place:
        """Keep `token` and say where. `remember=False` keeps it in this process only.

        Raises the LocalDataError kinds when it can be kept nowhere: what was kept before is still there then.
        """
        held = TokenSet(token) if isinstance(token, str) else token
        if os.environ.get(self.variable, "").strip() == held.access:
            return "environment"
        if not remember or account in self._memory:
            self._memory[account] = held
            return "memory"
        in_file = self._read()
        if _to_keyring(account, held.as_text()):
            if in_file.pop(account, None) is not None:
                self._write(in_file)
            return "keyring"
        self._write({**in_file, account: held.as_text()})
        return "file"

    def forget(self, account: str) -> list[Place]:
        """Remove the token from every place this program writes to; where there was one."""
        gone: list[Place] = []
        if self._memory.pop(account, None) is not None:
            gone.append("memory")
        if _forget_in_keyring(account):
            gone.append("keyring")
        kept = self._read()
        if kept.pop(account, None) is not None:
            self._write(kept)
            gone.append("file")
        return gone

    def _read(self) -> dict[str, str]:
        try:
            handle = os.open(self.file, os.O_RDONLY)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DataDirUnwritable(path=self.file) from error
        with os.fdopen(handle, "r", encoding="utf-8", errors="replace") as stream:
            if os.name == "posix" and stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & 0o077:
                raise LocalDataError(
                    _("Others can read {path}. Run `chmod 600 {path}`, then sign in again.").format(path=self.file),
                    path=self.file,
                )
            try:
                found = json.load(stream)
            except (ValueError, RecursionError):
                return {}
        if not isinstance(found, dict):
            return {}
        return {str(name): token for name, token in found.items() if isinstance(token, str)}

    def _write(self, tokens: dict[str, str]) -> None:
        """All of the file anew, or, when nothing is left to keep, no file. Killed midway the old one stands whole."""
        beside = self.file.with_name(f"{self.file.name}.new")
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            if stat.S_IMODE(self.data_dir.stat().st_mode) & 0o077:
                with suppress(OSError):  # somebody else's folder: the file is private all the same
                    self.data_dir.chmod(0o700)
            if not tokens:
                self.file.unlink(missing_ok=True)
                return
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(tokens, stream)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self.file)
        except OSError as error:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            kind = DiskFull if error.errno in _NO_ROOM else DataDirUnwritable
            raise kind(path=self.file) from error


def _within(seconds: float, work: Callable[[], T | None]) -> T | None:
    """What `work` returns, or None when it is not done in time. The thread is left to end by itself."""
    found: list[T | None] = []
    thread = threading.Thread(target=lambda: found.append(work()), daemon=True, name="keyring")
    thread.start()
    thread.join(seconds)
    return found[0] if found else None


def _keyring_in_use() -> bool:
    return not os.environ.get("COCKPIT_HOME")


def _ask_keyring(work: Callable[[], T | None]) -> T | None:
    if not _keyring_in_use():
        return None

    def guarded() -> T | None:
        import keyring
        from keyring.errors import KeyringError

        try:
            # backends that only stand in for a missing one rate themselves at 0 or below
            return work() if keyring.get_keyring().priority > 0 else None
        except (KeyringError, OSError, RuntimeError):
            return None

    return _within(KEYRING_WAIT_S, guarded)


def _from_keyring(account: str) -> str | None:
    def work() -> str | None:
        import keyring

        return keyring.get_password(SERVICE, account)

    return _ask_keyring(work)


def _to_keyring(account: str, token: str) -> bool:
    def work() -> bool:
        import keyring

        keyring.set_password(SERVICE, account, token)
        return keyring.get_password(SERVICE, account) == token

    return bool(_ask_keyring(work))


def _forget_in_keyring(account: str) -> bool:
    def work() -> bool:
        import keyring

        if keyring.get_password(SERVICE, account) is None:
            return False
        keyring.delete_password(SERVICE, account)
        return True

    return bool(_ask_keyring(work))
