"""The token of one connection: pasted as it is, or renewed over OAuth 2.0 where it has an end.

`Access.secret` is a bare token, or a JSON object with `client_id`, `client_secret` and `refresh`, or, before the first
use, the `code` and `redirect_uri` of a sign-in in the browser; what the CRM hands out is kept in it. A refresh token may be
good for one use: the new one is handed to `keep` before the access token that came with it is used.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec

from cockpit.crm.calling import Caller
from cockpit.crm.connector import Access
from cockpit.domain.text import clean_line
from cockpit.errors import HubUnavailable, SignInNeeded
from cockpit.i18n import _


class Secret(msgspec.Struct, omit_defaults=True):
    """What is kept of a sign-in."""

    access: str = ""
    refresh: str = ""
    client_id: str = ""
    client_secret: str = ""
    code: str = ""
    redirect_uri: str = ""
    verifier: str = ""

    def __repr__(self) -> str:
        return "Secret()"


class _Given(msgspec.Struct):
    access_token: str
    refresh_token: str = ""


class _Refusal(msgspec.Struct):
    error: str = ""
    error_description: str = ""
    message: str = ""


class Token:
    """The token in use. `renew` fits `Caller`: another one, or "" where this one cannot be renewed.

    `by_header`: the app's own id and secret go in a Basic header, not in the form (RFC 6749, 2.3.1: one of the two).
    """

    def __init__(self, access: Access, token_url: str, *, by_header: bool = False) -> None:
        self._access, self._url, self._by_header = access, token_url, by_header
        try:
            is_object = access.secret.lstrip().startswith("{")
            self._held = msgspec.json.decode(access.secret, type=Secret) if is_object else Secret(access.secret.strip())
        except msgspec.MsgspecError as error:
            raise SignInNeeded(_("what is kept of the sign-in cannot be read")) from error

    @property
    def is_renewed(self) -> bool:
        """Whether this is a sign-in of OAuth: its token is a bearer's."""
        return bool(self._held.client_id)

    @property
    def app(self) -> dict[str, str]:
        """The app that was signed in with, as a form names it."""
        return {"client_id": self._held.client_id, "client_secret": self._held.client_secret}

    def current(self) -> str:
        """The access token; of a fresh sign-in the first one is fetched now."""
        token = self._held.access or self.renew()
        if not token:
            raise SignInNeeded(_("there is no token"))
        return token

    def renew(self) -> str:
        """A new access token for the refresh token or the code. Raises SignInNeeded when the CRM no longer takes it."""
        held = self._held
        if held.refresh:
            grant = {"grant_type": "refresh_token", "refresh_token": held.refresh}
        elif held.code:
            grant = {"grant_type": "authorization_code", "code": held.code, "redirect_uri": held.redirect_uri}
            grant |= {"code_verifier": held.verifier} if held.verifier else {}
        else:
            return ""
        given = self._ask(grant)
        self._held = msgspec.structs.replace(
            held,
            access=given.access_token,
            refresh=given.refresh_token or held.refresh,
            code="",
            redirect_uri="",
            verifier="",
        )
        self._access.keep(msgspec.json.encode(self._held).decode())
        return given.access_token

    def _ask(self, form: dict[str, str]) -> _Given:
        where = urlsplit(self._url)
        caller = Caller(self._access, {}, url=f"{where.scheme}://{where.netloc}")
        own = self.app
        request: dict[str, Any] = (
            {"auth": tuple(own.values()), "data": form} if self._by_header else {"data": {**form, **own}}
        )
        try:
            response = caller.ask("POST", where.path, **request)
            if response.status_code in (400, 401, 403):
                said = msgspec.json.decode(response.content, type=_Refusal)
                words = said.error_description or said.message or said.error
                raise SignInNeeded(clean_line(words, 200))
            caller.refuse(response)
            return msgspec.json.decode(response.content, type=_Given)
        except msgspec.MsgspecError as error:
            host = caller.address.host
            raise HubUnavailable(_("what {host} sent cannot be read.").format(host=host), url=self._url) from error
        finally:
            caller.close()
