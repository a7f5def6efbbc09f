"""The log file: made when there is something to say, for its owner alone, of bounded size, without tokens."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from cockpit import logs


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    """A log started in a folder that is not there yet."""
    path = tmp_path / "data" / "cockpit.log"
    logger = logging.getLogger("cockpit")
    before = list(logger.handlers)
    logs.start(path)
    yield path
    logger.handlers[:] = before


def test_what_is_said_is_in_the_file_for_its_owner_alone(log_file: Path) -> None:
    assert not log_file.exists()
    logging.getLogger("cockpit.crm.hub").info("no answer from %s", "hub.example.com")
    assert "INFO cockpit.crm.hub: no answer from hub.example.com" in log_file.read_text("utf-8")
    assert stat.S_IMODE(os.stat(log_file).st_mode) == 0o600


@pytest.mark.parametrize(
    "text",
    ["Authorization: Bearer sesame-open", "token=sesame-open", '{"password": "sesame-open"}', "Cookie: sesame-open"],
)
def test_a_token_never_gets_there(log_file: Path, text: str) -> None:
    logging.getLogger("cockpit").warning("sent %s", text)
    try:
        raise RuntimeError(text)
    except RuntimeError:
        logging.getLogger("cockpit").exception("failed")
    written = log_file.read_text("utf-8")
    assert "RuntimeError" in written
    assert "sesame" not in written


def test_it_does_not_grow_without_end(log_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 1000)
    for number in range(100):
        logging.getLogger("cockpit").info("line %s %s", number, "x" * 50)
    files = sorted(log_file.parent.iterdir())
    assert [path.name for path in files] == ["cockpit.log", "cockpit.log.1"]
    assert all(path.stat().st_size < 1200 for path in files)
    assert "line 99" in log_file.read_text("utf-8")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    handler = logs.LogFile(tmp_path / "file" / "cockpit.log")
    handler.handle(logging.LogRecord("cockpit", logging.INFO, "", 0, "said", (), None))
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_starting_again_moves_it(log_file: Path, tmp_path: Path) -> None:
    logs.start(tmp_path / "other.log")
    logging.getLogger("cockpit").info("said")
    assert not log_file.exists()
    assert (tmp_path / "other.log").exists()
