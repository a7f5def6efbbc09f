"""A canned nudge, as on Tuesday 2026-11-24, 08:30: four days into its watch."""

from __future__ import annotations

from datetime import date

from cockpit.services.snapshots import NudgeDraft, NudgeLine, NudgePage, PastNudges, TrailLine, WatchLine
from tests.support.company import NOW, at
from tests.ui.board_samples import LEAD, REP


def nudge() -> NudgePage:
    line = NudgeLine(
        id="nudge-1",
        rep_id=REP.id,
        rep=REP.name,
        by=LEAD.name,
        rule="kpi_uncovered",
        subject_id="kpi-1",
        about="KPI without plan",
        message="Two visits have no plan yet: fill them today with f.",
        sent_at=at(20, "09:20"),
        seen_at=at(20, "12:47"),
        answer="not_fair",
        answer_reason="the customer has moved",
        acted_at=at(20, "12:49"),
        acts=1,
        watched_until=date(2026, 11, 27),
        state="acted",
        state_text="ACTED",
    )
    watch = WatchLine(
        metric="visits",
        name="face visits a day",
        unit="rate",
        before=9,
        before_of=14,
        since=2,
        since_of=2,
        chance=0.4,
        sure="no",
        is_judged=True,
    )
    trail = (
        TrailLine(step="sent", at=at(20, "09:20"), text=LEAD.name),
        TrailLine(step="answered", at=at(20, "12:48"), text=line.answer_reason),
        TrailLine(step="verdict", at=None, text="watching"),
    )
    return NudgePage(
        as_of=NOW,
        complete=True,
        viewer=LEAD,
        rep=REP,
        line=line,
        draft=NudgeDraft(card_id="card-1", about=line.about, message=line.message),
        refusal="",
        watch=(watch,),
        days=2,
        trail=trail,
        steps=(),
        spent=1,
        budget=2,
        past=PastNudges(ended=4, acted=3, moved=2, days=1.2),
    )
