"""Every rate of everybody the viewer answers for, over the same window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cockpit.domain.deals import other_money
from cockpit.domain.measures import Compared
from cockpit.domain.rates import ALONE
from cockpit.i18n import _
from cockpit.services.chain import Ground, ground
from cockpit.services.chain_views import rate_line
from cockpit.services.chain_words import ratio_name, value_text
from cockpit.services.desk import Desk
from cockpit.services.snapshots import RateBoard, RatesSnapshot, RepRate
from cockpit.services.views import person_name


@dataclass(frozen=True)
class RateService:
    """Who is better at what, where there is a difference at all."""

    desk: Desk

    def load(self, as_of: datetime | None = None) -> RatesSnapshot:
        """The viewer's reps; for a rep, the rep alone."""
        with self.desk.look(as_of) as reader:
            found = ground(self.desk, reader, None, as_of)
        return RatesSnapshot(
            as_of=found.book.local(found.book.as_of),
            complete=found.book.complete,
            viewer=found.viewer,
            window_from=found.window.starts_on,
            window_to=found.window.ends_on,
            currency=found.currency,
            alone=_("Only your own rows are on this device: there is nobody to compare with.")
            if found.is_alone
            else "",
            boards=tuple(_board(found, found.compared(name)) for name in found.ratios),
            other_currencies=other_money(found.ended, found.currency),
        )


def _board(found: Ground, one: Compared) -> RateBoard:
    reps = [
        RepRate(
            rep_id=rep,
            rep=person_name(found.book, rep) or found.person.spoken,
            rate=rate_line(found, one, one.rate(rep), with_team=False),
        )
        for rep in found.rep_ids
    ]
    sign = 1 if one.ratio.kind == "each" else -1
    if one.may_rank:
        # who has not tried has what all have together, and no place among those who have
        reps.sort(key=lambda rep: (not rep.rate.n, sign * (rep.rate.value or 0), rep.rep))
    else:
        reps.sort(key=lambda rep: (rep.rep, rep.rep_id))
    learned, test = one.learned, one.homogeneity
    return RateBoard(
        id=one.ratio.id,
        name=ratio_name(one.ratio.id),
        kind=one.ratio.kind,
        mean=learned.mean if learned and learned is not ALONE and not found.is_alone else None,
        strength=learned.strength if learned and learned is not ALONE and not found.is_alone else None,
        p=test.p if test else None,
        may_rank=one.may_rank,
        verdict=_verdict(found, one),
        reps=tuple(reps),
    )


def _verdict(found: Ground, one: Compared) -> str:
    """Whether an order of these reps means anything."""
    learned, test = one.learned, one.homogeneity
    if learned is None:
        return _("nobody has tried yet")
    if found.is_alone:
        return _("your own")
    mean = value_text(learned.mean, one.ratio.kind)
    if learned is ALONE:
        return _("one alone has tried yet: there is nobody to compare with")
    if test is None:
        return _("all together {mean}; too few to compare").format(mean=mean)
    if not test.differ:
        return _("all together {mean}; no real difference between reps (p {p})").format(mean=mean, p=f"{test.p:.2f}")
    words = _("all together {mean}; the reps differ (p {p})")
    return words.format(mean=mean, p=f"{test.p:.2f}" if test.p >= 0.01 else "< 0.01")
