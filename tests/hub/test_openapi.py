"""The committed contract is the one that is served."""

from __future__ import annotations

import json

from scripts.openapi import COMMAND, TARGET, contract


def test_the_committed_contract_is_up_to_date() -> None:
    assert TARGET.read_text("utf-8") == contract(), f"docs/openapi.json is stale: run `{COMMAND}`"


def test_it_is_openapi_3_1_and_every_reference_leads_somewhere() -> None:
    document = json.loads(contract())
    assert document["openapi"].startswith("3.1")
    names = set(document["components"]["schemas"])
    found = json.dumps(document).split('"$ref": "#/components/schemas/')[1:]
    assert found
    assert {text.split('"')[0] for text in found} <= names
