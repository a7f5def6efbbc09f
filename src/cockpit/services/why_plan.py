"""Why a proposed plan shows what it shows: points of a row, minutes on the road, the lines of the score."""

from __future__ import annotations

from cockpit.i18n import _, short_moment
from cockpit.planning import keeping
from cockpit.planning.keeping import kept_of
from cockpit.planning.pace import DAYS, ENOUGH, trips_of
from cockpit.planning.problem import Rules
from cockpit.services import words
from cockpit.services.plan_ticket import Ticket
from cockpit.services.replan import ReplanService
from cockpit.services.snapshots import ReplanProposal, ReplanRow, Why, WhyRow
from cockpit.services.views import account_name
from cockpit.services.why_money import Combine, Unit
from cockpit.services.why_sources import Sources

KINDS = ("replan", "fill")


def proposal_of(sources: Sources, kind: str) -> ReplanProposal:
    """The plan that is looked at; where none is, the one that would be proposed now."""
    if sources.proposal is not None:
        return sources.proposal
    service = ReplanService(sources.desk)
    sources.proposal = service.fill(now=sources.as_of) if kind == "fill" else service.propose(now=sources.as_of)
    return sources.proposal


def plan(sources: Sources, kind: str, part: str) -> Why | None:
    """`replan:PART` and `fill:PART`: the number of a row, its `travel`, `out:ID`, `score:NUMBER`, or `travel`, `speed` and `kept` of all."""
    proposal = proposal_of(sources, kind)
    name, _sep, rest = part.partition(":")
    if part in ("", "travel"):
        return _all_travel(proposal)
    if part == "speed":
        return _speed(proposal)
    if part == "kept":
        return _kept(proposal)
    if name == "score":
        return _score(proposal, rest)
    if name == "out":
        row = next((row for row in proposal.before if row.activity_id == rest), None)
        return _row(proposal, row) if row is not None else None
    found = _numbered(proposal, name)
    if found is None:
        return None
    return _travel(proposal, found) if rest == "travel" else _row(proposal, found) if rest == "" else None


def _numbered(proposal: ReplanProposal, text: str) -> ReplanRow | None:
    """Rows are numbered from one, as on the screen."""
    place = int(text) if text.isdecimal() else 0
    return proposal.after[place - 1] if 0 < place <= len(proposal.after) else None


def _answer(
    proposal: ReplanProposal,
    title: str,
    value: int | None,
    unit: Unit,
    formula: str,
    rows: list[WhyRow],
    combine: Combine,
    inputs: list[tuple[str, str]],
) -> Why:
    return Why(
        title=title,
        value=value,
        unit=unit,
        currency="",
        formula=formula,
        inputs=tuple(inputs),
        rows=tuple(rows),
        combine=combine,
        as_of=proposal.as_of,
        origin=_("worked out on this device from its rows; nothing is written before the plan is accepted"),
    )


def _row(proposal: ReplanProposal, row: ReplanRow) -> Why:
    """The points of a row, one reason each."""
    rows = [
        WhyRow(entity="reason", id=f"{place}", text=text, at=None, value=points)
        for place, (text, points) in enumerate(row.reasons)
    ]
    if row.account_id:
        rows.append(WhyRow(entity="account", id=row.account_id, text=row.account, at=None, value=0))
    formula = _("points of the rules that placed it; a rule without points only allows or forbids")
    if not row.reasons:
        formula = _("it stays as it was, so no points are counted")
    inputs = [
        (_("time"), short_moment(row.starts_at)),
        (_("kind"), words.kind_name(row.kind)),
        (_("travel minutes"), str(row.travel_minutes)),
    ]
    return _answer(proposal, row.account, row.score, "points", formula, rows, "sum", inputs)


def _rules(proposal: ReplanProposal) -> Rules:
    """What the plan assumes."""
    ticket = proposal.ticket
    return ticket.plan.problem.rules if isinstance(ticket, Ticket) else Rules()


def travel_inputs(proposal: ReplanProposal) -> list[tuple[str, str]]:
    rules = _rules(proposal)
    return [
        (_("road for one straight km"), f"{rules.travel_factor:g} km"),
        (_("speed"), f"{rules.speed_kmh:g} km/h, {_pace(rules)}"),
        (_("added to each trip"), _("{count} min").format(count=rules.fixed_minutes)),
        (_("where an address has no place on the map"), _("{count} min").format(count=rules.unknown_minutes)),
    ]


def _pace(rules: Rules) -> str:
    """Where the speed comes from."""
    if rules.trip_error is None:
        words = _("assumed: {count} own trips in {days} days, {least} are needed")
        return words.format(count=rules.trips, days=DAYS, least=ENOUGH)
    words = _("own: median of {count} trips in {days} days, half within {minutes} min")
    return words.format(count=rules.trips, days=DAYS, minutes=rules.trip_error)


