"""Nudges: a lead reminds a rep of a card; the rep sees it on his home and answers; what came of it is watched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cockpit import clock
from cockpit.domain.book import Book
from cockpit.domain.entities import NUDGE_ANSWERS, Nudge
from cockpit.domain.nudges import AFTERWARDS, BUDGET, Course, courses, live, record, spent
from cockpit.domain.problems import Card, cards_of
from cockpit.domain.team import reps_below
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed, UnknownName
from cockpit.garbage import no_collecting
from cockpit.i18n import _, listed, short_day
from cockpit.services import card_views
from cockpit.services.desk import Desk
from cockpit.services.drafts import new_activity
from cockpit.services.nudge_steps import STEPS, WATCH_ON, plans, step_lines
from cockpit.services.nudge_words import answer_name, line_of, no_step, trail_lines, watch_lines
from cockpit.services.snapshots import NudgeDraft, NudgePage, NudgesSnapshot, PastNudges, PersonRef, Saved
from cockpit.services.views import Look, look_at, open_book
from cockpit.storage.queries.people import everybody
from cockpit.sync import outbox, undo
from cockpit.sync.outbox import Edit

if TYPE_CHECKING:
    from sqlmodel import Session

    from cockpit.storage.reading import Reader

_UNSOLVED = ("found", "relapsed", "planned", "doing")
MOST_SIGNS = 500
"""Of a message or a reason: the hub refuses more."""


@dataclass(frozen=True)
class NudgeService:
    """Who was reminded of what, and whether it helped."""

    desk: Desk

    # -- reading ---------------------------------------------------------------------------------------------------

    @no_collecting()
    def load(self, rep_id: str | None = None, as_of: datetime | None = None) -> NudgesSnapshot:
        """Those to a rep, or to the viewer and all below him."""
        with self.desk.look(as_of) as source:
            viewer = self.desk.viewer(source)
            below = [rep.id for rep in reps_below(*everybody(source), viewer.id)]
            wanted = [rep_id] if rep_id is not None else list(dict.fromkeys((viewer.id, *below)))
            book = open_book(self.desk, source, wanted, as_of)
        found = courses(book)
        return NudgesSnapshot(
            as_of=book.local(book.as_of),
            complete=book.complete,
            viewer=viewer,
            lines=tuple(line_of(book, course) for course in found),
            past=_past(found),
        )

    @no_collecting()
    def page(
        self, rep_id: str | None = None, nudge_id: str = "", as_of: datetime | None = None, *, is_new: bool = False
    ) -> NudgePage:
        """One nudge; without an id the rep's newest that is watched or has just not moved, else (or `is_new`) what a lead
        would send.

        Raises UnknownName, also for one of before the months that are read: `as_of` a day of then it is there.
        """
        with self.desk.look(as_of) as source:
            viewer = self.desk.viewer(source)
            owner = _owner(source, nudge_id) if nudge_id else rep_id
            look = look_at(self.desk, source, owner, as_of)
            team = [rep.id for rep in reps_below(*everybody(source), viewer.id)]
            everyone = list(dict.fromkeys((viewer.id, *team)))
            whole = open_book(self.desk, source, everyone, as_of) if viewer.role != "rep" else look.book
        book, rep = look.book, look.person
        cards, found = cards_of(book, rep.id), courses(book)
        watched = [course for course in found if _is_on_the_table(book, course)]
        chosen = [course for course in found if course.nudge.id == nudge_id] if nudge_id else watched
        course = next((one for one in chosen if not is_new and one.nudge.owner_id == rep.id), None)
        if nudge_id and course is None:
            raise UnknownName(kind=_("nudge"), name=nudge_id, near="")
        refusal = _refusal(look, cards)
        card = _card_of(cards, course.nudge) if course else None
        what = card_views.what(book, card) if card else ""
        watch = watch_lines(book, course) if course else ()
        return NudgePage(
            as_of=look.as_of,
            complete=book.complete,
            viewer=viewer,
            rep=rep,
            line=line_of(book, course) if course else None,
            draft=None if refusal or course else _draft(book, _about(look, cards, "")),
            refusal=refusal,
            watch=watch,
            days=max((line.since_of for line in watch if line.unit == "rate"), default=0),
            trail=trail_lines(book, course, card, what) if course else (),
            steps=step_lines(plans(whole, viewer, rep, course)) if course else (),
            spent=spent(book, rep.id),
            budget=BUDGET,
            past=_past(courses(whole)),
        )

    def find(self, wanted: str) -> str:
        """The id of a nudge by its end, as lists show it. Raises UnknownName."""
        with self.desk.look() as source:
            ids = [str(row_id) for (row_id,) in source.rows("SELECT id FROM nudge ORDER BY sent_at")]
        found = [row_id for row_id in ids if wanted and row_id.endswith(wanted)]
        if len(found) != 1:
            raise UnknownName(kind=_("nudge"), name=wanted, near=listed(row_id[-8:] for row_id in (found or ids)[-5:]))
        return found[0]

    def draft(self, rep_id: str, message: str = "", about: str = "", *, is_confirmed: bool = False) -> NudgeDraft:
        """What `send` would send. Raises what it raises."""
        with self.desk.look() as source:
            _card, draft = _to_send(look_at(self.desk, source, rep_id, None), message, about, is_confirmed)
        return draft

    # -- writing ---------------------------------------------------------------------------------------------------

    def send(self, rep_id: str, message: str = "", about: str = "", *, is_confirmed: bool = False) -> Saved:
        """Remind a rep of his first problem, or of the card of a rule. Raises NotAllowed for anybody but his lead, without
        a problem, and for the third in a week while it is not confirmed."""
        with self.desk.database.write() as session:
            look = look_at(self.desk, session, rep_id, None)
            card, draft = _to_send(look, message, about, is_confirmed)
            rep, words = look.person, draft.message
            values = {
                "owner_id": rep.id,
                "by_id": look.viewer.id,
                "rule": card.rule.id,
                "subject_id": card.subject_id,
                "message": words,
                "sent_at": clock.now(),
            }
            label = _("Nudge to {name}: {message}").format(name=rep.spoken, message=words)
            return self._save(session, look.viewer, Edit("nudge", outbox.new_id(), "create", values), label)

    def answer(self, nudge_id: str, answer: str, reason: str = "") -> Saved:
        """What the rep says to a nudge. Raises BadUse for another answer, and for "not fair" without a reason."""
        if answer not in NUDGE_ANSWERS:
            raise BadUse(_("{text} is no answer; known are {known}").format(text=answer, known=listed(NUDGE_ANSWERS)))
        said = clean_line(reason, MOST_SIGNS)
        if answer == "not_fair" and not said:
            raise BadUse(_("a reason is needed"))
        with self.desk.database.write() as session:
            viewer = self.desk.viewer(session)
            nudge = self._mine(session, viewer, nudge_id)
            now = clock.now()
            values = {"answer": answer, "answer_reason": said, "answered_at": now}
            if nudge.seen_at is None:
                values["seen_at"] = now
            label = _("Answer to the nudge: {answer}").format(answer=answer_name(answer))
            return self._save(session, viewer, Edit("nudge", nudge.id, "patch", values), label)

    def follow(self, nudge_id: str, step: str) -> Saved:
        """The next step after one that has not moved: ride, talk or load, on the lead's day with the rep as companion, or watch
        on.

        Raises BadUse for another step, NotAllowed while there is none to take, for anybody else, and for one planned already.
        """
        if step not in STEPS:
            raise BadUse(_("{text} is no next step; known are {known}").format(text=step, known=listed(STEPS)))
        with self.desk.database.write() as session:
            look, course = self._course(session, nudge_id)
            found = plans(look.book, look.viewer, look.person, course)
            plan = next((one for one in found if one.step == step), None)
            if plan is None or plan.refusal:
                raise NotAllowed(plan.refusal if plan is not None else no_step())
            if plan.slot is None:
                gone = (look.book.today - look.book.local_day(course.nudge.sent_at)).days
                edit = Edit("nudge", nudge_id, "patch", {"watch_days": gone + WATCH_ON})
            else:
                values = {"account_id": plan.account_id, "companion_id": look.person.id, "subject": plan.text}
                edit = new_activity(look.viewer.id, plan.slot, plan.kind, **values)
            return self._save(session, look.viewer, edit, _("Next step: {what}").format(what=plan.text))

    def _course(self, session: Session, nudge_id: str) -> tuple[Look, Course]:
        """How a nudge went, in a book of the rep and the viewer. Raises UnknownName."""
        owner = _owner(session, nudge_id) or ""
        look = look_at(self.desk, session, owner, None)
        book = open_book(self.desk, session, list(dict.fromkeys((look.viewer.id, owner))), None)
        course = next(one for one in courses(book) if one.nudge.id == nudge_id)
        return Look(look.viewer, look.person, book), course

    def see(self, nudge_ids: Sequence[str]) -> bool:
        """Note that the rep's home has shown these; whether that was new. Nobody pressed a key for it: `u` passes over it."""
        with self.desk.database.write() as session:
            viewer = self.desk.viewer(session)
            unseen = [nudge for name in nudge_ids if (nudge := self._mine(session, viewer, name)).seen_at is None]
            edits = [Edit("nudge", nudge.id, "patch", {"seen_at": clock.now()}) for nudge in unseen]
            action = outbox.submit(session, edits, actor_id=viewer.id, label=_("Nudge seen"), now=clock.now())
            if action is not None:
                undo.pass_over(session, action)
        return action is not None

    def _mine(self, session: Session, viewer: PersonRef, nudge_id: str) -> Nudge:
        if _owner(session, nudge_id) != viewer.id:
            raise NotAllowed(_("This nudge is for somebody else: whom it is for answers it."))
        return _nudges(session, nudge_id)[0]

    def _save(self, session: Session, viewer: PersonRef, edit: Edit, label: str) -> Saved:
        action = outbox.submit(session, [edit], actor_id=viewer.id, label=label, now=clock.now())
        return Saved(action_id=action, text=label, entity=edit.entity, id=edit.id)


