"""The log file, for what the user should not have to read: never a token, a cookie or a query's secret."""

from __future__ import annotations

import logging
import os
import re
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from cockpit.errors import LocalDataError
from cockpit.locations import locate

MOST_BYTES = 512 * 1024
"""A log file grows to this, then becomes `cockpit.log.1`; of those one is kept."""

_SECRET = re.compile(
    r"(?i)(authorization|token|cookie|secret|password)([\"']?\s*[:=]\s*[\"']?)(bearer\s+)?[^\s\"',;&]+"
)


def redact(text: str) -> str:
    """`text` with the values of anything that looks like a credential taken out."""
    return re.sub(r"(?i)bearer\s+\S+", "bearer [removed]", _SECRET.sub(r"\1\2[removed]", text))


class LogFile(logging.Handler):
    """Writes to one file, made at the first record and readable by its owner alone. What cannot be written is dropped:
    a log must never be why work stops, nor write over the screen."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError), self._open() as stream:
            stream.write(redact(self.format(record)) + "\n")

    def _open(self) -> TextIO:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.path.exists() and self.path.stat().st_size > MOST_BYTES:
            self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        handle = os.open(self.path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")


def start(path: Path) -> None:
    """Send what the program logs to `path`, and nowhere else. Again with another path moves it."""
    logger = logging.getLogger("cockpit")
    for handler in [one for one in logger.handlers if isinstance(one, LogFile)]:
        logger.removeHandler(handler)
    logger.addHandler(LogFile(path))
    logger.setLevel(logging.INFO)


class UnexpectedError(LocalDataError):
    """A fault of the program itself; the details are in a file."""


def crash_report(error: BaseException) -> LocalDataError:
    """Write what happened to a file in the cache folder and give an error that names it."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    folder = locate().cache_dir
    path: Path = folder / f"crash-{stamp}-{os.getpid()}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(redact("".join(traceback.format_exception(error))), "utf-8")
    except OSError:
        logging.getLogger("cockpit").exception("no crash report could be written")
        return UnexpectedError(f"{type(error).__name__}: {redact(str(error))}")
    return UnexpectedError(f"{type(error).__name__}. {path}")
