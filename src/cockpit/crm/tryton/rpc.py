"""One session at a Tryton server: signing in, calls, its errors inside HTTP 200, and its numbers and days as objects.

A session lives as long as it is used at least once in 30 days, and only from the address it was opened from. It is what
is kept; the password opens it once and is forgotten.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from cockpit.crm.calling import Caller
from cockpit.crm.connector import Access, CrmForbidden, CrmRefused, CrmStale
from cockpit.crm.hub import ServerFault
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, HubBusy, HubError, SignInNeeded, VersionTooOld
from cockpit.i18n import _

OLDEST: Final = 8
"""The series whose addresses these are: before it the calls lived elsewhere."""
MOST_MINOR: Final = 10**15
_MOMENT: Final = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_KEPT: Final = "Session "
_OF_A_USER: Final = ("company", "companies", "company_filter", "employee", "employees", "language")

Row = dict[str, Any]
Refusal = Callable[[str], HubError]


class Server:
    """Calls of one session. The address ends with the name of the database: https://erp.example.com/crm."""

    def __init__(self, access: Access) -> None:
        root, _slash, self._database = access.url.strip().rstrip("/").rpartition("/")
        if not self._database or root.endswith(":/"):
            raise BadUse(_("The address must end with the name of the database, as in https://erp.example.com/crm."))
        self.caller = Caller(access, {}, url=root)
        self._access = access
        self._context: Row | None = None
        self.is_admin, self.user_id, self.user_name = False, "", ""
        if access.secret.startswith(_KEPT):
            self.caller.set_header("Authorization", access.secret)

    def version(self) -> str:
        """Raises VersionTooOld for a series before the oldest."""
        try:
            series = str(self._post("/rpc/", "common.server.version", [], CrmRefused))
        except CrmRefused as error:  # older ones have no such address
            raise VersionTooOld(_("Tryton {oldest}.0 or newer is needed.").format(oldest=OLDEST)) from error
        if not series.partition(".")[0].isdigit() or int(series.partition(".")[0]) < OLDEST:
            words = _("Tryton {oldest}.0 or newer is needed, this is {found}.")
            raise VersionTooOld(words.format(oldest=OLDEST, found=clean_line(series, 20)))
        return clean_line(series, 20)

    def context(self) -> Row:
        """Company, employee and language of whoever is signed in; a session is opened when there is none yet."""
        if self._context is None:
            session = self._sign_in()
            found = self._call("model.res.user.get_preferences", [True, {}], CrmForbidden)
            self.is_admin = bool(found.get("administrator"))
            login, number, _key = base64.b64decode(session.removeprefix(_KEPT)).decode().split(":", 2)
            self.user_id = clean_line(str(found.get("employee") or f"user:{number}"))
            self.user_name = clean_line(str(found.get("employee.rec_name") or login))
            self._context = {name: found[name] for name in _OF_A_USER if name in found}
        return self._context

    def read(self, model: str, domain: Sequence[Any], fields: Sequence[str], *, limit: int | None = None) -> list[Row]:
        """Rows in the order of their ids. Raises CrmForbidden."""
        found = self._ask(f"{model}.search_read", CrmForbidden, domain, 0, limit, [["id", "ASC"]], fields)
        return [plain(row) for row in found]

    def ids(self, model: str, domain: Sequence[Any]) -> list[int]:
        return list(self._ask(f"{model}.search", CrmForbidden, domain, 0, None, None))

    def readable(self, models: Sequence[str]) -> set[str]:
        """Those that are installed and that this user may read."""
        try:
            rights = dict(self._ask("ir.model.access.get_access", CrmForbidden, models))
        except ServerFault:  # one of them is not installed: which
            rights = {}
            for model in models:
                with suppress(ServerFault):
                    rights |= self._ask("ir.model.access.get_access", CrmForbidden, [model])
        return {model for model, allowed in rights.items() if allowed.get("read")}

    def change(self, method: str, *arguments: Any, stamps: Mapping[str, str] | None = None) -> Any:
        """A call that writes, refused when a row was changed since `stamps`. Raises CrmRefused, CrmStale."""
        return self._ask(method, CrmRefused, *arguments, stamps=stamps)

    def _ask(self, method: str, refusal: Refusal, *arguments: Any, stamps: Mapping[str, str] | None = None) -> Any:
        context = {**self.context(), **({"_timestamp": dict(stamps)} if stamps else {})}
        return self._call(f"model.{method}", [*arguments, context], refusal)

    def _call(self, method: str, params: Sequence[Any], refusal: Refusal) -> Any:
        try:
            return self._post(f"/{self._database}/rpc/", method, params, refusal)
        except SignInNeeded as error:
            words = _("Tryton does not take this sign-in any more: give user and password again.")
            raise SignInNeeded(words) from error

    def _sign_in(self) -> str:
        """The session; user and password are exchanged for one. A wrong password costs seconds there, and too many end in HubBusy."""
        if self._access.secret.startswith(_KEPT):
            return self._access.secret
        user, _colon, password = self._access.secret.partition(":")
        if not password:
            raise SignInNeeded(_("Tryton needs user and password, written user:password."))
        login = [user, {"password": password}, "en"]
        try:
            found = self._post(f"/{self._database}/rpc/", "common.db.login", login, SignInNeeded)
        except SignInNeeded as error:
            raise SignInNeeded(_("Tryton does not take this user and password.")) from error
        except HubBusy as error:
            words = _("Tryton was given too many wrong passwords: wait a while.")
            raise HubBusy(words, seconds=error.facts["seconds"]) from error
        session = _KEPT + base64.b64encode(f"{user}:{found[0]}:{found[1]}".encode()).decode()
        self._access.keep(session)
        self.caller.set_header("Authorization", session)
        return session

    def _post(self, path: str, method: str, params: Sequence[Any], refusal: Refusal) -> Any:
        request = {"id": 1, "method": method, "params": list(params)}
        try:
            answer = self.caller.json("POST", path, json=request)
        except CrmForbidden as error:
            raise CrmForbidden(_("Tryton does not offer {call}.").format(call=method)) from error
        except CrmRefused as error:
            if error.facts.get("status") != 404:
                raise
            words = _("There is no database {name} there.")
            raise CrmRefused(words.format(name=clean_line(self._database, 64))) from error
        return self._result(answer, refusal)

    def _result(self, answer: Any, refusal: Refusal) -> Any:
        """What was asked for; success is not decided by the status 200."""
        if not isinstance(answer, dict) or ("result" not in answer and "error" not in answer):
            raise self._fault("")
        if "error" not in answer:
            return answer["result"]
        kind, *told = answer["error"] or [""]
        if kind == "ConcurrencyException":
            raise CrmStale(_("It was changed in Tryton meanwhile."))
        if kind == "LoginException":
            raise SignInNeeded(_("Tryton asks for more than user and password to sign in."))
        if kind in ("UserError", "UserWarning") and told:
            said = told[-1] if isinstance(told[-1], list) else told
            raise refusal(clean_line(" ".join(str(part) for part in said[:2] if part), 300))
        raise self._fault(clean_line(str(kind), 200))

    def _fault(self, reason: str) -> ServerFault:
        words = _("{host} has a fault.").format(host=self.caller.address.host)
        return ServerFault(words, url=self.caller.address.url, reason=reason)