def _nudges(source: Session | Reader, nudge_id: str) -> list[Nudge]:
    from cockpit.storage.reading import entities

    return entities(source, Nudge, "id = :id", id=nudge_id)


def _owner(source: Session | Reader, nudge_id: str) -> str | None:
    """Whom a nudge is for. Raises UnknownName for one that is not here."""
    found = _nudges(source, nudge_id)
    if not found:
        raise UnknownName(kind=_("nudge"), name=nudge_id, near="")
    return found[0].owner_id


def _is_on_the_table(book: Book, course: Course) -> bool:
    """Watched, or not moved and no longer over than the board shows it: then the lead decides what comes next."""
    late = AFTERWARDS if course.state == "not_moved" else timedelta()
    return book.today <= course.watched_until + late


def _refusal(look: Look, cards: Sequence[Card]) -> str:
    """Why the viewer cannot nudge this person now; empty when he can."""
    viewer, person = look.viewer, look.person
    is_his = viewer.role == "team_lead" and person.role == "rep" and person.team_id == viewer.team_id
    if not is_his:
        return _("A team lead nudges the reps of his own team, and nobody else does.")
    if not any(card.state in _UNSOLVED for card in cards):
        return _("{name} has no open problem now: there is nothing to nudge about.").format(name=person.spoken)
    return ""


