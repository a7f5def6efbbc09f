"""Steps, rates and verdicts of the gap chain in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cockpit.i18n import N_, _, exact_money, listed, month_name, short_day, short_money, short_number

if TYPE_CHECKING:
    from cockpit.services.snapshots import ChainLever, ChainRep, ChainSnapshot, CycleCheck, RateLine

MOST_DAYS = 8
"""As many days are told one by one."""
_STEPS = {
    "target": N_("money"),
    "reserve": N_("reserve"),
    "customers": N_("customers"),
    "talks": N_("deep talks"),
    "connected": N_("connected calls"),
    "dials": N_("dials"),
    "good_visits": N_("good visits"),
    "visits": N_("visits"),
    "appointments": N_("visits set out for"),
}
_RATES = {
    "win_by_amount": N_("win rate by amount"),
    "win_rate": N_("win rate by count"),
    "average_deal": N_("average deal"),
    "talks_per_customer": N_("talks per customer"),
    "talk_rate": N_("talk rate"),
    "pick_up": N_("pick-up rate"),
    "visits_per_customer": N_("visits per customer"),
    "visit_success": N_("visit success"),
    "show_up": N_("show-up rate"),
}
_MEASURES = {
    "customers": N_("deals created"),
    "won": N_("deals won"),
    "closed": N_("deals closed"),
    "won_amount": N_("money won"),
    "closed_amount": N_("money closed, won or lost"),
    "calls_made": N_("calls made"),
    "calls_held": N_("calls that connected"),
    "calls_reached": N_("calls that reached their goal"),
    "visits_made": N_("visits set out for"),
    "visits_held": N_("visits held"),
    "visits_reached": N_("visits that reached their goal"),
    "webs_made": N_("web meetings set"),
    "webs_held": N_("web meetings held"),
    "webs_reached": N_("web meetings that reached their goal"),
    "tasks_made": N_("to-dos set"),
    "tasks_held": N_("to-dos done"),
    "tasks_reached": N_("to-dos that reached their goal"),
}


def step_name(name: str) -> str:
    """A step of one's own is called as it was written."""
    return _(_STEPS[name]) if name in _STEPS else name


def ratio_name(name: str) -> str:
    return _(_RATES[name]) if name in _RATES else name


def written_rate(name: str) -> str:
    """A shipped rate's name as it stands in the code, in English; any other by its id."""
    return _RATES.get(name, name)


def measure_name(name: str) -> str:
    return _(_MEASURES[name])


def value_text(value: float | None, kind: str) -> str:
    """`25%`, `22k` or `3.0`."""
    if value is None:
        return "-"
    if kind == "share":
        return f"{100 * value:.0f}%"
    return short_money(round(value)) if kind == "average" else f"{value:.1f}"


def exact_value(value: float | None, kind: str, currency: str) -> str:
    if value is None:
        return "-"
    if kind == "share":
        return f"{value:.1%}"
    return exact_money(round(value), currency) if kind == "average" else f"{value:.2f}"


def range_text(rate: RateLine) -> str:
    """`19-32%`."""
    if rate.low is None or rate.high is None:
        return "-"
    if rate.kind == "share":
        return f"{100 * rate.low:.0f}-{100 * rate.high:.0f}%"
    return f"{value_text(rate.low, rate.kind)}-{value_text(rate.high, rate.kind)}"


def rate_text(rate: RateLine | None) -> str:
    """`/ 25% win rate by amount (n 48, 19-32%)`."""
    if rate is None:
        return ""
    if rate.value is None:
        return _("{name}: nobody has tried yet").format(name=rate.name)
    sign = "x" if rate.kind == "each" else "/"
    words = _("{sign} {value} {name} (n {n}, {range})")
    return words.format(
        sign=sign, value=value_text(rate.value, rate.kind), name=rate.name, n=f"{rate.n:.0f}", range=range_text(rate)
    )


def amount(value: int | None, *, is_money: bool) -> str:
    if value is None:
        return "-"
    return short_money(value) if is_money else short_number(value)


# -- checks ---------------------------------------------------------------------------------------------------------


def checks(found: ChainSnapshot) -> list[tuple[str, bool]]:
    """The checks under a chain, each with whether it is a warning."""
    lines = []
    if found.cycle is not None:
        lines += [(text, found.cycle.is_slow) for text in cycle_lines(found.cycle)]
    if found.effort is not None:
        lines.append((effort_line(found), found.effort.verdict == "too_much"))
    if found.thin is not None:
        lines.append((thin_line(found), found.thin.most - found.thin.least > 1))
    return lines


def cycle_lines(check: CycleCheck) -> list[str]:
    if check.share is None:
        return [_("cycle: not known yet. It takes 8 won deals, here are {count}.").format(count=check.wins)]
    words = _("cycle: median {median} days; {share} of wins come within {days} days")
    text = words.format(median=check.median_days, share=f"{check.share:.0%}", days=check.days)
    if not check.is_slow or check.feeds_on is None:
        return [text]
    feeds = _("{text}: new work feeds {month}").format(text=text, month=month_name(check.feeds_on))
    if not check.deals:
        return [feeds, _("this period has no open deal due that it could come from")]
    stages: dict[str, int] = {}
    for deal in check.deals:
        stages[deal.stage] = stages.get(deal.stage, 0) + 1
    where = listed(f"{stage} {count}" for stage, count in stages.items())
    words = _("this period comes from open deals: {count}, {money} ({stages})")
    return [feeds, words.format(count=len(check.deals), money=short_money(check.deals_minor), stages=where)]


