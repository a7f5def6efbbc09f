"""Every failure a user can meet has words: what happened, what was kept, what to press."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

import cockpit
from cockpit import errors, feedback, i18n
from cockpit.feedback import notice_for, notice_of

FACTS = {
    "detail": "the part",
    "kind": "account",
    "name": "Acme",
    "near": "Acme Ltd",
    "candidates": ("A", "B"),
    "path": "/data/x",
    "line": 3,
    "key": "lang",
    "extra": "hub",
    "command": "uv tool install 'cockpit[hub]'",
    "count": 2,
    "seconds": 30,
    "removed": 9,
    "kept": 1,
    "host": "127.0.0.1",
    "port": 8765,
    "url": "https://hub",
    "column": 3,
    "part": "x",
    "revision": "9",
}


def every_error() -> Iterator[type[errors.CockpitError]]:
    """All classes of the program, wherever they are defined."""
    for module in walk_packages(cockpit.__path__, "cockpit."):
        if not module.name.startswith(("cockpit.migrations", "cockpit.__main__")):
            import_module(module.name)
    waiting: list[type[errors.CockpitError]] = [errors.CockpitError]
    while waiting:
        found = waiting.pop()
        waiting.extend(found.__subclasses__())
        if found.__module__.startswith("cockpit."):
            yield found


def made(kind: type[errors.CockpitError]) -> errors.CockpitError:
    error = kind.__new__(kind)
    errors.CockpitError.__init__(error, **FACTS)  # type: ignore[arg-type]
    return error


def test_every_class_of_the_error_file_has_words_of_its_own() -> None:
    named = {kind for kind in every_error() if kind.__module__ == "cockpit.errors"}
    assert len(named) > 25
    assert named == set(feedback._WORDS)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_error_says_what_happened_what_was_kept_and_what_to_do(lang: str) -> None:
    i18n.set_language(lang)
    for kind in every_error():
        notice = notice_for(made(kind))
        for words in (notice.title, notice.body, notice.next_step):
            assert words.strip(), kind
            assert "{" not in words, kind
            assert not re.search(r"\bNone\b|Errno|Traceback", words), kind
        assert notice.exit_code == kind.exit_code


def test_every_fact_that_words_ask_for_is_named_by_their_class() -> None:
    """A fact is the detail, or stands in the text of the class or of its parents."""
    for kind, words in feedback._WORDS.items():
        text = " ".join(cls.__doc__ or "" for cls in kind.__mro__ if cls.__module__ == "cockpit.errors")
        for fact in re.findall(r"{(\w+)}", " ".join(words)):
            assert fact == "detail" or re.search(rf"\b{fact}\b", text), f"{kind.__name__} does not name {fact}"


def test_what_nobody_foresaw_shows_no_system_text() -> None:
    for trouble in (
        OSError(errno.ENOSPC, "No space left on device", "/data/x"),
        PermissionError(errno.EACCES, "Permission denied", "/data/x"),
        OSError(errno.EMFILE, "Errno: too many open files"),
        ValueError("bad"),
        None,
    ):
        notice = notice_of(trouble)
        assert not re.search("Errno|No space|Permission", notice.words)
        assert notice.next_step


def test_a_folder_that_may_not_be_written_and_a_full_disk_are_named_even_when_python_says_so(tmp_path: Path) -> None:
    assert notice_of(OSError(errno.ENOSPC, "x", str(tmp_path))).title == "The disk is full"
    assert notice_of(PermissionError(errno.EACCES, "x", str(tmp_path))).title == "The data folder cannot be written"
