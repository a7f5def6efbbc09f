"""The shape of the funnel in a pipe: stages against the others, the flow, the losses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from cockpit import i18n
from cockpit.cli import shapes
from cockpit.cli.output import Sheet, Table
from cockpit.cli.sheets import apart_lines, stale
from cockpit.i18n import _, short_money
from cockpit.services import snapshots as s
from cockpit.services.funnel_words import days_text, findings, flow_title, move_name, nothing_found, share_text


def funnel(snapshot: s.FunnelSnapshot) -> Sheet:
    lines = [
        f"{snapshot.scope.spoken}  {snapshot.funnel}  {snapshot.currency}  {i18n.long_day(snapshot.as_of.date())}",
        *stale(snapshot),
        *(findings(snapshot) or [nothing_found(snapshot)]),
        *apart_lines(snapshot.other_currencies),
    ]
    won = _reasons(_("Won for"), _("reason"), snapshot.won_for, _("no reason given"), _("No deal was won."))
    reasons = _reasons(_("Lost for"), _("reason"), snapshot.lost_for, _("no reason given"), _("No deal was lost."))
    stages = _reasons(_("Lost from"), _("stage"), snapshot.lost_from, _("stage not known"), _("No deal was lost."))
    return Sheet(lines, [_stages(snapshot), _flow(snapshot), won, reasons, stages], _records(snapshot.stages))


def _records(stages: Sequence[s.FunnelStage]) -> list[dict[str, object]]:
    """The stages for CSV: each range as its figure, ends and n."""
    records: list[dict[str, object]] = []
    for stage in stages:
        record: dict[str, object] = {
            "id": stage.id,
            "name": stage.name,
            "open": stage.open,
            "others_open": stage.others_open,
        }
        for name in ("conversion", "others_conversion", "stay", "others_stay"):
            found: s.RangeView | None = getattr(stage, name)
            parts = {} if found is None else asdict(found)
            record |= {name: parts.get("value"), **{f"{name}_{end}": parts.get(end) for end in ("low", "high", "n")}}
        records.append({**record, "shape": stage.shape, "is_narrow": stage.is_narrow, "is_slow": stage.is_slow})
    return records


def shape(snapshot: s.FunnelSnapshot) -> dict[str, Any]:
    """The JSON form."""
    return {
        **shapes.stamp(snapshot),
        "scope": shapes.person(snapshot.scope),
        "funnel": {"id": snapshot.funnel_id, "name": snapshot.funnel},
        "funnels": [{"id": found, "name": name} for found, name in snapshot.funnels],
        "currency": snapshot.currency,
        "others": snapshot.others,
        "came_in_days": snapshot.came_in_days,
        "other_currencies": shapes.apart(snapshot.other_currencies),
        "findings": findings(snapshot),
        "stages": [asdict(stage) for stage in snapshot.stages],
        "flow": {
            "since": snapshot.since,
            "expected_in": [snapshot.starts_on, snapshot.ends_on] if snapshot.period_kind else None,
            "opening": {"count": snapshot.opening_count, "amount_minor": snapshot.opening_minor},
            "moves": [{"kind": m.kind, "count": m.count, "amount_minor": m.minor} for m in snapshot.flow],
            "closing": {"count": snapshot.closing_count, "amount_minor": snapshot.closing_minor},
        },
        "won_for": [_reason(line) for line in snapshot.won_for],
        "lost_for": [_reason(line) for line in snapshot.lost_for],
        "lost_from": [_reason(line) for line in snapshot.lost_from],
    }


def _reason(line: s.ReasonLine) -> dict[str, Any]:
    return {"name": line.name, "count": line.count, "amount_minor": line.minor}


def _stages(snapshot: s.FunnelSnapshot) -> Table:
    rows = [
        (
            stage.name,
            str(stage.open),
            "-" if stage.others_open is None else f"{stage.others_open:.1f}",
            share_text(stage.conversion),
            share_text(stage.others_conversion),
            days_text(stage.stay),
            days_text(stage.others_stay),
        )
        for stage in snapshot.stages
    ]
    columns = (_("stage"), ">" + _("open"), ">" + _("others have"), _("goes on"), _("others"), _("days"), _("others"))
    title = _("Stages, of the deals that came in within {days} days").format(days=snapshot.came_in_days)
    return Table(title, columns, rows)


def _flow(snapshot: s.FunnelSnapshot) -> Table:
    rows = [
        (_("open at the start"), str(snapshot.opening_count), short_money(snapshot.opening_minor)),
        *((move_name(move.kind), f"{move.count:+d}", short_money(move.minor)) for move in snapshot.flow),
        (_("open now"), str(snapshot.closing_count), short_money(snapshot.closing_minor)),
    ]
    return Table(flow_title(snapshot), (_("move"), ">" + _("deals"), ">" + _("money")), rows)


def _reasons(title: str, column: str, lines: Sequence[s.ReasonLine], nameless: str, none: str) -> Table:
    rows = [(line.name or nameless, str(line.count), short_money(line.minor)) for line in lines]
    return Table(title, (column, ">" + _("deals"), ">" + _("money")), rows, none)
