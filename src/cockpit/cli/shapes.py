"""The JSON form of each snapshot: documented in docs/json.md, versioned, never wider than what a screen shows.

Money is minor units beside a currency, moments are RFC 3339 with offset, days are ISO dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from cockpit.services import snapshots as s
from cockpit.services.stuck import by_state, stuck, stuck_by_stage

VERSION = 1


def stamp(snapshot: s.Snapshot) -> dict[str, Any]:
    return {"version": VERSION, "as_of": snapshot.as_of, "complete": snapshot.complete}


def person(ref: s.PersonRef) -> dict[str, Any]:
    return {"id": ref.id, "name": ref.name, "alias": ref.alias, "role": ref.role, "team": ref.team}


def activity(item: s.AgendaItem) -> dict[str, Any]:
    data = asdict(item)
    data["sync"] = data.pop("write_state")
    return data


def kpi(line: s.KpiLine) -> dict[str, Any]:
    return asdict(line)


def card(view: s.CardView) -> dict[str, Any]:
    data = asdict(view)
    if view.progress is not None:
        data["progress"] = {"held": view.progress[0], "needed": view.progress[1]}
    return data


def forecast(line: s.ForecastLine) -> dict[str, Any]:
    shares = ("error", "bias", "covered", "floor")
    return {
        name: round(value, 4) if name in shares and value is not None else value for name, value in asdict(line).items()
    }


def month(line: s.MonthLine) -> dict[str, Any]:
    return {**asdict(line), "forecast": forecast(line.forecast), "other_currencies": apart(line.other_currencies)}


def apart(others: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Money that no sum holds."""
    return [{"currency": currency, "amount_minor": minor} for currency, minor in others]


def today(snapshot: s.TodaySnapshot) -> dict[str, Any]:
    return {
        **stamp(snapshot),
        "rep": person(snapshot.rep),
        "day": snapshot.day,
        "visits": [activity(item) for item in snapshot.visits],
        "yesterday_unvisited": [activity(item) for item in snapshot.yesterday_unvisited],
        "prep": asdict(snapshot.prep) if snapshot.prep else None,
        "next_best": asdict(snapshot.next_best) if snapshot.next_best else None,
        "month": month(snapshot.month),
        "kpis": [kpi(line) for line in snapshot.kpis],
        "cards": [card(view) for view in snapshot.cards],
        "briefs": [asdict(brief) for brief in snapshot.briefs],
        "coming": [activity(item) for item in snapshot.coming],
        "days": [asdict(day) for day in snapshot.days],
        "trend": [asdict(week) for week in snapshot.trend],
        "offer": snapshot.offer,
        "is_plan_disputed": snapshot.is_plan_disputed,
    }


def gap(snapshot: s.GapSnapshot) -> dict[str, Any]:
    return {
        **stamp(snapshot),
        "rep": person(snapshot.rep),
        "period": {"kind": snapshot.period_kind, "starts_on": snapshot.starts_on, "ends_on": snapshot.ends_on},
        "currency": snapshot.currency,
        "target_minor": snapshot.target_minor,
        "actual_minor": snapshot.actual_minor,
        "gap_minor": snapshot.gap_minor,
        "planned_minor": snapshot.planned_minor,
        "uncovered_minor": snapshot.uncovered_minor,
        "other_currencies": [{"currency": c, "actual_minor": m} for c, m in snapshot.other_currencies],
        "workdays_left": snapshot.workdays_left,
        "forecast": forecast(snapshot.forecast),
        "kpis": [kpi(line) for line in snapshot.kpis],
        "weeks": [asdict(week) for week in snapshot.weeks],
        "due_minor": snapshot.due_minor,
        "days": [asdict(day) for day in snapshot.days],
        "trend": [asdict(week) for week in snapshot.trend],
        "pace": [asdict(day) for day in snapshot.pace],
        "in_question": snapshot.in_question,
        "team": snapshot.team,
        "reps": [{**asdict(rep), "forecast": forecast(rep.forecast)} for rep in snapshot.reps],
        "parts_minor": snapshot.parts_minor,
        "months_missing": snapshot.months_missing,
        "agreement": asdict(snapshot.agreement) if snapshot.agreement else None,
        "rungs": [asdict(rung) for rung in snapshot.rungs],
    }


def deal(line: s.DealLine) -> dict[str, Any]:
    data = asdict(line)
    data["sync"] = data.pop("write_state")
    return data