def _to_send(look: Look, message: str, about: str, is_confirmed: bool) -> tuple[Card, NudgeDraft]:
    """The card and the words that go to the rep. Raises NotAllowed, UnknownName."""
    cards, rep = cards_of(look.book, look.person.id), look.person
    refusal = _refusal(look, cards)
    if refusal:
        raise NotAllowed(refusal)
    card = _about(look, cards, about)
    _refuse_again(look.book, card)
    used = spent(look.book, rep.id)
    if used >= BUDGET and not is_confirmed:
        text = _("{name} had {count} nudges this week already, {budget} is the limit: a yes sends it all the same.")
        raise NotAllowed(text.format(name=rep.spoken, count=used, budget=BUDGET))
    draft = _draft(look.book, card)
    return card, replace(draft, message=clean_line(message, MOST_SIGNS) or draft.message)


def _about(look: Look, cards: Sequence[Card], about: str) -> Card:
    """The first unsolved card that nobody nudged about yet, or the first of that rule or id. Raises UnknownName."""
    unsolved = [card for card in cards if card.state in _UNSOLVED]
    if about:
        found = next((card for card in unsolved if about in (card.rule.id, card.id)), None)
        if found is None:
            raise UnknownName(
                kind=_("problem"), name=about, near=listed(dict.fromkeys(card.rule.id for card in unsolved))
            )
        return found
    return next((card for card in unsolved if card.nudge is None), unsolved[0])


def _refuse_again(book: Book, card: Card) -> None:
    """Two watches of the same thing would each take the other's effect for its own."""
    before = live(book, card.rep_id).get((card.rule.id, card.subject_id))
    if before is not None:
        text = _("There is a nudge about this since {day}, and it is still watched: N shows it.")
        raise NotAllowed(text.format(day=short_day(book.local_day(before.sent_at))))


def _draft(book: Book, card: Card) -> NudgeDraft:
    (view,) = card_views.card_views(book, [card])
    key = f" [{card.rule.key}]" if len(card.rule.key) == 1 else ""
    message = _("{what}. To do: {to_do}").format(what=view.what, to_do=f"{view.to_do}{key}")
    return NudgeDraft(card_id=card.id, about=view.what, message=clean_line(message, MOST_SIGNS))


def _card_of(cards: Sequence[Card], nudge: Nudge) -> Card | None:
    wanted = (nudge.rule, nudge.subject_id)
    return next((card for card in cards if (card.rule.id, card.subject_id) == wanted), None)


def _past(found: Sequence[Course]) -> PastNudges:
    told = record(found)
    return PastNudges(ended=told.ended, acted=told.acted, moved=told.moved, days=told.days)
