"""The last snapshot of a screen, kept beside the database: a start shows its rows while the database is being opened."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


def keep(file: Path, snapshot: Any, lang: str) -> None:
    """Write a snapshot for the next start. Its texts are in one language, so that is written too.

    A failure is logged and nothing else: the live rows are shown anyway.
    """
    import msgspec

    draft = file.with_suffix(".tmp")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as target:
            target.write(msgspec.json.encode((lang, snapshot)))
        draft.replace(file)
    except (OSError, TypeError) as error:
        log.info("the last rows are not kept: %s", error)


def kept(file: Path, kind: type[Any], lang: str) -> Any:
    """The snapshot kept in `file`, None where there is none in this language or of this shape."""
    import msgspec

    try:
        found_lang, snapshot = msgspec.json.decode(file.read_bytes(), type=tuple[str, kind])  # type: ignore[valid-type]
    except (OSError, ValueError):
        return None
    return snapshot if found_lang == lang else None
