"""What a lead does about a nudge that has not moved: go along on a visit, train the talk, lower the load, each a plan of his
own with the rep as companion; or watch on. The rep sees the visit too, for it is at an account of his; the talks are the
lead's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import get_args

from cockpit.domain.book import Book
from cockpit.domain.entities import Activity
from cockpit.domain.moments import Slot
from cockpit.domain.nudges import Course
from cockpit.i18n import _, clock_time, short_day
from cockpit.services.snapshots import NextStep, PersonRef, StepLine
from cockpit.services.views import account_name

STEPS: tuple[NextStep, ...] = get_args(NextStep)
"""By the digit that takes it."""
_CLOCKS: dict[NextStep, tuple[time, int]] = {"talk": (time(9), 30), "load": (time(9, 30), 15)}
"""When on the lead's next working day, and for how many minutes."""
WATCH_ON = 7
"""Days from today."""


@dataclass(frozen=True)
class Plan:
    """A next step as the plan it becomes. `slot` None: nothing is planned; where it cannot be taken `refusal` says why."""

    step: NextStep
    text: str
    refusal: str = ""
    slot: Slot | None = None
    kind: str = "task"
    account_id: str | None = None


def plans(book: Book, viewer: PersonRef, rep: PersonRef, course: Course) -> tuple[Plan, ...]:
    """The next steps; none before the verdict, once it moved, and for anybody but his lead."""
    is_his = viewer.role == "team_lead" and rep.role == "rep" and rep.team_id == viewer.team_id
    if course.state != "not_moved" or not is_his:
        return ()
    watch = Plan("watch", _("watch it for {count} more days").format(count=WATCH_ON))
    return (*(_once(book, viewer, plan) for plan in (_ride(book, rep), *_talks(book, viewer, rep))), watch)


def step_lines(found: Sequence[Plan]) -> tuple[StepLine, ...]:
    return tuple(StepLine(step=plan.step, text=plan.text, refusal=plan.refusal) for plan in found)


def _ride(book: Book, rep: PersonRef) -> Plan:
    """To the rep's first visit after today."""
    tomorrow = book.midnight(book.today + timedelta(days=1))
    ahead = (row for row in book.activities_by_rep.get(rep.id, ()) if _is_visit_from(row, tomorrow))
    visit, name = next(ahead, None), rep.spoken
    if visit is None:
        text = _("go along with {name} on a visit").format(name=name)
        return Plan("ride", text, _("No visit of the coming days is planned: ask for one first."))
    text = _("go along with {name}: {account}, {when}").format(
        name=name, account=account_name(book, visit.account_id), when=_when(book, visit.starts_at)
    )
    return Plan("ride", text, slot=Slot(visit.starts_at, visit.ends_at), kind="visit", account_id=visit.account_id)


def _is_visit_from(row: Activity, begins: datetime) -> bool:
    return row.kind == "visit" and row.status == "planned" and row.starts_at >= begins


def _talks(book: Book, viewer: PersonRef, rep: PersonRef) -> tuple[Plan, ...]:
    """With the rep, on the lead's next working day."""
    calendar, name = book.calendar_of(viewer.id), rep.spoken
    ahead = (book.today + timedelta(days=number) for number in range(1, 32))
    day = next((day for day in ahead if calendar.is_workday(day)), book.today + timedelta(days=1))
    words: dict[NextStep, str] = {
        "talk": _("train the talk with {name}, {when}"),
        "load": _("lower the load of {name}: agree which customers others take, {when}"),
    }
    found = []
    for step, (clock, minutes) in _CLOCKS.items():
        begins = datetime.combine(day, clock, book.zone)
        text = words[step].format(name=name, when=_when(book, begins))
        found.append(Plan(step, text, slot=Slot(begins, begins + timedelta(minutes=minutes))))
    return tuple(found)


def _once(book: Book, viewer: PersonRef, plan: Plan) -> Plan:
    """The same; refused where it stands in the lead's plan already."""
    slot = plan.slot
    mine = book.activities_by_rep.get(viewer.id, ()) if slot is not None else ()
    if slot is not None and any(
        row.status == "planned" and row.kind == plan.kind and row.starts_at == slot.starts_at for row in mine
    ):
        return Plan(plan.step, plan.text, _("In your plan already."))
    return plan


def _when(book: Book, moment: datetime) -> str:
    local = book.local(moment)
    return f"{short_day(local.date())} {clock_time(local)}"
