"""Signing in at a CRM in a browser that may run on another machine: an address to open, and what comes back to paste.

OAuth 2.0 with the code flow (RFC 6749) of an app that the user's company registered there. Nothing listens here: after the
yes the browser goes to the app's own redirect address, and the address it ends at holds the code.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec

from cockpit.crm.hub import address
from cockpit.crm.registry import CRMS, unknown
from cockpit.crm.tokens import Secret
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse
from cockpit.i18n import _

REDIRECT = "https://localhost/"
"""What to register as redirect address where there is no other: its page need not exist."""


@dataclass(frozen=True, slots=True)
class BrowserSignIn:
    """`url` is to be opened. The rest stays here until what the browser ends at is pasted."""

    url: str
    state: str = field(repr=False)
    secret: Secret = field(repr=False)

    def finished(self, pasted: str) -> str:
        """What signs in, for `Access.secret`: of the address the browser ended at, or of the bare code.

        Raises BadUse for a refusal there, the answer to another sign-in, and a text that holds no code.
        """
        text = pasted.strip()
        query = parse_qs(urlsplit(text).query) if "?" in text else {"code": [text]}
        found = {name: values[0] for name, values in query.items()}
        if "error" in found:
            words = clean_line(found.get("error_description") or found["error"], 200)
            raise BadUse(_("It was refused there: {reason}").format(reason=words))
        code = found.get("code", "")
        if not code or any(sign.isspace() for sign in code):
            raise BadUse(_("There is no code in it. Paste the whole address at which the browser ended."))
        if "?" in text and found.get("state") != self.state:
            raise BadUse(_("This answers another sign-in. Open the address shown last, and paste where it ends."))
        return msgspec.json.encode(msgspec.structs.replace(self.secret, code=code)).decode()


def begin(crm: str, url: str, client_id: str, client_secret: str, redirect_uri: str = "") -> BrowserSignIn:
    """A sign-in at the CRM with the app registered there. Raises BadUse where the CRM has none, UntrustedHub."""
    if crm not in CRMS:
        raise unknown(crm)
    known = CRMS[crm]
    if not known.authorize:
        raise BadUse(_("{title} has no sign-in in the browser: paste a token.").format(title=known.title))
    if not client_id or not client_secret:
        raise BadUse(_("The id and the secret of the app registered there are needed."))
    state, verifier, back = secrets.token_urlsafe(24), secrets.token_urlsafe(48), redirect_uri or REDIRECT
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": back, "state": state}
    if known.scope:
        asked["scope"] = known.scope
    if known.wish:
        asked["optional_scope"] = known.wish
    if known.has_proof:
        digest = hashlib.sha256(verifier.encode()).digest()
        asked |= {"code_challenge": urlsafe_b64encode(digest).decode().rstrip("="), "code_challenge_method": "S256"}
    kept = Secret(
        client_id=client_id,
        client_secret=client_secret,
        redirect_uri=back,
        verifier=verifier if known.has_proof else "",
    )
    where = known.authorize.format(url=address(url).url)
    return BrowserSignIn(f"{where}?{urlencode(asked)}", state, kept)
