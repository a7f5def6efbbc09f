"""Each hosted CRM's connector keeps to the contract, on its stand-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cockpit.crm.testing.checks import CHECKS, Check
from tests.crm import test_hubspot, test_pipedrive, test_salesforce
from tests.crm.desks import Desk, HubSpotDesk, PipedriveDesk, SalesforceDesk
from tests.crm.fakes.hubspot import FakeHubSpot
from tests.crm.fakes.pipedrive import FakePipedrive
from tests.crm.fakes.salesforce import FakeSalesforce

Made = tuple[Any, Any]
"""A connector and somebody at its desk."""


def pipedrive() -> Made:
    fake = FakePipedrive()
    return test_pipedrive.connected(fake), PipedriveDesk(fake)


def hubspot() -> Made:
    fake = FakeHubSpot(lag_s=0)
    return test_hubspot.connected(fake), HubSpotDesk(fake)


def salesforce() -> Made:
    fake = FakeSalesforce()
    return test_salesforce.connected(fake), SalesforceDesk(fake)


def peopled(desk: Desk) -> None:
    """A few rows of each kind."""
    for entity in ("account", "account", "contact", "deal", "activity"):
        values = desk.sample(entity, len(desk.rows(entity)))
        assert values is not None
        desk.add(entity, values)


@pytest.mark.parametrize("one", CHECKS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("make", [pipedrive, hubspot, salesforce], ids=lambda make: make.__name__)
def test_it_keeps_to_the_contract(make: Callable[[], Made], one: Check) -> None:
    connector, desk = make()
    peopled(desk)
    one(connector, desk)
