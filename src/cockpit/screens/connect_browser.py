"""Signing in at a CRM with a browser, from a terminal that may be far away from it: two dialogs one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from textual.app import App

from cockpit.i18n import _
from cockpit.screens.ask import Form
from cockpit.screens.fields import Field


class Begun(Protocol):
    """A sign-in under way."""

    @property
    def url(self) -> str: ...

    def finished(self, pasted: str) -> str:
        """What signs in, for what the browser ended at."""


def sign_in(app: App[Any], begin: Callable[[str, str, str], Begun], usual: str, then: Callable[[str], None]) -> None:
    """Ask for the app that is registered there, show the address to open, take what comes back; `then` gets the secret.

    `begin` gets id, secret and redirect address. Esc leaves at either dialog.
    """

    def opened(begun: Begun | None) -> None:
        if begun is None:
            return
        app.copy_to_clipboard(begun.url)
        title = _("Open this in a browser, on any machine (it is in the clipboard), and say yes there:")
        field = Field("pasted", _("The address at which it ends, or the code in it"), is_needed=True, is_secret=True)
        app.push_screen(Form(f"{title}\n{begun.url}", [field], lambda values: begun.finished(values["pasted"])), taken)

    def taken(secret: str | None) -> None:
        if secret is not None:
            then(secret)

    fields = [
        Field("client_id", _("Client id of the app registered there"), is_needed=True),
        Field("client_secret", _("Client secret"), is_needed=True, is_secret=True),
        Field("redirect", _("Redirect address of that app"), usual, is_needed=True),
    ]
    form = Form(
        _("Sign in with a browser"),
        fields,
        lambda values: begin(values["client_id"], values["client_secret"], values["redirect"]),
    )
    app.push_screen(form, opened)
