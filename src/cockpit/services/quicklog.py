"""The one-line log: read while typed, saved by Enter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlmodel import func, select

from cockpit.domain.book import Book
from cockpit.errors import AmbiguousName, BadUse, NotAllowed, UnknownName
from cockpit.exchange import given_rates
from cockpit.i18n import _
from cockpit.locations import locate
from cockpit.services.desk import Desk
from cockpit.services.drafts import Bench
from cockpit.services.logdraft import Draft, Meant, draft_of, held_before, meant_by
from cockpit.services.logeffects import effects
from cockpit.services.logfields import fields_of
from cockpit.services.snapshots import LogField, LogPreview, Saved
from cockpit.services.timekeeping import clock_note, date_note
from cockpit.services.words import activity_status, kind_name
from cockpit.storage.tables import ChangeLogRow
from cockpit.thresholds import given_limits

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True)
class QuickLogService:
    """Grammar in `domain.quicklog`; this adds the accounts, the plan and the effects."""

    desk: Desk
    _memo: dict[str, tuple[object, Book]] = field(default_factory=dict, repr=False, compare=False)
    """The book of the last preview: a line is read at every key, its rows change only with the log, the rest with the settings."""

    def preview(self, line: str, choice: str | None = None) -> LogPreview:
        """How the line reads now. `choice` is the account id picked from the matches with Tab."""
        with self.desk.database.read() as session:
            bench = Bench.of(self.desk, session)
            meant = meant_by(bench, line, choice)
            try:
                draft = draft_of(bench, meant)
            except BadUse as error:
                return _unready(bench, meant, error)
            changes = [*effects(self._book(bench), draft.edits, bench.me), *_notes(bench, draft)]
            return _preview(
                meant,
                fields_of(bench, meant, draft),
                effects=tuple(changes),
                problem=_milestone_text(draft.question),
                column=_stage_end(meant) if draft.question else None,
                milestone=draft.question,
            )

    def save(self, line: str, choice: str | None = None) -> Saved:
        """Save the line as one action.

        Raises MalformedLog, UnknownName, AmbiguousName with candidates, or NotAllowed with the question of a milestone
        that is not answered; then nothing is saved.
        """
        with self.desk.database.write() as session:
            bench = Bench.of(self.desk, session)
            draft = draft_of(bench, meant_by(bench, line, choice))
            if draft.question:
                raise NotAllowed(_milestone_text(draft.question), question=draft.question)
            return bench.save(
                draft.edits,
                _label(bench, draft),
                entity="activity",
                row_id=draft.edits[0].id,
                note=" ".join(_notes(bench, draft)),
            )

    def _book(self, bench: Bench) -> Book:
        minute, at = bench.now.replace(second=0, microsecond=0), locate()
        stamp = (_stamp(bench.session), bench.me, minute, given_rates(at), given_limits(at))
        known = self._memo.get("book")
        if known is None or known[0] != stamp:
            known = (stamp, self.desk.book(bench.session, rep_ids=[bench.me]))
            self._memo["book"] = known
        return known[1]


def _stamp(session: Session) -> tuple[int, int]:
    """Changes whenever a row does: every change leaves a line in the log."""
    counted = select(func.count(), func.max(ChangeLogRow.rev)).select_from(ChangeLogRow)
    count, newest = session.exec(counted).one()
    return count, newest or 0


def _unready(bench: Bench, meant: Meant, error: BadUse) -> LogPreview:
    """What stops the line, with the column where it stands."""
    column = error.facts.get("column")
    text = error.detail
    if isinstance(error, AmbiguousName):
        text, column = _("Several accounts fit. Tab goes through them."), _account_column(meant)
    elif isinstance(error, UnknownName):
        text, column = _("No account is called {name}.").format(name=error.facts["name"]), _account_column(meant)
        if meant.others:
            text = " ".join((text, _("Near ones: Tab.")))
    return _preview(
        meant, fields_of(bench, meant, None), problem=text, column=column if isinstance(column, int) else None
    )


def _account_column(meant: Meant) -> int | None:
    return next((part.column for part in meant.line.parts if part.name == "account"), None)


def _stage_end(meant: Meant) -> int | None:
    return next((part.end for part in meant.line.parts if part.name == "stage"), None)


def _preview(
    meant: Meant,
    fields: tuple[LogField, ...],
    *,
    effects: tuple[str, ...] = (),
    problem: str = "",
    column: int | None = None,
    milestone: str = "",
) -> LogPreview:
    return LogPreview(
        line=meant.line.line,
        fields=fields,
        matches=tuple((match.id, match.name) for match in meant.others),
        account_id=meant.account.id if meant.account else None,
        effects=effects,
        problem=problem,
        problem_column=column,
        milestone=milestone,
        is_ready=not problem,
    )


def _milestone_text(question: str) -> str:
    return _("Milestone: {question} Answer with y or n after the stage.").format(question=question) if question else ""


def _label(bench: Bench, draft: Draft) -> str:
    status = str(draft.edits[0].values["status"])
    line, account = draft.meant.line, draft.meant.account
    what = bench.title(line.kind or "visit", account.id if account else None, draft.slot.starts_at)
    if status == "held":
        return _("Logged: {what}").format(what=what)
    return _("Logged as {status}: {what}").format(status=activity_status(status), what=what)


def _notes(bench: Bench, draft: Draft) -> list[str]:
    """What to know beside the numbers: the next step, an overlap, a log that may be there already."""
    notes = []
    line, account = draft.meant.line, draft.meant.account
    if draft.next_slot is not None and draft.next_edit is not None:
        kind = str(draft.next_edit.values["kind"])
        notes.append(
            _("Next: {kind}, {when}.").format(kind=kind_name(kind), when=bench.when(draft.next_slot.starts_at))
        )
        clash = bench.clash_note(draft.next_slot, kind, except_id=draft.plan.id if draft.plan else "")
        notes += [clash] if clash else []
    if draft.plan is None and account is not None:
        before = held_before(bench, line, account.id, draft.slot)
        if before is not None:
            notes.append(_("One is logged already at {when}.").format(when=bench.when(before.starts_at)))
    warnings = clock_note(bench.session), date_note(bench.session, draft.slot.starts_at, bench.now)
    return [*notes, *filter(None, warnings)]
