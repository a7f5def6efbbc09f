"""The command line run in this process, on the account of the small company."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cockpit.cli.main import run
from cockpit.locations import locate
from tests.support.company import Company


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cockpit = Callable[..., Answer]


@pytest.fixture
def cockpit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cockpit:
    """Run `cockpit WORDS...` without a terminal; gives exit code, stdout and stderr."""
    # Set first, so that a `--lang` of one run is undone at the end of the test.
    monkeypatch.setenv("COCKPIT_LANG", "en")

    def call(*words: str) -> Answer:
        os.environ["COCKPIT_LANG"] = "en"
        capsys.readouterr()
        code = run(words)
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return call


@pytest.fixture
def account_file(company: Company) -> Path:
    """The company's database put where the command line looks for the account."""
    assert company.database.path is not None
    target = locate().database("default")
    target.parent.mkdir(parents=True, mode=0o700)
    company.database.close()
    shutil.copyfile(company.database.path, target)
    target.chmod(0o600)
    return target
