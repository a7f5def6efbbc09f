"""Signing in by a code: who is let in, when, as whom; and tokens that change with every use."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from sqlmodel import SQLModel, col, select

from cockpit.hub import grants, tokens
from cockpit.hub.routes_oauth import DEVICE_GRANT
from cockpit.hub.upkeep import prune
from cockpit.storage.tables import DeviceGrantRow, RefreshTokenRow, TokenFamilyRow, TokenRow
from tests.hub.world import LEAD, MATE, ME, Client, HubWorld


@dataclass
class Device:
    """One that is not signed in: it knows its codes, then its tokens."""

    hub: HubWorld
    codes: dict[str, Any] = field(default_factory=dict)

    def post(self, path: str, **form: str) -> httpx.Response:
        return Client(self.hub.app, None).send("POST", f"/v1/oauth/{path}", data={"client_id": "cockpit", **form})

    def ask(self, name: str = "laptop") -> str:
        answer = self.post("device", device_name=name)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        self.codes = answer.json()
        return str(self.codes["user_code"])

    def collect(self) -> httpx.Response:
        return self.post("token", grant_type=DEVICE_GRANT, device_code=self.codes["device_code"])

    def refresh(self, token: str) -> httpx.Response:
        return self.post("token", grant_type="refresh_token", refresh_token=token)

    def may(self, access: str) -> bool:
        return Client(self.hub.app, access).get("/v1/sync/hello").status_code == 200

    def signed_in(self, person: str = ME) -> dict[str, Any]:
        approve(self.hub, person, self.ask())
        tokens_given: dict[str, Any] = self.collect().json()
        return tokens_given


def approve(hub: HubWorld, person: str, code: str, decision: str = "approve") -> httpx.Response:
    body = {"user_code": code, "decision": decision}
    return hub.client(person).send("POST", "/v1/oauth/approve", json=body)


def error(answer: httpx.Response) -> str:
    assert answer.status_code == 400, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return str(answer.json()["error"])


def test_a_device_is_signed_in_by_a_person_on_another(hub: HubWorld) -> None:
    device = Device(hub)
    code = device.ask("zw-laptop")
    assert (device.codes["expires_in"], device.codes["interval"]) == (900, 5)
    assert error(device.collect()) == "authorization_pending"
    assert approve(hub, ME, code.lower().replace("-", " ")).json() == {"device": "zw-laptop", "person": "张伟"}
    hub.later(seconds=5)
    given = device.collect().json()
    assert (given["token_type"], given["expires_in"], given["refresh_expires_in"]) == ("Bearer", 3600, 7_776_000)
    assert given["scope"] == tokens.SELF
    hello = Client(hub.app, given["access_token"]).get("/v1/sync/hello").json()
    assert hello["person"]["id"] == ME
    hub.later(hours=1)
    assert not device.may(given["access_token"])


def test_the_page_says_what_to_do_with_a_code(hub: HubWorld) -> None:
    device = Device(hub)
    device.ask()
    page = Client(hub.app, None).get(httpx.URL(device.codes["verification_uri"]).path)
    assert page.headers["content-type"].startswith("text/plain")
    assert "cockpit login --approve CODE" in page.text


def test_codes_are_short_and_no_two_signs_look_alike(hub: HubWorld) -> None:
    seen = {Device(hub).ask() for _number in range(50)}
    assert len(seen) == 50
    assert all(len(code) == 9 and code[4] == "-" for code in seen)
    assert not set("".join(seen)) & set("AEIOUY0123456789")


@pytest.mark.parametrize("form", [{}, {"client_id": "another"}])
@pytest.mark.parametrize("path", ["device", "token", "revoke"])
def test_only_this_client_in_this_form(hub: HubWorld, path: str, form: dict[str, str]) -> None:
    nobody = Client(hub.app, None)
    assert error(nobody.send("POST", f"/v1/oauth/{path}", data=form)) in ("invalid_client", "invalid_request")
    assert error(nobody.send("POST", f"/v1/oauth/{path}", json={"client_id": "cockpit"})) == "invalid_request"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"client_id=cockpit&client_id=cockpit", b"client_id=\xff", b"&".join(b"a%d=1" % n for n in range(40))):
        answer = nobody.send("POST", f"/v1/oauth/{path}", content=body, headers=headers)
        assert error(answer) in ("invalid_request", "invalid_client")


def test_a_request_for_tokens_says_which(hub: HubWorld) -> None:
    device = Device(hub)
    assert error(device.post("token")) == "invalid_request"
    assert error(device.post("token", grant_type="password")) == "unsupported_grant_type"
    assert error(device.post("token", grant_type="refresh_token")) == "invalid_request"
    assert error(device.refresh("ckr_unknown")) == "invalid_grant"
    assert error(device.post("token", grant_type=DEVICE_GRANT, device_code="unknown")) == "invalid_grant"


def test_who_asks_too_often_is_told_and_waits_longer(hub: HubWorld) -> None:
    device = Device(hub)
    device.ask()
    assert error(device.collect()) == "authorization_pending"
    hub.later(seconds=4)
    assert error(device.collect()) == "slow_down"
    hub.later(seconds=9)
    assert error(device.collect()) == "slow_down"
    hub.later(seconds=15)
    assert error(device.collect()) == "authorization_pending"


def test_a_device_may_be_turned_away(hub: HubWorld) -> None:
    device = Device(hub)
    assert approve(hub, ME, device.ask(), "deny").status_code == 200
    assert error(device.collect()) == "access_denied"
    assert approve(hub, ME, device.codes["user_code"]).status_code == 404


def test_a_code_is_good_for_a_quarter_of_an_hour(hub: HubWorld) -> None:
    late, used = Device(hub), Device(hub)
    late.ask()
    approve(hub, ME, used.ask())
    hub.later(minutes=15)
    assert error(late.collect()) == "expired_token"
    assert error(used.collect()) == "expired_token"
    assert approve(hub, ME, late.codes["user_code"]).status_code == 404


def test_a_code_is_approved_once(hub: HubWorld) -> None:
    device = Device(hub)
    code = device.ask()
    assert approve(hub, ME, code).status_code == 200
    assert approve(hub, MATE, code).status_code == 404
    given = device.collect().json()
    assert Client(hub.app, given["access_token"]).get("/v1/sync/hello").json()["person"]["id"] == ME


def test_guesses_of_codes_are_few(hub: HubWorld) -> None:
    code = Device(hub).ask()
    for _number in range(grants.MOST_MISSES):
        assert approve(hub, MATE, "BBBB-BBBB").status_code == 404
    answer = approve(hub, MATE, code)
    assert (answer.status_code, answer.json()["type"]) == (429, "quota")
    assert int(answer.headers["retry-after"]) == grants.MISS_WINDOW.total_seconds()
    assert approve(hub, LEAD, code).status_code == 200, "one who guesses locks nobody else out"
    hub.later(minutes=10)
    assert approve(hub, MATE, Device(hub).ask()).status_code == 200


def test_devices_that_wait_do_not_fill_the_hub(hub: HubWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grants, "MOST_WAITING", 3)
    for _number in range(3):
        Device(hub).ask()
    answer = Device(hub).post("device")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    hub.later(days=2)
    Device(hub).ask()
    with hub.database.read() as session:
        assert len(session.exec(select(DeviceGrantRow)).all()) == 1


def test_no_more_rights_than_the_one_who_approves_has(hub: HubWorld) -> None:
    device, other = Device(hub), Device(hub)
    answer = hub.admin().send("POST", "/v1/oauth/approve", json={"user_code": device.ask()})
    assert answer.status_code == 200
    assert tokens.ADMIN not in device.collect().json()["scope"]
    narrow = hub.client(LEAD, scopes=[tokens.SELF])
    assert narrow.send("POST", "/v1/oauth/approve", json={"user_code": other.ask()}).status_code == 200
    assert other.collect().json()["scope"] == tokens.SELF


def test_a_name_of_a_device_is_made_inert(hub: HubWorld) -> None:
    code = Device(hub).ask("\x1b[2Jlap\ttop\0" + "x" * 500)
    name = approve(hub, ME, code).json()["device"]
    assert "\x1b" not in name
    assert "\0" not in name
    assert len(name) <= 100


# -- refresh tokens ------------------------------------------------------------------------------------------------


def test_every_refresh_gives_a_new_refresh_token(hub: HubWorld) -> None:
    device = Device(hub)
    given = device.signed_in()
    seen = {given["refresh_token"]}
    for _hour in range(3):
        hub.later(hours=1)
        given = device.refresh(given["refresh_token"]).json()
        assert device.may(given["access_token"])
        seen.add(given["refresh_token"])
    assert len(seen) == 4


def test_a_lost_answer_may_be_asked_for_once_more(hub: HubWorld) -> None:
    device = Device(hub)
    first = device.signed_in()["refresh_token"]
    hub.later(minutes=59)
    lost = device.refresh(first).json()
    assert device.may(lost["access_token"])
    again = device.refresh(first).json()
    assert not device.may(lost["access_token"]), "the pair that was never received is over"
    assert device.may(again["access_token"])
    following = device.refresh(again["refresh_token"]).json()
    assert device.may(following["access_token"])


def test_the_pair_of_a_lost_answer_gives_away_who_kept_it(hub: HubWorld) -> None:
    device = Device(hub)
    first = device.signed_in()["refresh_token"]
    stolen = device.refresh(first).json()["refresh_token"]
    owner = device.refresh(first).json()
    assert error(device.refresh(stolen)) == "invalid_grant"
    assert not device.may(owner["access_token"])
    assert error(device.refresh(owner["refresh_token"])) == "invalid_grant"
    with hub.database.read() as session:
        assert [row.revoked_because for row in session.exec(select(TokenFamilyRow))] == ["reused"]


@pytest.mark.parametrize("case", ["third time", "after the next was used"])
def test_a_used_refresh_token_ends_the_whole_sign_in(hub: HubWorld, case: str) -> None:
    device, other = Device(hub), Device(hub)
    given, apart = device.signed_in(), other.signed_in()
    old = given["refresh_token"]
    newest = device.refresh(old).json()
    newest = device.refresh(old if case == "third time" else newest["refresh_token"]).json()
    assert device.may(newest["access_token"])
    assert error(device.refresh(old)) == "invalid_grant"
    for access in (given["access_token"], newest["access_token"]):
        assert not device.may(access)
    assert error(device.refresh(newest["refresh_token"])) == "invalid_grant"
    assert other.may(apart["access_token"]), "another sign-in of the same person goes on"


def test_the_answer_to_the_sign_in_may_be_lost_as_well(hub: HubWorld) -> None:
    device = Device(hub)
    approve(hub, ME, device.ask())
    lost = device.collect().json()
    given = device.collect().json()
    assert not device.may(lost["access_token"])
    assert device.may(given["access_token"])
    assert error(device.collect()) == "invalid_grant"
    assert not device.may(given["access_token"])


def test_a_refresh_token_ends_by_time_and_with_its_person(hub: HubWorld) -> None:
    device = Device(hub)
    old, other = device.signed_in(), Device(hub).signed_in(MATE)
    hub.later(days=89)
    newer = device.refresh(old["refresh_token"]).json()["refresh_token"]
    hub.later(days=2)
    assert error(device.refresh(other["refresh_token"])) == "invalid_grant"
    newest = device.refresh(newer).json()["refresh_token"]
    hub.patch("person", ME, is_active=False)
    assert error(device.refresh(newest)) == "invalid_grant"


def test_an_access_token_is_no_refresh_token(hub: HubWorld) -> None:
    device = Device(hub)
    given = device.signed_in()
    assert error(device.refresh(given["access_token"])) == "invalid_grant"
    assert not device.may(given["refresh_token"])
    assert device.may(given["access_token"])


@pytest.mark.parametrize("by", ["access_token", "refresh_token"])
def test_signing_out_ends_every_token_of_the_sign_in(hub: HubWorld, by: str) -> None:
    device = Device(hub)
    given = device.signed_in()
    assert device.post("revoke", token=given[by]).status_code == 200
    assert not device.may(given["access_token"])
    assert error(device.refresh(given["refresh_token"])) == "invalid_grant"
    assert device.post("revoke", token=given[by]).status_code == 200
    assert device.post("revoke", token="never given").status_code == 200
    assert error(device.post("revoke")) == "invalid_request"


def test_signing_out_ends_a_token_an_administrator_issued(hub: HubWorld) -> None:
    client = hub.client(ME)
    assert Device(hub).post("revoke", token=client.token or "").status_code == 200
    assert client.get("/v1/sync/hello").status_code == 401


def test_an_administrator_ends_sign_ins_as_well(hub: HubWorld) -> None:
    device = Device(hub)
    given = device.signed_in()
    with hub.database.write() as session:
        assert tokens.revoke_of(session, ME, hub.now, label="laptop") == 1
        assert tokens.revoke_of(session, ME, hub.now, label="laptop") == 0
    assert not device.may(given["access_token"])
    assert error(device.refresh(given["refresh_token"])) == "invalid_grant"


def test_two_who_come_at_once_do_not_both_get_the_next(hub: HubWorld) -> None:
    """One is the first use and one the retry; a third use of the same would be too many."""
    device = Device(hub)
    old = device.signed_in()["refresh_token"]
    start, answers = threading.Barrier(2), []

    def refresh() -> None:
        start.wait()
        answers.append(device.refresh(old).json())

    threads = [threading.Thread(target=refresh) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(device.may(answer["access_token"]) for answer in answers) == [False, True]
    with hub.database.read() as session:
        unused = select(RefreshTokenRow).where(
            col(RefreshTokenRow.used_at).is_(None),
            col(RefreshTokenRow.ended_at).is_(None),
        )
        assert len(session.exec(unused).all()) == 1


def test_nothing_is_kept_in_clear(hub: HubWorld) -> None:
    device = Device(hub)
    given = device.signed_in()
    secrets = [given["access_token"], given["refresh_token"], device.codes["device_code"]]
    secrets += [device.codes["user_code"], device.codes["user_code"].replace("-", "")]
    kept: list[SQLModel] = []
    with hub.database.read() as session:
        for table in (TokenRow, RefreshTokenRow, TokenFamilyRow, DeviceGrantRow):
            kept.extend(session.exec(select(table)).all())
    text = " ".join(row.model_dump_json() for row in kept)
    assert len(kept) >= 4
    assert not [secret for secret in secrets if secret in text]


def test_a_year_of_refreshes_leaves_few_rows(hub: HubWorld) -> None:
    device = Device(hub)
    given = device.signed_in()
    for _month in range(12):
        hub.later(days=31)
        given = device.refresh(given["refresh_token"]).json()
    with hub.database.read() as session:
        assert len(session.exec(select(TokenRow).where(col(TokenRow.family_id).is_not(None))).all()) == 1
        assert len(session.exec(select(RefreshTokenRow)).all()) <= 4
    hub.later(days=200)
    with hub.database.write() as session:
        prune(session, hub.now)
    with hub.database.read() as session:
        assert session.exec(select(TokenFamilyRow)).all() == []
        assert session.exec(select(RefreshTokenRow)).all() == []
