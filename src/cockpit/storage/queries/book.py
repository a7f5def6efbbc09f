"""Load a `Book`: the rows of some reps as of a moment, as the change log tells them where it is in the past."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from cockpit.domain import entities as e
from cockpit.domain.book import Book, Move
from cockpit.domain.card_limits import USUAL, Limits
from cockpit.domain.exchange import NO_RATES
from cockpit.domain.periods import WorkCalendar, period_of
from cockpit.domain.replay import replayed_from
from cockpit.domain.watch import BEFORE_DAYS
from cockpit.garbage import no_collecting
from cockpit.storage import meta
from cockpit.storage.converted import ConvertedReader
from cockpit.storage.past import past_reader
from cockpit.storage.queries.people import everybody
from cockpit.storage.queries.sync import conflicted_rows
from cockpit.storage.reading import E, Reader, among, entities, local_days, moment

if TYPE_CHECKING:
    from sqlmodel import Session


_MADE_AS = {"after": "CASE WHEN op = 'create' AND entity <> 'deal' THEN '{}' ELSE \"after\" END"}
"""What a row was made as is the row with its later changes taken back: of most it is not read a second time."""
_GOING_ON = (
    "SELECT id FROM deal WHERE closed_on IS NULL OR closed_on >= :replayed_on"
    " OR stage_id NOT IN (SELECT id FROM stage WHERE kind <> 'open')"
)
"""Deals that were open at some time since then."""


_OF_ROW = ("id", "rev", "pending", "origin")
_BRIEF: dict[type[e.Entity], tuple[str, ...]] = {
    e.Account: (*_OF_ROW, "name", "alias", "tier", "lifecycle", "cadence_days", "owner_id"),
    e.Deal: (
        *(
            *_OF_ROW,
            "name",
            "owner_id",
            "account_id",
            "funnel_id",
            "stage_id",
            "product_id",
            "amount_minor",
            "profit_minor",
            "currency",
        ),
        *("created_on", "expected_on", "closed_on"),
    ),
    e.Activity: (*_OF_ROW, "rep_id", "kind", "status", "account_id", "deal_id", "starts_at", "subject"),
}
"""What a brief book reads of rows of which there are many; of activities those that are over."""


@no_collecting()
def load_book(
    source: Session | Reader,
    *,
    as_of: datetime,
    rep_ids: Sequence[str] | None = None,
    activities_from: date | None = None,
    known_by: datetime | None = None,
    limits: Limits = USUAL,
    is_brief: bool = False,
) -> Book:
    """The book of `rep_ids` (everybody on this device when None).

    Accounts are all that are here, so that a name never goes missing. Activities start at `activities_from`, by default
    `usually_from`. Nudges are those whose watch rests on these days alone. 29 SELECTs at most, whatever the size.

    `known_by`: what was recorded up to then counts, by default `as_of`. A later one is for a look at now:
    another machine's clock that runs ahead, or this one set back, must not hide a row.
    `is_brief`: for cards and the board alone, see `_Rows`.
    """
    known_by = known_by or as_of
    reader = past_reader(source, known_by)
    people, teams = everybody(reader)
    zone = _zone(reader, people, teams)
    exchanged = reader if isinstance(reader, ConvertedReader) else None
    activities_from = activities_from or usually_from(as_of.astimezone(zone).date())
    rows = _Rows(reader, zone, as_of, known_by, activities_from, rep_ids)
    rules, nudges = entities(reader, e.KpiRule), rows.nudges()
    if is_brief:
        rows, nudges = rows.in_brief(rules, nudges)
    return Book(
        as_of=as_of,
        zone=zone,
        complete=meta.get(reader, "complete", "1") == "1",
        activities_from=activities_from,
        teams=teams,
        people=people,
        calendar=_calendar(reader),
        absences=tuple(entities(reader, e.Absence)),
        funnels={funnel.id: funnel for funnel in entities(reader, e.Funnel)},
        stages={stage.id: stage for stage in entities(reader, e.Stage)},
        products={product.id: product for product in entities(reader, e.Product)},
        accounts={account.id: account for account in entities(reader, e.Account, only=rows.brief(e.Account))},
        windows=_windows(reader) if not is_brief else {},
        deals=tuple(rows.of_reps(e.Deal, only=rows.brief(e.Deal))),
        stage_changes=tuple(rows.of_deals(e.StageChange, "changed_at")),
        milestones=tuple(rows.of_deals(e.MilestoneDone, "done_at")),
        activities=tuple(rows.activities()),
        targets=tuple(entities(reader, e.Target)),
        kpi_rules=tuple(rules),
        waivers=tuple(entities(reader, e.Waiver)),
        log=tuple(rows.log()),
        conflicted=conflicted_rows(reader),
        recorded=rows.new_accounts(),
        rides=tuple(rows.rides()) if rep_ids is not None else (),
        limits=limits,
        exchange=exchanged.exchange if exchanged is not None else NO_RATES,
        kept=exchanged.kept() if exchanged is not None else {},
        nudges=tuple(nudges),
        moves_before=tuple(rows.moves_before()),
    )


def usually_from(today: date) -> date:
    """From which day on activities are read: the first of the month before last."""
    month = period_of("month", today).starts_on
    return (month - timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class _Rows:
    """The rows of some reps since a day.

    In brief each moment since `replayed_on` can be looked at again by them, and no other: what was over by then is there
    without its texts, its log and its milestones, its stage changes as moves; opening hours and the nudges of before are not.
    """

    reader: Reader
    zone: ZoneInfo
    as_of: datetime
    known_by: datetime
    since_on: date
    rep_ids: Sequence[str] | None
    replayed_on: date | None = None

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    @property
    def since(self) -> datetime:
        return self.midnight(self.since_on)

    def in_brief(self, rules: Sequence[e.KpiRule], nudges: Sequence[e.Nudge]) -> tuple[_Rows, list[e.Nudge]]:
        """The same in brief, and those of the nudges that are in it."""
        on = max(self.since_on, replayed_from(self.as_of.astimezone(self.zone).date(), self.zone, rules, nudges))
        kept = [nudge for nudge in nudges if nudge.sent_at >= self.midnight(on)]
        return dataclasses.replace(self, replayed_on=on), kept

    def brief(self, cls: type[e.Entity]) -> tuple[str, ...]:
        return _BRIEF[cls] if self.replayed_on is not None else ()

    def of_reps(
        self,
        cls: type[E],
        where: str = "",
        order: str = "id",
        column: str = "owner_id",
        only: Collection[str] = (),
        **values: Any,
    ) -> list[E]:
        of_reps, reps = among(column, self.rep_ids) if self.rep_ids is not None else ("", {})
        return entities(
            self.reader, cls, " AND ".join(filter(None, (where, of_reps))), order, only=only, **values, **reps
        )

    def nudges(self) -> list[e.Nudge]:
        since = self.since + timedelta(days=BEFORE_DAYS)
        return self.of_reps(e.Nudge, "sent_at >= :since", "sent_at, id", since=since)

    def activities(self) -> list[e.Activity]:
        """The activities since a moment, and whatever older one is still planned."""
        # Apart: joined by OR they are looked for in all years.
        rows = self._begun("starts_at < :since AND status = 'planned'", since=self.since)
        if self.replayed_on is None:
            return sorted(rows + self._begun("starts_at >= :since", since=self.since), key=attrgetter("id"))
        only, replayed = self.brief(e.Activity), self.midnight(self.replayed_on)
        rows += self._begun("starts_at >= :since AND starts_at < :now", only, since=self.since, now=replayed)
        return rows + self._begun("starts_at >= :now", now=replayed)

    def _begun(self, where: str, only: Collection[str] = (), **values: Any) -> list[e.Activity]:
        return self.of_reps(e.Activity, where, column="rep_id", only=only, **values)

    def of_deals(self, cls: type[E], at: str) -> list[E]:
        """What is known of deals, in no order; in brief of those that went on."""
        where, values = f"{at} <= :known_by", dict[str, Any](known_by=self.known_by, replayed_on=self.replayed_on)
        if self.replayed_on is not None:
            where += f" AND deal_id IN ({_GOING_ON})"
        return entities(self.reader, cls, where, "", **values)

    def moves_before(self) -> Iterable[Move]:
        """In brief the stage changes of the other deals."""
        if self.replayed_on is None:
            return ()
        sql = (
            "SELECT changed_at, id, deal_id, from_stage_id, to_stage_id FROM stage_change"
            f" WHERE changed_at <= :known_by AND deal_id NOT IN ({_GOING_ON})"
        )
        found = sorted(self.reader.rows(sql, known_by=self.known_by, replayed_on=self.replayed_on))
        at, _ids, deals, left, entered = zip(*found) if found else ((),) * 5
        return zip(deals, left, entered, local_days(at, self.zone))

    def log(self) -> list[e.LogEntry]:
        """The changes of activities, deals and targets recorded from `since` to `known_by`; none is dated after `as_of`.

        In brief those recorded since `replayed_on`, and of before those of deals that went on and those not sent yet."""
        if self.replayed_on is None:
            log = self._logged("recorded_at >= :since", since=self.since)
        else:
            going_on = f"entity = 'deal' AND entity_id IN ({_GOING_ON})"
            replayed = self.midnight(self.replayed_on)
            older = {"since": self.since, "replayed": replayed, "replayed_on": self.replayed_on}
            log = self._logged(
                f"recorded_at >= :since AND recorded_at < :replayed AND (rev = 0 OR {going_on})", **older
            )
            log += self._logged("recorded_at >= :replayed", replayed=replayed)
        late = self.as_of
        log = [entry if entry.recorded_at <= late else dataclasses.replace(entry, recorded_at=late) for entry in log]
        return self.reader.log(log) if isinstance(self.reader, ConvertedReader) else log

    def _logged(self, where: str, **values: Any) -> list[e.LogEntry]:
        # As expressions, which no index answers: that of the time finds these months, those of kind and owner all years.
        where += " AND recorded_at <= :known_by AND entity || '' IN ('activity', 'deal', 'target')"
        if self.rep_ids is not None:
            of_reps, reps = among("coalesce(owner_id, '')", ["", *self.rep_ids], "owner")
            where, values = f"{where} AND {of_reps}", {**values, **reps}
        return change_log(self.reader, where, instead=_MADE_AS, known_by=self.known_by, **values)

    def rides(self) -> list[e.Activity]:
        of_reps, reps = among("rep_id", self.rep_ids or ())
        with_reps, companions = among("companion_id", self.rep_ids or ())
        theirs = (
            f"(SELECT companion_id FROM activity WHERE status != 'held' AND {of_reps} AND companion_id IS NOT NULL)"
        )
        # By person and time, for which there is an index.
        others, rest = among("id", self.rep_ids or (), "rest")
        where = (
            f"rep_id IN (SELECT id FROM person WHERE NOT {others}) AND status = 'planned' AND starts_at >= :today"
            f" AND ({with_reps} OR rep_id IN {theirs} OR companion_id IN {theirs})"
        )
        today = self.midnight(self.as_of.astimezone(self.zone).date())
        return entities(self.reader, e.Activity, where, today=today, **reps, **rest, **companions)

    def new_accounts(self) -> dict[str, datetime]:
        sql = (
            "SELECT entity_id, min(recorded_at) FROM change_log WHERE entity = 'account' AND op = 'create'"
            " AND recorded_at >= :since AND recorded_at <= :known_by GROUP BY entity_id"
        )
        found = self.reader.rows(sql, since=self.since, known_by=self.known_by)
        return {str(row_id): moment(at) for row_id, at in found}


def _calendar(reader: Reader) -> WorkCalendar:
    days = entities(reader, e.CalendarDay)
    return WorkCalendar(
        holidays=frozenset(d.on for d in days if d.kind == "holiday"),
        makeups=frozenset(d.on for d in days if d.kind == "makeup"),
    )


def _zone(reader: Reader, people: dict[str, e.Person], teams: dict[str, e.Team]) -> ZoneInfo:
    me = people.get(meta.get(reader, "person_id"))
    team = teams.get(me.team_id or "") if me else None
    return ZoneInfo(team.time_zone if team else "UTC")


def _windows(reader: Reader) -> dict[str, tuple[e.OpeningWindow, ...]]:
    found: dict[str, list[e.OpeningWindow]] = {}
    for window in entities(reader, e.OpeningWindow):
        found.setdefault(window.account_id, []).append(window)
    return {key: tuple(sorted(rows, key=lambda w: (w.weekday, w.opens))) for key, rows in found.items()}


def change_log(
    source: Session | Reader, where: str, instead: Mapping[str, str] = MappingProxyType({}), **values: Any
) -> list[e.LogEntry]:
    """The entries of the change log that `where` holds for, oldest first."""
    return entities(source, e.LogEntry, where, "recorded_at, rev, id", instead, **values)
