"""Answers to conflicts: one field, a whole record, a third value, another account for what lost its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.services import conflict_words, typed_values
from cockpit.services.desk import Desk
from cockpit.services.matching import one_account
from cockpit.services.snapshots import ConflictItem, Saved
from cockpit.sync import answers

Choice = Literal["mine", "theirs", "both"]


@dataclass(frozen=True)
class AnswerService:
    """The answer is a new change based on what the other side wrote, so that it overwrites nothing unseen."""

    desk: Desk

    def open(self) -> tuple[ConflictItem, ...]:
        """Every open conflict, oldest first. Raises NotSignedIn where nobody ever was."""
        with self.desk.database.read() as session:
            self.desk.require_account(session)
            return conflict_words.open_conflicts(session)

    def answer(self, conflict_id: str, choice: Choice, *, is_whole_record: bool = False) -> Saved:
        """Keep mine, theirs or both; for every open field of the record at once where that is asked."""
        with self.desk.database.write() as session:
            text = conflict_words.of_choice(session, conflict_id, choice, is_whole_record=is_whole_record)
            return _answer(self.desk, session, conflict_id, choice, text, is_whole_record=is_whole_record)

    def edit(self, conflict_id: str, typed: str) -> Saved:
        """Keep neither: a third value. Raises BadUse for what cannot be read."""
        with self.desk.database.write() as session:
            conflict = answers.find_open(session, conflict_id)
            if not typed_values.can_type(conflict.entity, conflict.field):
                raise NotAllowed(_("This field cannot be typed; choose mine or theirs."))
            now = self.desk.local_now(session)
            value = typed_values.read_typed(session, conflict.entity, conflict.field, typed, now)
            text = conflict_words.of_choice(session, conflict_id, "edit")
            return _answer(self.desk, session, conflict_id, "edit", text, value=value)

    def attach(self, conflict_id: str, account: str) -> Saved:
        """What is no longer at the hub because its account went is made again under another account.

        Raises UnknownName and AmbiguousName.
        """
        with self.desk.database.write() as session:
            if not conflict_words.can_attach(session, answers.find_open(session, conflict_id)):
                raise NotAllowed(_("Only what has lost its account can be given another one."))
            found = one_account(session, account)
            text = _("Attached to {account}").format(account=found.name)
            return _answer(self.desk, session, conflict_id, "mine", text, value={"account_id": found.id})


def _answer(
    desk: Desk,
    session: Session,
    conflict_id: str,
    choice: answers.Choice,
    text: str,
    *,
    value: object = None,
    is_whole_record: bool = False,
) -> Saved:
    action, held = answers.answer(
        session,
        conflict_id,
        choice,
        actor_id=desk.viewer(session).id,
        now=clock.now(),
        label=text,
        value=value,
        is_whole_record=is_whole_record,
    )
    return Saved(action_id=action, text=text, entity=held.entity, id=held.entity_id)
