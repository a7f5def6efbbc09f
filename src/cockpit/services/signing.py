"""Signing in and out: by a token or by a code, with the hub's address and the person of this file pinned."""

from __future__ import annotations

import logging
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

from cockpit import clock
from cockpit.credentials import Credentials, Place, TokenSet
from cockpit.errors import HubBusy, HubError, HubUnavailable, NotAllowed, NotSignedIn, SignInNeeded, UntrustedHub
from cockpit.i18n import _
from cockpit.locations import locate
from cockpit.services.access import Access, token_set_of
from cockpit.services.desk import Desk
from cockpit.storage import meta
from cockpit.sync import outbox, pull, receipts

if TYPE_CHECKING:
    import httpx
    from sqlmodel import Session

    from cockpit.crm.hub import Address, HubClient
    from cockpit.crm.sign_in import SignInClient

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A device that waits to be approved: what to show, how often to ask, and until when (by the monotonic clock)."""

    url: str
    user_code: str
    page: str
    interval_s: float
    until: float
    device_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenState:
    """`ends_at` is when the token ends unless a sync renews it before; None when it does not end by itself."""

    place: Place | None
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Where the token was, and whether the hub was told that it is over."""

    places: tuple[Place, ...]
    is_revoked: bool


class Reach(TypedDict):
    """How the hub is reached, by the settings."""

    ca_file: str
    proxy: str


