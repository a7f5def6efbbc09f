"""Signing in at the hub without a token in hand: device codes, new tokens for a refresh token, and the end of them.

It goes through the same walls as every other call: the address checked, no redirect, no proxy but the one of the
settings, small answers only. What the hub says about times and addresses is taken within bounds.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Self, TypeVar

import httpx
import msgspec

from cockpit.crm.hub import HubClient, address
from cockpit.domain.text import clean_line
from cockpit.errors import HubError, UntrustedHub

CLIENT: Final = "cockpit"
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
MOST_SECRET = 4096
"""Signs of a token or a code; longer ones are no tokens."""
MOST_WAIT_S = 60
MOST_LIFE_S = 1800
_SHOWN = 40

T = TypeVar("T")


class CodesNotOffered(HubError):
    """This hub knows no device codes: it takes tokens that an administrator issued."""


class Refused(HubError):
    """An error of RFC 6749 or RFC 8628; `kind` is its name."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Code(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """What a person approves, where he reads how, and for how long: seconds."""

    device_code: str
    user_code: str
    verification_uri: str = ""
    expires_in: int = 900
    interval: int = 5

    def __repr__(self) -> str:
        return "Code()"


class Given(msgspec.Struct, frozen=True):
    """New tokens. Lives in seconds; the refresh token's is None where the hub does not say."""

    access_token: str
    refresh_token: str = ""
    token_type: str = "Bearer"
    expires_in: int = 3600
    refresh_expires_in: int | None = None

    def __repr__(self) -> str:
        return "Given()"


class _Decided(msgspec.Struct, frozen=True):
    device: str = ""


class _Error(msgspec.Struct, frozen=True):
    error: str = ""


class SignInClient(HubClient):
    """A connection without a token. Close it, or use it in a `with`."""

    def __init__(
        self, url: str, *, transport: httpx.BaseTransport | None = None, ca_file: str = "", proxy: str = ""
    ) -> None:
        super().__init__(url, "", transport=transport, ca_file=ca_file, proxy=proxy)
        del self._http.headers["Authorization"]

    def __enter__(self) -> Self:
        return self

    def ask_code(self, device_name: str) -> Code:
        """A code to show. Raises CodesNotOffered where the hub has none."""
        try:
            found = self._post("device", _decoder(Code), device_name=device_name)
        except HubError as error:
            if error.facts.get("status") in (404, 405):
                raise CodesNotOffered(error.detail) from error
            raise
        user_code = clean_line(found.user_code, _SHOWN)
        if not user_code or not _is_secret(found.device_code):
            raise self._no_sense("a device code that is none")
        return msgspec.structs.replace(
            found,
            user_code=user_code,
            verification_uri=self._own(found.verification_uri),
            expires_in=min(max(found.expires_in, 1), MOST_LIFE_S),
            interval=min(max(found.interval, 1), MOST_WAIT_S),
        )

    def collect(self, device_code: str) -> Given:
        """The tokens of an approved device. Raises Refused while there are none."""
        return self._given(grant_type=DEVICE_GRANT, device_code=device_code)

    def refresh(self, refresh_token: str) -> Given:
        """New tokens for a refresh token, which is used up by it. Raises Refused when the hub no longer takes it."""
        return self._given(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> None:
        """End the sign-in that the token belongs to."""
        self._post("revoke", lambda _body: None, token=token)

    def decide(self, token: str, user_code: str, *, is_approved: bool) -> str:
        """Approve or turn away, with `token`, the device that shows a code; the name it gave itself."""
        body = {"user_code": user_code[:_SHOWN], "decision": "approve" if is_approved else "deny"}
        headers = {"Authorization": f"Bearer {token}"}
        found = self._read("POST", "/v1/oauth/approve", _decoder(_Decided), json=body, headers=headers)
        return clean_line(found.device, 100) or "-"

    def _given(self, **fields: str) -> Given:
        given = self._post("token", _decoder(Given), **fields)
        is_sound = _is_secret(given.access_token) and (not given.refresh_token or _is_secret(given.refresh_token))
        if not is_sound or given.token_type.lower() != "bearer":
            raise self._no_sense("tokens that are none")
        return given

    def _post(self, path: str, decode: Callable[[bytes], T], **fields: str) -> T:
        form = {"client_id": CLIENT, **fields}
        return self._read("POST", f"/v1/oauth/{path}", decode, data=form)

    def _refusal(self, response: httpx.Response, body: bytes) -> HubError:
        if response.status_code in (400, 401):
            with suppress(msgspec.MsgspecError, ValueError, RecursionError):
                kind = msgspec.json.decode(body, type=_Error).error
                if kind:
                    return Refused(clean_line(kind, _SHOWN))
        return super()._refusal(response, body)

    def _own(self, uri: str) -> str:
        """The hub's page about codes. It must be the hub's: another address is not shown to anybody."""
        with suppress(UntrustedHub):
            if address(uri).host == self.address.host:
                return address(uri).url
        return f"{self.address.url}/v1/oauth/device"


class SignedInClient(HubClient):
    """A connection that asks for the token before every call, so that a long sync outlives it, and once more after a
    refusal. What asking raises is raised by the call."""

    def __init__(
        self,
        url: str,
        token: Callable[[], str],
        renew: Callable[[], str | None],
        *,
        transport: httpx.BaseTransport | None = None,
        ca_file: str = "",
        proxy: str = "",
    ) -> None:
        super().__init__(url, "", transport=transport, ca_file=ca_file, proxy=proxy, renew=renew)
        self._token = token
        self._beside: HubClient | None = None

    def beside(self, other: SignInClient) -> SignInClient:
        """`other` is stopped when this one is: the token is renewed over it."""
        self._beside = other
        if self._is_aborted:
            other.abort()
        return other

    def abort(self) -> None:
        super().abort()
        if self._beside is not None:
            self._beside.abort()

    def _read(self, method: str, path: str, decode: Callable[[bytes], T], **request: Any) -> T:
        self._http.headers["Authorization"] = f"Bearer {self._token()}"
        return super()._read(method, path, decode, **request)


def _is_secret(text: str) -> bool:
    """Printable ASCII of a sensible length: anything else could not stand in a header."""
    return 0 < len(text) <= MOST_SECRET and text.isascii() and text.isprintable() and " " not in text


def _decoder(kind: type[T]) -> Callable[[bytes], T]:
    decoder: Any = msgspec.json.Decoder(kind)
    decode: Callable[[bytes], T] = decoder.decode
    return decode
