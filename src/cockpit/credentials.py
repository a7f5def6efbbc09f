"""Where the token of an account is kept: environment, keyring, a private file, or only this process.

A token is never written to a log, a settings file or an error; the file is readable by its owner alone
and refused when it is not. With COCKPIT_HOME set the system's keyring is left alone: everything of such
a run lives under that folder.
"""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from cockpit.errors import DataDirUnwritable, LocalDataError
from cockpit.i18n import _

SERVICE = "cockpit"
KEYRING_WAIT_S = 2.0
"""A keyring that waits for somebody to unlock it must not hold up the program."""

Place = Literal["environment", "keyring", "file", "memory"]
T = TypeVar("T")


@dataclass
class Credentials:
    """The tokens of one data folder, by account."""

    data_dir: Path
    _memory: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def file(self) -> Path:
        return self.data_dir / "credentials"

    def find(self, account: str) -> str | None:
        """The token of `account`, None when there is none. Raises LocalDataError for a file others can read."""
        fixed = os.environ.get("COCKPIT_TOKEN")
        if fixed:
            return fixed.strip()
        if account in self._memory:
            return self._memory[account]
        return _from_keyring(account) or self._from_file(account)

    def keep(self, account: str, token: str, *, remember: bool = True) -> Place:
        """Keep `token` and say where. `remember=False` keeps it in this process only."""
        if os.environ.get("COCKPIT_TOKEN", "").strip() == token:
            return "environment"
        self._memory[account] = token
        if not remember:
            return "memory"
        if _to_keyring(account, token):
            return "keyring"
        self._write({**self._read(), account: token})
        return "file"

    def forget(self, account: str) -> None:
        """Remove the token from every place this program writes to."""
        self._memory.pop(account, None)
        _forget_in_keyring(account)
        kept = self._read()
        if kept.pop(account, None) is not None:
            self._write(kept)

    def _from_file(self, account: str) -> str | None:
        return self._read().get(account)

    def _read(self) -> dict[str, str]:
        try:
            handle = os.open(self.file, os.O_RDONLY)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise DataDirUnwritable(path=self.file) from error
        with os.fdopen(handle, "r", encoding="utf-8") as stream:
            if os.name == "posix" and stat.S_IMODE(os.fstat(stream.fileno()).st_mode) & 0o077:
                raise LocalDataError(
                    _("Others can read {path}. Run `chmod 600 {path}`, then sign in again.").format(path=self.file),
                    path=self.file,
                )
            try:
                found = json.load(stream)
            except ValueError:
                return {}
        if not isinstance(found, dict):
            return {}
        return {str(name): token for name, token in found.items() if isinstance(token, str)}

    def _write(self, tokens: dict[str, str]) -> None:
        beside = self.file.with_name(f"{self.file.name}.new")
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside.unlink(missing_ok=True)
            handle = os.open(beside, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(tokens, stream)
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(self.file)
        except OSError as error:
            raise DataDirUnwritable(path=self.file) from error


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


def _forget_in_keyring(account: str) -> None:
    def work() -> None:
        import keyring

        if keyring.get_password(SERVICE, account) is not None:
            keyring.delete_password(SERVICE, account)

    _ask_keyring(work)
