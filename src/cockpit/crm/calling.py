"""One HTTP connection to a foreign CRM: same walls as the hub's client, plus its pace and its words for failure."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

import httpx
import msgspec

from cockpit import clock
from cockpit.crm.connector import Access, CrmForbidden, CrmRefused, CrmStale, Feed, Pace
from cockpit.crm.hub import MAX_BODY, address, retry_after, verification
from cockpit.domain.text import clean_line
from cockpit.errors import HubBusy, HubUnavailable, SignInNeeded, UntrustedHub
from cockpit.i18n import _

UNPACED = Pace()
LONGEST_WAIT_S = 20.0
"""The bucket is waited for up to here; after that HubBusy says how long."""
DAY_S = 86_400.0


class Bucket:
    """A token bucket: `capacity` cost units flow in over `per_s` seconds. `spent` counts since the day began for it."""

    def __init__(self, pace: Pace, wait: Callable[[float], None], tick: Callable[[], float] = clock.monotonic) -> None:
        self._pace, self._wait, self._tick = pace, wait, tick
        self._left, self._at = float(pace.capacity), tick()
        self._day, self.spent = self._at, 0

    def take(self, cost: int) -> None:
        """Wait until `cost` may be spent. Raises HubBusy when that is longer than a person waits, or for the day."""
        pace, now = self._pace, self._tick()
        if now - self._day >= DAY_S:
            self._day, self.spent = now, 0
        if pace.daily and self.spent + cost > pace.daily:
            raise HubBusy(_("the CRM's limit of a day is used up"), seconds=3600)
        if pace.capacity:
            self._left = min(float(pace.capacity), self._left + (now - self._at) * pace.capacity / pace.per_s)
            self._at = now
            lacking = (cost - self._left) * pace.per_s / pace.capacity
            if lacking > LONGEST_WAIT_S:
                raise HubBusy(_("the CRM asks for a slower pace"), seconds=round(lacking))
            if lacking > 0:
                self._wait(lacking)
            self._left -= cost
        self.spent += cost


class Caller:
    """Requests with one token. `requests` and `received_bytes` count what a round costs; `time` is the CRM's clock."""

    says = ""
    """The member of a refusal that is meant for a person; "": the whole of it."""

    def __init__(
        self,
        access: Access,
        headers: Mapping[str, str],
        *,
        url: str = "",
        pace: Pace = UNPACED,
        renew: Callable[[], str] = lambda: "",
    ) -> None:
        """`url` where it is not that of `access`. `renew` is asked for another token when the one in use is refused; the
        call is then made once more."""
        self.address = address(url or access.url)
        self.bucket = Bucket(pace, access.wait)
        self._renew = renew
        self.requests = 0
        self.received_bytes = 0
        self.time: datetime | None = None
        options: dict[str, Any] = {"transport": access.transport}
        if access.transport is None:
            options = {"verify": verification(access.ca_file), "proxy": access.proxy or None}
        self._http = httpx.Client(
            base_url=self.address.url,
            headers={"Accept": "application/json", "Accept-Encoding": "gzip", **headers},
            timeout=httpx.Timeout(60.0, connect=5.0, pool=5.0),
            follow_redirects=False,
            trust_env=False,
            **options,
        )

    def close(self) -> None:
        self._http.close()

    def set_header(self, name: str, value: str) -> None:
        """A renewed token."""
        self._http.headers[name] = value

    def ask(self, method: str, path: str, *, cost: int = 1, **request: Any) -> httpx.Response:
        """The answer, whatever its status, read within bounds. Raises HubUnavailable, UntrustedHub, HubBusy (429, 503)."""
        response = self._ask(method, path, cost, **request)
        if response.status_code == 401 and (token := self._renew()):
            self.set_header("Authorization", f"Bearer {token}")
            response = self._ask(method, path, cost, **request)
        return response

    def _ask(self, method: str, path: str, cost: int, **request: Any) -> httpx.Response:
        self.bucket.take(cost)
        self.requests += 1
        try:
            with self._http.stream(method, path, **request) as streamed:
                body = bytearray()
                for part in streamed.iter_bytes(65_536):
                    body += part
                    if len(body) > MAX_BODY:
                        raise self._no_sense("the answer is larger than 8 MiB")
        except httpx.HTTPError as error:
            raise self._unreached(error) from error
        self.received_bytes += len(body)
        self._learn_time(streamed)
        headers = {"Content-Type": streamed.headers.get("Content-Type", ""), **_told(streamed)}
        answer = httpx.Response(streamed.status_code, headers=headers, content=bytes(body), request=streamed.request)
        if answer.status_code in (429, 503):
            raise HubBusy(self._said(answer) or self._not_now(answer.status_code), seconds=retry_after(streamed))
        return answer

    def json(self, method: str, path: str, *, entity: str = "", cost: int = 1, **request: Any) -> Any:
        """The decoded body of a 2xx answer; every other status is raised as the class it means."""
        response = self.ask(method, path, cost=cost, **request)
        self.refuse(response, entity)
        if not response.content:
            return None
        try:
            return msgspec.json.decode(response.content)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise self._no_sense(str(error)) from error

    def found(self, path: str, *, entity: str = "", cost: int = 1, **request: Any) -> Any:
        """The decoded body of a row, None when it is not there (any more)."""
        try:
            return self.json("GET", path, entity=entity, cost=cost, **request)
        except CrmRefused as error:
            if error.facts.get("status") in (404, 410):
                return None
            raise

    def refuse(self, response: httpx.Response, entity: str = "") -> None:
        """Raise for anything but 2xx: 401 sign in, 403 forbidden, 409 and 412 stale, other 4xx refused, 5xx not reached."""
        status = response.status_code
        words = self.words(response) or str(status)
        if 200 <= status < 300:
            return
        if status == 401:
            raise SignInNeeded(words)
        if status == 403:
            raise CrmForbidden(words, entity=entity)
        if status in (409, 412):
            raise CrmStale(words)
        if 400 <= status < 500:
            raise CrmRefused(words, status=status)
        if status >= 500:
            raise HubUnavailable(_("{host} has a fault.").format(host=self.address.host), url=self.address.url)
        raise self._no_sense(f"the answer was {status}")

    def words(self, response: httpx.Response) -> str:
        """What a refusal says to a person; a web page says nothing."""
        return self._said(response) or ("" if _is_page(response) else clean_line(response.text, 300))

    def _said(self, response: httpx.Response) -> str:
        """The words that are meant for a person, "" where there are none."""
        try:
            said = msgspec.json.decode(response.content)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return "" if _is_page(response) else clean_line(response.text, 300)
        words = said.get(self.says) if isinstance(said, dict) and self.says else None
        return clean_line(words, 300) if isinstance(words, str) else ""

    def _not_now(self, status: int) -> str:
        if status == 429:
            return _("the CRM asks for a slower pace")
        return _("{host} takes no requests at the moment.").format(host=self.address.host)

    def _learn_time(self, response: httpx.Response) -> None:
        try:
            self.time = parsedate_to_datetime(response.headers.get("Date", ""))
        except (TypeError, ValueError):
            self.time = None

    def _unreached(self, error: httpx.HTTPError) -> HubUnavailable | UntrustedHub:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                reason = clean_line(cause.verify_message or str(cause))
                words = _("The certificate of {host} does not hold: {reason}")
                return UntrustedHub(words.format(host=self.address.host, reason=reason))
            cause = cause.__cause__ or cause.__context__
        words = _("no connection to {host}.").format(host=self.address.host)
        return HubUnavailable(words, url=self.address.url)

    def _no_sense(self, reason: str) -> HubUnavailable:
        words = _("what {host} sent cannot be read.").format(host=self.address.host)
        return HubUnavailable(words, url=self.address.url, reason=clean_line(reason, 200))


C = TypeVar("C", bound=Caller)


class Asking(Generic[C]):
    """What connectors are alike in that ask through one caller and whose CRM has no feed."""

    caller: C

    @property
    def requests(self) -> int:
        return self.caller.requests

    @property
    def received_bytes(self) -> int:
        return self.caller.received_bytes

    def feed(self, cursor: str) -> Feed:
        return Feed((), cursor, is_whole=True)

    def close(self) -> None:
        self.caller.close()


def _is_page(response: httpx.Response) -> bool:
    """Whether a browser was meant: that of a proxy or of somebody who is mending."""
    return response.content.lstrip()[:1] == b"<"


def _told(response: httpx.Response) -> dict[str, str]:
    """Headers connectors read."""
    names = ("ETag", "Last-Modified", "Content-Range", "Location", "Retry-After")
    return {name: response.headers[name] for name in names if name in response.headers}
