"""A synced demo account without its hub, to start the program on."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

DAY = date(2026, 11, 24)


def demo_environment(folder: Path, role: str = "rep") -> dict[str, str]:
    """Make the account under `folder`; the environment that opens it."""
    os.environ["COCKPIT_HOME"] = str(folder)
    from cockpit.cli.demo import demo_account

    with demo_account(DAY, role) as opened:
        opened.desk.database.close()
    names = ("COCKPIT_HOME", "COCKPIT_NOW", "COCKPIT_TOKEN")
    return {"COCKPIT_LANG": "en", **{name: os.environ[name] for name in names}}
