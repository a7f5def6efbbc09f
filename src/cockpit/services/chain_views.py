"""A chain as a screen shows it."""

from __future__ import annotations

from datetime import date, timedelta

from cockpit.domain.book import Book
from cockpit.domain.chain import SLOW_BELOW, Chain, Lever, Line, chain, feasible, half_up, levers, thinnest
from cockpit.domain.deals import money, other_money
from cockpit.domain.entities import Deal
from cockpit.domain.measures import Compared
from cockpit.domain.periods import period_of
from cockpit.domain.rates import Rate
from cockpit.i18n import _, exact_money, listed
from cockpit.services.agreements import agreement_line, rung_lines
from cockpit.services.chain import ChainLook, Ground
from cockpit.services.chain_words import ratio_name, step_name
from cockpit.services.gap_words import months_text
from cockpit.services.snapshots import (
    ChainDeal,
    ChainLever,
    ChainLine,
    ChainRep,
    ChainSnapshot,
    CycleCheck,
    EffortCheck,
    PersonRef,
    RateLine,
    ThinCheck,
)
from cockpit.services.views import person_name, stage_name, team_name
from cockpit.services.words import period_name


def chain_snapshot(look: ChainLook) -> ChainSnapshot:
    """The whole chain, or why there is none."""
    ground, gap = look.ground, look.gap
    refused = refusal(look)
    found = chain(look.given)
    alone, alike = reasons(look)
    return ChainSnapshot(
        as_of=ground.book.local(ground.book.as_of),
        complete=ground.book.complete,
        rep=ground.person,
        is_read_only=ground.viewer.id != ground.person.id,
        period_kind=look.kind,
        starts_on=gap.period.starts_on,
        ends_on=gap.period.ends_on,
        window_from=ground.window.starts_on,
        window_to=ground.window.ends_on,
        currency=gap.currency,
        refusal=refused,
        lines=() if refused else tuple(_line(look, line) for line in found.lines),
        workdays_left=found.days_left,
        per_day=_whole(found.per_day),
        per_day80=_whole(found.per_day80),
        days=tuple(zip(days_left(look), found.days(), strict=False)) if found.last.short and not refused else (),
        levers=() if refused else _levers(look),
        tried=look.tried,
        cycle=None if refused else _cycle(look),
        effort=None if refused else _effort(look, found),
        thin=None if refused else _thin(look),
        other_currencies=other_money(look.open, gap.currency),
        alone=alone,
        alike=alike,
        team=team_name(ground.book, ground.person) if ground.is_team else "",
        reps=_reps(look),
        agreement=agreement_line(ground.book, gap, ground.viewer.id),
        rungs=rung_lines(gap) if not ground.is_team else (),
    )


def _reps(look: ChainLook) -> tuple[ChainRep, ...]:
    """The reps of a team who are short, each by his own rates, the largest gap first."""
    short = [part for part in look.gap.parts if (part.gap_minor or 0) > 0 and part.scope_id in look.ground.sellers]
    short.sort(key=lambda part: (-(part.gap_minor or 0), part.scope_id))
    return tuple(_rep(ChainLook(look.ground.of(_person(look.ground.book, part.scope_id)), look.kind)) for part in short)


def _person(book: Book, rep_id: str) -> PersonRef:
    row = book.people[rep_id]
    return PersonRef(row.id, row.name, row.alias, row.role, row.team_id, "")


def _rep(look: ChainLook) -> ChainRep:
    found = chain(look.given)
    verdict, _share = feasible(found, look.effort)
    reserve = next((line for line in found.lines if line.step and line.step.is_money), None)
    return ChainRep(
        id=look.ground.person.id,
        name=look.ground.person.spoken,
        short_minor=half_up(found.lines[0].short or 0),
        reserve_short=_short(reserve),
        customers=_short(found.customers),
        last_name=step_name(found.last.id),
        per_day=_whole(found.per_day),
        verdict=verdict,
    )


def refusal(look: ChainLook) -> str:
    """Why no chain can be made, with what it needs; empty when one can."""
    gap = look.gap
    if gap.target_minor is None:
        if gap.months_missing:
            return _("{reason}. A chain begins with a target.").format(reason=months_text(gap.months_missing))
        words = _("There is no target for this {period}: a chain begins with one.")
        return words.format(period=period_name(look.kind))
    if gap.gap_minor is not None and gap.gap_minor <= 0:
        above = exact_money(-gap.gap_minor, gap.currency)
        return _("The target is reached, {money} above it: nothing is short.").format(money=above)
    return ""


def reasons(look: ChainLook) -> tuple[str, str]:
    """Why the team's figures are empty, and which rates nobody is the best of."""
    ground = look.ground
    if ground.is_alone and not ground.is_team:
        return _("Team and best: other reps' rows are not on this device; a lead sees them."), ""
    names = [ratio_name(step.ratio.id) for step in look.steps if not ground.compared(step.ratio.id).may_rank]
    return "", _("no real difference between reps: {names}").format(names=listed(names)) if names else ""


