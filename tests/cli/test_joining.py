"""Joining a CRM step by step, as the wizard and `cockpit connect` do it, on stand-ins on loopback."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.cli.hub import hub_database
from cockpit.cli.joining import Joining
from cockpit.crm.connector import Access
from cockpit.errors import BadUse, CrmTrouble, NotAllowed, UnknownName
from cockpit.hub import funnels, running
from cockpit.hub.upstream import enrolling, opening, settings
from cockpit.locations import locate
from cockpit.services.container import open_services
from cockpit.services.crm_words import lacking, maps_of, notes, signed_in
from cockpit.services.snapshots.joining import CrmAsked, CrmLook, CrmMaps
from tests.crm.fake_bottlecrm import TOKEN, FakeBottle
from tests.crm.fakes.base import CLIENT_ID, CLIENT_SECRET, Answer
from tests.crm.fakes.pipedrive import FakePipedrive
from tests.crm.fakes.salesforce import FakeSalesforce

OURS = "funnel-online-quote"


@pytest.fixture
def crm() -> Iterator[tuple[FakePipedrive, str]]:
    fake = FakePipedrive(burst=10_000)
    acme = fake.add("organizations", name="Acme", owner_id=11)
    for number in range(7):
        fake.add("deals", title=f"Deal {number}", org_id=acme["id"], owner_id=11, stage_id=1 + number % 4, value=1200)
    with fake.loopback() as url:
        yield fake, url


@pytest.fixture
def joining() -> Iterator[Joining]:
    with ExitStack() as running:
        yield Joining(running)


def silent(_text: str) -> None:
    pass


def see(joining: Joining, crm: tuple[FakePipedrive, str], ca_file: str = "") -> CrmLook:
    fake, url = crm
    return joining.look(CrmAsked("pipedrive", url, ca_file=ca_file), fake.token, silent)


def test_a_look_shows_users_stages_and_first_deals_and_leaves_no_trace(
    joining: Joining, crm: tuple[FakePipedrive, str]
) -> None:
    kinds, known = joining.begin(silent)
    assert [kind.key for kind in kinds] == ["bottlecrm", "tryton", "pipedrive", "hubspot", "salesforce"]
    assert known == ()
    seen = see(joining, crm)
    assert signed_in(seen) == "Pipedrive v2: signed in as Rep One (11)"
    assert [(user.name, user.email, user.role) for user in seen.users or ()] == [
        ("Rep One", "one@example.com", "team_lead"),
        ("Rep Two", "two@example.com", "rep"),
    ]
    assert [(one.name, one.funnel, one.kind) for one in seen.stages or ()][::5] == [
        ("Qualified", "Sales", "open"),
        ("Lost", "Sales", "lost"),
    ]
    assert [(one.name, one.account, one.stage, one.amount_minor) for one in seen.deals or ()][1] == (
        "Deal 1",
        "Acme",
        "Contact made",
        120_000,
    )
    assert (len(seen.deals or ()), seen.deals_read, notes(seen)) == (5, 7, [])
    assert "KPI rules" in lacking(seen)
    assert not [path for path in locate().data_dir.rglob("*") if path.is_file()]


def test_what_is_said_of_roles_and_stages_holds_in_the_account(
    joining: Joining, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.cli.joining.USUAL_PORT", 0)
    seen = see(joining, crm)
    maps = maps_of(seen, "12")
    assert (maps.user_id, maps.roles, maps.stages) == ("12", {"11": "team_lead"}, {})
    path = joining.join(CrmMaps("12", {"12": "team_lead"}, {}, {"3": OURS}), silent)
    opened = open_services(path)
    opened.sync.run()
    with opened.desk.database.read() as session:
        assert (opened.desk.viewer(session).name, opened.desk.viewer(session).role) == ("Rep Two", "team_lead")
    opened.desk.database.close()
    hub = hub_database(None)
    with hub.read() as session:
        from sqlmodel import select

        from cockpit.storage.tables import DealRow

        deals = session.exec(select(DealRow).where(DealRow.stage_id == OURS)).all()
        assert {(deal.name, deal.funnel_id) for deal in deals} == {
            ("Deal 2", "funnel-online"),
            ("Deal 6", "funnel-online"),
        }
        assert "Online" in {name for name, _stages in funnels.here(session)}
    hub.close()
    assert [(one.name, one.crm) for one in joining.begin(silent)[1]] == [("crm", "pipedrive")]
    again = see(joining, crm)
    assert joining.name == "crm"
    assert {user.id: user.role for user in again.users or ()} == {"11": "rep", "12": "team_lead"}
    assert {stage.id: stage.stage_id for stage in again.stages or ()}["3"] == OURS


def test_a_hub_that_runs_already_is_used_and_followed_when_it_ends(
    joining: Joining, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two terminals with one account: the second starts no hub of its own, and goes on when the first one leaves."""
    monkeypatch.setattr("cockpit.cli.joining.USUAL_PORT", 0)
    monkeypatch.setattr("cockpit.hub.running._LOOK_S", 0.05)
    see(joining, crm)
    path = joining.join(CrmMaps("11", {}, {}, {}), silent)

    def place() -> running.Place | None:
        hub = hub_database(None)
        found = running.find(hub, "crm")
        hub.close()
        return found

    first, told = place(), list[str]()
    assert first is not None
    with ExitStack() as stack:
        second = Joining(stack)
        second.reopen("crm", told.append)
        assert "The hub is running already" in told
        assert place() == first
        joining._running.close()
        follower = second._hub
        assert isinstance(follower, running.Successor)
        follower._thread.join(60)
        after = place()
        assert after is not None
        assert (after.url, after.pid == first.pid) == (first.url, False)
        opened = open_services(path)
        assert opened.sync.signing.hub_url() == first.url
        assert not opened.sync.run().error
        opened.desk.database.close()
    assert place() is None


