"""A hub that is evil or broken: the run ends, what was kept stays, nothing is asked of another host, memory stays small."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlmodel import select

from cockpit.cli import shapes, sheets
from cockpit.crm.hub import HubClient
from cockpit.crm.wire import MOST_ROWS, Hello, HelloPerson, SchemaRange
from cockpit.errors import HubBusy, HubError, HubUnavailable
from cockpit.screens.sync import facts
from cockpit.storage.tables import InboundErrorRow, TombstoneRow
from cockpit.sync import policy
from tests.security.payloads import PAYLOADS, storable
from tests.sync.conftest import Device
from tests.sync.model import TIME, TOKEN, URL, ModelHub, answering

MIB = 1024 * 1024
SNAPSHOT, CHANGES, PUSH, HELLO = "/v1/sync/snapshot", "/v1/sync/changes", "/v1/sync/push", "/v1/sync/hello"


def client(answer: Callable[[httpx.Request], httpx.Response]) -> HubClient:
    return HubClient(URL, TOKEN, transport=httpx.MockTransport(answer))


def page(rows: Any = (), deleted: Any = (), cursor: str = "after-1", more: bool = False) -> bytes:
    return json.dumps({"rows": list(rows), "deleted": list(deleted), "next_cursor": cursor, "more": more}).encode()


def packed(stages: str, raw: bytes) -> httpx.Response:
    """A response that goes out as it is: httpx would unpack one that is made in the usual way."""
    return httpx.Response(200, headers={"content-encoding": stages}, stream=httpx.ByteStream(raw))


def bad_rows(device: Device) -> dict[tuple[str, str], str]:
    with device.database.read() as session:
        return {(row.entity, row.id): row.reason for row in session.exec(select(InboundErrorRow))}


def also(*rows: dict[str, Any], deleted: Any = ()) -> Callable[[ModelHub, httpx.Request], httpx.Response]:
    """The true answer, with these rows before its own."""

    def answer(model: ModelHub, request: httpx.Request) -> httpx.Response:
        body = model.answer(request).json()
        return httpx.Response(200, json={**body, "rows": [*rows, *body["rows"]], "deleted": list(deleted)})

    return answer


def answer_of(body: Any) -> Callable[[ModelHub, httpx.Request], httpx.Response]:
    return lambda _hub, _request: httpx.Response(200, json=body)


# -- size ------------------------------------------------------------------------------------------------------------

ZEROS = b" " * (9 * MIB)
BOMBS = {
    "gzip": ("gzip", gzip.compress(ZEROS * 12)),
    "gzip in gzip": ("gzip, gzip", gzip.compress(gzip.compress(ZEROS * 12))),
    "gzip thrice": ("gzip, gzip, gzip", gzip.compress(gzip.compress(gzip.compress(ZEROS)))),
    "deflate": ("deflate", zlib.compress(ZEROS)),
    "brotli": ("br", bytes.fromhex("5bffff7ff8") + b"\x00" * 64),
    "zstd": ("zstd", bytes.fromhex("28b52ffd") + b"\x00" * 64),
    "unknown": ("shrink", ZEROS),
    "cut gzip": ("gzip", gzip.compress(b"{}")[:-9]),
    "no gzip at all": ("gzip", b"<html>"),
    "plain": ("identity", ZEROS),
    "gzip without an end": ("gzip", gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * (2 * MIB)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_left_packed(bomb: str) -> None:
    stages, raw = BOMBS[bomb]
    with client(lambda _request: packed(stages, raw)) as hub, pytest.raises(HubUnavailable):
        hub.changes("c", 500)
    assert hub.received_bytes <= 8 * MIB


def test_a_packed_answer_is_read() -> None:
    with client(lambda _request: packed("gzip", gzip.compress(page()))) as hub:
        assert hub.changes("c", 500).next_cursor == "after-1"


LARGE = {
    "empty lists": page([{"entity": "account", "data": {"x": []}}])[:-2].replace(
        b"[]", b"[" + b"[]," * 2_000_000 + b"0]"
    ),
    "numbers": b'{"rows":[{"entity":"a","data":{"x":[' + b"9999," * 1_600_000 + b"0]}}]}",
    "texts": b'{"rows":[{"entity":"a","data":{"x":[' + b'"ab",' * 1_600_000 + b"0]}}]}",
    "names": b'{"rows":[{"entity":"a","data":{' + b",".join(b'"%d":0' % n for n in range(600_000)) + b"}}]}",
    "rows": page([{"entity": "a", "data": {}}] * (MOST_ROWS + 1)),
    "deletions": page(deleted=[{"entity": "a", "id": "b", "rev": 1}] * (MOST_ROWS + 1)),
    "brackets": b"[" * 8_000_000,
    "objects": b'{"a":' * 1_500_000,
}

GREETED = Hello(datetime(2026, 11, 24, tzinfo=UTC), "epoch", SchemaRange(1, 1), 0, HelloPerson("rep-1", "Rep"))


@pytest.mark.parametrize("kind", LARGE)
def test_small_answers_do_not_grow_large_in_memory(kind: str) -> None:
    """The answers are at most 8 MiB; what is made of them would be hundreds."""
    calls: tuple[Callable[[HubClient], object], ...] = (
        lambda hub: hub.changes("c", 500),
        lambda hub: hub.snapshot(""),
        lambda hub: hub.push("d", 1, GREETED, 1, []),
        lambda hub: hub.hello(),
    )
    tracemalloc.start()
    try:
        for call in calls:
            with (
                client(lambda _request: httpx.Response(200, content=LARGE[kind])) as hub,
                pytest.raises(HubUnavailable),
            ):
                call(hub)
        assert tracemalloc.get_traced_memory()[1] < 60 * MIB
    finally:
        tracemalloc.stop()


def test_a_huge_text_is_cut_where_it_comes_in(device: Device, hub: ModelHub) -> None:
    hub.put("account", "acc-1", name="很" * 500_000, address="x" * 1_000_000)
    device.sync()
    assert len(device.value("account", "acc-1", "name")) == 10_000
    assert len(device.value("account", "acc-1", "address")) == 10_000


# -- pages without end -----------------------------------------------------------------------------------------------


def test_a_first_load_that_goes_in_circles_ends(
    device_at: Callable[[str], Device], hub: ModelHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "IDLE_PAGES", 10)
    device = device_at("two")

    def circle(model: ModelHub, request: httpx.Request) -> httpx.Response:
        rows, _end = model.answer(httpx.Request("GET", URL + SNAPSHOT, headers=request.headers)).content.rsplit(
            b"\n", 1
        )
        other = "1" if request.url.params.get("page") == "2" else "2"
        return httpx.Response(200, content=rows + b'\n{"next":"%s","cursor":"c","total":9}' % other.encode())

    hub.fail(SNAPSHOT, *[circle] * 100)
    with pytest.raises(HubUnavailable, match="again and again"):
        device.sync()
    assert hub.count(SNAPSHOT) <= 12
    hub.faults.clear()
    with device.database.write() as session:
        session.connection().exec_driver_sql("UPDATE cursor SET cursor = ''")
    device.sync()
    assert device.value("account", "acc-1", "name") == "恒泰机械"


@pytest.mark.parametrize("has_news", [False, True], ids=["empty", "ever new rows"])
@pytest.mark.parametrize("moves", [False, True], ids=["same cursor", "other cursor"])
def test_endless_more_ends(
    device: Device, hub: ModelHub, monkeypatch: pytest.MonkeyPatch, has_news: bool, moves: bool
) -> None:
    monkeypatch.setattr(policy, "IDLE_PAGES", 10)
    monkeypatch.setattr(policy, "MOST_PAGES", 30)
    asked = 0

    def endless(model: ModelHub, request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        row = {"entity": "account", "data": {"id": f"new-{asked}", "rev": 1_000 + asked, "name": "New", "tier": "B"}}
        cursor = f"after-{asked}" if moves else request.url.params["cursor"]
        return httpx.Response(200, content=page([row] if has_news else [], cursor=cursor, more=True))

    hub.fail(CHANGES, *[endless] * 100)
    with pytest.raises(HubUnavailable):
        device.sync()
    assert asked <= 30
    assert device.value("account", "acc-1", "name") == "恒泰机械"


# -- where it points to ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [300, 301, 302, 303, 305, 307, 308])
def test_nothing_is_asked_of_another_host(status: int) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        where = {"location": "https://evil.example.com/steal", "refresh": "0; url=https://evil.example.com/"}
        link = {"link": "<https://evil.example.com/>; rel=next", "alt-svc": 'h2="evil.example.com:443"'}
        return httpx.Response(status, headers={**where, **link, "set-cookie": "a=b; Domain=evil.example.com"})

    with client(answer) as hub:
        for call in (
            hub.hello,
            lambda: hub.changes("c", 1),
            lambda: hub.snapshot(""),
            lambda: hub.push("d", 1, GREETED, 1, []),
        ):
            with pytest.raises(HubUnavailable):
                call()
    assert set(asked) == {"hub.example.com"}
    assert len(asked) == 4


@pytest.mark.parametrize(
    "cursor",
    [
        "https://evil.example.com/v1/sync/changes?cursor=1",
        "//evil.example.com/",
        "../../../admin",
        "@evil.example.com/",
        "x&limit=9&cursor=y",
        "a\r\nHost: evil.example.com",
        "x#fragment",
        "%2e%2e/\x00",
    ],
)
def test_a_cursor_is_never_an_address(device: Device, hub: ModelHub, cursor: str) -> None:
    asked: list[httpx.URL] = []

    def watched(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        if request.url.path == CHANGES and len(asked) == 2:
            return httpx.Response(200, content=page(cursor=cursor))
        if request.url.path == CHANGES:
            return httpx.Response(200, content=page(cursor="after-0"))
        return hub.handle(request)

    transport, hub.transport = hub.transport, lambda: httpx.MockTransport(watched)  # type: ignore[method-assign]
    for phone in "23":
        hub.put("account", "acc-1", phone=phone)
        device.sync()
    hub.transport = transport  # type: ignore[method-assign]
    last = asked[-1]
    assert {(url.scheme, url.host, url.path) for url in asked} == {
        ("https", "hub.example.com", path) for path in (HELLO, CHANGES)
    }
    assert last.params["cursor"] == cursor
    assert last.params["limit"] == "500"


# -- what it says ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "words",
    ["-1", "0", "99999999999999999999", "1e9", "inf", "nan", "\xb2", "Mon, 01 Jan 0001 00:00:00 GMT", " ", "7; x",
     "Fri, 31 Dec 9999 23:59:59 -2359", "Fri, 31 Dec 99999 23:59:59 GMT", "Tue, 24 Nov 2026 00:32:00 -0000"],
)  # fmt: skip
def test_an_absurd_wait_is_bounded(status: int, words: str) -> None:
    headers = [(b"retry-after", words.encode("latin-1"))]
    with client(lambda _request: httpx.Response(status, headers=headers)) as hub, pytest.raises(HubBusy) as caught:
        hub.hello()
    seconds = caught.value.facts["seconds"]
    assert isinstance(seconds, int)
    assert 0 <= seconds <= 3600


GOOD = {
    "time": TIME, "epoch": "e", "schema": {"min": 1, "max": 1}, "head_rev": 5, "limits": {},
    "person": {"id": "rep-1", "name": "张伟"},
}  # fmt: skip


LIES: tuple[dict[str, Any], ...] = (
    {"time": "2026-11-24T00:30:00"},
    {"time": "0000-00-00T00:00:00Z"},
    {"time": 1},
    {"head_rev": -1},
    {"head_rev": 2**63},
    {"head_rev": 1.5},
    {"head_rev": "5"},
    {"epoch": ""},
    {"epoch": "e" * 1_000_000},
    {"limits": {"batch": 0}},
    {"limits": {"page": -5}},
    {"limits": {"bytes": 2**80}},
    {"schema": {"min": 1}},
    {"schema": None},
    {"person": {"id": "", "name": "x"}},
    {"person": {"id": "a\x1b[2J", "name": "x"}},
    {"person": {"id": "x" * 65, "name": "x"}},
    {"person": []},
)


def test_a_greeting_without_sense_is_no_greeting(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    for lie in LIES:
        hub.fail(HELLO, answer_of({**GOOD, **lie}))
        with pytest.raises(HubUnavailable):
            device.sync()
        assert device.queue() == [("acc-1", "pending")], lie
    device.sync()
    assert hub.row("account", "acc-1")["phone"] == "mine"


def test_a_clock_that_is_years_away_stops_nothing(device: Device, hub: ModelHub) -> None:
    for year in ("0001", "1970", "2025", "2027", "9999"):
        for offset in ("Z", "+14:00", "-12:00"):
            device.edit("patch", "account", "acc-1", phone=year + offset)
            hub.fail(HELLO, answer_of({**hub._hello(), "time": f"{year}-11-24T00:30:00{offset}"}))
            device.sync()
            assert hub.row("account", "acc-1")["phone"] == year + offset
    assert device.service.load().queue == ()


def test_names_in_a_greeting_are_only_text() -> None:
    for payload in map(storable, PAYLOADS):
        person = {"id": "rep-1", "name": payload, "role": payload}
        answer = httpx.Response(200, json={**GOOD, "person": person})
        with client(lambda _request: answer) as hub:  # noqa: B023  used up in this round
            found = hub.hello().person
        assert not set(found.name + found.role) & set("\x1b\x9b\x07\x00\n\r\u202e\u200b")


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 409, 410, 413, 418, 426, 429, 500, 502, 503, 504])
def test_words_of_any_refusal_are_only_text(status: int) -> None:
    for payload in map(storable, PAYLOADS[::7]):
        words = {"type": payload, "title": payload, "detail": payload}
        for body in (json.dumps(words).encode(), payload.encode(), b"<html>" + payload.encode(), b'{"type":'):
            answer = httpx.Response(status, content=body)
            with client(lambda _request: answer) as hub, pytest.raises(HubError) as caught:  # noqa: B023  used up here
                hub.hello()
            assert not set(str(caught.value) + caught.value.detail) & set("\x1b\x9b\x07\x00\r\u202e\u200b")
            assert len(caught.value.detail) < 500


# -- pages in which something is wrong -------------------------------------------------------------------------------

DEEP: Any = "bottom"
for _level in range(40):
    DEEP = [DEEP]
ODD_ROWS: dict[str, Any] = {
    "number": 5,
    "null": None,
    "list": [],
    "text": "x\x1b[2J",
    "empty": {},
    "no data": {"entity": "account"},
    "data is a list": {"entity": "account", "data": [1]},
    "entity is a number": {"entity": 7, "data": {"id": "x"}},
    "unknown entity": {"entity": "\x1b]0;x\x07", "data": {"id": "x\x9b"}},
    "no id": {"entity": "account", "data": {"rev": 9, "name": "x"}},
    "no revision": {"entity": "account", "data": {"id": "x", "name": "x"}},
    "id is null": {"entity": "account", "data": {"id": None, "rev": 900, "name": "x"}},
    "id is a list": {"entity": "account", "data": {"id": ["x"], "rev": 900, "name": "x"}},
    "id is long": {"entity": "account", "data": {"id": "x" * 100_000, "rev": 900, "name": "x"}},
    "id with escapes": {"entity": "account", "data": {"id": "x\x1b[2J", "rev": 900, "name": "x"}},
    "id with a blank": {"entity": "account", "data": {"id": "x y", "rev": 900, "name": "x"}},
    "id is Chinese": {"entity": "account", "data": {"id": "恒泰", "rev": 900, "name": "x"}},
    "revision is negative": {"entity": "account", "data": {"id": "x", "rev": -1, "name": "x"}},
    "revision is zero": {"entity": "account", "data": {"id": "x", "rev": 0, "name": "x"}},
    "revision is huge": {"entity": "account", "data": {"id": "x", "rev": 2**63, "name": "x"}},
    "revision is enormous": {"entity": "account", "data": {"id": "x", "rev": 10**300, "name": "x"}},
    "revision is half": {"entity": "account", "data": {"id": "x", "rev": 1.5, "name": "x"}},
    "revision is true": {"entity": "account", "data": {"id": "x", "rev": True, "name": "x"}},
    "deep": {"entity": "account", "data": {"id": "x", "rev": 900, "name": "x", "unknown": DEEP}},
    "deep name": {"entity": "account", "data": {"id": "x", "rev": 900, "name": DEEP}},
    "number is huge": {"entity": "account", "data": {"id": "x", "rev": 900, "name": "x", "cadence_days": -(10**400)}},
    "year 0": {"entity": "deal", "data": {"id": "x", "rev": 900, "name": "x", "expected_on": "0000-01-01"}},
    "year 1": {"entity": "deal", "data": {"id": "x", "rev": 900, "name": "x", "expected_on": "0001-01-01"}},
    "year 9999": {"entity": "deal", "data": {"id": "x", "rev": 900, "name": "x", "expected_on": "9999-12-31"}},
    "moment 9999": {"entity": "activity", "data": {"id": "x", "rev": 900, "starts_at": "9999-12-31T23:59:59-05:00"}},
    "moment 1": {"entity": "activity", "data": {"id": "x", "rev": 900, "starts_at": "0001-01-01T00:00:00+05:00"}},
    "moment naive": {"entity": "activity", "data": {"id": "x", "rev": 900, "starts_at": "2026-11-24T10:00:00"}},
    "moment huge": {"entity": "activity", "data": {"id": "x", "rev": 900, "starts_at": "2" * 100_000}},
}


def test_one_bad_row_is_set_aside_and_the_page_goes_on(device: Device, hub: ModelHub) -> None:
    for number, (odd, row) in enumerate(ODD_ROWS.items()):
        hub.put("account", f"after-{number}", name="After", tier="B")
        hub.fail(CHANGES, also(row, row))
        device.sync()
        assert device.value("account", f"after-{number}", "name") == "After", odd
        assert_one_aside(device, odd)


def test_one_bad_row_of_a_first_load_is_set_aside(device: Device, hub: ModelHub) -> None:
    for number, (odd, row) in enumerate(ODD_ROWS.items()):
        if odd == "empty":
            continue  # it reads as the end of the page
        hub.put("account", f"after-{number}", name="After", tier="B")
        hub.fail(CHANGES, answering(410, "cursor-expired"))
        hub.fail(SNAPSHOT, before_all(json.dumps(row).encode()))
        device.sync()
        assert device.value("account", f"after-{number}", "name") == "After", odd
        assert_one_aside(device, odd)


def before_all(line: bytes) -> Callable[[ModelHub, httpx.Request], httpx.Response]:
    return lambda model, request: httpx.Response(200, content=line + b"\n" + model.answer(request).content)


def assert_one_aside(device: Device, odd: str) -> None:
    ((entity, row_id),) = bad_rows(device)
    assert entity, odd
    assert row_id, odd
    assert not set(entity + row_id + bad_rows(device)[entity, row_id]) & set("\x1b\x9b\x07"), odd
    assert device.row("account", "x") is None, odd
    assert device.queue() == [], odd
    with device.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM inbound_error")


ODD_DELETIONS: tuple[Any, ...] = (
    5,
    None,
    {},
    {"entity": "account", "id": "acc-1"},
    {"entity": "account", "id": "acc-1", "rev": -1},
    {"entity": "account", "id": "acc-1", "rev": 2**63},
    {"entity": "account", "id": "acc-1", "rev": "9"},
    {"entity": "account", "id": "\x1b[2J", "rev": 900},
    {"entity": "\x07", "id": "acc-1", "rev": 900},
    {"entity": "account", "id": "acc-1", "rev": 900, "deleted_at": "yesterday"},
    {"entity": "account", "id": ["acc-1"], "rev": 900},
)


def test_one_bad_deletion_is_set_aside_and_the_page_goes_on(device: Device, hub: ModelHub) -> None:
    for number, odd in enumerate(ODD_DELETIONS):
        hub.put("account", f"after-{number}", name="After", tier="B")
        hub.fail(CHANGES, also(deleted=[odd, odd]))
        device.sync()
        assert device.value("account", f"after-{number}", "name") == "After", odd
        assert device.value("account", "acc-1", "name") == "恒泰机械", odd
        assert_one_aside(device, str(odd))


@pytest.mark.parametrize("when", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_deletion_at_no_time_is_a_deletion(device: Device, hub: ModelHub, when: str) -> None:
    gone = {"entity": "account", "id": "acc-1", "rev": 900, "deleted_at": when, "by_id": "x\x1b"}
    hub.fail(CHANGES, also(deleted=[gone]))
    device.sync()
    assert device.row("account", "acc-1") is None
    with device.database.read() as session:
        assert [stone.rev for stone in session.exec(select(TombstoneRow))] == [900]


NO_PAGES: tuple[bytes, ...] = (
    b'{"rows":[],"deleted":[],"next_cursor":"c","more":NaN}',
    b'{"rows":[{"entity":"account","data":{"id":"x","rev":NaN}}],"deleted":[],"next_cursor":"c","more":false}',
    b'{"rows":[{"entity":"account","data":{"lat":1e999}}],"deleted":[],"next_cursor":"c","more":false}',
    b'{"rows":[],"deleted":[],"next_cursor":"\xff\xfe","more":false}',
    b'{"rows":[],"deleted":[],"next_cursor":"\\ud800","more":false}',
    b'{"rows":null,"deleted":[],"next_cursor":"c","more":false}',
    b'{"rows":[],"deleted":[],"next_cursor":null,"more":false}',
    b'{"rows":[],"deleted":[],"next_cursor":"' + b"c" * 100_000 + b'","more":false}',
    b'{"rows":[],"deleted":[],"more":false}',
    b'{"rows":[],"deleted":[],"next_cursor":"c","more":false}{"rows":[]}',
    b'\xef\xbb\xbf{"rows":[],"deleted":[],"next_cursor":"c","more":false}',
    b"\x00",
)


def test_a_page_without_sense_as_a_whole_is_asked_for_again(device: Device, hub: ModelHub) -> None:
    hub.put("account", "after", name="After", tier="B")
    for body in NO_PAGES:
        hub.fail(CHANGES, lambda _hub, _request, body=body: httpx.Response(200, content=body))  # type: ignore[misc]
        with pytest.raises(HubUnavailable):
            device.sync()
        assert device.row("account", "after") is None, body[:80]
    device.sync()
    assert device.value("account", "after", "name") == "After"


def test_of_a_name_that_comes_twice_the_last_counts(device: Device, hub: ModelHub) -> None:
    row = b'{"entity":"account","data":{"id":"x","id":"twice","rev":900,"name":"one","name":"two","tier":"B"}}'
    body = b'{"rows":[%s],"deleted":[],"next_cursor":"after-1","more":false,"more":false}' % row
    hub.fail(CHANGES, lambda _hub, _request: httpx.Response(200, content=body))
    device.sync()
    assert device.value("account", "twice", "name") == "two"


def test_revisions_that_jump_are_revisions(device: Device, hub: ModelHub) -> None:
    hub.fail(CHANGES, also({"entity": "account", "data": {"id": "acc-1", "rev": 2**63 - 1, "name": "Last"}}))
    device.sync()
    assert device.value("account", "acc-1", "name") == "Last"
    hub.put("account", "after", name="After", tier="B")
    device.sync()
    assert device.value("account", "after", "name") == "After"


def test_a_row_of_anybody_is_laid_down_as_it_comes(device: Device, hub: ModelHub) -> None:
    """Who may see what is the hub's to decide: the client stores by revision alone, and shows foreign rows read-only."""
    strange = {"id": "foreign", "rev": 900, "name": "Foreign", "tier": "B", "owner_id": "nobody-of-mine"}
    hub.fail(CHANGES, also({"entity": "account", "data": strange}))
    device.sync()
    assert device.value("account", "foreign", "owner_id") == "nobody-of-mine"
    hub.fail(CHANGES, also(deleted=[{"entity": "account", "id": "foreign", "rev": 901, "reason": "scope"}]))
    device.sync()
    assert device.row("account", "foreign") is None


