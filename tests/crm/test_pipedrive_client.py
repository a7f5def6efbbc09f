"""The stand-in of Pipedrive answers Pipedrive's own client, which is a program for Node.js."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.crm.fakes.pipedrive import FakePipedrive
from tests.crm.reading import rows
from tests.crm.test_pipedrive import OUR_ID, connected

CLIENT = Path(__file__).parents[2] / ".tools" / "pipedrive"


@pytest.fixture
def node() -> str:
    """The program. Without it or the client the test is skipped, unless CI is set: there they must be."""
    found = shutil.which("node")
    if found is None or not (CLIENT / "node_modules" / "pipedrive").is_dir():
        reason = "needs Node.js and Pipedrive's client: make pipedrive-client"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.mark.node
def test_pipedrives_client_and_the_connector_understand_each_other(node: str) -> None:
    fake = FakePipedrive(burst=1000)
    crm = connected(fake)
    account = crm.create("account", "acc", {"name": "Acme"})
    made = crm.create("deal", OUR_ID, {"name": "Robots", "account_id": account.id, "amount_minor": 123_456})
    (field,) = fake.fields["deals"]
    fake.tick(60)
    script = Path(__file__).with_name("pipedrive_client.mjs")
    with fake.loopback() as url:
        asked = [node, str(script), str(CLIENT), url, fake.token, made.id, account.id, field, OUR_ID]
        done = subprocess.run(asked, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    number = int(made.id)
    assert told == {
        "title": "Robots",
        "value": 1234.56,
        "org": int(account.id),
        "carried": f"ck:{OUR_ID}",
        "found": [number],
        "changed": [number],
        "made": told["made"],
        "gone": told["made"],
        "moved": "won",
        "visit": told["visit"],
        "fields": [field],
        "stages": 4,
        "pipelines": 1,
        "users": 2,
        "me": 11,
        "teams": 1,
        "goals": 0,
        "missing": "The row was not found.",
        "wrong": "Validation failed: owner_id: not found",
    }
    deleted = {row.id: row.is_deleted for row in rows(crm.changes("deal", fake.stamp()))}
    assert deleted == {made.id: False, str(told["made"]): True}
    visit = crm.read("activity", str(told["visit"]))
    assert visit is not None
    assert (visit.values["subject"], visit.values["starts_at"]) == ("Visit", "2026-11-24T02:00:00Z")