@dataclass(frozen=True)
class SigningService:
    """`transport` stands in for the network in tests."""

    desk: Desk
    transport: httpx.BaseTransport | None = None

    @cached_property
    def credentials(self) -> Credentials:
        path = self.desk.database.path
        return Credentials(path.parent if path is not None else locate().data_dir)

    # -- in --------------------------------------------------------------------------------------------------------

    def check_address(self, url: str, *, has_moved: bool = False) -> Address:
        """The address in its plain form, when it may be used; nothing is asked of it for that. Raises UntrustedHub for
        one that is not safe, or is not the pinned one (facts pinned and host then)."""
        from cockpit.crm.hub import address

        where = address(url)
        with self.desk.database.read() as session:
            pinned = meta.get(session, "hub_host")
        if pinned and pinned != where.host and not has_moved:
            raise UntrustedHub(
                _(
                    "The data here comes from {pinned}, not from {host}. Use another account for another hub, or --moved"
                    " when this one has a new address."
                ).format(pinned=pinned, host=where.host),
                pinned=pinned,
                host=where.host,
            )
        return where

    def sign_in(self, url: str, token: str | TokenSet, *, remember: bool = True, has_moved: bool = False) -> str:
        """Check the token at the hub, pin the address, keep the token; returns the person's name.

        Raises UntrustedHub for another hub, unless this one `has_moved`, and NotAllowed for another person than this
        file's: unsent work of one person must never be sent by another.
        """
        from cockpit.crm.hub import HubClient

        where = self.check_address(url, has_moved=has_moved)
        given = TokenSet(token) if isinstance(token, str) else token
        with HubClient(where.url, given.access, transport=self.transport, **_reach()) as hub:
            hello, here = hub.hello(), clock.now()
        person = hello.person
        with self.desk.database.write() as session:
            owner = meta.get(session, "person_id")
            if owner and owner != person.id:
                name = meta.get(session, "person_name", owner)
                raise NotAllowed(_("The data here belongs to {name}. Use another account.").format(name=name))
            before = _account(session)
            if not meta.get(session, "device_id"):
                meta.put(session, "device_id", outbox.new_id())
            if pull.place(session, "changes") is None:
                meta.put(session, "complete", "0")
            facts = {
                "hub_url": where.url,
                "hub_host": where.host,
                "person_id": person.id,
                "person_name": person.name,
                "role": person.role,
                "last_error": "",
                "next_try_at": "",
            }
            meta.put_all(session, facts | receipts.clock_facts(hello.time, here))
            account = _account(session)
        old = self.credentials.held(account)
        self.credentials.keep(account, given, remember=remember)
        if owner and before != account:
            self.credentials.forget(before)
        if old is not None and old.refresh and old.refresh != given.refresh:
            self._revoke(where.url, old)
        return person.name

    def ask_code(self, url: str, *, has_moved: bool = False) -> Waiting | None:
        """Ask the hub for a code to show; None where it has no such thing. Raises as `sign_in` does."""
        from cockpit.crm.sign_in import CodesNotOffered

        where = self.check_address(url, has_moved=has_moved)
        with suppress(CodesNotOffered), self._without_token(where.url) as hub:
            code = hub.ask_code(platform.node() or "cockpit")
            until = clock.monotonic() + code.expires_in
            return Waiting(
                where.url, code.user_code, code.verification_uri, float(code.interval), until, code.device_code
            )
        return None

    def wait(
        self, waiting: Waiting, sleep: Callable[[float], None], *, remember: bool = True, has_moved: bool = False
    ) -> str:
        """Ask until somebody approved the code, then sign in with what the hub gives; the person's name.

        A hub that does not answer for a while is asked again. Raises NotAllowed when the code was turned down or is
        over, and what `sleep` raises.
        """
        given: TokenSet | None = None
        while True:
            sleep(waiting.interval_s)
            if given is None:
                given, waiting = self._collected(waiting)
            is_over = clock.monotonic() >= waiting.until
            if given is not None:
                try:
                    return self.sign_in(waiting.url, given, remember=remember, has_moved=has_moved)
                except HubUnavailable:
                    if is_over:
                        raise
            elif is_over:
                raise NotAllowed(_("Nobody approved the code in time. Ask for a new one."))

    def _collected(self, waiting: Waiting) -> tuple[TokenSet | None, Waiting]:
        """The tokens when they are there, and how to go on waiting when not."""
        from cockpit.crm.sign_in import Refused

        slower = replace(waiting, interval_s=waiting.interval_s + 5)
        try:
            with self._without_token(waiting.url) as hub:
                return token_set_of(hub.collect(waiting.device_code)), waiting
        except HubBusy as busy:
            seconds = busy.facts.get("seconds", 5)
            return None, replace(waiting, interval_s=max(waiting.interval_s, float(str(seconds))))
        except HubUnavailable:
            return None, slower
        except Refused as refused:
            if refused.kind == "authorization_pending":
                return None, waiting
            if refused.kind == "slow_down":
                return None, slower
            if refused.kind == "access_denied":
                raise NotAllowed(_("The code was turned down.")) from refused
            raise NotAllowed(_("Nobody approved the code in time. Ask for a new one.")) from refused

    def decide(self, code: str, *, is_approved: bool) -> str:
        """Say yes or no to a device that shows `code`, as the person signed in here; the name it gave itself."""
        url, access = self._access()
        for token in (access.token(), None):
            use = token or access.renew()
            if not use:
                break
            try:
                with self._without_token(url) as hub:
                    return hub.decide(use, code, is_approved=is_approved)
            except SignInNeeded:
                continue
            except HubError as error:
                if error.facts.get("status") != 404:
                    raise
                raise NotAllowed(
                    _("No device waits with this code. A code is good for 15 minutes and for one use.")
                ) from error
        raise SignInNeeded()

    # -- while signed in -------------------------------------------------------------------------------------------

    def connect(self) -> HubClient:
        """A client of the pinned hub that sees to its token with every call: what is wrong with that is raised there,
        where a sync notes it. Raises NotSignedIn, and UntrustedHub for an address that is not the pinned one."""
        from cockpit.crm.sign_in import SignedInClient

        url, access = self._access()
        hub = SignedInClient(url, access.token, access.renew, transport=self.transport, **_reach())
        access.connect = lambda: hub.beside(self._without_token(url))
        return hub

    def hub_url(self) -> str:
        """The pinned address; empty before the first sign-in."""
        with self.desk.database.read() as session:
            return meta.get(session, "hub_url")

    def state(self) -> TokenState:
        """How it stands with the token, without asking the hub. Raises LocalDataError for a file others can read."""
        with self.desk.database.read() as session:
            account = _account(session)
        held = self.credentials.held(account)
        return TokenState(self.credentials.place(account), held.renewable_until if held else None)

    # -- out -------------------------------------------------------------------------------------------------------

    def sign_out(self) -> SignedOut:
        """Tell the hub that the token is over, if it can be told, and forget it here. The data stays."""
        with self.desk.database.read() as session:
            url, account = meta.get(session, "hub_url"), _account(session)
        held = self.credentials.held(account)
        place = self.credentials.place(account)
        is_revoked = bool(url and held and place != "environment" and self._revoke(url, held))
        return SignedOut(tuple(self.credentials.forget(account)), is_revoked)

    def _revoke(self, url: str, held: TokenSet) -> bool:
        try:
            with self._without_token(url) as hub:
                hub.revoke(held.refresh or held.access)
        except HubError as error:
            log.info("the hub could not be told that a token is over: %s", type(error).__name__)
            return False
        return True

    def _access(self) -> tuple[str, Access]:
        """Address and tokens of this file. Raises NotSignedIn without one, UntrustedHub when it is not the pinned one."""
        with self.desk.database.read() as session:
            url, account = meta.get(session, "hub_url"), _account(session)
        if not url:
            raise NotSignedIn()
        where = self.check_address(url)
        return where.url, Access(self.credentials, account, lambda: self._without_token(where.url))

    def _without_token(self, url: str) -> SignInClient:
        from cockpit.crm.sign_in import SignInClient

        return SignInClient(url, transport=self.transport, **_reach())


def _account(session: Session) -> str:
    return kept_under({name: meta.get(session, name) for name in ("person_id", "hub_host", "device_id")})


def kept_under(facts: Mapping[str, str]) -> str:
    """The name a token is kept under: two files of one person have a device, and a token, each."""
    return f"{facts.get('person_id', '')}@{facts.get('hub_host', '')} {facts.get('device_id', '')}"


def _reach() -> Reach:
    from cockpit.config import load_settings

    settings = load_settings(locate())
    return {"ca_file": str(settings.ca_file or ""), "proxy": settings.proxy or ""}
