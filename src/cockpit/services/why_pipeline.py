"""Why the pipeline shows what it shows: stages, what is stuck, what was won and lost, and the rates between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cockpit.domain.book import Book
from cockpit.domain.deals import money
from cockpit.domain.entities import Deal
from cockpit.domain.measures import share_range
from cockpit.domain.pipeline import Pipeline, StageFacts, deal_facts, went_on
from cockpit.i18n import _, exact_money
from cockpit.services import words
from cockpit.services.snapshots import Why, WhyRow
from cockpit.services.views import stage_name
from cockpit.services.why_money import answer, deal_row, deal_rows

STATES = ("dirty", "slipped", "regressed", "stalled", "no_activity", "healthy")


def stage(book: Book, line: Pipeline, stage_id: str, part: str) -> Why | None:
    """Open deals in a stage, those of them that are stuck, or the share that went on from it."""
    facts = next((facts for facts in line.stages if facts.stage.id == stage_id), None)
    if part == "stuck":
        return _stuck(book, line, facts.deals if facts else (), stage_name(book, stage_id))
    if part == "conversion":
        return _conversion(book, line, facts, stage_name(book, stage_id))
    return _stage(book, line, facts, stage_id) if part == "" else None


def _stage(book: Book, line: Pipeline, part: StageFacts | None, stage_id: str) -> Why:
    """As many rows as deals; their values sum to the stage's money."""
    deals = part.deals if part else ()
    value = money(deals, line.currency)
    stuck = _firing(book, line, deals)
    inputs = [
        (_("deals"), str(len(deals))),
        (_("stuck"), _counted(stuck, line.currency)),
        (_("money"), exact_money(value, line.currency)),
        (_("goes on"), _went_on(part)),
    ]
    rows = [deal_row(book, d, (d.amount_minor or 0) if d.currency == line.currency else 0) for d in deals]
    formula = _("sum over the open deals in this stage ({count}); a deal without amount counts and adds no money")
    said = formula.format(count=len(deals))
    title = stage_name(book, stage_id)
    return answer(book, title, value, "money", said, rows, "sum", inputs=inputs, currency=line.currency)


def _went_on(part: StageFacts | None) -> str:
    if part is None or not part.left:
        return _("not known: no deal has left this stage yet")
    share = f"{part.forward / part.left:.0%}"
    return _("{share}: {forward} of {left} that left it").format(share=share, forward=part.forward, left=part.left)


def _conversion(book: Book, line: Pipeline, part: StageFacts | None, name: str) -> Why:
    """One row for each deal that ever left the stage, 1 for one that went on."""
    rows = []
    if part is not None:
        for deal in (*line.open, *line.won, *line.lost):
            exits = [c for c in book.changes_by_deal.get(deal.id, ()) if c.from_stage_id == part.stage.id]
            is_forward = went_on(book, exits[-1]) if exits else None
            if is_forward is not None:
                rows.append(deal_row(book, deal, int(is_forward)))
    title = _("{stage}: goes on").format(stage=name)
    if part is None or not part.left:
        return answer(book, title, None, "count", _("no deal has left this stage yet: there is no rate"), (), "none")
    formula = _("went on {forward} / left {left} = {share}; by the last time each deal left the stage")
    said = formula.format(forward=part.forward, left=part.left, share=f"{part.forward / part.left:.1%}")
    inputs = [(_("left the stage"), str(part.left)), (_("went on"), str(part.forward))]
    inputs.append((_("80% range"), words.with_range(f"n {part.left}", share_range(part.forward, part.left))))
    return answer(book, title, part.forward, "count", said, rows, "sum", inputs=inputs)


def _firing(book: Book, line: Pipeline, deals: Iterable[Deal]) -> list[Deal]:
    return [deal for deal in deals if deal_facts(book, deal, line.usual).verdicts]


def _counted(deals: Sequence[Deal], currency: str) -> str:
    return _("{count}, {money}").format(count=len(deals), money=exact_money(money(deals, currency), currency))


def _stuck(book: Book, line: Pipeline, deals: Iterable[Deal], name: str) -> Why:
    stuck = _firing(book, line, deals)
    rows = [deal_row(book, d, (d.amount_minor or 0) if d.currency == line.currency else 0) for d in stuck]
    formula = _("open deals in some state: dirty, slipped, regressed, stalled or no activity; ? on a deal says which")
    title = _("{stage}: stuck").format(stage=name)
    value = money(stuck, line.currency)
    inputs = [(_("deals"), str(len(stuck)))]
    return answer(book, title, value, "money", formula, rows, "sum", inputs=inputs, currency=line.currency)


