"""Salesforce's refusals: what one means stands in its code, not in its status."""

from __future__ import annotations

import httpx
import msgspec

from cockpit.crm.calling import Caller
from cockpit.crm.connector import CrmForbidden, CrmRefused
from cockpit.domain.text import clean_line
from cockpit.errors import HubBusy
from cockpit.i18n import _

LIMIT_S, LOCKED_S = 3600, 2


class _Error(msgspec.Struct, rename={"code": "errorCode"}):
    code: str = ""
    message: str = ""


class SalesforceCaller(Caller):
    """What a refusal means stands in its code, not in its status."""

    def refuse(self, response: httpx.Response, entity: str = "") -> None:
        if 200 <= response.status_code < 300:
            return
        if response.status_code == 300:
            raise CrmRefused(_("two rows there carry our id: remove one"), status=300)
        try:
            errors = msgspec.json.decode(response.content, type=list[_Error])
        except msgspec.MsgspecError:
            errors = []
        error = errors[0] if errors else _Error()
        words = clean_line(error.message, 300)
        match error.code:
            case "REQUEST_LIMIT_EXCEEDED":
                raise HubBusy(words, seconds=LIMIT_S)
            case "UNABLE_TO_LOCK_ROW" | "SERVER_UNAVAILABLE":
                raise HubBusy(words, seconds=LOCKED_S)
            case "INVALID_TYPE" | "INSUFFICIENT_ACCESS" | "API_DISABLED_FOR_ORG":
                raise CrmForbidden(words, entity=entity)
            case code if code and 400 <= response.status_code < 500 and response.status_code not in (401, 403, 412):
                raise CrmRefused(words, status=response.status_code, code=code)
        super().refuse(response, entity)