def rate_line(ground: Ground, found: Compared, rate: Rate | None, *, with_team: bool = True) -> RateLine:
    """One rate in words and numbers; `rate` may be one that was moved."""
    has_team = with_team and len(ground.team_ids) > 1 and not ground.is_team
    team = found.together(ground.team_ids) if has_team else None
    best = found.best if with_team and not ground.is_alone else None
    raw = None
    if rate is not None:
        raw = rate.own.raw
    return RateLine(
        id=found.ratio.id,
        name=ratio_name(found.ratio.id),
        kind=found.ratio.kind,
        value=rate.value if rate else None,
        low=rate.low if rate else None,
        high=rate.high if rate else None,
        n=rate.n if rate else 0,
        raw=raw,
        team=team.value if team else None,
        best=best[1].value if best else None,
        best_name=person_name(ground.book, best[0]) if best else "",
    )


def _whole(value: float | None) -> int | None:
    return None if value is None else half_up(value)


def _line(look: ChainLook, line: Line) -> ChainLine:
    step = line.step
    rate = rate_line(look.ground, look.ground.compared(step.ratio.id), line.rate) if step else None
    return ChainLine(
        id=line.id,
        name=step_name(line.id),
        is_money=step is None or step.is_money,
        need=_whole(line.need),
        need80=_whole(line.need80),
        have=half_up(line.have),
        short=_whole(line.short),
        rate=rate,
    )


def days_left(look: ChainLook) -> tuple[date, ...]:
    """The working days from today, which counts, to the period's end."""
    first = max(look.ground.book.today, look.gap.period.starts_on)
    return look.ground.book.calendar_of(look.gap.scope_id).workdays(first, look.gap.period.ends_on)


def _levers(look: ChainLook) -> tuple[ChainLever, ...]:
    """Each against the chain with nothing tried."""
    before = chain(look.bare)
    pulled = levers(look.bare, look.team, money(look.dirty, look.gap.currency))
    return tuple(_lever(look, before, lever) for lever in pulled)


def _lever(look: ChainLook, before: Chain, lever: Lever) -> ChainLever:
    customers, had = _short(lever.chain.customers), _short(before.customers)
    per_day, did = _whole(lever.chain.per_day), _whole(before.per_day)
    reserve = next((line for line in lever.chain.lines if line.step and line.step.is_money), None)
    acted = [line.id for line in before.lines if line.step and line.step.ratio.id == lever.of]
    ids = [line.id for line in before.lines]
    place = ids.index(acted[0]) if acted else 0
    return ChainLever(
        of=lever.of,
        name=_("dirty deals") if lever.of == "dirty" else ratio_name(lever.of),
        kind="average" if lever.of == "dirty" else look.ground.ratios[lever.of].kind,
        before=lever.before,
        after=lever.after,
        deals=len(look.dirty) if lever.of == "dirty" else 0,
        reserve_short=_short(reserve),
        customers=customers,
        customers_change=None if customers is None or had is None else customers - had,
        last=_short(lever.chain.last),
        per_day=per_day,
        per_day_change=None if per_day is None or did is None else per_day - did,
        acts_on_customers=before.customers is not None and place <= ids.index(before.customers.id),
        is_tried=lever.of in look.tried.levers,
    )


def _short(line: Line | None) -> int | None:
    return _whole(line.short) if line is not None else None


def _cycle(look: ChainLook) -> CycleCheck:
    book, found = look.ground.book, look.cycle
    days = (look.gap.period.ends_on - book.today).days
    share, middle = found.share(days), found.median_days
    is_slow = share is not None and share < SLOW_BELOW
    feeds = book.today + timedelta(days=middle) if middle is not None else None
    return CycleCheck(
        median_days=middle,
        wins=found.wins,
        days=days,
        share=share,
        is_slow=is_slow,
        feeds_on=period_of("month", feeds).starts_on if is_slow and feeds else None,
        deals=tuple(_deal(look, deal) for deal in _by_money(look)) if is_slow else (),
        deals_minor=money(look.due, look.gap.currency) if is_slow else 0,
    )


def _by_money(look: ChainLook) -> list[Deal]:
    return sorted(look.due, key=lambda deal: (-(deal.amount_minor or 0), deal.id))


def _deal(look: ChainLook, deal: Deal) -> ChainDeal:
    return ChainDeal(
        id=deal.id, name=deal.name, stage=stage_name(look.ground.book, deal.stage_id), amount_minor=deal.amount_minor
    )


def _effort(look: ChainLook, found: Chain) -> EffortCheck:
    effort = look.effort
    verdict, share = feasible(found, effort)
    return EffortCheck(
        verdict=verdict,
        share=share,
        usual=effort.usual if effort else None,
        best=effort.best if effort else None,
        days=effort.days if effort else 0,
    )


def _thin(look: ChainLook) -> ThinCheck | None:
    found = thinnest(look.given)
    if found is None:
        return None
    ratio = look.ground.compared(found.ratio_id)
    need = next(line.need for line in chain(look.given).lines if line.id == found.line_id)
    return ThinCheck(
        rate=rate_line(look.ground, ratio, look.given.rates[found.ratio_id]),
        line=found.line_id,
        line_name=step_name(found.line_id),
        least=half_up(found.least),
        most=half_up(found.most),
        need=half_up(need or 0),
    )
