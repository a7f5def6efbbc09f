"""What stands out in a funnel, in sentences; names of the moves between two days."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import N_, _
from cockpit.services.snapshots import FunnelSnapshot, FunnelStage, RangeView
from cockpit.services.stuck import astray_text

_MOVES = {
    "created": N_("created"),
    "pulled_in": N_("pulled in"),
    "taken_over": N_("taken over"),
    "reopened": N_("reopened"),
    "raised": N_("amount raised"),
    "cut": N_("amount cut"),
    "won": N_("won"),
    "lost": N_("lost"),
    "pushed_out": N_("pushed out"),
    "handed_on": N_("handed on"),
}


def move_name(kind: str) -> str:
    return _(_MOVES[kind]) if kind in _MOVES else kind


def share_text(found: RangeView | None) -> str:
    """`41% (n 34, 31-52)`; a dash where there are too few deals."""
    return "-" if found is None else f"{found.value:.0%} (n {found.n}, {found.low * 100:.0f}-{found.high * 100:.0f})"


def days_text(found: RangeView | None) -> str:
    """`12 d (n 34, 9-15)`."""
    if found is None:
        return "-"
    return _("{days} d (n {n}, {low}-{high})").format(
        days=f"{found.value:g}", n=found.n, low=f"{found.low:g}", high=f"{found.high:g}"
    )


def findings(snapshot: FunnelSnapshot) -> list[str]:
    """Deals in no stage, then what stands out beyond chance, each with its figures; empty when nothing does."""
    astray = astray_text(snapshot.astray)
    return [*([astray] if astray else []), *(said for stage in snapshot.stages for said in _of_stage(stage))]


def _of_stage(stage: FunnelStage) -> list[str]:
    found = []
    if stage.is_narrow:
        text = _("{stage} is narrow: {own} go on, with the others {others}")
        found.append(_filled(text, stage, share_text(stage.conversion), share_text(stage.others_conversion)))
    if stage.is_slow:
        text = _("{stage} is slow: deals stay {own}, with the others {others}")
        found.append(_filled(text, stage, days_text(stage.stay), days_text(stage.others_stay)))
    if stage.shape:
        text = _("{stage} is thin: {own} open deals, the others have {others} each")
        if stage.shape == "bulged":
            text = _("{stage} is bulged: {own} open deals, the others have {others} each")
        found.append(_filled(text, stage, str(stage.open), f"{stage.others_open or 0:.1f}"))
    return found


def _filled(text: str, stage: FunnelStage, own: str, others: str) -> str:
    return text.format(stage=stage.name, own=own, others=others)


def nothing_found(snapshot: FunnelSnapshot) -> str:
    """Why no stage is named."""
    if not snapshot.others and snapshot.scope.role != "rep":
        return _("All of your people together. One rep's funnel is compared with the others'.")
    if not snapshot.others:
        return _("Nobody to compare with on this device: a lead's device has the whole team.")
    return _("No stage stands out beyond chance against {count} others.").format(count=snapshot.others)


def after(funnels: Sequence[tuple[str, str]], funnel_id: str) -> str:
    """The id of the funnel that is looked at next."""
    ids = [found for found, _name in funnels]
    return ids[(ids.index(funnel_id) + 1) % len(ids)]


def one_funnel() -> str:
    """Why there is no other funnel to look at."""
    return _("There is one funnel here. `cockpit hub funnels add` makes another.")


def flow_title(snapshot: FunnelSnapshot) -> str:
    """Of which deals the flow is, and from when on."""
    if snapshot.period_kind:
        return _("Flow of the deals expected this month, since {day}").format(day=snapshot.starts_on.isoformat())
    return _("Flow of all open deals, since the end of {day}").format(day=snapshot.since.isoformat())
