"""The stand-ins answer the vendors' own clients, which refuse what is not in the form their service has.

So a connector that fits a stand-in fits what its vendor's client was built for. It does not prove the hosted service.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hubspot.crm import deals, owners, pipelines, properties
from hubspot.crm.associations import v4 as associations
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest
from hubspot.crm.deals import (
    ApiException,
    BatchInputSimplePublicObjectBatchInputUpsert,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import PropertyCreate
from hubspot.utils.oauth import get_auth_url
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMoreThanOneRecord,
    SalesforceResourceNotFound,
)

from cockpit.crm import browser
from cockpit.crm.registry import CRMS
from tests.crm import test_hubspot, test_salesforce
from tests.crm.fakes.hubspot import FakeHubSpot
from tests.crm.fakes.salesforce import FakeSalesforce
from tests.crm.reading import rows

OUR_ID = "0194a6d2-7e1c-7a3b-8c55-3f1e2d4c5b6a"


class HubSpotClient:
    """The parts of the client, each with the address of the stand-in: by itself it would ask the hosted service."""

    def __init__(self, url: str, token: str) -> None:
        def part(module: Any, name: str) -> Any:
            client = module.ApiClient(module.Configuration(host=url))
            client.configuration.access_token = token
            return getattr(module, name)(client)

        self.deals, self.search, self.batch = (part(deals, name) for name in ("BasicApi", "SearchApi", "BatchApi"))
        self.properties, self.groups = part(properties, "CoreApi"), part(properties, "GroupsApi")
        self.owners, self.pipelines = part(owners, "OwnersApi"), part(pipelines, "PipelinesApi")
        self.links, self.links_of_many = part(associations, "BasicApi"), part(associations, "BatchApi")


Client = tuple[FakeHubSpot, HubSpotClient]


@pytest.fixture
def hubspot() -> Iterator[Client]:
    fake = FakeHubSpot(lag_s=0)
    with fake.loopback() as url:
        yield fake, HubSpotClient(url, fake.access)


def test_hubspots_client_reads_what_the_connector_wrote(hubspot: Client) -> None:
    fake, client = hubspot
    crm = test_hubspot.connected(fake)
    account = crm.create("account", "acc", {"name": "Acme"})
    made = crm.create(
        "deal",
        OUR_ID,
        {"name": "Robots", "account_id": account.id, "amount_minor": 123_456, "stage_id": "contractsent"},
    )
    read = client.deals.get_by_id(made.id, properties=["dealname", "amount", "cockpit_id"], associations=["companies"])
    assert (read.properties["dealname"], read.properties["amount"], read.properties["cockpit_id"]) == (
        "Robots",
        "1234.56",
        OUR_ID,
    )
    assert [end.id for end in read.associations["companies"].results] == [account.id]
    by_ours = client.deals.get_by_id(OUR_ID, id_property="cockpit_id")
    assert by_ours.id == made.id
    told = client.links_of_many.get_page(
        "deals", "companies", BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": made.id}])
    )
    assert [str(end.to_object_id) for end in told.results[0].to] == [account.id]


def test_the_connector_reads_what_hubspots_client_wrote(hubspot: Client) -> None:
    fake, client = hubspot
    values = {"dealname": "By hand", "amount": "10", "dealstage": "contractsent", "closedate": "2027-01-31T12:00:00Z"}
    made = client.deals.create(SimplePublicObjectInputForCreate(properties=values, associations=[]))
    company = fake.add("companies", name="Acme")
    client.links.create_default("deals", made.id, "companies", company["id"])
    crm = test_hubspot.connected(fake)
    (found,) = rows(crm.changes("deal", ""))
    assert (found.values["name"], found.values["amount_minor"], found.values["account_id"]) == (
        "By hand",
        1000,
        company["id"],
    )
    client.deals.update(made.id, SimplePublicObjectInput(properties={"dealname": "Again"}))
    seen = crm.read("deal", made.id)
    assert seen is not None
    assert seen.values["name"] == "Again"
    client.deals.archive(made.id)
    assert crm.read("deal", made.id) is None
    archived = client.deals.get_page(archived=True)
    assert [row.id for row in archived.results] == [made.id]
    assert archived.results[0].archived_at is not None


def test_hubspots_client_searches_upserts_and_lists(hubspot: Client) -> None:
    _fake, client = hubspot
    unique = PropertyCreate(
        name="cockpit_id",
        label="x",
        type="string",
        field_type="text",
        group_name="deals_information",
        has_unique_value=True,
    )
    client.properties.create("deals", unique)
    assert client.groups.get_all("deals").results[0].name == "deals_information"
    one = {"idProperty": "cockpit_id", "id": OUR_ID, "properties": {"dealname": "A"}}
    for is_new in (True, False):
        done = client.batch.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=[one]))
        assert (done.status, done.results[0].new) == ("COMPLETE", is_new)
    where = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": "0"}
    sort = {"propertyName": "hs_lastmodifieddate", "direction": "ASCENDING"}
    asked = PublicObjectSearchRequest(
        filter_groups=[{"filters": [where]}], sorts=[sort], properties=["dealname"], limit=200
    )
    found = client.search.do_search(asked)
    assert (found.total, found.results[0].properties["dealname"]) == (1, "A")
    assert [owner.teams[0].name for owner in client.owners.get_page().results if owner.teams] == ["North"]
    stages = client.pipelines.get_all("deals").results[0].stages
    assert stages[2].metadata == {"isClosed": "true", "probability": "1.0"}


def test_a_browser_is_sent_where_hubspots_client_sends_it() -> None:
    known, back = CRMS["hubspot"], "https://own.example.com/"
    begun = browser.begin("hubspot", "https://api.hubapi.com", "app", "secret", back)
    wanted = get_auth_url("app", back, tuple(known.scope.split()), tuple(known.wish.split()), begun.state)
    ours, theirs = urlsplit(begun.url), urlsplit(wanted)
    assert (ours.scheme, ours.netloc, ours.path) == (theirs.scheme, theirs.netloc, theirs.path)
    assert parse_qs(ours.query) == parse_qs(theirs.query) | {"response_type": ["code"]}
    assert parse_qs(ours.query)["optional_scope"] == ["crm.objects.goals.read"]


def test_hubspots_client_is_refused_as_by_the_service(hubspot: Client) -> None:
    fake, client = hubspot
    with pytest.raises(ApiException) as refused:
        client.deals.get_by_id("999")
    assert refused.value.status == 404
    with pytest.raises(ApiException) as refused:
        client.deals.create(SimplePublicObjectInputForCreate(properties={"nonsense": "1"}, associations=[]))
    assert refused.value.status == 400
    fake.expire()
    with pytest.raises(ApiException) as refused:
        client.deals.get_page()
    assert refused.value.status == 401


@pytest.fixture
def salesforce() -> Iterator[tuple[FakeSalesforce, Salesforce]]:
    fake = FakeSalesforce()
    with fake.loopback() as url:
        client = Salesforce(instance_url=url, session_id=fake.access)
        client.base_url = f"{url}/services/data/v62.0/"  # the client takes https for granted
        yield fake, client


def _object(client: Salesforce, name: str) -> Any:
    found = getattr(client, name)
    found.base_url = f"{client.base_url}sobjects/{name}/"
    return found


def test_salesforces_client_reads_what_the_connector_wrote(salesforce: tuple[FakeSalesforce, Salesforce]) -> None:
    fake, client = salesforce
    crm = test_salesforce.connected(fake)
    made = crm.create(
        "deal",
        OUR_ID,
        {
            "name": "Robots",
            "stage_id": "Negotiation",
            "amount_minor": 123_456,
            "currency": "EUR",
            "expected_on": "2027-01-31",
        },
    )
    opportunity = _object(client, "Opportunity")
    assert opportunity.get(made.id)["Amount"] == 1234.56
    assert opportunity.get_by_custom_id("Cockpit_Id__c", OUR_ID)["Id"] == made.id
    assert {field["name"] for field in opportunity.describe()["fields"]} >= {"Cockpit_Id__c", "CurrencyIsoCode"}
    found = client.query_all(
        "SELECT Id, Name FROM Opportunity WHERE SystemModstamp >= 2026-01-01T00:00:00Z ORDER BY SystemModstamp, Id"
    )
    assert [row["Name"] for row in found["records"]] == ["Robots"]


def test_the_connector_reads_what_salesforces_client_wrote(salesforce: tuple[FakeSalesforce, Salesforce]) -> None:
    fake, client = salesforce
    opportunity = _object(client, "Opportunity")
    values = {"Name": "By hand", "StageName": "Prospecting", "CloseDate": "2027-01-31", "Amount": 10}
    made = opportunity.create(values)["id"]
    crm = test_salesforce.connected(fake)
    seen = crm.read("deal", made)
    assert seen is not None
    assert seen.values["amount_minor"] == 1000
    assert opportunity.upsert(f"Cockpit_Id__c/{OUR_ID}", values) == 201
    assert opportunity.upsert(f"Cockpit_Id__c/{OUR_ID}", {"Name": "Again"}) == 200
    found = crm.find("deal", OUR_ID, {})
    assert found is not None
    assert found.values["name"] == "Again"
    assert (
        opportunity.update(made, {"Name": "Changed"}, headers={"If-Unmodified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"})
        == 204
    )
    fake.tick(300)
    begun = fake.now
    assert opportunity.delete(made) == 204
    fake.tick(300)
    told = opportunity.deleted(begun, fake.now)
    assert [row["id"] for row in told["deletedRecords"]] == [made]
    assert crm.read("deal", made) is None


def test_salesforces_client_is_refused_as_by_the_service(salesforce: tuple[FakeSalesforce, Salesforce]) -> None:
    fake, client = salesforce
    opportunity = _object(client, "Opportunity")
    with pytest.raises(SalesforceResourceNotFound):
        opportunity.get("006000000000999AAA")
    for _ in range(2):
        fake.add("Opportunity", Name="A", StageName="Prospecting", CloseDate="2027-01-31", Cockpit_Id__c=OUR_ID)
    with pytest.raises(SalesforceMoreThanOneRecord):
        opportunity.get_by_custom_id("Cockpit_Id__c", OUR_ID)
    fake.expire()
    with pytest.raises(SalesforceExpiredSession):
        opportunity.get("006000000000999AAA")
