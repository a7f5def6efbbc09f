"""Find, look at, create and correct customers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import select

from cockpit.errors import AmbiguousName, BadUse, NotAllowed, UnknownName
from cockpit.services.accounts import AccountService
from cockpit.services.desk import Desk
from cockpit.storage.tables import AccountRow, ContactRow, OutboxRow
from tests.support.company import MATE, ME, Company, at


@pytest.fixture
def accounts(company: Company) -> AccountService:
    return AccountService(Desk(company.database))


def queued(company: Company) -> list[tuple[str, str]]:
    with company.database.read() as session:
        return [(row.entity, row.op) for row in session.exec(select(OutboxRow))]


@pytest.fixture
def names(company: Company) -> Company:
    for name, alias in (
        ("恒泰机械", "Hengtai Machinery"),
        ("华泰电子", "Huatai Electronics"),
        ("Nordwind Energy", ""),
        ("Weight Watch", ""),
        ("恒泰", ""),
        ("100% Cotton_Works", ""),
    ):
        company.account(name, alias=alias)
    return company


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("恒泰机械", "恒泰机械"),
        ("恒泰", "恒泰"),
        ("泰机", "恒泰机械"),
        ("htjx", "恒泰机械"),
        ("hengtaij", "恒泰机械"),
        ("huatai", "华泰电子"),
        ("HUATAI ELEC", "华泰电子"),
        ("ｈｕａｔａｉ", "华泰电子"),
        ("energy", "Nordwind Energy"),
        ("nordwnid", "Nordwind Energy"),
        ("hengtia", "恒泰"),
        ("100%", "100% Cotton_Works"),
        ("n_w", "100% Cotton_Works"),
        ("account-4", "Weight Watch"),
    ],
)
def test_a_search_finds_the_account(names: Company, accounts: AccountService, text: str, first: str) -> None:
    assert accounts.search(text)[0].name == first


def test_the_start_of_a_word_goes_before_its_inside(names: Company, accounts: AccountService) -> None:
    found = [match.name for match in accounts.search("ht")]
    assert found[-1] == "Weight Watch"
    assert set(found) == {"恒泰", "恒泰机械", "华泰电子", "Weight Watch"}
    assert len(accounts.search("ht", limit=2)) == 2


@pytest.mark.parametrize("text", ["", "   ", "zzzzzzzz", "\x00\x1b", "%", "'; drop table account"])
def test_a_search_for_nothing(company: Company, accounts: AccountService, text: str) -> None:
    company.account("恒泰机械")
    assert accounts.search(text) == ()


def test_the_card_of_an_account(company: Company, accounts: AccountService) -> None:
    account = company.account(
        "恒泰机械", tier="A", alias="Hengtai", address="中山路 1 号", phone="021-1", lifecycle="qualified", extra={}
    )
    company.put("opening_window", account_id=account, weekday=0, opens="09:00", closes="17:00")
    company.put(
        "contact", account_id=account, name="王总", title="CFO", mobile="138", decision_role="decider", stance=1
    )
    small = company.deal("Small", "stage-1", 100, account_id=account)
    big = company.deal("Big", "stage-2", 900, account_id=account, expected_on=date(2026, 12, 1))
    company.deal("Gone", "stage-lost", 900, account_id=account)
    long_ago = company.activity(at(3, month=3), "held", account_id=account, result="first talk")
    theirs = company.activity(at(4, month=5), "not_held", account_id=account, rep=MATE, reason="ill")
    ahead = company.activity(at(26), account_id=account, deal_id=big)
    company.activity(at(26), account_id=company.account("明远物流"))
    card = accounts.load(account)
    assert (card.name, card.alias, card.tier, card.lifecycle) == ("恒泰机械", "Hengtai", "A", "qualified")
    assert (card.owner, card.is_read_only, card.write_state) == ("Zhang Wei", False, "done")
    assert card.windows == ((0, "09:00", "17:00"),)
    assert [(c.name, c.mobile, c.stance) for c in card.contacts] == [("王总", "138", 1)]
    assert [deal.id for deal in card.deals] == [big, small]
    assert card.deals[0].next_step_at == at(26)
    assert [(i.id, i.result) for i in card.history] == [(theirs, "ill"), (long_ago, "first talk")]
    assert [i.id for i in card.planned] == [ahead]


def test_the_card_as_of_an_earlier_day(company: Company, accounts: AccountService) -> None:
    account = company.account("恒泰机械", tier="C")
    visit = company.activity(at(10), account_id=account)
    company.change("account", account, at(20), tier="A")
    company.change("activity", visit, at(11), status="held")
    card = accounts.load(account, as_of=at(10, "12:00"))
    assert card.tier == "C"
    assert (card.history, [i.id for i in card.planned]) == ((), [visit])
    assert accounts.load(account).tier == "A"


def test_somebody_elses_account_is_read_only(company: Company, accounts: AccountService) -> None:
    theirs = company.account("恒泰机械", owner=MATE)
    company.deal("Theirs", "stage-1", 100, owner=MATE, account_id=theirs)
    card = accounts.load(theirs)
    assert card.is_read_only
    assert [(deal.name, deal.owner) for deal in card.deals] == [("Theirs", "Li Na")]
    with pytest.raises(NotAllowed, match="somebody else"):
        accounts.edit(theirs, {"tier": "A"})
    with pytest.raises(NotAllowed, match="somebody else"):
        accounts.add_contact(theirs, "王总")
    with pytest.raises(UnknownName):
        accounts.load("nothing")


def test_a_prospect_in_two_fields(company: Company, accounts: AccountService) -> None:
    saved = accounts.create(" 远大  制药 ", phone="021-55")
    card = accounts.load(saved.id)
    assert (card.name, card.phone, card.tier, card.lifecycle) == ("远大 制药", "021-55", "C", "prospect")
    assert (card.is_read_only, card.write_state) == (False, "saved")
    assert accounts.search("ydzy")[0].id == saved.id
    assert queued(company) == [("account", "create")]
    with company.database.read() as session:
        row = session.get(AccountRow, saved.id)
        assert row is not None
        assert row.owner_id == ME


def test_a_contact_by_the_name_of_the_account(company: Company, accounts: AccountService) -> None:
    account = company.account("恒泰机械")
    accounts.add_contact("ht", "王总", "138", title="CFO", decision_role="decider")
    accounts.add_contact(account, "李工")
    with company.database.read() as session:
        found = session.exec(select(ContactRow).order_by(ContactRow.id)).all()
        assert {(c.name, c.phone, c.title, c.account_id) for c in found} == {
            ("王总", "138", "CFO", account),
            ("李工", "", "", account),
        }
    company.account("华泰电子")
    with pytest.raises(AmbiguousName):
        accounts.add_contact("ht", "x")
    with pytest.raises(BadUse, match="name"):
        accounts.add_contact(account, " ")


def test_corrections(company: Company, accounts: AccountService) -> None:
    account = company.account("恒泰机械")
    accounts.edit(account, {"name": "恒泰重工", "tier": "a", "phone": "1", "industry": "machines"})
    card = accounts.load(account)
    assert (card.name, card.tier, card.phone, card.industry) == ("恒泰重工", "A", "1", "machines")
    assert accounts.search("htzg")[0].id == account
    assert accounts.edit(account, {"tier": "A"}).action_id is None


@pytest.mark.parametrize(
    "changes", [{"tier": "D"}, {"name": " "}, {"lifecycle": "friend"}, {"owner_id": "rep-2"}, {"name": "明远物流"}]
)
def test_what_cannot_be_corrected(company: Company, accounts: AccountService, changes: dict[str, str]) -> None:
    account = company.account("恒泰机械")
    company.account("明远物流")
    with pytest.raises(BadUse):
        accounts.edit(account, changes)
    assert queued(company) == []


def test_a_name_that_is_taken(company: Company, accounts: AccountService) -> None:
    company.account("Nordwind")
    with pytest.raises(NotAllowed, match="already"):
        accounts.create("nordwind")
    with pytest.raises(BadUse):
        accounts.create("")
    with pytest.raises(BadUse):
        accounts.create("New", tier="X")
    assert queued(company) == []


def test_when_an_account_is_due_and_how_often_it_was_seen(company: Company, accounts: AccountService) -> None:
    account = company.account("恒泰机械", tier="A", lifecycle="qualified")
    company.activity(at(10), "held", account_id=account)
    company.activity(at(12), "held", kind="web", account_id=account)
    company.activity(at(20), "held", kind="call", account_id=account)
    company.activity(at(27), account_id=account)
    card = accounts.load(account)
    assert (card.limit_days, card.last_seen_on, card.due_in_days) == (14, date(2026, 11, 12), 2)
    assert [(month.starts_on, month.visits) for month in card.months][-2:] == [
        (date(2026, 10, 1), 0),
        (date(2026, 11, 1), 2),
    ]
    assert (len(card.months), card.months[0].starts_on, card.history_total) == (12, date(2025, 12, 1), 3)


def test_a_prospect_has_no_limit_unless_one_is_set(company: Company, accounts: AccountService) -> None:
    free = accounts.load(company.account("自由", lifecycle="prospect"))
    bound = accounts.load(company.account("约定", lifecycle="prospect", cadence_days=30))
    assert (free.limit_days, free.due_in_days) == (0, None)
    assert (bound.limit_days, bound.due_in_days, bound.last_seen_on) == (30, None, None)


def test_a_new_contact_says_that_it_waits_and_who_decides_comes_first(
    company: Company, accounts: AccountService
) -> None:
    account = company.account("恒泰机械")
    accounts.add_contact(account, "Ann", "138")
    company.put("contact", account_id=account, owner_id=ME, name="Zoe", decision_role="decider")
    found = accounts.load(account).contacts
    assert [(person.name, person.write_state) for person in found] == [("Zoe", "done"), ("Ann", "saved")]