def test_bookkeeping_of_ours_cannot_be_sent(device: Device, hub: ModelHub) -> None:
    sent = {"id": "x", "rev": 900, "name": "X", "tier": "B", "pending": 7, "seen_gen": 99, "search_key": "zzz"}
    hub.fail(CHANGES, also({"entity": "account", "data": sent}))
    device.sync()
    with device.database.read() as session:
        found = session.connection().exec_driver_sql("SELECT pending, seen_gen, search_key FROM account WHERE id = 'x'")
        pending, seen, key = found.one()
    assert (pending, seen) == (0, 1)
    assert "zzz" not in str(key)


# -- answers to a push -----------------------------------------------------------------------------------------------


ODD_RESULTS: tuple[Any, ...] = (
    5,
    None,
    {},
    {"mutation_id": None},
    {"status": "maybe"},
    {"rev": -1},
    {"rev": 2**63},
    {"rev": "9"},
    {"row": []},
    {"fields": 5},
    {"fields": [5]},
    {"problem": "no"},
    {"theirs_at": "yesterday"},
    {"theirs_at": "2026-01-01T00:00:00"},
)


def test_a_result_without_sense_is_no_result(device: Device, hub: ModelHub) -> None:
    for number, odd in enumerate(ODD_RESULTS):
        device.edit("patch", "account", "acc-1", phone=f"mine {number}")

        def answer(model: ModelHub, request: httpx.Request, odd: Any = odd) -> httpx.Response:
            (result,) = model.answer(request).json()["results"]
            return httpx.Response(200, json={"results": [{**result, **odd} if isinstance(odd, dict) and odd else odd]})

        hub.fail(PUSH, answer)
        device.sync()
        assert device.queue() == [("acc-1", "pending")], odd
        assert device.value("account", "acc-1", "phone") == f"mine {number}"
        device.sync()
        assert (device.queue(), hub.row("account", "acc-1")["phone"]) == ([], f"mine {number}"), odd
    assert hub.counted == dict.fromkeys(hub.counted, 1)


