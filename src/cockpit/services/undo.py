"""Undo of the last act, whatever it was."""

from __future__ import annotations

from dataclasses import dataclass

from cockpit import clock
from cockpit.errors import NotAllowed
from cockpit.i18n import _
from cockpit.services.desk import Desk
from cockpit.services.snapshots import Saved
from cockpit.sync.undo import undo_newest


@dataclass(frozen=True)
class UndoService:
    """One key press is one undo."""

    desk: Desk

    def undo(self) -> Saved:
        """Take back the newest action: withdrawn with what depends on it while never sent, an inverse change afterwards.
        Raises NotAllowed when there is nothing to undo."""
        with self.desk.database.write() as session:
            me = self.desk.viewer(session)
            undone = undo_newest(session, actor_id=me.id, now=clock.now())
        if undone is None:
            raise NotAllowed(_("Nothing was done here that could be taken back."))
        if not undone.has_effect:
            raise NotAllowed(_("It was changed by others since and stays: {label}").format(label=undone.label))
        text = _("Taken back: {label}").format(label=undone.label)
        if undone.is_open_again:
            text = _("{label}. {note}").format(label=text, note=_("The conflict is open again."))
        return Saved(action_id=undone.action_id, text=text, entity=undone.entity, id=undone.id)