def plain(value: Any) -> Any:
    """Their objects as a Decimal, an ISO day or an ISO moment with microseconds; as a text where they make no sense."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    try:
        if (kind := value.get("__class__")) is None:
            return {name: plain(item) for name, item in value.items()}
        if kind == "Decimal":
            return Decimal(value["decimal"])
        if kind == "date":
            return date(value["year"], value["month"], value["day"]).isoformat()
        if kind == "datetime":
            year, month, on, hour, minute, second, micro = (value[name] for name in _MOMENT)
            found = datetime(year, month, on, hour, minute, second, micro, tzinfo=UTC)
            return found.isoformat(timespec="microseconds")
    except (KeyError, TypeError, ValueError, ArithmeticError):
        pass
    return str(value)


def day(value: str | None) -> Row | None:
    """An ISO day as their object."""
    if not value:
        return None
    found = date.fromisoformat(value[:10])
    return {"__class__": "date", "year": found.year, "month": found.month, "day": found.day}


def moment(value: str) -> Row:
    """An ISO moment as their object."""
    found = datetime.fromisoformat(value)
    return {"__class__": "datetime", **{name: getattr(found, name) for name in _MOMENT}}


def decimal(minor: int | None) -> Row | None:
    """Minor units as their object."""
    if minor is None:
        return None
    return {"__class__": "Decimal", "decimal": f"{Decimal(minor).scaleb(-2).normalize():f}"}


def minor_units(value: Any) -> int | None:
    """A Decimal of theirs in minor units. Raises ValueError for one that is none."""
    if value is None:
        return None
    if not isinstance(value, Decimal) or not value.is_finite() or abs(value) >= MOST_MINOR // 100:
        raise ValueError(_("an amount that is none: {amount}").format(amount=clean_line(str(value), 40)))
    return int((value * 100).to_integral_value())
