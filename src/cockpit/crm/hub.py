"""The HTTP client of our own hub: four calls, every failure one of the classes of `errors`.

It retries nothing (the sync loop is the only retry layer), follows no redirect, reads no netrc or proxy
variable, trusts the system's certificate store and takes at most 8 MiB of any answer.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import msgspec

from cockpit import clock
from cockpit.crm import wire
from cockpit.domain.text import clean_line
from cockpit.errors import HubBusy, HubError, HubUnavailable, SignInNeeded, Stopped, UntrustedHub, VersionTooOld
from cockpit.garbage import no_collecting
from cockpit.i18n import _

MAX_BODY = 8 * 1024 * 1024
"""Bytes of one answer after decompression."""
LEAST_TOKEN = 16
"""Signs of anything that is a token."""
MAX_WAIT_S = 3600
"""A Retry-After is believed up to here."""
_BODY_DEADLINE_S = 60.0
_TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=5.0)

T = TypeVar("T")
log = logging.getLogger(__name__)


class ResetAsked(HubError):
    """410: the cursor is of no use any more. `kind` is cursor-expired, scope-changed or other-history."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class BatchTooBig(HubError):
    """413: fewer mutations at once."""


class ServerFault(HubUnavailable):
    """500, 502, 504: the hub was reached and failed; the push may or may not have been applied."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a hub lives. The host is what gets pinned; a port of loopback may change."""

    url: str
    host: str


