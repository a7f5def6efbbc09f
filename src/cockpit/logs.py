"""The log file, for what the user should not have to read: never a token, a cookie or a query's secret."""

from __future__ import annotations

import logging
import os
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path

from cockpit.errors import LocalDataError
from cockpit.locations import locate

_SECRET = re.compile(
    r"(?i)(authorization|token|cookie|secret|password)([\"']?\s*[:=]\s*[\"']?)(bearer\s+)?[^\s\"',;&]+"
)


def redact(text: str) -> str:
    """`text` with the values of anything that looks like a credential taken out."""
    return re.sub(r"(?i)bearer\s+\S+", "bearer [removed]", _SECRET.sub(r"\1\2[removed]", text))


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