def effort_line(found: ChainSnapshot) -> str:
    """Can it be done?"""
    check = found.effort
    assert check is not None
    name = found.lines[-1].name
    if found.per_day == 0 and not found.lines[-1].short:
        return _("can you do it: nothing new is needed")
    if check.verdict == "no_days":
        return _("can you do it: no working day is left in this period")
    if check.verdict == "no_history":
        return _("can you do it: no day with {name} is on record").format(name=name)
    if check.verdict == "unknown" or check.share is None:
        return _("can you do it: not known while a rate is missing")
    verdict = _("FEASIBLE") if check.verdict == "feasible" else _("TOO MUCH")
    words = _("can you do it: {count} {name} a day is {share} of your best {best} (usual {usual}): {verdict}")
    if found.team:
        words = _(
            "can it be done: {count} {name} a day is {share} of the team's best {best} (usual {usual}): {verdict}"
        )
    return words.format(
        count=found.per_day,
        name=name,
        share=f"{check.share:.0%}",
        best=check.best,
        usual=f"{check.usual:g}",
        verdict=verdict,
    )


def thin_line(found: ChainSnapshot) -> str:
    check = found.thin
    assert check is not None
    words = _("sample: {name} (n {n}, {range}): {least} to {most} {line}, not exactly {need}")
    return words.format(
        name=check.rate.name,
        n=f"{check.rate.n:.0f}",
        range=range_text(check.rate),
        least=short_number(check.least),
        most=short_number(check.most),
        line=check.line_name,
        need=short_number(check.need),
    )


def lever_text(lever: ChainLever) -> str:
    """`win rate by amount 25% -> 28%`, `drop 1 dirty deal, 18k`."""
    if lever.of == "dirty":
        return _("drop dirty deals: {count}, {money}").format(count=lever.deals, money=short_money(round(lever.before)))
    before, after = value_text(lever.before, lever.kind), value_text(lever.after, lever.kind)
    return f"{lever.name} {before} -> {after}"


def lever_result(lever: ChainLever) -> str:
    """`6 customers, 30 a day`."""
    words = _("{customers} customers, {per_day} a day")
    return words.format(customers=_count(lever.customers), per_day=_count(lever.per_day))


def lever_change(lever: ChainLever) -> str:
    """`-2 customers`, or how much less is to be done each day."""
    if lever.acts_on_customers:
        return _("customers {count}").format(count=_signed(lever.customers_change))
    return _("a day {count}").format(count=_signed(lever.per_day_change))


def _count(value: int | None) -> str:
    return "-" if value is None else short_number(value)


def _signed(value: int | None) -> str:
    return "-" if value is None else f"{value:+d}" if value else "0"


def tried_text(found: ChainSnapshot) -> str:
    """`tried: dirty deals, pick-up rate 35%`; nothing while the chain is as it is."""
    names = [lever.name for lever in found.levers if lever.is_tried]
    by_hand = {*dict(found.tried.moves), *dict(found.tried.values)}
    rates = [line.rate for line in found.lines if line.rate is not None and line.rate.id in by_hand]
    names += [f"{rate.name} {value_text(rate.value, rate.kind)}" for rate in rates]
    return _("tried: {names}").format(names=_(", ").join(names)) if names else ""


def split_text(found: ChainSnapshot) -> str:
    """`Tue 11-24 40, Wed 11-25 40`; of many days the first and the last."""
    shown = [f"{short_day(day)} {count}" for day, count in found.days]
    return listed(shown if len(shown) <= MOST_DAYS else [*shown[: MOST_DAYS - 2], "...", shown[-1]])


def one_line(found: ChainSnapshot) -> str:
    """The whole chain: `chain 118k / 25% 472k - 296k 176k / 22k 8 x 3.0 24 / 40% 60 / 30% 200 / 5 40 dials a day`."""
    if found.refusal or not found.lines:
        return ""
    parts = [short_money(found.lines[0].short)]
    for line in found.lines[1:]:
        rate = line.rate
        if rate is None or rate.value is None or line.need is None:
            return _("chain: {what}").format(what=rate_text(rate))
        parts.append(f"{'x' if rate.kind == 'each' else '/'} {value_text(rate.value, rate.kind)}")
        parts.append(amount(line.need, is_money=line.is_money))
        if line.have:
            parts += [f"- {amount(line.have, is_money=line.is_money)}", amount(line.short, is_money=line.is_money)]
    if found.per_day is None:
        return _("chain {steps}, no working day left").format(steps=" ".join(parts))
    words = _("chain {steps} / {days} {count} {name} a day")
    return words.format(steps=" ".join(parts), days=found.workdays_left, count=found.per_day, name=found.lines[-1].name)


def verdict_name(verdict: str) -> str:
    """Whether each day's need can be done, in a word or two."""
    names = {
        "feasible": _("FEASIBLE"),
        "too_much": _("TOO MUCH"),
        "no_history": _("no history"),
        "no_days": _("no day left"),
    }
    return names.get(verdict, _("not known"))


def rep_need(rep: ChainRep) -> str:
    """`12 dials a day`."""
    if rep.per_day is None:
        return "-"
    return _("{count} {name} a day").format(count=short_number(rep.per_day), name=rep.last_name)


def no_lever(found: ChainSnapshot) -> str:
    """Why there is nothing to move."""
    if found.team:
        return _("No deal is dirty.")
    return found.alone or _("No rate is below the team's, and no deal is dirty.")


def other_money(found: ChainSnapshot) -> str:
    """Open deals that are left out, since there is no exchange rate here."""
    sums = listed(exact_money(minor, currency) for currency, minor in found.other_currencies)
    return _("open deals in other currencies are not in the reserve: {sums}").format(sums=sums) if sums else ""
