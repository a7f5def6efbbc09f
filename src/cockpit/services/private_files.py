"""Files for the user's eyes alone: 0600 from their first byte on, whole or not there, and in place of another only where asked."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cockpit.errors import DiskFull, NotAllowed
from cockpit.i18n import _


@contextmanager
def new_file(target: Path, *, may_replace: bool = False) -> Iterator[Path]:
    """A place beside `target` to write to, which becomes `target` when the block ends well.

    Raises NotAllowed when `target` is there already and may not be replaced: a copy that is kept must not be lost to a
    newer one. Raises DiskFull.
    """
    if target.exists() and not may_replace:
        raise NotAllowed(_("{path} is there already. Choose another name; nothing was written.").format(path=target))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    with suppress(FileNotFoundError):
        partial.unlink()
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(path=target) from error
        raise
    finally:
        with suppress(FileNotFoundError):
            partial.unlink()
