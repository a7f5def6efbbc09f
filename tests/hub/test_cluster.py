"""Where PostgreSQL is missing its tests are skipped and say so; in CI that is a failure."""

from __future__ import annotations

import pytest

from tests.support import postgres


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_a_missing_postgresql_is_said_and_fails_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setattr(postgres, "_binaries", lambda: None)
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="PostgreSQL is not installed"), postgres.cluster():
        pytest.fail("there is no cluster to use")
