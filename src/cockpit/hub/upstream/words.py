"""What a CRM says of itself, and why it does not do what was asked, in words for a person with the next step."""

from __future__ import annotations

from cockpit.crm.connector import CrmForbidden, Greeting
from cockpit.crm.registry import CRMS
from cockpit.domain.text import clean_line
from cockpit.errors import CrmTrouble, HubBusy, HubError, HubUnavailable, SignInNeeded, UntrustedHub, VersionTooOld
from cockpit.i18n import N_, _

_KINDS = {
    "team": N_("teams"),
    "person": N_("users"),
    "funnel": N_("funnels"),
    "stage": N_("stages"),
    "account": N_("accounts"),
    "contact": N_("contacts"),
    "deal": N_("deals"),
    "activity": N_("visits and calls"),
    "target": N_("targets"),
}


def kind_names(entities: tuple[str, ...]) -> tuple[str, ...]:
    """Kinds of row as they are called."""
    return tuple(_(_KINDS[entity]) if entity in _KINDS else entity for entity in entities)


def server_name(greeting: Greeting) -> str:
    """The product and, where it says one, its version."""
    return " ".join(filter(None, (clean_line(greeting.product, 60), clean_line(greeting.version, 60))))


def trouble(error: HubError, crm: str) -> CrmTrouble:
    """A failure of the CRM in its own words: the notices of the screens speak of the hub."""
    known = CRMS.get(crm)
    example, needs = known.address if known else "https://crm.example.com", ""
    if isinstance(error, SignInNeeded):
        text, needs = _("It does not take the token: {detail}"), "token"
        step = _("Paste a new one. {where}").format(where=_(known.secret) if known else "").strip()
    elif isinstance(error, CrmForbidden):
        text = _("This token may not do that there: {detail}")
        step = _("Ask an administrator of the CRM for the right, or paste another token.")
    elif isinstance(error, VersionTooOld):
        text, step = _("This CRM is too old: {detail}"), _("Have it brought up to date there, then connect again.")
    elif isinstance(error, UntrustedHub) and "url" in error.facts:
        needs, text, step = "address", "{detail}", _("An address looks like {example}.").format(example=example)
    elif isinstance(error, UntrustedHub):
        needs, text = "ca_file", "{detail}"
        step = _("If it is your company's own, name the file of its authority (ca_file). Nothing was sent.")
    elif isinstance(error, HubBusy):
        text = _("It does not answer: {detail}")
        step = _("It may be in maintenance. Try again in {seconds} seconds.").format(
            seconds=error.facts.get("seconds", 60)
        )
    elif isinstance(error, HubUnavailable):
        text = _("It does not answer: {detail}")
        step = _("Check the address and the network. An address looks like {example}.").format(example=example)
    else:
        text, step = _("It does not do it: {detail}"), _("An address looks like {example}.").format(example=example)
    return CrmTrouble(text.format(detail=clean_line(error.detail, 300) or type(error).__name__), step=step, needs=needs)


def strange_answer(crm: str) -> CrmTrouble:
    """Something answers there that is no such CRM."""
    title, example = CRMS[crm].title, CRMS[crm].address
    words = _("What answers there is no {title}").format(title=title)
    return CrmTrouble(words, step=_("An address looks like {example}.").format(example=example))