def whole(book: Book, line: Pipeline, number: str, part: str) -> Why | None:
    """`pipeline.NUMBER`: open, won, lost, stuck, unpriced, astray, state:STATE, other:CURRENCY."""
    if number == "state":
        return _of_state(book, line, part) if part in STATES else None
    if number == "other":
        return _other(book, line, part)
    if part:
        return None
    if number == "stuck":
        return _stuck(book, line, line.open, _("Pipeline"))
    answers = {"open": _open, "won": _won, "lost": _lost, "unpriced": _unpriced, "astray": _astray}
    return answers[number](book, line) if number in answers else None


def _of_state(book: Book, line: Pipeline, state: str) -> Why:
    """The deals that a state fires on; a deal with several states counts in each. Healthy: those without any."""
    found = []
    for deal in line.open:
        states = {verdict.state for verdict in deal_facts(book, deal, line.usual).verdicts}
        if state in states or (state == "healthy" and not states):
            found.append(deal_row(book, deal, 1))
    formula = _("open deals on which this rule fires; a deal with several states counts in each")
    if state == "healthy":
        formula = _("open deals on which no rule fires")
    return answer(book, words.deal_state(state), len(found), "count", formula, found, "count")


def _other(book: Book, line: Pipeline, currency: str) -> Why | None:
    value = dict(line.other_currencies).get(currency)
    if value is None:
        return None
    title = _("Open deals, {currency}").format(currency=currency)
    formula = _("open deals in {other}; not added to {currency}: there is no exchange rate here")
    rows = deal_rows(book, line.open, currency)
    said = formula.format(other=currency, currency=line.currency)
    return answer(book, title, value, "money", said, rows, "sum", currency=currency)


def _won(book: Book, line: Pipeline) -> Why:
    formula = _("sum over all deals won up to this moment ({count})").format(count=len(line.won))
    inputs = [(_("deals"), str(len(line.won)))]
    rows = deal_rows(book, line.won, line.currency)
    value = money(line.won, line.currency)
    return answer(book, _("Won"), value, "money", formula, rows, "sum", inputs=inputs, currency=line.currency)


def _lost(book: Book, line: Pipeline) -> Why:
    """One row for each lost deal, with its reason."""
    rows = [_with_reason(deal_row(book, deal, 1), deal.lost_reason) for deal in line.lost]
    formula = _("all deals lost up to this moment, with the reason where one was given")
    inputs = [(_("money"), exact_money(money(line.lost, line.currency), line.currency))]
    return answer(book, _("Lost"), len(rows), "count", formula, rows, "count", inputs=inputs)


def _with_reason(row: WhyRow, reason: str) -> WhyRow:
    if not reason:
        return row
    text = _("{one}, {other}").format(one=row.text, other=reason)
    return WhyRow(entity=row.entity, id=row.id, text=text, at=row.at, value=row.value)


def _open(book: Book, line: Pipeline) -> Why:
    rows = deal_rows(book, line.open, line.currency)
    without = sum(deal.amount_minor is None for deal in line.open)
    formula = _("sum over the open deals ({count}), unweighted: a reserve, not a forecast")
    return answer(
        book,
        _("Open deals"),
        money(line.open, line.currency),
        "money",
        formula.format(count=len(line.open)),
        rows,
        "sum",
        inputs=[
            (_("deals"), str(len(line.open))),
            (_("stuck"), _counted(_firing(book, line, line.open), line.currency)),
            (_("without amount"), str(without)),
        ],
        currency=line.currency,
    )


def _unpriced(book: Book, line: Pipeline) -> Why:
    rows = [deal_row(book, deal, 1) for deal in line.open if deal.amount_minor is None]
    formula = _("open deals nobody has given an amount; they count, and add no money")
    return answer(book, _("Without amount"), len(rows), "count", formula, rows, "count")


def _astray(book: Book, line: Pipeline) -> Why:
    rows = [deal_row(book, deal, 1) for deal in line.astray]
    formula = _("open deals whose stage is no longer in the funnel, or is another funnel's; they count as open")
    return answer(book, _("In no stage"), len(rows), "count", formula, rows, "count")


def win_rate(book: Book, line: Pipeline) -> Why:
    """One row for each closed deal, 1 for a won one: the sum is the won, the number of rows the closed ones."""
    rows = [deal_row(book, deal, 1) for deal in line.won] + [deal_row(book, deal, 0) for deal in line.lost]
    won, closed, rate = len(line.won), len(line.won) + len(line.lost), line.win_rate
    if rate is None:
        missing = _("no deal is closed yet: there is no rate")
        return answer(book, _("Win rate"), None, "none", missing, (), "none")
    inputs = [(_("won"), str(won)), (_("lost"), str(len(line.lost))), (_("win rate"), f"{rate:.1%}")]
    inputs.append((_("80% range"), words.with_range("n " + str(closed), share_range(won, closed))))
    formula = _("win rate = won {won} / closed {closed} = {rate}, by count").format(
        won=won, closed=closed, rate=f"{rate:.1%}"
    )
    title = _("Win rate {rate}").format(rate=f"{rate:.1%}")
    return answer(book, title, won, "none", formula, rows, "sum", inputs=inputs)
