"""CSV exports of a CRM, read by the mapping `cockpit import` reads them by, for what is measured on public data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path

from cockpit.domain.forecast import PastDeal, sizes_known
from cockpit.domain.forecast.history import Outcome
from cockpit.errors import BadUse
from cockpit.hub.importing.mapping import Mapping, choose
from cockpit.hub.importing.reading import Intake, Line

MAPPINGS = Path(__file__).parent / "mappings"


@dataclass(frozen=True)
class Export:
    """The deals of a company and who belongs where. `left_out` counts lines without owner, creation day or stage."""

    name: str
    deals: tuple[PastDeal, ...]
    levels: dict[str, tuple[frozenset[str], ...]]
    """Scopes of each level, each as the set of its reps."""
    left_out: int


def mapping_of(folder: Path, path: Path | None = None) -> Mapping:
    """The mapping given, else the folder's own TOML, else the shipped one or one of ours that fits."""
    own = sorted(folder.glob("*.toml"))
    if path is None and own:
        path = next((item for item in own if item.name == "mapping.toml"), own[0])
    if path is not None:
        return choose(folder, path)
    try:
        return choose(folder)
    except BadUse:
        for item in sorted(MAPPINGS.glob("*.toml")):
            mapping = choose(folder, item) if _fits(folder, item) else None
            if mapping is not None:
                return mapping
        raise


def read(folder: Path, path: Path | None = None) -> Export:
    """The export in a folder."""
    mapping = mapping_of(folder, path)
    intake = Intake(folder)
    shape = _Shape(mapping)
    for line in intake.lines(mapping.files["people"]):
        shape.place(line)
    if "products" in mapping.files:
        for line in intake.lines(mapping.files["products"]):
            shape.prices[line.get("name").casefold()] = _minor(line.get("list_price"))
    lines = list(intake.lines(mapping.files["deals"]))
    shaped = [found for line in lines if (found := shape.deal(line)) is not None]
    deals = [found[0] for found in shaped]
    is_won = [deal.outcome == "won" for deal in deals]
    sizes = sizes_known([[found[1] for found in shaped], [found[2] for found in shaped]], is_won)
    sized = tuple(
        PastDeal(d.id, d.owner_id, d.created_on, d.closed_on, d.outcome, size, d.amount_minor)
        for d, size in zip(deals, sizes, strict=True)
    )
    return Export(mapping.name, sized, shape.levels(sized), len(lines) - len(shaped))


class _Shape:
    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.kinds: dict[str, Outcome] = {stage.name: _outcome(stage.kind) for stage in mapping.stages}
        self.prices: dict[str, int | None] = {}
        self.places: dict[str, tuple[str, str]] = {}

    def place(self, line: Line) -> None:
        team, region = line.get("lead") or line.get("region"), line.get("region") or line.get("lead")
        self.places.setdefault(line.get("rep").casefold(), (team, region))

    def deal(self, line: Line) -> tuple[PastDeal, int | None, int | None] | None:
        """The deal, the amount written for it and its product's list price; None where it cannot be placed in time."""
        kind = self.kinds.get(self._meant("stage", line))
        owner, created, closed = line.get("owner").casefold(), self._day(line, "opened"), self._day(line, "closed")
        if kind is None or not owner or created is None or (kind == "open") != (closed is None):
            return None
        if closed is not None and closed < created:
            return None
        written = _minor(line.get("amount"))
        ref = line.get("ref") or str(line.number)
        deal = PastDeal(ref, owner, created, closed, kind, None, written if kind == "won" else None)
        return deal, written, self.prices.get(self._meant("product", line).casefold())

    def levels(self, deals: Sequence[PastDeal]) -> dict[str, tuple[frozenset[str], ...]]:
        """Company, regions, teams and reps of those who have deals."""
        owners = sorted({deal.owner_id for deal in deals})
        teams: dict[str, set[str]] = {}
        regions: dict[str, set[str]] = {}
        for owner in owners:
            team, region = self.places.get(owner, ("", ""))
            teams.setdefault(team, set()).add(owner)
            regions.setdefault(region, set()).add(owner)
        return {
            "company": (frozenset(owners),),
            "region": tuple(map(frozenset, regions.values())),
            "team": tuple(map(frozenset, teams.values())),
            "rep": tuple(frozenset((owner,)) for owner in owners),
        }

    def _meant(self, part: str, line: Line) -> str:
        return self.mapping.aliases.get(part, {}).get(line.get(part), line.get(part))

    def _day(self, line: Line, name: str) -> date | None:
        try:
            return datetime.strptime(line.get(name), self.mapping.date_format).replace(tzinfo=self.mapping.zone).date()
        except ValueError:
            return None


def _outcome(kind: str) -> Outcome:
    return "won" if kind == "won" else "lost" if kind == "lost" else "open"


def _minor(text: str) -> int | None:
    try:
        return round(Decimal(text.replace(",", "")) * 100)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _fits(folder: Path, mapping: Path) -> bool:
    try:
        choose(folder, mapping)
    except BadUse:
        return False
    return True
