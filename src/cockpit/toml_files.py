"""Settings that a person may have written by hand: read and written so that the comments, the order and the quotes stay."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cockpit.errors import ConfigError, DataDirUnwritable

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def parsed(path: Path) -> TOMLDocument:
    """The file with its comments, empty where there is none. Raises ConfigError."""
    import tomlkit  # to write alone: reading does without
    from tomlkit.exceptions import ParseError

    try:
        return tomlkit.parse(path.read_bytes().decode("utf-8"))  # as bytes: the ends of its lines stay too
    except (FileNotFoundError, NotADirectoryError):
        return tomlkit.document()
    except ParseError as error:
        raise ConfigError(str(error), path=path, line=str(error.line), key="-") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(error), path=path, line="-", key="-") from error


def put(path: Path, document: TOMLDocument, *, is_private: bool = False) -> None:
    """In one go, so that no crash leaves half a file; where the path is a link, into the file behind it. A file that is
    there keeps its mode; a private one has 0600. Raises DataDirUnwritable."""
    target = path.resolve()
    beside = target.with_name(f"{target.name}.new")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_private:
            beside.touch(mode=0o600)
        beside.write_bytes(document.as_string().encode())
        if not is_private:
            with suppress(FileNotFoundError):
                shutil.copymode(target, beside)
        beside.replace(target)
    except OSError as error:
        raise DataDirUnwritable(path=path) from error
