"""Shared fixtures: a fixed clock, a home of its own for every test, a small company."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from cockpit import clock, i18n
from tests.planning import watching
from tests.support.company import NOW_TEXT, Company, found_company

watching.watch()
# no test asserts time: a busy machine finds no fault
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reads or writes the developer's own files, language, clock or keyring."""
    monkeypatch.setenv("COCKPIT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COCKPIT_NOW", NOW_TEXT)
    monkeypatch.setattr(clock, "_started", clock.monotonic())  # the clock runs on: each test begins at its start
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    for name in ("COCKPIT_TOKEN", "COCKPIT_LANG", "COCKPIT_DEMO", "NO_COLOR", "LC_ALL"):
        monkeypatch.delenv(name, raising=False)
    i18n.set_language("en")
    yield
    i18n.set_language("en")


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """The company of `tests.support.company`, signed in as its rep."""
    made = found_company(tmp_path)
    yield made
    made.database.close()
