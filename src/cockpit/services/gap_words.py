"""What a gap says beside its numbers, in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.i18n import _, exact_money, ngettext, short_money

if TYPE_CHECKING:
    from cockpit.services.snapshots import AgreementLine, ChainSnapshot, GapSnapshot, RungLine


def agreement_text(found: AgreementLine) -> str:
    """`agreed 10-27`, `asked since 10-27`, of a team `5 of 6 agreed`."""
    if found.of:
        return _("{agreed} of {of} agreed").format(agreed=found.agreed, of=found.of)
    if found.state == "agreed" and found.by_rep_at is not None:
        return _("agreed {day}").format(day=f"{found.by_rep_at:%m-%d}")
    if found.state == "asked" and found.by_lead_at is not None:
        return _("asked since {day}").format(day=f"{found.by_lead_at:%m-%d}")
    return _("not agreed")


def why_not_agree(found: AgreementLine | None) -> str | None:
    """Why the viewer's yes is not asked for; None when it is."""
    if found is None:
        return _("There is no target to agree to.")
    if found.is_mine:
        return None
    if found.of:
        return _("Each rep says yes to his own target; the tree of targets has all of them.")
    if found.state == "agreed":
        return _("Agreed already.")
    return _("Your lead has not said yes to this target yet. Ask for it first.")


def rung_text(found: RungLine) -> str:
    """`138k to middle`."""
    return _("{left} to {rung}").format(left=short_money(found.left_minor), rung=found.name)


def standing_texts(found: GapSnapshot | ChainSnapshot) -> list[str]:
    """The agreement with both dates, and every rank that is left, as the command line prints them."""
    lines = []
    agreement = found.agreement
    if agreement is not None and agreement.of:
        lines.append(_("target: {agreement}").format(agreement=agreement_text(agreement)))
    elif agreement is not None:
        lead, rep = (f"{at:%m-%d %H:%M}" if at else "-" for at in (agreement.by_lead_at, agreement.by_rep_at))
        words = _("target {agreement}: lead said yes {lead}, rep {rep}")
        lines.append(words.format(agreement=agreement_text(agreement), lead=lead, rep=rep))
        if agreement.is_mine:
            lines.append(_("your yes is asked for: `cockpit targets agree`"))
    if found.rungs:
        rungs = [
            _("{rung} {least}, {left} to go").format(
                rung=rung.name, least=short_money(rung.least_minor), left=short_money(rung.left_minor)
            )
            for rung in found.rungs
        ]
        lines.append(_("ranks: {list}").format(list="; ".join(rungs)))
    return lines


def months_text(count: int) -> str:
    """Why a quarter, year or week whose target is not whole is compared with nothing."""
    words = ngettext(
        "{count} month of it has no target: nothing is compared",
        "{count} months of it have no target: nothing is compared",
        count,
    )
    return words.format(count=count)


def target_note(found: GapSnapshot) -> str:
    """A target that lacks months, or a team's that the reps' do not sum to, with what mends it; empty without either."""
    if found.months_missing:
        return months_text(found.months_missing)
    if found.target_minor is None or found.parts_minor is None or found.parts_minor == found.target_minor:
        return ""
    difference = found.target_minor - found.parts_minor
    words = _("the reps' targets are {money} less than the team's: `cockpit targets` says how to mend it")
    if difference < 0:
        words = _("the reps' targets are {money} more than the team's: `cockpit targets` says how to mend it")
    return words.format(money=exact_money(abs(difference), found.currency))
