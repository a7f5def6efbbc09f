"""Why a funnel looks as it does: the deals behind a stage's conversion and stay, behind a move and behind a loss."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.domain.entities import Deal
from cockpit.domain.flow import INFLOW, KINDS, OUTFLOW, Move, money_of
from cockpit.domain.funnel import WINDOW_DAYS, Ended, Ranged, StageHealth
from cockpit.i18n import _
from cockpit.services.funnel import FunnelFigures
from cockpit.services.funnel_words import move_name
from cockpit.services.snapshots import Why
from cockpit.services.views import stage_name
from cockpit.services.why_money import answer, deal_row

SUMS = {"inflow": INFLOW, "outflow": OUTFLOW}


def names(found: FunnelFigures) -> list[str]:
    """All that can be asked about a funnel."""
    kinds = [kind for kind in KINDS if found.flow.of({kind})]
    return [
        *(f"shape:{part.stage.id}{number}" for part in found.stages for number in ("", ":conversion", ":stay")),
        *(f"flow.{number}" for number in ("opening", *kinds, "closing", *SUMS)),
        *(f"wins:{won.name or '-'}" for won in found.won_for),
        *(f"losses:{loss.name or '-'}" for loss in found.lost_for),
        *(f"losses_from:{loss.name or '-'}" for loss in found.lost_from),
    ]


def moved(found: FunnelFigures, number: str) -> Why | None:
    """Opening, closing, one kind of move, or the sum of what came in or left without being won."""
    flow = found.flow
    if number in ("opening", "closing"):
        deals = flow.opening if number == "opening" else flow.closing
        minor = flow.opening_minor if number == "opening" else flow.closing_minor
        title = _("Open at the start") if number == "opening" else _("Open now")
        return _of_deals(
            found, title, deals, minor, _("open deals the flow is about, at that moment; sum of their money")
        )
    if number in SUMS:
        title = _("Inflow") if number == "inflow" else _("Outflow")
        formula = _("created, pulled in, taken over and reopened")
        if number == "outflow":
            formula = _("lost, pushed out and handed on; what was won is no outflow")
        return _of_moves(found, title, flow.of(SUMS[number]), formula)
    if number not in KINDS:
        return None
    formula = _("deals that moved so between the two days; opening + all moves = closing")
    return _of_moves(found, move_name(number), flow.of({number}), formula)


def _of_moves(found: FunnelFigures, title: str, moves: Sequence[Move], formula: str) -> Why:
    rows = [deal_row(found.book, move.deal, move.minor) for move in moves]
    inputs = [*_days(found), (_("deals"), f"{sum(move.deals for move in moves):+d}")]
    return answer(
        found.book, title, money_of(moves), "money", formula, rows, "sum", inputs=inputs, currency=found.line.currency
    )


def _of_deals(found: FunnelFigures, title: str, deals: Sequence[Deal], minor: int, formula: str) -> Why:
    currency = found.line.currency
    rows = [deal_row(found.book, d, (d.amount_minor or 0) if d.currency == currency else 0) for d in deals]
    inputs = [*_days(found), (_("deals"), str(len(deals)))]
    return answer(found.book, title, minor, "money", formula, rows, "sum", inputs=inputs, currency=currency)


def _days(found: FunnelFigures) -> list[tuple[str, str]]:
    flow = found.flow
    inputs = [(_("since the end of"), flow.since.isoformat()), (_("until"), flow.until.isoformat())]
    if flow.period is not None:
        inputs.append((_("expected"), f"{flow.period.starts_on.isoformat()} - {flow.period.ends_on.isoformat()}"))
    return inputs


def stage(found: FunnelFigures, stage_id: str, part: str) -> Why | None:
    """A stage of the funnel against the others: its open deals, the share that goes on, the days deals stay."""
    facts = next((facts for facts in found.stages if facts.stage.id == stage_id), None)
    if facts is None or part not in ("", "conversion", "stay"):
        return None
    name = stage_name(found.book, stage_id)
    if part == "":
        return _open(found, facts, name)
    own, others = (
        (facts.conversion, facts.others_conversion) if part == "conversion" else (facts.stay, facts.others_stay)
    )
    title = _("{stage}: goes on").format(stage=name) if part == "conversion" else _("{stage}: days").format(stage=name)
    formula = _(
        "deals that came into the stage in the last {days} days, early enough to have gone on; narrow only when the 80% "
        "range does not touch that of the others"
    ).format(days=WINDOW_DAYS)
    if part == "stay":
        formula = _(
            "median of the days between coming and leaving, of the same deals; slow only when the 80% range does not "
            "touch that of the others"
        )
    cohort = facts.own
    values = cohort.went_on if part == "conversion" else cohort.stays
    rows = [deal_row(found.book, deal, value) for deal, value in values]
    inputs = [(_("own"), _text(own, part)), (_("others"), _text(others, part))]
    value = sum(value for _deal, value in values) if part == "conversion" else None
    return answer(
        found.book, title, value, "count" if part == "conversion" else "days", formula, rows,
        "sum" if part == "conversion" else "none", inputs=inputs,
    )  # fmt: skip


def _open(found: FunnelFigures, facts: StageHealth, name: str) -> Why:
    deals = next(part.deals for part in found.line.stages if part.stage.id == facts.stage.id)
    usual = _("not known") if facts.others_open is None else f"{facts.others_open:.1f}"
    formula = _(
        "open deals in the stage; thin or bulged when so few or so many would come by chance under 10% (Poisson)"
    )
    rows = [deal_row(found.book, deal, 1) for deal in deals]
    inputs = [(_("one of the others has"), usual)]
    return answer(found.book, name, len(deals), "count", formula, rows, "count", inputs=inputs)


def _text(found: Ranged | None, part: str) -> str:
    if found is None:
        return _("too few deals to say")
    if part == "conversion":
        return f"{found.value:.1%}, n {found.n}, 80%: {found.low:.1%} - {found.high:.1%}"
    return f"{found.value:g}, n {found.n}, 80%: {found.low:g} - {found.high:g}"


def won_for(found: FunnelFigures, reason: str) -> Why | None:
    won = next((won for won in found.won_for if (won.name or "-") == reason), None)
    if won is None:
        return None
    formula = _("deals closed as won between {first} and {last}")
    return _ended(found, _("Won: {name}").format(name=won.name or _("no reason given")), won, formula)


def lost_for(found: FunnelFigures, reason: str) -> Why | None:
    loss = next((loss for loss in found.lost_for if (loss.name or "-") == reason), None)
    return None if loss is None else _lost(found, loss, loss.name or _("no reason given"))


def lost_from(found: FunnelFigures, stage_id: str) -> Why | None:
    loss = next((loss for loss in found.lost_from if (loss.name or "-") == stage_id), None)
    return None if loss is None else _lost(found, loss, stage_name(found.book, loss.name) or _("stage not known"))


def _lost(found: FunnelFigures, loss: Ended, name: str) -> Why:
    return _ended(
        found, _("Lost: {name}").format(name=name), loss, _("deals closed as lost between {first} and {last}")
    )


def _ended(found: FunnelFigures, title: str, ended: Ended, formula: str) -> Why:
    days = {"first": found.month.starts_on.isoformat(), "last": found.month.ends_on.isoformat()}
    return _of_deals(found, title, ended.deals, ended.minor, formula.format(**days))
