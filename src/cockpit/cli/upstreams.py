"""`cockpit hub upstream`: how a hub stands with its CRM."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit.cli.hub import DatabaseUrl, hub_database, require_extra
from cockpit.cli.output import Json, Plain, Sheet, Table, progress, show
from cockpit.errors import BadUse, NotAllowed
from cockpit.i18n import _, listed

if TYPE_CHECKING:
    from cockpit.hub.upstream.status import Standing
    from cockpit.storage.database import Database


def upstream(
    name: Annotated[
        str | None, typer.Argument(help=_("Name of the connection; needed where there are several."))
    ] = None,
    database: DatabaseUrl = None,
    plain: Plain = False,
    as_json: Json = False,
    now: Annotated[bool, typer.Option("--now", help=_("Carry out a round first."))] = False,
    accept_shrink: Annotated[
        bool, typer.Option("--accept-shrink", help=_("The rows that are not shown any more are gone: remove them."))
    ] = False,
) -> None:
    require_extra()
    from cockpit.hub.upstream import opening, status

    opened = hub_database(database)
    chosen = chosen_name(opened, name)
    if accept_shrink:
        with opened.write() as session:
            status.accept_shrink(session, chosen)
    if now or accept_shrink:
        _round(opened, chosen)
    with opened.read() as session:
        found = status.standing(session, chosen)
    show(_sheet(found, opening.find(opened, chosen).crm), _shape(found), as_json, False)


def chosen_name(database: Database, name: str | None) -> str:
    """The connection that is meant. Raises NotAllowed where there is none, BadUse where there are several."""
    from cockpit.hub.upstream import opening

    known = opening.names(database)
    if name is not None:
        opening.find(database, name)
        return name
    if not known:
        raise NotAllowed(_("This hub is joined to no CRM: cockpit connect"))
    if len(known) > 1:
        raise BadUse(_("Which connection? There are {names}.").format(names=listed(known)))
    return known[0]


def _round(database: Database, name: str) -> None:
    from cockpit import clock
    from cockpit.hub.context import Hub
    from cockpit.hub.upstream import opening

    with progress(_("Reading the CRM")) as tell:
        tell(name)
        joined = opening.join(Hub(database, clock.now), name)
        joined.round()
        joined.stop()


def _sheet(found: Standing, crm: str) -> Sheet:
    if found.started_at is None:
        return Sheet(
            [_("{name}: there was no round yet. Start it: cockpit hub serve --upstream {name}").format(name=found.name)]
        )
    lines = [
        _("{name}: last round {at}").format(name=found.name, at=_moment(found.started_at)),
        _("{requests} requests, {bytes} bytes; {read} rows read, {written} written, {removed} removed").format(
            requests=found.requests,
            bytes=found.received_bytes,
            read=found.read,
            written=found.written,
            removed=found.removed,
        ),
        _("{waiting} rows wait for another one, {bad} could not be taken").format(waiting=found.waiting, bad=found.bad),
    ]
    lines += [_("Note: {text}").format(text=note) for note in found.notes]
    if found.error:
        since = _moment(found.went_through_at) if found.went_through_at is not None else _("never")
        lines.append(
            _("It did not get through: {reason}. The last that did: {at}").format(
                reason=found.error.rstrip(".。"), at=since
            )
        )
        again = _(
            "Try again: cockpit hub upstream {name} --now. Another token or address: cockpit connect {name} --crm {crm}"
        )
        lines.append(again.format(name=found.name, crm=crm))
    kinds = {"bad": _("bad"), "waiting": _("waits")}
    return Sheet(
        lines,
        (
            Table("", (_("kind of row"), ">" + _("rows")), [(entity, str(count)) for entity, count in found.rows]),
            Table(
                _("Not taken"),
                (_("kind of row"), _("id there"), "", _("reason")),
                [(one.entity, one.id, kinds[one.kind], one.reason) for one in found.faults],
            ),
            Table(
                _("Refused by the CRM: parked on the device of its owner, who changes, sends or discards it there"),
                (_("who"), _("kind of row"), _("row"), _("since"), _("reason")),
                [
                    (one.person, one.entity, one.name or one.id, _moment(one.seen_at), one.reason)
                    for one in found.refused
                ],
            ),
        ),
    )


def _moment(at: Any) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def _shape(found: Standing) -> dict[str, Any]:
    shape = asdict(found)
    return {"version": 1, **shape, "rows": dict(found.rows)}
