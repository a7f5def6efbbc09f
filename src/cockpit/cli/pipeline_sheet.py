"""The pipeline in a pipe: what is stuck, the stages with conversion, the deals with their states."""

from __future__ import annotations

from cockpit import i18n
from cockpit.cli.output import Sheet, Table
from cockpit.cli.sheets import stale
from cockpit.i18n import _, listed, short_money
from cockpit.services import snapshots as s
from cockpit.services.card_words import next_step_text
from cockpit.services.stuck import astray_text, by_state, stuck, stuck_by_stage
from cockpit.services.words import apart_money, deal_state, with_marks, with_range


def pipeline(snapshot: s.PipelineSnapshot) -> Sheet:
    rate = "-" if snapshot.win_rate is None else f"{snapshot.win_rate:.1%}"
    lines = [
        f"{snapshot.scope.spoken}  {snapshot.funnel}  {i18n.long_day(snapshot.as_of.date())}",
        *stale(snapshot),
        _(
            "won {won} ({amount})  lost {lost}  open {open} ({open_amount}, {without} without amount)  win rate {rate} (n {n})"
        ).format(
            won=snapshot.won_count,
            amount=short_money(snapshot.won_amount_minor),
            lost=snapshot.lost_count,
            open=snapshot.open_count,
            open_amount=short_money(snapshot.open_amount_minor),
            without=snapshot.open_without_amount,
            rate=rate,
            n=with_range(str(snapshot.win_rate_n), snapshot.win_rate_range),
        )
        + f"  {snapshot.currency}",
        *(f"! {text}" for text in (astray_text(snapshot.astray), apart_money(snapshot.other_currencies)) if text),
        _stuck_text(snapshot),
        _("this month  in {inflow} ({in_money})  out {outflow} ({out_money})").format(
            inflow=f"{snapshot.inflow[0]:+d}",
            in_money=short_money(snapshot.inflow[1]),
            outflow=f"{snapshot.outflow[0]:+d}",
            out_money=short_money(snapshot.outflow[1]),
        ),
    ]
    records: list[dict[str, object]] = [
        {
            "id": line.id,
            "deal": line.name,
            "account": line.account,
            "owner": line.owner,
            "stage": line.stage,
            "amount_minor": line.amount_minor,
            "currency": line.currency,
            "state": line.state,
            "states": " ".join(line.states),
            "days_in_stage": line.days_in_stage,
            "next_step_at": line.next_step_at,
            "expected_on": line.expected_on,
        }
        for line in snapshot.deals
    ]
    return Sheet(lines, [_stages(snapshot), _deals(snapshot)], records)


def _stages(snapshot: s.PipelineSnapshot) -> Table:
    stuck_in = stuck_by_stage(snapshot)
    rows = [
        (
            stage.name,
            str(stage.count),
            str(stuck_in.get(stage.id, (0, 0))[0]),
            short_money(stage.amount_minor),
            _rate(stage),
        )
        for stage in snapshot.stages
    ]
    columns = (_("stage"), ">" + _("deals"), ">" + _("stuck"), ">" + _("money"), ">" + _("conversion"))
    return Table(_("Stages, conversion of all deals that ever left them"), columns, rows)


def _deals(snapshot: s.PipelineSnapshot) -> Table:
    rows = [
        (
            line.name,
            line.account or _("no account"),
            line.owner,
            line.stage,
            short_money(line.amount_minor),
            _deal_states(line),
            "-" if line.days_in_stage is None else str(line.days_in_stage),
            f"{next_step_text(line.next_step_at, snapshot.as_of)} {line.next_step}".rstrip(),
            line.expected_on.isoformat() if line.expected_on else "-",
        )
        for line in snapshot.deals
    ]
    columns = (_("deal"), _("account"), _("rep"), _("stage"), ">" + _("money"), _("state"))
    return Table(_("Open deals"), (*columns, ">" + _("days"), _("next step"), _("close")), rows, _("No open deal."))


def _stuck_text(snapshot: s.PipelineSnapshot) -> str:
    """How many deals are stuck, and in which states."""
    count, minor = stuck(snapshot)
    states = listed(
        f"{deal_state(state)} {found}"
        for state, (found, _minor) in by_state(snapshot).items()
        if found and state != "healthy"
    )
    return (
        _("stuck {count} ({amount})  {states}").format(count=count, amount=short_money(minor), states=states).rstrip()
    )


def _rate(stage: s.StageLine) -> str:
    if stage.conversion is None:
        return "-"
    return f"{stage.conversion:.0%} ({with_range(f'n {stage.conversion_n}', stage.conversion_range)})"


def _deal_states(line: s.DealLine) -> str:
    states = listed(deal_state(state) for state in line.states) or deal_state(line.state)
    return with_marks(states, write_state_code=line.write_state)