def _speed(proposal: ReplanProposal) -> Why | None:
    """The trips of the log behind the speed, with their minutes."""
    if not isinstance(proposal.ticket, Ticket):
        return None
    case = proposal.ticket.case
    rows = [
        WhyRow(
            entity="activity",
            id=trip.row_id,
            text=_("{account}: {km} km straight, {minutes} min").format(
                account=account_name(case.book, trip.account_id), km=f"{trip.km:.1f}", minutes=trip.minutes
            ),
            at=case.book.local(trip.at),
            value=0,
        )
        for trip in trips_of(case.book, case.rep_id, case.rules)
    ]
    formula = _(
        "road factor x 60 / median of (minutes - fixed) / straight km, over trips between two visits held one after the other"
        " on a day; waiting counts as travel"
    )
    return _answer(proposal, _("Speed on the road"), None, "none", formula, rows, "none", travel_inputs(proposal))


def _kept(proposal: ReplanProposal) -> Why | None:
    """The planned visits that should have taken place by now, those held counted."""
    if not isinstance(proposal.ticket, Ticket):
        return None
    book, rep_id = proposal.ticket.case.book, proposal.ticket.case.rep_id
    kept = kept_of(book, rep_id)
    rows = [
        WhyRow(
            entity="activity",
            id=row.id,
            text=_("{one}, {other}").format(
                one=account_name(book, row.account_id), other=words.activity_status(row.status)
            ),
            at=book.local(row.starts_at),
            value=int(row.status == "held"),
        )
        for row in book.activities_by_rep.get(rep_id, ())
        if row.id in kept.row_ids
    ]
    formula = _(
        "held, of the planned visits of {days} days whose time is over; one that was moved counts at its new time. The range"
        " holds 80 % of Beta(held + 1/2, missed + 1/2); a buffer is offered from {least} visits on, where under {usual} % are kept:"
        " left / share - left"
    )
    inputs = [(_("planned"), str(kept.planned))]
    if kept.planned:
        share = f"{round(100 * kept.share)} % ({round(100 * kept.low)}-{round(100 * kept.high)})"
        inputs.append((_("share kept"), share))
    if proposal.kept is not None:
        inputs.append((_("buffer"), str(proposal.kept.buffer)))
    said = formula.format(days=keeping.DAYS, least=keeping.ENOUGH, usual=round(100 * keeping.USUAL))
    return _answer(proposal, _("Planned visits kept"), kept.held, "count", said, rows, "sum", inputs)


def _travel(proposal: ReplanProposal, row: ReplanRow) -> Why:
    place = f"{row.place[0]:.4f}, {row.place[1]:.4f}" if row.place else _("not known")
    formula = _("minutes from the stop before: straight line x factor / speed + fixed minutes, without traffic")
    title = _("{account}: travel").format(account=row.account)
    inputs = [(_("place"), place), *travel_inputs(proposal)]
    minutes = row.travel_minutes
    if row.account_id is None:
        return _answer(proposal, title, minutes, "minutes", formula, [], "none", inputs)
    rows = [WhyRow(entity="account", id=row.account_id, text=row.account, at=None, value=minutes)]
    return _answer(proposal, title, minutes, "minutes", formula, rows, "sum", inputs)


def _all_travel(proposal: ReplanProposal) -> Why:
    """The minutes to each stop of the new plan."""
    rows = [
        WhyRow(
            entity="why",
            id=f"{proposal.kind}:{place}:travel",
            text=_("{one}, {other}").format(one=row.account, other=short_moment(row.starts_at)),
            at=row.starts_at,
            value=row.travel_minutes,
        )
        for place, row in enumerate(proposal.after, 1)
    ]
    value = sum(row.value for row in rows)
    formula = _("sum of the minutes to the {count} stops of the new plan; the way home is in the score, not here")
    said = formula.format(count=len(rows))
    return _answer(proposal, _("Travel of the plan"), value, "minutes", said, rows, "sum", travel_inputs(proposal))


def _score(proposal: ReplanProposal, text: str) -> Why | None:
    """One line of the score: before, after, and what it means."""
    place = int(text) if text.isdecimal() else 0
    if not 0 < place <= len(proposal.scores):
        return None
    line = proposal.scores[place - 1]
    formula = _("before: the plan as it stands; after: with the changes above; {meaning}").format(meaning=line.meaning)
    inputs = [(_("before"), line.before), (_("after"), line.after)]
    rows = [
        WhyRow(entity="why", id=f"{proposal.kind}:{number}", text=row.account, at=row.starts_at, value=row.score)
        for number, row in enumerate(proposal.after, 1)
        if row.sign not in ("=", "x")
    ]
    return _answer(proposal, line.label, None, "none", formula, rows, "none", inputs)