def address(url: str) -> Address:
    """`url` checked and in its plain form. Raises UntrustedHub unless it is https (http on loopback only)."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise UntrustedHub(_("{url} is not an address.").format(url=clean_line(url)), url=url) from error
    host = (parts.hostname or "").rstrip(".").lower()
    shown = clean_line(url)
    if not host or parts.query or parts.fragment:
        raise UntrustedHub(_("{url} is not an address.").format(url=shown), url=shown)
    if parts.username is not None or parts.password is not None:
        raise UntrustedHub(_("The address must not hold a name or a password."), url=host)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise UntrustedHub(_("{url} does not start with https://.").format(url=shown), url=shown)
    name = f"[{host}]" if ":" in host else host
    where = name if port is None else f"{name}:{port}"
    return Address(f"{parts.scheme}://{where}{parts.path.rstrip('/')}", host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def verification(ca_file: str) -> ssl.SSLContext:
    if ca_file:
        context = ssl.create_default_context(cafile=ca_file)
    else:
        import truststore

        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class HubClient:
    """One signed-in connection. Close it, or use it in a `with`."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        transport: httpx.BaseTransport | None = None,
        ca_file: str = "",
        proxy: str = "",
        renew: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`renew` is asked for another token when the hub refuses the one in use; the call is then made once more."""
        self.address = address(url)
        self.received_bytes = 0
        options: dict[str, Any] = {"transport": transport}
        if transport is None:
            options = {"verify": verification(ca_file), "proxy": proxy or None}
        self._socket: socket.socket | None = None
        self._is_aborted = False
        self._renew = renew
        self._http = httpx.Client(
            base_url=self.address.url,
            headers={"Authorization": f"Bearer {token}", "Accept": "application/json", "Accept-Encoding": "gzip"},
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            **options,
        )

    def __enter__(self) -> HubClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def abort(self) -> None:
        """From another thread: what is waited for, and every call from now on, ends with Stopped."""
        self._is_aborted = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _connected(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep the socket of a new connection: httpx tells of each step of a request."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")

    def hello(self, mark: str = "", rev: int = 0, device_id: str = "") -> wire.Hello:
        """Greet the hub, and ask whether the place last met is of its history, and how many pushes it had from here."""
        params = {"mark": mark, "rev": str(rev)} if mark else {}
        params |= {"device_id": device_id} if device_id else {}
        return self._read("GET", "/v1/sync/hello", wire.hello, params=params)

    def push(
        self, device_id: str, schema_v: int, greeted: wire.Hello, number: int, mutations: Sequence[dict[str, Any]]
    ) -> wire.PushAnswer:
        """Send mutations in their order, to the hub that was greeted alone. Raises BatchTooBig on 413.

        A copy of the request that arrives after its answer, or after a push with a higher number, changes nothing."""
        of = {"epoch": greeted.epoch, "mark": greeted.mark, "number": number}
        body = {"device_id": device_id, "schema_v": schema_v, **of, "mutations": list(mutations)}
        return self._read("POST", "/v1/sync/push", wire.push_answer, content=msgspec.json.encode(body))

    def changes(self, cursor: str, limit: int) -> wire.ChangesPage:
        """The next page after `cursor`. Raises ResetAsked on 410."""
        params = {"cursor": cursor, "limit": str(limit)}
        return self._read("GET", "/v1/sync/changes", wire.changes_page, params=params)

    def snapshot(self, token: str) -> wire.SnapshotPage:
        """The page of the first load that `token` names; the first one for an empty token."""
        params = {"page": token} if token else {}
        return self._read("GET", "/v1/sync/snapshot", wire.snapshot_page, params=params)

    def _read(self, method: str, path: str, decode: Callable[[bytes], T], **request: Any) -> T:
        try:
            return self._ask(method, path, decode, **request)
        except SignInNeeded:
            token = self._renew()
            if not token:
                raise
            self._http.headers["Authorization"] = f"Bearer {token}"
            return self._ask(method, path, decode, **request)

    def _ask(self, method: str, path: str, decode: Callable[[bytes], T], **request: Any) -> T:
        if "content" in request:
            request["headers"] = {"Content-Type": "application/json"}
        if self._is_aborted:
            raise Stopped()
        try:
            with self._http.stream(method, path, extensions={"trace": self._connected}, **request) as response:
                body = self._body(response)
        except httpx.TransportError as error:
            raise Stopped() if self._is_aborted else self._unreached(error) from error
        except (zlib.error, httpx.StreamError) as error:
            raise self._no_sense(type(error).__name__) from error
        if response.status_code != httpx.codes.OK:
            raise self._refusal(response, body)
        try:
            with no_collecting():
                return decode(body)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise self._no_sense(str(error)) from error

    def _body(self, response: httpx.Response) -> bytes:
        """The body unpacked here: httpx would unpack each part as a whole, and a part of a bomb is gigabytes."""
        packing = response.headers.get("Content-Encoding", "").strip().lower()
        if packing not in ("", "identity", "gzip"):
            raise self._no_sense(f"the answer is packed as {packing}")
        unpack = zlib.decompressobj(16 + zlib.MAX_WBITS) if packing == "gzip" else None
        kept, raw, until = bytearray(), 0, clock.monotonic() + _BODY_DEADLINE_S
        assert isinstance(response.stream, httpx.SyncByteStream)
        for part in response.stream:
            raw += len(part)
            kept += part if unpack is None else unpack.decompress(part, MAX_BODY + 1 - len(kept))
            if max(raw, len(kept)) > MAX_BODY or (unpack is not None and unpack.unconsumed_tail):
                raise self._no_sense("the answer is larger than 8 MiB")
            if clock.monotonic() > until:
                raise self._no_sense("the answer took too long")
        self.received_bytes += len(kept)
        if unpack is not None and raw and not unpack.eof:
            raise self._no_sense("the answer ends in the middle")
        return self._without_token(bytes(kept))

    def _without_token(self, body: bytes) -> bytes:
        """Some gateways show in an error what was sent to them; from there it would go on into files and onto screens."""
        token = self._http.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        return body.replace(token, b"*" * len(token)) if len(token) >= LEAST_TOKEN else body

    def _unreached(self, error: httpx.TransportError) -> HubError:
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                reason = clean_line(cause.verify_message or str(cause))
                return UntrustedHub(
                    _("The certificate of {host} does not hold: {reason}").format(host=self.address.host, reason=reason)
                )
            cause = cause.__cause__ or cause.__context__
        log.info("no answer from %s: %s %s", self.address.host, type(error).__name__, clean_line(str(error)))
        is_late = isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout)
        words = _("{host} took too long.") if is_late else _("no connection to {host}.")
        return HubUnavailable(words.format(host=self.address.host), url=self.address.url)

    def _no_sense(self, reason: str) -> HubUnavailable:
        log.info("no sense in the answer of %s: %s", self.address.host, clean_line(reason, 200))
        words = _("what {host} sent cannot be read.").format(host=self.address.host)
        return HubUnavailable(words, url=self.address.url, has_answered=True)

    def _refusal(self, response: httpx.Response, body: bytes) -> HubError:
        """The error for an answer that is not 200."""
        status = response.status_code
        problem = _problem(body)
        words = clean_line(problem.detail or problem.title or f"{status}", 300)
        if status == 401:
            return SignInNeeded(words)
        if status == 410:
            return ResetAsked(problem.kind or "cursor-expired")
        if status == 413:
            return BatchTooBig(words)
        if status == 426:
            return VersionTooOld(words)
        if status in (429, 503):
            return HubBusy(words, seconds=retry_after(response))
        if status >= 500:
            return ServerFault(words, url=self.address.url)
        if status < 400:
            # a portal of some guest network answers with a redirect; it is not followed
            return self._no_sense(f"the answer was {status}")
        return HubError(words, status=status, kind=problem.kind)


def _problem(body: bytes) -> wire.Problem:
    try:
        return msgspec.json.decode(body, type=wire.Problem)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return wire.Problem()


def retry_after(response: httpx.Response) -> int:
    """Whole seconds to wait, from seconds or a date; 30 when nothing usable was said."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), MAX_WAIT_S)
    try:
        wanted = parsedate_to_datetime(text)
        wait = int((wanted - clock.now()).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return 30
    return min(max(wait, 1), MAX_WAIT_S)
