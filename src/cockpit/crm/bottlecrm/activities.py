"""Activities in BottleCRM: a task while it is planned, an interaction once it is held.

An interaction hangs on an account and is found through it alone; it has no custom field, so our id stands in its text. The
task it was planned as stays behind, completed and marked, as its trace: it is no row any more and leads to the interaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cockpit.crm.bottlecrm import rows, sending
from cockpit.crm.bottlecrm.session import PAGE, Session
from cockpit.crm.connector import CrmRefused, CrmStale, Page, Remote
from cockpit.i18n import _

_CHANGED = {
    "subject": ("subject",),
    "result": ("body",),
    "kind": ("kind", "body"),
    "rep_id": ("body",),
    "starts_at": ("occurred_at",),
    "ends_at": ("duration_seconds",),
    "account_id": ("account",),
}
"""What of an interaction changes with a field of ours."""


class Activities:
    def __init__(self, session: Session) -> None:
        self._session = session

    def snapshot(self) -> Iterator[Page]:
        """Tasks in lists, ours one by one (only so they show our id), then the timeline of each account."""
        session, ours = self._session, dict[str, str]()
        for kind in ("visit", "call", "web", "task", rows.LOGGED):
            for found in session.lists("activity", **{f"cf_{rows.KIND}": kind}):
                ours |= {raw["id"]: kind for raw in found}
        for found in session.lists("activity"):
            yield rows.page("activity", rows.task, (raw for raw in found if raw["id"] not in ours))
        living = [task_id for task_id, kind in ours.items() if kind != rows.LOGGED]
        for start in range(0, len(living), PAGE):
            raws = (session.raw("activity", task_id) for task_id in living[start : start + PAGE])
            yield rows.page("activity", rows.task, (raw for raw in raws if raw is not None))
        for account in session.get("/tasks/", "activity", params={"limit": 1})["accounts_list"]:
            page = rows.page("activity", rows.meeting, session.timeline(account["id"]))
            if page.rows:
                yield page

    def read(self, remote_id: str) -> Remote | None:
        """A task that became an interaction answers with the interaction."""
        kind, _colon, rest = remote_id.partition(":")
        if kind == "meeting":
            account_id, _colon, meeting_id = rest.partition(":")
            return self._meeting(account_id, lambda raw: bool(raw["id"] == meeting_id))
        raw = self._session.raw("activity", rest)
        found = rows.task(raw) if raw is not None else None
        if found is None or found.values["kind"] != rows.LOGGED:
            return found
        return self._logged(found.row_id, found.values)

    def find(self, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        task = self._session.carrying("activity", row_id)
        found = self.read(f"task:{task['id']}") if task else None
        return found or self._logged(row_id, values)

    def create(self, row_id: str, values: Mapping[str, Any]) -> Remote | None:
        """None when the CRM has forgotten our id."""
        if rows.is_meeting(values):
            return self._log(row_id, values)
        whole = {"kind": "visit", "status": "planned", **values}
        self._plan(row_id, whole)
        return self.find(row_id, {})

    def update(self, seen: Remote, values: Mapping[str, Any]) -> Remote | None:
        """None when the row has gone meanwhile."""
        whole = {**seen.values, **values}
        kind, _colon, rest = seen.id.partition(":")
        if kind == "task" and seen.row_id and rows.is_meeting(whole):
            found = self._logged(seen.row_id, whole) or self._log(seen.row_id, whole)
            self._session.patch("activity", rest, {"status": "Completed", "custom_fields": {rows.KIND: rows.LOGGED}})
            return found
        if kind == "task":
            self._session.patch("activity", rest, sending.task(values, whole))
        elif rows.is_meeting(whole):
            self._change(seen, values, whole)
        else:
            return self._planned_again(seen, whole)
        return self.read(seen.id)

    def delete(self, seen: Remote) -> None:
        kind, _colon, rest = seen.id.rpartition(":")
        self._session.delete(f"/tasks/{rest}/" if kind == "task" else f"/interactions/{rest}/")

    def _meeting(self, account_id: str, is_meant: Callable[[rows.Raw], bool]) -> Remote | None:
        return next((rows.meeting(raw) for raw in self._session.timeline(account_id) if is_meant(raw)), None)

    def _logged(self, row_id: str | None, values: Mapping[str, Any]) -> Remote | None:
        """The interaction that carries our id, looked for at the account that `values` name."""
        account_id = values.get("account_id")
        return self._meeting(account_id, lambda raw: rows.marked(raw) == row_id) if account_id else None

    def _log(self, row_id: str, whole: Mapping[str, Any]) -> Remote:
        made = rows.meeting(
            self._session.send(
                "POST", "/interactions/", sending.meeting(row_id, whole, self._session.now(), self._session.me)
            )
        )
        if made is None:
            raise CrmRefused(_("the CRM keeps the visit as something else"))
        return made

    def _plan(self, row_id: str, whole: Mapping[str, Any]) -> None:
        body = {"priority": "Medium", **sending.task(whole, whole)}
        body["custom_fields"][rows.REF] = row_id
        self._session.send("POST", "/tasks/", body)

    def _change(self, seen: Remote, values: Mapping[str, Any], whole: Mapping[str, Any]) -> None:
        if "rep_id" in values and not seen.row_id:
            raise CrmRefused(_("what was logged in the CRM itself is changed there"), field="rep_id")
        body = sending.meeting(seen.row_id, whole, self._session.now(), self._session.me)
        changed = {name for field in values for name in _CHANGED.get(field, ()) if name in body}
        if changed:
            path = f"/interactions/{seen.id.rpartition(':')[2]}/"
            self._session.send("PATCH", path, {name: body[name] for name in changed})

    def _planned_again(self, seen: Remote, whole: Mapping[str, Any]) -> Remote | None:
        """A log taken back: the task comes to life again, then the interaction goes."""
        if not seen.row_id:
            raise CrmRefused(_("what was logged in the CRM itself is changed there"), field="status")
        task = self._session.carrying("activity", seen.row_id)
        if task:
            self._session.patch("activity", task["id"], sending.task(whole, whole))
        else:
            self._plan(seen.row_id, whole)
        self.delete(seen)
        found = self.find(seen.row_id, {})
        if found is None:
            raise CrmStale(seen.id)
        return found
