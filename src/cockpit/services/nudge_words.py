"""Nudges in the user's language: about what, how far, what the watch shows."""

from __future__ import annotations

from collections.abc import Iterator

from cockpit.domain.book import Book
from cockpit.domain.nudges import Course, metric_of
from cockpit.domain.problems import Card
from cockpit.domain.watch import behaviours
from cockpit.i18n import N_, _, ngettext, short_day, spoken
from cockpit.services import words
from cockpit.services.snapshots import NudgeLine, NudgeMark, NudgePage, PastNudges, TrailLine, WatchLine

_ABOUT = {
    "kpi_uncovered": N_("KPI without plan"),
    "unvisited": N_("visits not answered for"),
    "deal_dirty": N_("deal without day or next step"),
    "deal_regressed": N_("deal that fell back"),
    "deal_stalled": N_("deal that stands still"),
    "milestone_missing": N_("open milestone"),
    "behind_pace": N_("behind pace"),
    "tier_overdue": N_("customers past the visit limit"),
    "agreement_old": N_("target that waits for a yes"),
    "rank_behind": N_("pace of the next rank"),
    "prospects_untouched": N_("untouched prospects"),
    "papers_missing": N_("papers of the next visit"),
    "funnel_thin": N_("thin funnel"),
    "funnel_crowded": N_("crowded stage"),
    "met_no_effect": N_("own metric met without effect"),
}
_STATES = {
    "sent": N_("SENT"),
    "seen": N_("SEEN"),
    "acted": N_("ACTED"),
    "help": N_("ASKS FOR HELP"),
    "not_fair": N_("NOT FAIR"),
    "moved": N_("MOVED"),
    "not_moved": N_("NOT MOVED"),
}
_METRICS = {
    "visits": N_("visits a working day"),
    "next_steps": N_("open deals with a next step"),
    "calls": N_("calls a working day"),
    "customers": N_("new customers a working day"),
}
_SURE = {"yes": N_("yes"), "maybe": N_("maybe"), "no": N_("no")}
_ANSWERS = {"ok": N_("all right"), "not_fair": N_("not fair"), "help": N_("need help")}


def state_name(state: str) -> str:
    return _(_STATES[state])


def sure_name(sure: str) -> str:
    return _(_SURE[sure]) if sure else "-"


def answer_name(answer: str) -> str:
    return _(_ANSWERS[answer]) if answer in _ANSWERS else answer


def about_name(rule: str) -> str:
    return _(_ABOUT[rule]) if rule in _ABOUT else rule


def mark_of(book: Book, card: Card) -> NudgeMark | None:
    """What a card says of the lead's nudge about it."""
    nudge = card.nudge
    if nudge is None:
        return None
    by = _name(book, nudge.by_id)
    return NudgeMark(id=nudge.id, by=by, message=nudge.message, is_seen=nudge.seen_at is not None)


def line_of(book: Book, course: Course) -> NudgeLine:
    nudge = course.nudge
    return NudgeLine(
        id=nudge.id,
        rep_id=nudge.owner_id or "",
        rep=_name(book, nudge.owner_id),
        by=_name(book, nudge.by_id),
        rule=nudge.rule,
        subject_id=nudge.subject_id,
        about=about_name(nudge.rule),
        message=nudge.message,
        sent_at=book.local(nudge.sent_at),
        seen_at=book.local(nudge.seen_at) if nudge.seen_at else None,
        answer=nudge.answer,
        answer_reason=nudge.answer_reason,
        acted_at=book.local(course.acted.recorded_at) if course.acted else None,
        acts=len(course.acts),
        watched_until=course.watched_until,
        state=course.state,
        state_text=state_name(course.state),
    )


def _name(book: Book, person_id: str | None) -> str:
    person = book.people.get(person_id or "")
    return spoken(person.name, person.alias) if person else "-"


def watch_lines(book: Book, course: Course) -> tuple[WatchLine, ...]:
    judged = metric_of(book, course.nudge)
    return tuple(
        WatchLine(
            metric=one.metric,
            name=_(_METRICS[one.metric]),
            unit="share" if one.metric == "next_steps" else "rate",
            before=one.before,
            before_of=one.before_of,
            since=one.since,
            since_of=one.since_of,
            chance=round(one.chance, 4),
            sure=one.sure if one.since_days and one.before_of and one.since_of else "",
            is_judged=one.metric == judged,
        )
        for one in behaviours(book, course.nudge)
    )


