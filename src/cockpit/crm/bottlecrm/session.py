"""Calls of BottleCRM with one personal token, and what its answers mean.

A bad token answers 403 as a missing right does: whoever gets one looks at the page that everybody may see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import msgspec

from cockpit import clock
from cockpit.crm.bottlecrm.rows import REF
from cockpit.crm.calling import Caller
from cockpit.crm.connector import Access, CrmRefused, CrmStale
from cockpit.domain.text import clean_line
from cockpit.errors import HubUnavailable, SignInNeeded
from cockpit.i18n import _

PAGE, TIMELINE = 200, 200
"""Rows of a list; the most of a timeline that the CRM gives."""

PATHS = {"account": "accounts", "contact": "contacts", "deal": "opportunities", "activity": "tasks"}
_WHOLE = {"accounts": "account_obj", "contacts": "contact_obj", "opportunities": "opportunity_obj", "tasks": "task_obj"}
_LISTS = {"contacts": "contact_obj_list", "opportunities": "opportunities", "tasks": "tasks"}


class Session:
    """One token at one company, whose settings `company` holds once they are read."""

    def __init__(self, access: Access) -> None:
        self.caller = Caller(
            access,
            {"Authorization": f"Bearer {access.secret}"},
            url=access.url.rstrip("/").removesuffix("/api"),
        )
        self._company: dict[str, Any] = {}
        self._me = ""

    @property
    def company(self) -> dict[str, Any]:
        if not self._company:
            self._company = self.get("/org/settings/", "team")
        return self._company

    @property
    def me(self) -> str:
        """The id of the person to whom the token belongs."""
        return self._me or str(self.profile()["id"])

    def now(self) -> datetime:
        """The CRM's clock, where it has told."""
        return self.caller.time or clock.now()

    def profile(self) -> dict[str, Any]:
        """Who the token belongs to. Raises SignInNeeded, CrmRefused where another program answers."""
        response = self.caller.ask("GET", "/api/profile/")
        if response.status_code in (401, 403):
            raise SignInNeeded(_refusal(response))
        if response.status_code in (404, 405):
            raise CrmRefused(_("there is no BottleCRM at this address"))
        self.caller.refuse(response)
        me: dict[str, Any] = self._decoded(response)["user_obj"]
        self._me = me["id"]
        return me

    def get(self, path: str, entity: str = "", **request: Any) -> Any:
        """Raises CrmForbidden, CrmRefused."""
        response = self._asked("GET", path, **request)
        self.caller.refuse(response, entity)
        return self._decoded(response)

    def raw(self, entity: str, remote_id: str) -> dict[str, Any] | None:
        """Their row, None when it is not there or not ours to see."""
        path = PATHS[entity]
        response = self._asked("GET", f"/{path}/{remote_id}/")
        if response.status_code in (403, 404):
            return None
        self.caller.refuse(response, entity)
        found: dict[str, Any] = self._decoded(response)[_WHOLE[path]]
        return found

    def lists(self, entity: str, **filters: str) -> Iterator[list[dict[str, Any]]]:
        """Their rows, list after list."""
        path = PATHS[entity]
        for offset in count(0, PAGE):
            params = {"limit": PAGE, "offset": offset, "slim": "true", **filters}
            found = _listed(path, self.get(f"/{path}/", entity, params=params))
            yield found
            if len(found) < PAGE:
                return

    def carrying(self, entity: str, row_id: str) -> dict[str, Any] | None:
        """Their row that carries our id, as lists show it."""
        path = PATHS[entity]
        params = {f"cf_{REF}": row_id, "limit": 1, "slim": "true"}
        return next(iter(_listed(path, self.get(f"/{path}/", entity, params=params))), None)

    def timeline(self, account_id: str) -> Iterator[dict[str, Any]]:
        """The interactions of an account, the latest first; none when it is not there."""
        for offset in count(0, TIMELINE):
            params = {"account": account_id, "limit": TIMELINE, "offset": offset}
            response = self._asked("GET", "/interactions/", params=params)
            if response.status_code == 404:
                return
            self.caller.refuse(response, "activity")
            found = self._decoded(response)["interactions"]
            yield from found
            if len(found) < TIMELINE:
                return

    def send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        """Raises CrmRefused with the CRM's own words, CrmStale for a row that is gone."""
        response = self._asked(method, path, json=body)
        if response.status_code in (400, 403):
            raise CrmRefused(_refusal(response))
        if response.status_code == 404:
            raise CrmStale(path)
        self.caller.refuse(response)
        return self._decoded(response)

    def patch(self, entity: str, remote_id: str, body: Mapping[str, Any]) -> None:
        if body:
            self.send("PATCH", f"/{PATHS[entity]}/{remote_id}/", body)

    def delete(self, path: str) -> None:
        """Raises CrmRefused; nothing when it is gone already."""
        response = self._asked("DELETE", path)
        if response.status_code in (400, 403):
            raise CrmRefused(_refusal(response))
        if response.status_code != 404:
            self.caller.refuse(response)

    def _asked(self, method: str, path: str, **request: Any) -> httpx.Response:
        response = self.caller.ask(method, f"/api{path}", **request)
        if response.status_code == 403:
            self.profile()
        return response

    def _decoded(self, response: httpx.Response) -> Any:
        try:
            return msgspec.json.decode(response.content)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            words = _("what {host} sent cannot be read.").format(host=self.caller.address.host)
            raise HubUnavailable(words, url=self.caller.address.url) from error


def _listed(path: str, answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    if path != "accounts":
        return list(answer[_LISTS[path]])
    return [*answer["active_accounts"]["open_accounts"], *answer["closed_accounts"]["close_accounts"]]


def _refusal(response: httpx.Response) -> str:
    """The CRM's words: `amount: A won deal has to record what it was worth.`"""
    try:
        said = msgspec.json.decode(response.content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return clean_line(response.text[:300])
    said = said.get("errors") or said.get("detail") if isinstance(said, dict) else said
    if not isinstance(said, dict):
        return clean_line(str(said), 300)
    parts = (f"{name}: {' '.join(map(str, why)) if isinstance(why, list) else why}" for name, why in said.items())
    return clean_line("; ".join(parts), 300)
