"""The CRMs there is a connector for. One is imported when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

from cockpit.crm.connector import Access, Connector
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse
from cockpit.i18n import N_, _, listed


@dataclass(frozen=True, slots=True)
class Crm:
    """What a person needs to know to connect it. `secret` says what to paste, `address` what the URL looks like.

    `authorize` is where a browser signs in (with the connection's `{url}`), "" where there is no such thing; `scope` what
    is asked for then, `wish` what goes without saying where the account has it, `has_proof` whether the code is bound to us by PKCE (RFC 7636).
    """

    title: str
    address: str
    secret: str
    authorize: str = ""
    scope: str = ""
    wish: str = ""
    has_proof: bool = False


_HUBSPOT = " ".join(
    [
        "oauth",
        *(f"crm.objects.{kind}.{right}" for kind in ("companies", "contacts", "deals") for right in ("read", "write")),
        *(f"crm.schemas.{kind}.{right}" for kind in ("companies", "contacts", "deals") for right in ("read", "write")),
        "crm.objects.owners.read",
    ]
)


CRMS: Mapping[str, Crm] = {
    "bottlecrm": Crm(
        "BottleCRM", "https://crm.example.com", N_("A personal token: Settings, API tokens (bcrm_pat_...).")
    ),
    "tryton": Crm(
        "Tryton", "https://tryton.example.com/DATABASE", N_("USER:PASSWORD; only the session that follows is kept.")
    ),
    "pipedrive": Crm(
        "Pipedrive",
        "https://COMPANY.pipedrive.com",
        N_("The API token: Personal preferences, API, or an OAuth token."),
        "https://oauth.pipedrive.com/oauth/authorize",
    ),
    "hubspot": Crm(
        "HubSpot",
        "https://api.hubapi.com",
        N_("The token of a private app."),
        "https://app.hubspot.com/oauth/authorize",
        _HUBSPOT,
        "crm.objects.goals.read",
    ),
    "salesforce": Crm(
        "Salesforce",
        "https://COMPANY.my.salesforce.com",
        N_("An access token of a connected app."),
        "{url}/services/oauth2/authorize",
        "api refresh_token openid",
        has_proof=True,
    ),
}


def unknown(crm: str) -> BadUse:
    """There is no connector for it."""
    words = _("{name} is not a CRM we know. Known: {known}.")
    return BadUse(words.format(name=clean_line(crm, 60), known=listed(sorted(CRMS))))


def connect(crm: str, access: Access) -> Connector:
    """A connection to the CRM of that name. Raises BadUse for one there is no connector for."""
    if crm not in CRMS:
        raise unknown(crm)
    connector: Connector = import_module(f"cockpit.crm.{crm}").connect(access)
    return connector
