"""Columns in the user's words."""

from __future__ import annotations

from cockpit.i18n import N_, _

FIELDS = {
    "agreed_by_lead_at": N_("agreed by the lead"),
    "agreed_by_rep_at": N_("agreed by the rep"),
    "account_id": N_("account"),
    "address": N_("address"),
    "advantages": N_("advantages"),
    "agenda": N_("agenda"),
    "amount_minor": N_("amount"),
    "closed_on": N_("closed on"),
    "companion_id": N_("companion"),
    "ends_at": N_("end"),
    "expected_on": N_("expected on"),
    "goal": N_("goal"),
    "goal_result": N_("goal result"),
    "is_locked": N_("locked"),
    "is_promised": N_("promised"),
    "kind": N_("kind"),
    "lifecycle": N_("lifecycle"),
    "lost_reason": N_("lost reason"),
    "mobile": N_("mobile"),
    "name": N_("name"),
    "needs": N_("needs"),
    "next_step": N_("next step"),
    "owner_id": N_("owner"),
    "phone": N_("phone"),
    "planned_because": N_("why planned"),
    "product_id": N_("product"),
    "profit_minor": N_("profit"),
    "reason": N_("reason"),
    "result": N_("result"),
    "stage_id": N_("stage"),
    "stance": N_("stance"),
    "starts_at": N_("start"),
    "status": N_("status"),
    "subject": N_("subject"),
    "tier": N_("tier"),
    "title": N_("title"),
    "value": N_("target"),
}


def field_name(field: str) -> str:
    """A column in the user's words; one without any stays as it is."""
    return _(FIELDS.get(field, field))