@pytest.mark.parametrize(
    "odd",
    [{"id": "acc-2"}, {"id": None}, {"rev": -1}, {"rev": 2**63}, {"name": 5}, {"tier": DEEP}, {"unknown": DEEP}],
    ids=str,
)
def test_an_answer_with_a_row_that_does_not_fit_is_an_answer(device: Device, hub: ModelHub, odd: Any) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")

    def answer(model: ModelHub, request: httpx.Request) -> httpx.Response:
        (result,) = model.answer(request).json()["results"]
        return httpx.Response(200, json={"results": [{**result, "row": {**result["row"], **odd}}]})

    hub.fail(PUSH, answer)
    hub.fail(CHANGES, answer_of({"rows": [], "deleted": [], "next_cursor": "after-0", "more": False}))
    device.sync()
    assert device.queue() == []
    assert device.value("account", "acc-1", "phone") == "mine"
    assert device.row("account", "acc-2") is None
    assert list(bad_rows(device)) == [("account", "acc-1")]
    device.sync()
    assert (device.value("account", "acc-1", "phone"), bad_rows(device)) == ("mine", {})


def test_results_nobody_asked_for_are_left_alone(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")

    def answer(_model: ModelHub, _request: httpx.Request) -> httpx.Response:
        strange = {"mutation_id": "somebody-elses", "status": "applied", "rev": 900, "row": {"id": "acc-1", "rev": 900}}
        return httpx.Response(200, json={"results": [strange] * 500})

    hub.fail(PUSH, answer)
    device.sync()
    assert device.queue() == [("acc-1", "pending")]
    assert hub.count(PUSH) == 1


def test_the_other_side_of_a_conflict_is_only_text(device: Device, hub: ModelHub) -> None:
    device.edit("patch", "account", "acc-1", phone="mine")
    hub.put("account", "acc-1", phone="theirs \x1b[2J\u202e")

    def answer(model: ModelHub, request: httpx.Request) -> httpx.Response:
        (result,) = model.answer(request).json()["results"]
        return httpx.Response(200, json={"results": [{**result, "theirs_by": "x\x1b]0;y\x07"}]})

    hub.fail(PUSH, answer)
    device.sync()
    with device.database.read() as session:
        kept = session.connection().exec_driver_sql("SELECT theirs, theirs_by, base, mine FROM conflict").all()
    assert kept
    assert "theirs" in str(kept)
    assert not set(str(json.loads(kept[0][0])) + kept[0][1]) & set("\x1b\x07\u202e")


def test_a_device_that_meets_all_of_it_at_once_still_syncs(device: Device, hub: ModelHub) -> None:
    """Every odd row in one page, and every payload in every field of an account."""
    rows = list(ODD_ROWS.values())
    for number, payload in enumerate(map(storable, PAYLOADS)):
        words = dict.fromkeys(("name", "address", "phone", "alias", "industry", "size", payload), payload)
        rows.append({"entity": "account", "data": {**words, "id": f"p-{number}", "rev": 5_000 + number, "tier": "B"}})
    hub.fail(CHANGES, also(*rows))
    device.sync()
    with device.database.read() as session:
        text = str(session.connection().exec_driver_sql("SELECT * FROM account").all())
        counted = session.connection().exec_driver_sql("SELECT count(*) FROM account WHERE id LIKE 'p-%'")
        count: int = counted.scalar_one()
    assert count == len(PAYLOADS)
    assert not set(text) & set("\x1b\x9b\x07\x00\u202e\u200b\ufeff")


def test_what_was_set_aside_is_told(device: Device, hub: ModelHub) -> None:
    hub.fail(CHANGES, also(ODD_ROWS["year 9999"], ODD_ROWS["unknown entity"]))
    device.sync()
    found = device.service.load()
    assert len(found.refused) == 2
    assert any(text.startswith("deal x: ") and "9999" in text for text in found.refused)
    assert "could not be taken in: 2" in facts(found.badge, found)
    assert "could not be taken in: 2" in "\n".join(sheets.sync(found, None).lines)
    assert shapes.sync(found)["refused_rows"] == list(found.refused)
    hub.put("deal", "x", name="Now it fits", owner_id="rep-1", funnel_id="f", stage_id="s", created_on="2026-10-01")
    device.sync()
    assert [text[:6] for text in device.service.load().refused] != ["deal x"]
