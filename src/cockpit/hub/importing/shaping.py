"""Lines of an export to rows with their history, each whole or rejected."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from cockpit.hub.batch import Batch
from cockpit.hub.importing.mapping import Mapping
from cockpit.hub.importing.reading import BadCell, Intake, Line
from cockpit.i18n import _
from cockpit.storage.tables import SYNCED

_SPACE = uuid.UUID("5f0b6c9e-6c0e-5d43-9a51-1d1f0c5b7a11")
_LARGEST = 2**53
"""Amounts stay exact in JSON, in minor units."""


@dataclass
class Shaper:
    """Turns the files of one export into a batch. Ids are made from the source and the reference alone."""

    mapping: Mapping
    intake: Intake
    batch: Batch = field(init=False)
    first_day: date = date.max
    """The first date in the file of deals."""
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    """By kind of file: folded name to row id."""
    stage_ids: dict[str, str] = field(default_factory=dict)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    """Line on which a reference was first seen, by file and id."""

    def __post_init__(self) -> None:
        self.batch = Batch(lambda recorded_at, entity, row_id, number: self._id("log", f"{entity}:{row_id}:{number}"))

    @property
    def actor_id(self) -> str:
        """Who the log names for what the import wrote."""
        return f"import:{self.mapping.source}"[:64]

    def shape(self) -> Batch:
        """Read every file and shape it; what cannot be taken whole is with the intake's rejected lines."""
        files = self.mapping.files
        deals = list(self.intake.lines(files["deals"]))
        days = [day for line in deals for name in ("opened", "closed") if (day := self._day_or_none(line, name))]
        self.first_day = min(days, default=date(2000, 1, 1))
        self._funnel()
        for kind, take in (("people", self._people), ("products", self._product), ("accounts", self._account)):
            self.known[kind] = {}
            if kind in files:
                for line in self.intake.lines(files[kind]):
                    self._take(line, take)
        for line in deals:
            self._take(line, self._deal)
        return self.batch

    def _take(self, line: Line, take: Any) -> None:
        try:
            take(line)
        except BadCell as error:
            self.intake.reject(line.file, line.number, error)

    def _funnel(self) -> None:
        mapping = self.mapping
        self.funnel_id = self._put("funnel", mapping.funnel, name=mapping.funnel, is_default=True)
        for position, stage in enumerate(mapping.stages):
            self.stage_ids[stage.name] = self._put(
                "stage",
                stage.name,
                funnel_id=self.funnel_id,
                name=stage.name,
                position=position,
                kind=stage.kind,
                probability=stage.probability,
                days=stage.days,
            )

    def _people(self, line: Line) -> None:
        name, lead, region = line.get("rep"), line.get("lead"), line.get("region")
        self._fits("person", line, rep="name", lead="name", region="name")
        if not name:
            raise line.bad("rep", _("empty"))
        self._once(line, "rep", self._id("person", name))
        region_id = self._team(f"region:{region}", region, "region", None) if region else None
        team_id = self._team(f"team:{lead}", lead, "team", region_id) if lead else region_id
        if lead:
            self._person(lead, "team_lead", team_id)
        self.known["people"][_fold(name)] = self._person(name, "rep", team_id)

    def _team(self, ref: str, name: str, kind: str, parent_id: str | None) -> str:
        return self._put("team", ref, name=name, kind=kind, parent_id=parent_id, time_zone=self.mapping.zone.key)

    def _person(self, name: str, role: str, team_id: str | None) -> str:
        return self._put("person", name, name=name, role=role, team_id=team_id, currency=self.mapping.currency)

    def _product(self, line: Line) -> None:
        name = self._name(line)
        self._fits("product", line, name="name")
        price = self._money(line, "list_price")
        self.known["products"][_fold(name)] = self._put(
            "product", name, name=name, list_price_minor=price, currency=self.mapping.currency
        )

    def _account(self, line: Line) -> None:
        name = self._name(line)
        fields = ("industry", "size", "address", "phone", "tier")
        values: dict[str, Any] = {part: self._alias(part, line.get(part)) for part in fields if line.get(part)}
        if values.get("tier", "C") not in ("A", "B", "C"):
            raise line.bad("tier", _("A, B or C is needed"))
        self._fits("account", line, name="name", **{part: part for part in values})
        self.known["accounts"][_fold(name)] = self._put("account", name, name=name, **values)

    def _deal(self, line: Line) -> None:
        """One deal: created on its opening day, closed on its closing day if it is won or lost."""
        ref, stage = line.get("ref"), self._stage(line)
        if not ref:
            raise line.bad("ref", _("empty"))
        self._fits("deal", line, ref="external_ref", name="name")
        owner_id = self.known["people"].get(_fold(line.get("owner")))
        if owner_id is None:
            raise line.bad("owner", _("no such person"))
        opened = self._day(line, "opened") or self.first_day
        closed = self._day(line, "closed")
        kind = next(found.kind for found in self.mapping.stages if found.name == stage)
        if kind == "open" and closed is not None:
            raise line.bad("closed", _("an open deal has no closing date"))
        if kind != "open" and closed is None:
            raise line.bad("closed", _("a closed deal needs its date"))
        if closed is not None and closed < opened:
            raise line.bad("closed", _("before the deal was opened"))
        amount = self._money(line, "amount")
        if kind == "won" and amount is None and "amount" in line.columns:
            raise line.bad("amount", _("a won deal needs its amount"))
        account_id, product_id = self._named(line, "accounts", "account"), self._named(line, "products", "product")
        self._once(line, "ref", self._id("deal", ref))
        begins = self._start_of(opened)
        deal_id = self._put(
            "deal",
            ref,
            begins,
            owner_id=owner_id,
            name=line.get("name") or self._deal_name(line, ref),
            account_id=account_id,
            product_id=product_id,
            funnel_id=self.funnel_id,
            stage_id=self.stage_ids[stage if kind == "open" else self.mapping.before_close],
            amount_minor=amount if kind == "open" else None,
            currency=self.mapping.currency,
            created_on=opened,
            expected_on=self._day(line, "expected"),
        )
        if closed is not None:
            # What a lost deal "closed at" is nothing: the size it had is not in such an export.
            final = amount if kind == "won" or amount else None
            self.batch.patch(
                "deal",
                deal_id,
                self._start_of(closed),
                self.actor_id,
                stage_id=self.stage_ids[stage],
                amount_minor=final,
                closed_on=closed,
            )

    def _deal_name(self, line: Line, ref: str) -> str:
        parts = [self._alias("product", line.get("product")), self._alias("account", line.get("account"))]
        return " ".join(part for part in parts if part)[:300] or ref

    def _stage(self, line: Line) -> str:
        name = self._alias("stage", line.get("stage"))
        if name not in self.stage_ids:
            raise line.bad("stage", _("no such stage"))
        return name

    def _named(self, line: Line, kind: str, name: str) -> str | None:
        """The id of what a deal names; None for an empty cell. Without a file of its own the name founds a row."""
        meant = self._alias(name, line.get(name))
        if not meant:
            return None
        found = self.known[kind].get(_fold(meant))
        if found is None and kind not in self.mapping.files:
            self._fits(name, line, **{name: "name"})
            values: dict[str, Any] = {"currency": self.mapping.currency} if name == "product" else {}
            found = self.known[kind][_fold(meant)] = self._put(name, meant, name=meant, **values)
        if found is None:
            raise line.bad(name, _("not in {file}").format(file=self.mapping.files[kind].file))
        return found

    def _name(self, line: Line) -> str:
        name = line.get("name")
        if not name:
            raise line.bad("name", _("empty"))
        self._once(line, "name", self._id(line.file, _fold(name)))
        return name

    def _once(self, line: Line, column: str, row_id: str) -> None:
        """Remember the row's line; a second line for the same row is rejected."""
        first = self.seen.setdefault((line.file, row_id), line.number)
        if first != line.number:
            raise line.bad(column, _("already on line {number}").format(number=first))

    def _fits(self, entity: str, line: Line, **fields: str) -> None:
        """Reject a text that is longer than its column takes."""
        columns = SYNCED[entity].metadata.tables[entity].columns
        for ours, column in fields.items():
            limit = getattr(columns[column].type, "length", None)
            if limit is not None and len(line.get(ours)) > limit:
                raise line.bad(ours, _("longer than {limit} characters").format(limit=limit))

    def _alias(self, part: str, text: str) -> str:
        return self.mapping.aliases.get(part, {}).get(text, text)

    def _day(self, line: Line, name: str) -> date | None:
        text = line.get(name)
        if not text:
            return None
        try:
            return datetime.strptime(text, self.mapping.date_format).replace(tzinfo=UTC).date()
        except ValueError as error:
            raise line.bad(name, _("not a date like {pattern}").format(pattern=self.mapping.date_format)) from error

    def _day_or_none(self, line: Line, name: str) -> date | None:
        try:
            return self._day(line, name)
        except BadCell:
            return None

    def _money(self, line: Line, name: str) -> int | None:
        """An amount in minor units; None for an empty cell."""
        text = line.get(name).replace(",", "")
        if not text:
            return None
        try:
            amount = Decimal(text) * 100
        except ArithmeticError as error:
            raise line.bad(name, _("not an amount")) from error
        if not amount.is_finite() or amount != amount.to_integral_value() or not 0 <= amount < _LARGEST:
            raise line.bad(name, _("not an amount"))
        return int(amount)

    def _start_of(self, day: date) -> datetime:
        """The moment a dated event counts as known: a day without a time is known from its start."""
        return datetime.combine(day, time(), self.mapping.zone).astimezone(UTC)

    def _id(self, kind: str, ref: str) -> str:
        return str(uuid.uuid5(_SPACE, f"{self.mapping.source}:{kind}:{ref}"))

    def _put(self, entity: str, ref: str, recorded_at: datetime | None = None, /, **values: Any) -> str:
        """A row of the batch, once, known since `recorded_at` (default: the first day). Returns its id."""
        row_id = self._id(entity, ref)
        if row_id not in self.batch.rows[entity]:
            recorded = recorded_at or self._start_of(self.first_day)
            source = {"external_source": self.mapping.source, "external_ref": ref}
            self.batch.create(entity, row_id, recorded, self.actor_id, **source, **values)
        return row_id


def _fold(name: str) -> str:
    return name.casefold()