def test_a_hub_that_runs_with_what_was_saved_before_is_named(
    joining: Joining, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.cli.joining.USUAL_PORT", 0)
    see(joining, crm)
    joining.join(CrmMaps("11", {}, {}, {}), silent)
    with ExitStack() as second:
        other = Joining(second)
        see(other, crm)
        with pytest.raises(NotAllowed, match=r"still runs with what was saved before.*cockpit connect crm"):
            other.join(CrmMaps("11", {"12": "team_lead"}, {}, {}), silent)


def test_a_stage_of_the_same_name_and_kind_is_proposed(joining: Joining, crm: tuple[FakePipedrive, str]) -> None:
    hub = hub_database(None)
    with hub.write() as session:
        from cockpit import clock

        funnels.put(session, funnels.read("online"), clock.now())
    hub.close()
    crm[0].stages[3]["name"] = "QUOTE"
    seen = see(joining, crm)
    proposed = {stage.id: stage.stage_id for stage in seen.stages or () if stage.kind == "open"}
    assert proposed == {"1": "", "2": "", "3": OURS, "4": ""}


def test_without_the_right_to_see_users_it_goes_on_and_says_so(
    joining: Joining, crm: tuple[FakePipedrive, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cockpit.cli.joining.USUAL_PORT", 0)
    from cockpit.crm.connector import CrmForbidden
    from cockpit.crm.pipedrive import Pipedrive

    real = Pipedrive.snapshot

    def snapshot(self: Pipedrive, entity: str) -> object:
        if entity == "person":
            raise CrmForbidden("no", entity=entity)
        return real(self, entity)

    monkeypatch.setattr(Pipedrive, "snapshot", snapshot)
    seen = see(joining, crm)
    assert seen.users is None
    assert "This token may not read: users." in notes(seen)[0]
    path = joining.join(maps_of(seen), silent)
    opened = open_services(path)
    with opened.desk.database.read() as session:
        from cockpit.storage import meta

        assert meta.get(session, "person_name") == "Rep One"
    opened.desk.database.close()


@pytest.mark.parametrize(
    ("fault", "said", "step"),
    [
        ("token", "does not take the token", "Paste a new one"),
        ("down", "does not answer", "maintenance"),
        ("gone", "does not answer", "Check the address"),
        ("http", "does not start with https", "looks like"),
        ("product", "is no HubSpot", "looks like"),
    ],
)
def test_what_goes_wrong_says_what_to_do_next(
    joining: Joining,
    crm: tuple[FakePipedrive, str],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    said: str,
    step: str,
) -> None:
    fake, url = crm
    fake.is_down = fault == "down"
    asked = CrmAsked(
        "hubspot" if fault == "product" else "pipedrive",
        {"gone": "http://127.0.0.1:9", "http": "http://crm.example.com"}.get(fault, url),
    )
    if fault == "product":
        monkeypatch.setattr(fake, "serve", lambda _request: Answer([{"a": 1}]))
    with pytest.raises(CrmTrouble) as caught:
        joining.look(asked, "0" * 40 if fault == "token" else fake.token, silent)
    assert said in caught.value.detail
    assert step in str(caught.value.facts["step"])
    assert fake.token not in repr(caught.value)


def test_a_stage_nobody_lists_is_named(joining: Joining, crm: tuple[FakePipedrive, str]) -> None:
    fake, _url = crm
    del fake.stages[2]
    words = notes(see(joining, crm))
    assert "Of the first 7 deals" in words[0]
    assert "2" in words[0]


@pytest.mark.parametrize(
    ("tables", "kind"),
    [
        ({"roles": {"99": "rep"}}, UnknownName),
        ({"people": {"11": "nobody"}}, UnknownName),
        ({"stages": {"99": OURS}}, UnknownName),
        ({"stages": {"3": "funnel-x-y"}}, UnknownName),
        ({"stages": {"3": "funnel-online-won"}}, BadUse),
    ],
)
def test_maps_that_do_not_fit_are_refused_before_anything_is_written(
    joining: Joining, crm: tuple[FakePipedrive, str], tables: dict[str, dict[str, str]], kind: type[BadUse]
) -> None:
    see(joining, crm)
    with pytest.raises(kind):
        joining.save(CrmMaps("11", **tables))
    assert not (locate().data_dir / "crm").exists()


def test_a_certificate_file_that_is_none_is_said(joining: Joining, crm: tuple[FakePipedrive, str]) -> None:
    with pytest.raises(BadUse, match=r"nowhere\.pem"):
        see(joining, crm, ca_file="/nowhere.pem")


def test_a_browser_elsewhere_signs_in_and_the_tokens_turn_over(joining: Joining) -> None:
    fake = FakeSalesforce()
    with fake.loopback() as url:
        begun = joining.browser("salesforce", url, CLIENT_ID, CLIENT_SECRET, "")
        asked = dict(parse_qsl(urlsplit(begun.url).query))
        assert begun.url.startswith(f"{url}/services/oauth2/authorize?response_type=code&")
        assert asked["code_challenge_method"] == "S256"
        assert CLIENT_SECRET not in begun.url + repr(begun)
        secret = begun.finished(f"https://localhost/?code=code-1&state={asked['state']}")
        crm = CrmAsked("salesforce", url)
        assert joining.look(crm, secret, silent).server.startswith("Salesforce")
        assert joining.look(crm, secret, silent).users is not None  # the code was good for one use
        assert fake.renewals == 1
        joining.save(None)
        folder = locate().data_dir / "crm"
        assert CLIENT_SECRET not in (folder / "crm.toml").read_text("utf-8")
        fake.expire()
        kept = opening.Secrets(folder)
        connector = opening.connector_of(settings.read(folder / "crm.toml"), kept)
        connector.greet()
        connector.close()
        assert fake.renewals == 2
        assert fake.refresh in kept.find("crm")


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("https://localhost/?error=access_denied&error_description=no+thanks", "no thanks"),
        ("https://localhost/?code=code-1&state=other", "another sign-in"),
        ("https://localhost/?state=x", "no code"),
        ("two words", "no code"),
        ("", "no code"),
    ],
)
def test_what_is_no_answer_of_the_browser_is_said(joining: Joining, pasted: str, said: str) -> None:
    begun = joining.browser("hubspot", "https://api.hubapi.com", CLIENT_ID, CLIENT_SECRET, "https://own.example.com/")
    assert "redirect_uri=https%3A%2F%2Fown.example.com%2F" in begun.url
    with pytest.raises(BadUse, match=said):
        begun.finished(pasted)
    assert '"code":"bare"' in begun.finished(" bare ")


def test_a_crm_without_browser_sign_in_and_a_missing_app_are_said(joining: Joining) -> None:
    with pytest.raises(BadUse, match="paste a token"):
        joining.browser("tryton", "https://t.example.com/crm", "a", "b", "")
    with pytest.raises(BadUse, match="secret of the app"):
        joining.browser("pipedrive", "https://p.example.com", "a", "", "")


def test_an_account_of_another_hub_and_the_demo_are_left_alone(
    joining: Joining, account_file: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCKPIT_DEMO", "/somewhere")
    with pytest.raises(NotAllowed, match="demo"):
        joining.begin(silent)


def test_a_look_at_a_bottlecrm_makes_no_fields_there() -> None:
    from cockpit.crm.bottlecrm import connect

    crm = FakeBottle()
    for is_look, fields in ((True, 0), (False, 1)):
        bottle = connect(
            Access("https://x.example.com", TOKEN, lambda _s: None, transport=crm.transport, is_look=is_look)
        )
        assert bottle.greet().is_admin
        assert not any("custom field" in one for one in bottle.can.lacks)
        assert bool(crm.definitions) is bool(fields)


@given(st.lists(st.sampled_from(["crm", "pipedrive", "pipedrive-2", "other"]), unique=True))
def test_a_new_connection_never_takes_a_name_in_use(taken: list[str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for one in taken:
            (folder / f"{one}.toml").write_text('crm = "tryton"\nurl = "https://t.example.com/db"\n', "utf-8")
        assert enrolling.free_name(folder, "pipedrive", "https://p.example.com") not in taken
        if taken:
            assert enrolling.free_name(folder, "tryton", "https://t.example.com/db/") == min(taken)
