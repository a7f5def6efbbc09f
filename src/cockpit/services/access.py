"""The token of an account, fresh: renewed shortly before its end, by one process at a time, kept before it is used.

A refresh token is good for one use. Between the hub's answer and the disk lies the one moment where the new one can be
lost; the hub allows one more use of the old one for that. So nothing is asked for unless it can be kept, and
never by two processes at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.credentials import Credentials, TokenSet
from cockpit.errors import HubBusy, HubError, SignInNeeded

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cockpit.crm.sign_in import Given, SignInClient

RENEW_BEFORE = timedelta(seconds=60)
LOCK_WAIT_S = 45.0
"""Longer than a call to the hub may last: who waits finds what the other one got."""

log = logging.getLogger(__name__)


def token_set_of(given: Given, old_refresh: str = "") -> TokenSet:
    """What the hub gave, with ends by this device's clock: it is this clock they are compared with. A hub that gives no
    new refresh token means that the old one stays good."""
    refresh = given.refresh_token or old_refresh
    if not refresh:
        return TokenSet(given.access_token)
    now = clock.now()
    until = None if given.refresh_expires_in is None else now + _seconds(given.refresh_expires_in)
    return TokenSet(given.access_token, refresh, now + _seconds(given.expires_in), until)


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=min(max(number, 0), 366 * 24 * 3600))


@dataclass
class Access:
    """The tokens of one account. `connect` opens a connection for renewing them."""

    credentials: Credentials
    account: str
    connect: Callable[[], SignInClient]
    _in_use: TokenSet | None = field(default=None, repr=False)

    def token(self) -> str:
        """A token that is good for a while yet. Raises SignInNeeded when there is none, and what renewing it raises,
        except where the present one still holds."""
        held = self._in_use or self.credentials.held(self.account)
        if held is None:
            raise SignInNeeded()
        if held.refresh and held.expires_at is not None and held.expires_at - clock.now() <= RENEW_BEFORE:
            held = self._renewed_if_possible(held, held.expires_at)
        self._in_use = held
        return held.access

    def renew(self) -> str | None:
        """The hub refused the token in use: another one, or None when there is none to be had."""
        old = self._in_use or self.credentials.held(self.account)
        self._in_use = self._renewed(old.access) if old is not None else None
        return self._in_use.access if self._in_use is not None else None

    def _renewed_if_possible(self, held: TokenSet, ends_at: datetime) -> TokenSet:
        try:
            renewed = self._renewed(held.access)
        except SignInNeeded:
            raise
        except HubError:
            if ends_at <= clock.now():
                raise
            log.info("the token could not be renewed; the present one holds a little longer")
            return held
        if renewed is None:
            raise SignInNeeded()
        return renewed

    def _renewed(self, old: str) -> TokenSet | None:
        """Tokens other than `old`: those that another process got meanwhile, or new ones from the hub."""
        with self._alone():
            held = self.credentials.held(self.account)
            if held is None or held.access != old:
                return held
            if not held.refresh:
                return None
            self.credentials.keep(self.account, held)  # nothing is asked for that could not be kept
            given = self._asked(held)
            if given is None:
                return None
            self.credentials.keep(self.account, given)
            return given

    def _asked(self, held: TokenSet) -> TokenSet | None:
        from cockpit.crm.sign_in import Refused

        try:
            with self.connect() as hub:
                given = hub.refresh(held.refresh)
        except Refused as refused:
            if refused.kind != "invalid_grant":
                raise
            now = self.credentials.held(self.account)
            if now is not None and now.refresh != held.refresh:
                return now  # where the file system knows no locks, another process was quicker
            log.info("the hub no longer renews the sign-in: %s", refused.kind)
            self.credentials.forget(self.account)
            return None
        return token_set_of(given, held.refresh)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One process renews. Where the file system knows no locks, it is done without: the hub forgives one race."""
        from filelock import FileLock, Timeout

        self.credentials.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(f"{self.credentials.file}.lock", timeout=LOCK_WAIT_S, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            raise HubBusy("", seconds=5) from None
        except OSError as error:
            log.info("no lock for the tokens here: %s", type(error).__name__)
        try:
            yield
        finally:
            lock.release()
