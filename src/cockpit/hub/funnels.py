"""Funnel models: read from TOML, checked, and put among the hub's rows, from where every device gets them.

Four are shipped in `models/` (online, territory, solution, strategic); any number of own ones comes from files. The
stages follow each other as written, or as each names the one it comes `after`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from sqlmodel import Session, col, func, select

from cockpit.domain.entities import StageKind
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed
from cockpit.hub import store
from cockpit.i18n import _, listed
from cockpit.storage.tables import DealRow, FunnelRow, StageRow

MODELS = Path(__file__).parent / "models"
_KINDS = get_args(StageKind)
_STAGE_FIELDS = frozenset({"id", "name", "alias", "kind", "probability", "days", "milestone", "after"})
_FUNNEL_FIELDS = frozenset({"id", "name", "alias", "is_default", "stages"})


@dataclass(frozen=True, slots=True)
class StageModel:
    id: str
    name: str
    alias: str
    kind: StageKind
    probability: int
    """Percent."""
    days: int | None
    """Usual days in the stage, until enough deals have passed it to say."""
    milestone: str
    after: str | None


@dataclass(frozen=True, slots=True)
class FunnelModel:
    """Stages in order: the open ones first, then won and lost."""

    id: str
    name: str
    alias: str
    is_default: bool
    stages: tuple[StageModel, ...]


@dataclass(frozen=True, slots=True)
class Put:
    """What a model changed here."""

    name: str
    outcome: Literal["added", "changed", "unchanged"]
    stages: int


def shipped() -> tuple[str, ...]:
    """The names of the models that come with the program."""
    return tuple(sorted(path.stem for path in MODELS.glob("*.toml")))


def read(wanted: str) -> FunnelModel:
    """The model of a shipped name or of a TOML file. Raises BadUse, naming what is wrong and where."""
    path = MODELS / f"{wanted}.toml" if wanted in shipped() else Path(wanted)
    try:
        data = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        text = _("{name} is neither a file nor one of the shipped funnels: {shipped}.")
        raise BadUse(text.format(name=wanted, shipped=listed(shipped()))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadUse(_("{name} is not a TOML file: {reason}").format(name=wanted, reason=error)) from error
    try:
        return model_of(data)
    except BadUse as error:
        raise BadUse(_("Funnel {name}: {reason}").format(name=wanted, reason=error)) from error


def model_of(data: Mapping[str, Any]) -> FunnelModel:
    """A checked model. Raises BadUse for a field that is missing or unknown, an order that goes in a circle or apart, and
    a funnel that cannot be won."""
    _only(data, _FUNNEL_FIELDS, _("the funnel"))
    stages = [_stage(number, part) for number, part in enumerate(data.get("stages", []), 1)]
    ids = [stage.id for stage in stages]
    for stage_id in ids:
        if ids.count(stage_id) > 1:
            raise BadUse(_("two stages have the id {id}").format(id=stage_id))
    for kind, words in (
        ("open", _("it has no open stage")),
        ("won", _("it has no won stage: no deal in it could be won")),
        ("lost", _("it has no lost stage: no deal in it could be lost")),
    ):
        if not any(stage.kind == kind for stage in stages):
            raise BadUse(words)
    opened = _in_order([stage for stage in stages if stage.kind == "open"])
    closed = [stage for kind in ("won", "lost") for stage in stages if stage.kind == kind]
    if not isinstance(data.get("is_default", False), bool):
        raise BadUse(_("is_default is true or false"))
    return FunnelModel(
        _text(data, "id", _("the funnel")),
        _text(data, "name", _("the funnel")),
        _text(data, "alias", _("the funnel"), is_needed=False),
        data.get("is_default", False),
        (*opened, *closed),
    )


def _in_order(stages: Sequence[StageModel]) -> list[StageModel]:
    """As written; where some name the stage they come after, along those."""
    if not any(stage.after for stage in stages):
        return list(stages)
    following: dict[str | None, StageModel] = {}
    ids = {stage.id for stage in stages}
    for stage in stages:
        if stage.after is not None and stage.after not in ids:
            raise BadUse(
                _("{stage} comes after {other}, which is no open stage").format(stage=stage.id, other=stage.after)
            )
        if stage.after in following:
            raise BadUse(
                _("{one} and {two} have the same place; a funnel is one path").format(
                    one=following[stage.after].id, two=stage.id
                )
            )
        following[stage.after] = stage
    path: list[StageModel] = []
    here: str | None = None
    while here in following and len(path) <= len(stages):
        path.append(following[here])
        here = path[-1].id
    left = [stage.id for stage in stages if stage not in path]
    if left:
        raise BadUse(_("these stages follow each other in a circle: {stages}").format(stages=listed(left)))
    return path


def _stage(number: int, part: Any) -> StageModel:
    where = _("stage {number}").format(number=number)
    if not isinstance(part, dict):
        raise BadUse(_("{where} is no table: write [[stages]]").format(where=where))
    _only(part, _STAGE_FIELDS, where)
    kind = part.get("kind", "open")
    if kind not in _KINDS:
        raise BadUse(_("{where}: kind is one of {kinds}").format(where=where, kinds=listed(_KINDS)))
    return StageModel(
        id=_text(part, "id", where),
        name=_text(part, "name", where),
        alias=_text(part, "alias", where, is_needed=False),
        kind=kind,
        probability={"won": 100, "lost": 0}.get(kind, _number(part, "probability", 0, 100, where) or 0),
        days=_number(part, "days", 1, 3650, where),
        milestone=_text(part, "milestone", where, is_needed=False),
        after=_text(part, "after", where) if "after" in part else None,
    )


def _only(part: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    for name in part.keys() - known:
        raise BadUse(
            _("{where}: {name} is unknown; known are {known}").format(
                where=where, name=name, known=listed(sorted(known))
            )
        )


def _text(part: Mapping[str, Any], name: str, where: str, *, is_needed: bool = True) -> str:
    value = part.get(name, "")
    text = clean_line(value, 200) if isinstance(value, str) else ""
    if (is_needed and not text) or not isinstance(value, str):
        raise BadUse(_("{where}: {name} has to be a text").format(where=where, name=name))
    return text


def _number(part: Mapping[str, Any], name: str, least: int, most: int, where: str) -> int | None:
    value = part.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        text = _("{where}: {name} is a whole number from {least} to {most}")
        raise BadUse(text.format(where=where, name=name, least=least, most=most))
    return value


def here(session: Session) -> list[tuple[str, list[str]]]:
    """The funnels of this hub, the default one first, each with its stages in order."""
    funnels = session.exec(select(FunnelRow).order_by(col(FunnelRow.is_default).desc(), col(FunnelRow.name)))
    stages = session.exec(select(StageRow).order_by(col(StageRow.position), col(StageRow.id))).all()
    return [(one.alias or one.name, [s.alias or s.name for s in stages if s.funnel_id == one.id]) for one in funnels]


def put(session: Session, model: FunnelModel, now: datetime) -> Put:
    """Add the funnel, or bring it up to the model. Raises NotAllowed for a stage that is left out while deals are in it."""
    funnel_id = f"funnel-{model.id}"
    before = session.get(FunnelRow, funnel_id)
    gone = _left_out(session, funnel_id, model)
    values = {"name": model.name, "alias": model.alias, "is_default": model.is_default}
    changes = [_change(session, "funnel", funnel_id, values)]
    if model.is_default:
        others = session.exec(select(FunnelRow).where(FunnelRow.is_default, FunnelRow.id != funnel_id)).all()
        changes += [_change(session, "funnel", other.id, {"is_default": False}) for other in others]
    for position, stage in enumerate(model.stages, 1):
        of_stage = {"funnel_id": funnel_id, "name": stage.name, "alias": stage.alias, "position": position}
        of_stage |= {
            "kind": stage.kind,
            "probability": stage.probability,
            "days": stage.days,
            "milestone": stage.milestone,
        }
        changes.append(_change(session, "stage", f"{funnel_id}-{stage.id}", of_stage))
    changes += [store.Change("stage", stage.id, "delete") for stage in gone]
    made = [change for change in changes if change is not None]
    for change in made:
        store.apply(session, change, actor_id=None, recorded_at=now)
    outcome: Literal["added", "changed", "unchanged"] = "changed" if made else "unchanged"
    return Put(model.alias or model.name, "added" if before is None else outcome, len(model.stages))


def _change(
    session: Session, entity: Literal["funnel", "stage"], row_id: str, values: dict[str, Any]
) -> store.Change | None:
    """What brings a row to these values; None where it has them."""
    row = session.get(FunnelRow if entity == "funnel" else StageRow, row_id)
    if row is None:
        return store.Change(entity, row_id, "create", values)
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    return store.Change(entity, row_id, "patch", changed) if changed else None


def _left_out(session: Session, funnel_id: str, model: FunnelModel) -> list[StageRow]:
    kept = {f"{funnel_id}-{stage.id}" for stage in model.stages}
    gone = [row for row in session.exec(select(StageRow).where(StageRow.funnel_id == funnel_id)) if row.id not in kept]
    for stage in gone:
        count = session.exec(select(func.count(col(DealRow.id))).where(DealRow.stage_id == stage.id)).one()
        if count:
            text = _("Deals in {stage}: {count}. Move them first, or keep the stage in the file.")
            raise NotAllowed(text.format(count=count, stage=stage.alias or stage.name))
    return gone
