"""Why a change was set aside, in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from cockpit import i18n
from cockpit.services.queue import refusal
from cockpit.storage.tables import OutboxRow

SAVED: dict[str, Any] = {"mutation_id": "m-1", "entity": "account", "entity_id": "acc-1", "op": "patch"}


@pytest.mark.parametrize(
    ("error_type", "error_text", "shown"),
    [
        ("missing", "the row is not there any more", "这条记录已经不在了"),
        ("validation", "a reason the hub gave", "a reason the hub gave"),
        ("too-large", "", "too-large"),
    ],
)
def test_our_own_reasons_are_translated_and_the_hubs_are_kept(error_type: str, error_text: str, shown: str) -> None:
    i18n.set_language("zh")
    try:
        assert refusal(OutboxRow(**SAVED, error_type=error_type, error_text=error_text)) == shown
    finally:
        i18n.set_language("en")