def pipeline(snapshot: s.PipelineSnapshot) -> dict[str, Any]:
    by_stage = stuck_by_stage(snapshot)
    count, minor = stuck(snapshot)
    return {
        **stamp(snapshot),
        "scope": person(snapshot.scope),
        "funnel": {"id": snapshot.funnel_id, "name": snapshot.funnel},
        "currency": snapshot.currency,
        "stages": [asdict(stage) | {"stuck": by_stage.get(stage.id, (0, 0))[0]} for stage in snapshot.stages],
        "won": {"count": snapshot.won_count, "amount_minor": snapshot.won_amount_minor},
        "lost": {"count": snapshot.lost_count},
        "open": {
            "count": snapshot.open_count,
            "amount_minor": snapshot.open_amount_minor,
            "without_amount": snapshot.open_without_amount,
        },
        "astray": {"count": snapshot.astray[0], "amount_minor": snapshot.astray[1]},
        "stuck": {"count": count, "amount_minor": minor},
        "inflow": {"count": snapshot.inflow[0], "amount_minor": snapshot.inflow[1]},
        "outflow": {"count": snapshot.outflow[0], "amount_minor": snapshot.outflow[1]},
        "states": {state: found for state, (found, _minor) in by_state(snapshot).items()},
        "win_rate": {"value": snapshot.win_rate, "n": snapshot.win_rate_n, "range": snapshot.win_rate_range},
        "other_currencies": apart(snapshot.other_currencies),
        "deals": [deal(line) for line in snapshot.deals],
    }


def team(snapshot: s.TeamSnapshot) -> dict[str, Any]:
    return {
        **stamp(snapshot),
        "viewer": person(snapshot.viewer),
        "team": snapshot.team,
        "month": snapshot.starts_on,
        "workdays_gone": snapshot.workdays_gone,
        "workdays_total": snapshot.workdays_total,
        "currency": snapshot.currency,
        "cards": [card(view) for view in snapshot.cards],
        "reps": [_rep(rep) for rep in snapshot.reps],
        "total": _rep(snapshot.total),
    }


def _rep(line: s.TeamRep) -> dict[str, Any]:
    return {**asdict(line), "forecast": forecast(line.forecast), "other_currencies": apart(line.other_currencies)}


def sync(snapshot: s.SyncSnapshot, report: s.SyncReport | None = None) -> dict[str, Any]:
    return {
        **stamp(snapshot),
        "hub": snapshot.hub_url,
        "pushed": report.pushed if report else snapshot.pushed,
        "pulled": report.pulled if report else snapshot.pulled,
        "pending": snapshot.badge.pending,
        "conflicts": snapshot.badge.conflicts,
        "parked": snapshot.badge.parked,
        "blocked": snapshot.badge.blocked,
        "receipts": report.receipts if report else len(snapshot.receipts),
        "last_sync_at": snapshot.badge.last_sync_at,
        "queue": [asdict(item) for item in snapshot.queue],
        "receipt_list": [asdict(item) for item in snapshot.receipts],
        "conflict_list": [asdict(item) for item in snapshot.conflicts],
        "proof": asdict(snapshot.proof) if snapshot.proof else None,
        "confirm_shrink": snapshot.shrink,
        "refused_rows": list(snapshot.refused),
        "clock_note": snapshot.clock_note,
        "is_plan_disputed": snapshot.is_plan_disputed,
        "error": report.error if report else snapshot.last_error,
    }


def problems(snapshot: s.TodaySnapshot) -> dict[str, Any]:
    return {**stamp(snapshot), "rep": person(snapshot.rep), "cards": [card(view) for view in snapshot.cards]}


def plan(snapshot: s.PlanSnapshot) -> dict[str, Any]:
    return {
        **stamp(snapshot),
        "rep": person(snapshot.rep),
        "starts_on": snapshot.starts_on,
        "ends_on": snapshot.ends_on,
        "visits": [activity(item) for item in snapshot.items],
    }


def proposal(found: s.ReplanProposal, applied: bool) -> dict[str, Any]:
    return {
        **stamp(found),
        "kind": found.kind,
        "trigger": found.trigger,
        "applied": applied,
        "first_on": found.first,
        "last_on": found.last,
        "aim": found.aim,
        "limits": [asdict(limit) for limit in found.limits],
        "short": [{"rule": rule, "count": count} for rule, count in found.short],
        "answers": found.answers,
        "seed": found.seed,
        "steps": found.steps,
        "kept": asdict(found.kept) if found.kept else None,
        "travel_rule": asdict(found.travel_rule) if found.travel_rule else None,
        "start": found.start,
        "travel_minutes": [{"on": on, "minutes": minutes} for on, minutes in found.travel_minutes],
        "before": [asdict(row) for row in found.before],
        "after": [asdict(row) for row in found.after],
        "scores": [asdict(line) for line in found.scores],
        "best_dropped": asdict(found.best_dropped) if found.best_dropped else None,
        "best_dropped_why": found.best_dropped_why,
        "notes": list(found.notes),
    }


def why(answer: s.Why) -> dict[str, Any]:
    return {"version": VERSION, **asdict(answer)}


def why_names(found: Iterable[tuple[str, str, s.Why]]) -> dict[str, Any]:
    """Every name with the screen it stands on, its title and its value."""
    names = [
        {
            "name": name,
            "screen": screen,
            "title": why.title,
            "value": why.value,
            "unit": why.unit,
            "currency": why.currency,
        }
        for screen, name, why in found
    ]
    return {"version": VERSION, "names": names}
