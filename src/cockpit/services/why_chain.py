"""Why a line of the gap chain, one of its checks or a rate is what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cockpit.domain.chain import chain
from cockpit.domain.entities import Activity, Deal
from cockpit.domain.measures import MONEY, Ratio
from cockpit.domain.rates import Rate
from cockpit.i18n import _, exact_money, long_day
from cockpit.services.chain import WINDOW_DAYS, ChainLook, Ground
from cockpit.services.chain_words import cycle_lines, exact_value, measure_name, range_text, ratio_name, thin_line
from cockpit.services.snapshots import ChainLine, ChainSnapshot, Why, WhyRow
from cockpit.services.why_money import Unit, answer, deal_row
from cockpit.services.why_period import part_row
from cockpit.services.why_work import activity_row

CHECKS = ("per_day", "cycle", "effort", "thin")


def names(look: ChainLook) -> list[str]:
    """What can be asked about a chain."""
    if look.shown.refusal:
        return ["chain.target"]
    lines = [line.id for line in chain(look.given).lines]
    rates = dict.fromkeys(f"rate:{step.ratio.id}" for step in look.steps)
    return [*(f"chain.{name}" for name in (*lines, *CHECKS)), *rates]


def whole(look: ChainLook, number: str) -> Why | None:
    """`chain.LINE`, `chain.per_day`, `chain.cycle`, `chain.effort` or `chain.thin`."""
    found, book = look.shown, look.ground.book
    if found.refusal:
        is_first = number == "target"
        return answer(book, _("Gap chain"), None, "none", found.refusal, (), "none") if is_first else None
    line = next((line for line in found.lines if line.id == number), None)
    if line is not None:
        return _line(look, found, line)
    checks = {"per_day": _per_day, "cycle": _cycle, "effort": _effort, "thin": _thin}
    return checks[number](look, found) if number in checks else None


def _line(look: ChainLook, found: ChainSnapshot, line: ChainLine) -> Why:
    book, place = look.ground.book, [one.id for one in found.lines].index(line.id)
    unit: Unit = "money" if line.is_money else "count"
    inputs = [
        (_("need"), _shown(found, line, line.need)),
        (_("80% need"), _shown(found, line, line.need80)),
        (_("have"), _shown(found, line, line.have)),
        (_("short"), _shown(found, line, line.short)),
    ]
    if line.rate is None:
        rows = [
            part_row(f"{found.period_kind}.target", _("Target"), line.need or 0),
            part_row(f"{found.period_kind}.actual", _("Actual"), line.have),
        ]
        formula = _("short = target - actual; the chain begins with what is short")
        return answer(book, line.name, line.need, unit, formula, rows, "none", inputs=inputs, currency=found.currency)
    above = found.lines[place - 1]
    rows = [*_behind(look, line.rate.id), *_had(look, line)]
    inputs.append((line.rate.name, exact_value(line.rate.value, line.rate.kind, found.currency)))
    sign = "x" if line.rate.kind == "each" else "/"
    formula = _("need = short of {above} {amount} {sign} {rate} {value}; {rounding}; short = need - have").format(
        above=above.name,
        amount=_shown(found, above, above.short),
        sign=sign,
        rate=line.rate.name,
        value=exact_value(line.rate.value, line.rate.kind, found.currency),
        rounding=_("rounded up to whole customers") if line.rate.kind == "average" else _("fractions are kept"),
    )
    return answer(book, line.name, line.need, unit, formula, rows, "none", inputs=inputs, currency=found.currency)


def _behind(look: ChainLook, ratio_id: str) -> list[WhyRow]:
    """The rate, to be opened; for money per deal the deals, since their money cannot stand among counts."""
    ground, ratio = look.ground, look.ground.ratios[ratio_id]
    rows = _rows(ground, ratio)
    if ratio.kind != "average":
        return [part_row(f"rate:{ratio_id}", ratio_name(ratio_id), sum(row.value for row in rows))]
    return [replace(row, value=1) for row in rows]


def _had(look: ChainLook, line: ChainLine) -> list[WhyRow]:
    """What the line has already: the open deals, or what is planned."""
    book, step = look.ground.book, next(step for step in look.steps if step.id == line.id)
    if step.is_money:
        return [
            deal_row(book, deal, -(deal.amount_minor or 0)) for deal in look.open if deal.currency == look.gap.currency
        ]
    return [activity_row(book, act, -1) for act in look.planned(step.measure)]


def _shown(found: ChainSnapshot, line: ChainLine, value: int | None) -> str:
    if value is None:
        return "-"
    return exact_money(value, found.currency) if line.is_money else f"{value:,}"


def _per_day(look: ChainLook, found: ChainSnapshot) -> Why:
    last = found.lines[-1]
    rows = [part_row(f"chain.{last.id}", last.name, last.need or 0)]
    formula = _("per day = short of {name} {short} / {days} working days left, today counted").format(
        name=last.name, short=_shown(found, last, last.short), days=found.workdays_left
    )
    inputs = [(_("80% need"), "-" if found.per_day80 is None else str(found.per_day80))]
    return answer(look.ground.book, _("Per day"), found.per_day, "count", formula, rows, "none", inputs=inputs)


def _cycle(look: ChainLook, found: ChainSnapshot) -> Why:
    assert found.cycle is not None
    rows = [deal_row(look.ground.book, deal, _days_to(look, deal)) for deal in look.due] if found.cycle.is_slow else []
    formula = _(
        "days from creation to winning of all deals on this device, open ones counted up to their age (Aalen-Johansen)"
    )
    inputs = [(_("won deals"), str(found.cycle.wins)), *((_("says"), text) for text in cycle_lines(found.cycle))]
    return answer(look.ground.book, _("Cycle"), found.cycle.median_days, "days", formula, rows, "none", inputs=inputs)


def _days_to(look: ChainLook, deal: Deal) -> int:
    return (deal.expected_on - look.ground.book.today).days if deal.expected_on else 0


def _effort(look: ChainLook, found: ChainSnapshot) -> Why:
    assert found.effort is not None
    check = found.effort
    name = found.lines[-1].name
    formula = _(
        "the most {name} on one day, of {days} days with work in the last {window}; usual is the median"
    ).format(name=name, days=check.days, window=WINDOW_DAYS)
    inputs = [
        (_("per day"), "-" if found.per_day is None else str(found.per_day)),
        (_("usual"), "-" if check.usual is None else f"{check.usual:g}"),
        (_("share of the best day"), "-" if check.share is None else f"{check.share:.0%}"),
    ]
    return answer(look.ground.book, _("Best day"), check.best, "count", formula, (), "none", inputs=inputs)


def _thin(look: ChainLook, found: ChainSnapshot) -> Why:
    if found.thin is None:
        return answer(look.ground.book, _("Sample"), None, "none", _("nothing is short"), (), "none")
    formula = _("each rate is moved to both ends of its 80% range; this one moves the last line most")
    inputs = [(_("says"), thin_line(found))]
    return answer(look.ground.book, _("Sample"), None, "none", formula, (), "none", inputs=inputs)


# -- rates -----------------------------------------------------------------------------------------------------------


def rate(ground: Ground, ratio_id: str) -> Why | None:
    """`rate:ID`: its rows give the upper number."""
    ratio = ground.ratios.get(ratio_id)
    if ratio is None:
        return None
    found = ground.rate(ratio_id)
    if found is None:
        missing = _("nobody here has tried yet: there is no rate")
        return answer(ground.book, ratio_name(ratio_id), None, "none", missing, (), "none")
    rows = _rows(ground, ratio)
    title = f"{ratio_name(ratio_id)} {exact_value(found.value, ratio.kind, ground.currency)}"
    unit: Unit = "money" if ratio.over in MONEY else "count"
    return answer(
        ground.book,
        title,
        sum(row.value for row in rows),
        unit,
        _formula(ground, ratio, found),
        rows,
        "sum",
        inputs=_inputs(ground, ratio, found),
        currency=ground.currency if unit == "money" else "",
    )


def _formula(ground: Ground, ratio: Ratio, found: Rate) -> str:
    over, per = measure_name(ratio.over), measure_name(ratio.per)
    if ground.is_alone and ratio.kind == "share":
        words = _("({over} + 0.5) / ({per} + 1): the rows of other reps are not on this device to compare with")
        if ratio.per in MONEY:  # each case counts as one, whatever its money
            words = _(
                "({over} / {per} x {n} + 0.5) / ({n} + 1): the rows of other reps are not on this device to compare with"
            )
        return words.format(over=over, per=per, n=f"{found.n:.0f}")
    if not found.strength:
        return _("{over} / {per}; nobody else's rows are on this device to compare with").format(over=over, per=per)
    words = _("{over} / {per}, with {strength} more at {mean} added: (own + s x mean) / (n + s)")
    mean = exact_value(found.mean, ratio.kind, ground.currency)
    return words.format(over=over, per=per, strength=f"{found.strength:.0f}", mean=mean)


def _inputs(ground: Ground, ratio: Ratio, found: Rate) -> Sequence[tuple[str, str]]:
    from cockpit.services.chain_views import rate_line

    line = rate_line(ground, ground.compared(ratio.id), found)
    test = ground.compared(ratio.id).homogeneity
    window = ground.window
    inputs = [
        (_("own alone"), exact_value(found.own.raw, ratio.kind, ground.currency)),
        ("n", f"{found.n:.0f}"),
        (_("80% range"), range_text(line)),
        (_("team"), exact_value(line.team, ratio.kind, ground.currency)),
        (_("days"), _("{first} to {last}").format(first=long_day(window.starts_on), last=long_day(window.ends_on))),
    ]
    if test is not None:
        said = _("differ") if test.differ else _("no real difference between reps")
        inputs.append(
            (
                _("reps"),
                _("{said} (chi-square {value}, {df} df, p {p})").format(
                    said=said, value=f"{test.chi_square:.1f}", df=test.df, p=f"{test.p:.2f}"
                ),
            )
        )
    if ratio.id == "win_by_amount":
        inputs.append(("n", _("(sum of amounts)^2 / sum of amounts^2: as many equal deals as these are worth")))
    return inputs


def _rows(ground: Ground, ratio: Ratio) -> list[WhyRow]:
    """The rows that are divided by; those counted above carry the value. What each takes: the rows above alone."""
    rows = ground.own_rows
    hits = {row.id for row in rows[ratio.over]}
    shown = rows[ratio.over] if ratio.kind == "each" else rows[ratio.per]
    return [_row(ground, ratio, row, is_hit=row.id in hits) for row in shown]


def _row(ground: Ground, ratio: Ratio, row: Deal | Activity, *, is_hit: bool) -> WhyRow:
    if isinstance(row, Activity):
        return activity_row(ground.book, row, int(is_hit))
    is_money = ratio.over in MONEY and row.currency == ground.currency and (row.amount_minor or 0) > 0
    value = (row.amount_minor or 0) if is_money else int(ratio.over not in MONEY)
    return deal_row(ground.book, row, value if is_hit else 0)