def trail_lines(book: Book, course: Course, card: Card | None, what: str) -> tuple[TrailLine, ...]:
    """FOUND, SENT, SEEN, ACTED, PROGRESS as they happened, then the verdict. `card`: what it is about, where it still is."""
    steps = _steps_of(book, course, card, what)
    return tuple(sorted(steps, key=lambda line: (line.at is None, line.at or book.as_of)))


def _steps_of(book: Book, course: Course, card: Card | None, what: str) -> Iterator[TrailLine]:
    nudge = course.nudge
    if card is not None and card.judged.found_at <= nudge.sent_at:
        yield TrailLine(step="found", at=book.local(card.judged.found_at), text=about_name(nudge.rule))
    yield TrailLine(step="sent", at=book.local(nudge.sent_at), text=_name(book, nudge.by_id))
    if nudge.seen_at is not None:
        yield TrailLine(step="seen", at=book.local(nudge.seen_at), text=_name(book, nudge.owner_id))
    if nudge.answer is not None:
        text = answer_name(nudge.answer)
        text = f"{text}: {nudge.answer_reason}" if nudge.answer_reason else text
        yield TrailLine(step="answered", at=book.local(nudge.answered_at) if nudge.answered_at else None, text=text)
    if course.acted is not None:
        count = len(course.acts)
        text = ngettext("{count} change since", "{count} changes since", count).format(count=count)
        yield TrailLine(step="acted", at=book.local(course.acted.recorded_at), text=text)
    if card is not None:
        text = f"{what}  {words.card_state(card.state)}"
        yield TrailLine(step="progress", at=book.local(book.as_of), text=text)
    yield TrailLine(step="verdict", at=None, text=_verdict(book, course))


def _verdict(book: Book, course: Course) -> str:
    if course.measured is not None:
        return state_name(course.state)
    if book.today > course.watched_until:
        return _("not judged: no working day was in it")
    gone = (book.today - book.local_day(course.nudge.sent_at)).days
    return _("watched: day {gone} of {days}, verdict after {day}").format(
        gone=gone, days=course.nudge.watch_days, day=short_day(course.watched_until)
    )


_STEPS = {
    "found": N_("FOUND"),
    "sent": N_("SENT"),
    "seen": N_("SEEN"),
    "answered": N_("ANSWERED"),
    "acted": N_("ACTED"),
    "progress": N_("NOW"),
    "verdict": N_("VERDICT"),
}


def step_name(step: str) -> str:
    return _(_STEPS[step])


def behaviour_text(line: WatchLine) -> tuple[str, str, str]:
    """Before, since and the change between them: per working day, or percent of the open deals."""
    if not line.before_of or not line.since_of:
        shown = [_share(line, count, of) if of else "-" for count, of in _spans(line)]
        return shown[0], shown[1], "-"
    before, since = (count / of for count, of in _spans(line))
    points = _("{points} pt")
    change = f"{since - before:+.2f}" if line.unit == "rate" else points.format(points=f"{100 * (since - before):+.0f}")
    texts = [_share(line, count, of) for count, of in _spans(line)]
    return texts[0], texts[1], change


def _spans(line: WatchLine) -> tuple[tuple[int, int], tuple[int, int]]:
    return (line.before, line.before_of), (line.since, line.since_of)


def _share(line: WatchLine, count: int, of: int) -> str:
    return f"{count / of:.2f}" if line.unit == "rate" else f"{100 * count / of:.0f}% ({count}/{of})"


def budget_text(page: NudgePage) -> str:
    name = page.rep.spoken
    return _("{count} of {budget} nudges this week for {name}").format(count=page.spent, budget=page.budget, name=name)


def no_step() -> str:
    return _("Only a rep's lead takes the next step, and only after the verdict NOT MOVED.")


def past_text(past: PastNudges) -> str:
    """`Past nudges 42: acted 71%, moved 45%, median 1.2 days`."""
    if not past.ended:
        return _("Past nudges: none is judged yet")
    text = _("Past nudges {count}: acted {acted}%, moved {moved}%").format(
        count=past.ended, acted=round(100 * past.acted / past.ended), moved=round(100 * past.moved / past.ended)
    )
    if past.days is None:
        return text
    return _("{text}, median {days} days to the first act").format(text=text, days=f"{past.days:.1f}")
