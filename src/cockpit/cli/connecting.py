"""`cockpit connect`: join a hub of one's own to a CRM, sign this device in to it, and look at it."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import mapping, opening
from cockpit.cli.hub import DatabaseUrl, require_extra
from cockpit.cli.joining import Joining
from cockpit.cli.output import Json, Sheet, Table, progress, show, talk, write
from cockpit.errors import BadUse
from cockpit.i18n import _, exact_money
from cockpit.services.crm_words import lacking, notes, our_stage_name, signed_in
from cockpit.services.words import role_name, stage_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cockpit.services.snapshots.joining import CrmAsked, CrmLook, CrmMaps


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(help=_("Join your CRM: choose it, sign in, look at the first rows, save. Again to open it."))(connect)


Pairs = list[str] | None


def connect(
    name: Annotated[str, typer.Argument(help=_("Name of the connection."))] = "crm",
    crm: Annotated[
        str | None, typer.Option("--crm", help=_("bottlecrm, tryton, pipedrive, hubspot or salesforce."))
    ] = None,
    url: Annotated[str | None, typer.Option("--url", help=_("Address of the CRM."))] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help=_("Read the token from standard input."))] = False,
    browser: Annotated[
        bool, typer.Option("--browser", help=_("Sign in with a browser, here or elsewhere, and paste where it ends."))
    ] = False,
    zone: Annotated[str, typer.Option("--zone", help=_("Time zone, such as Asia/Shanghai."))] = "",
    as_person: Annotated[
        str, typer.Option("--as", help=_("Who you are there: name, mail or id."), metavar="NAME")
    ] = "",
    role: Annotated[Pairs, typer.Option("--role", help=_("Who leads: THEIR_ID=team_lead."), metavar="ID=ROLE")] = None,
    person: Annotated[
        Pairs, typer.Option("--person", help=_("A user who is here already: THEIR_ID=OUR_ID."), metavar="ID=ID")
    ] = None,
    stage: Annotated[
        Pairs,
        typer.Option("--stage", help=_("A stage of theirs that is one of ours: THEIR_ID=OUR_ID."), metavar="ID=ID"),
    ] = None,
    option: Annotated[
        Pairs, typer.Option("--option", help=_("What only this CRM needs to know."), metavar="KEY=VALUE")
    ] = None,
    ca_file: Annotated[str, typer.Option("--ca-file", help=_("Certificate of the CRM's own authority."))] = "",
    test_only: Annotated[bool, typer.Option("--test", help=_("Look and save nothing."))] = False,
    as_it_is: Annotated[
        bool, typer.Option("--as-it-is", help=_("Ask nothing about users and stages: take them as they are there."))
    ] = False,
    no_open: Annotated[bool, typer.Option("--no-open", help=_("Save, and do not start the hub."))] = False,
    as_json: Json = False,
    database: DatabaseUrl = None,
) -> None:
    require_extra()
    with ExitStack() as running:
        joining = Joining(running, database)
        with progress(_("Joining")) as tell:
            kinds, known = joining.begin(tell)
        if crm is None and url is None and name in {one.name for one in known}:
            _open(joining, name, as_person)
            return
        asked = _asked(
            name, crm, url, zone, ca_file, {"roles": role, "people": person, "stages": stage, "options": option}
        )
        joining.draft(asked)  # what cannot be used is said before anybody types a token
        what = next(kind.secret for kind in kinds if kind.key == asked.crm)
        secret = _by_browser(joining, asked) if browser else _secret(what, from_stdin=token_stdin)
        with progress(_("Signing in")) as tell:
            seen = joining.look(asked, secret, tell)
        if test_only or not as_json:
            show(_sheet(seen), {"version": 1, **asdict(seen)}, as_json, False)
        if not test_only:
            is_said = as_it_is or bool(role or person or stage) or not sys.stdin.isatty()
            _save(joining, None if is_said else mapping.ask(seen, as_person))
        if not test_only and not no_open:
            _open(joining, name, as_person)


def _save(joining: Joining, maps: CrmMaps | None) -> None:
    path, place = joining.save(maps)
    where = {"keyring": _("in the keyring"), "file": _("in a file only you can read")}.get(place, place)
    write(_("Saved: {path}. The token is {where}.").format(path=path, where=where))


# -- asking ------------------------------------------------------------------------------------------------------------


def _asked(name: str, crm: str | None, url: str | None, zone: str, ca_file: str, tables: dict[str, Pairs]) -> CrmAsked:
    """The connection as it is asked for. Raises BadUse for what is missing where nobody can be asked."""
    from cockpit.crm.registry import CRMS, unknown
    from cockpit.services.snapshots.joining import CrmAsked

    if crm is None:
        talk("\n".join(f"  {key:<12}{one.title}" for key, one in CRMS.items()))
        crm = mapping.typed(_("Which CRM"), "--crm")
    if crm not in CRMS:
        raise unknown(crm)
    if url is None:
        url = mapping.typed(_("Its address, like {example}").format(example=CRMS[crm].address), "--url")
    pairs = {key: _pairs(key, values or []) for key, values in tables.items()}
    return CrmAsked(crm, url, name, zone, ca_file, **pairs)


def _pairs(key: str, values: Sequence[str]) -> dict[str, str]:
    found = dict(part.partition("=")[::2] for part in values)
    if not all(found) or not all(found.values()):
        option = {"roles": "--role", "people": "--person", "stages": "--stage"}.get(key, "--option")
        raise BadUse(_("{option} is like THIS=THAT.").format(option=option))
    return found


def _secret(what: str, *, from_stdin: bool) -> str:
    if from_stdin or not sys.stdin.isatty():
        found = sys.stdin.readline().strip()
    else:
        talk(what)
        found = mapping.typed(_("Token"), "--token-stdin", is_hidden=True)
    if not found:
        raise BadUse(_("No token was given."))
    return found


def _by_browser(joining: Joining, asked: CrmAsked) -> str:
    """Show an address that may be opened on any machine, and take what comes back."""
    from cockpit.crm.browser import REDIRECT

    client = mapping.typed(_("Client id of the app registered there"), "--token-stdin")
    own = mapping.typed(_("Client secret"), "--token-stdin", is_hidden=True)
    back = mapping.line(_("Redirect address of that app (Enter: {usual})").format(usual=REDIRECT))
    begun = joining.browser(asked.crm, asked.url, client, own, back)
    talk(_("Open this in a browser, on any machine, and say yes there:"))
    talk(begun.url)
    talk(_("It ends at an address that may show an error page. That is well: it holds the code."))
    return begun.finished(mapping.typed(_("Paste that address, or the code"), "--token-stdin", is_hidden=True))


# -- showing -----------------------------------------------------------------------------------------------------------


def _sheet(seen: CrmLook) -> Sheet:
    """What is there: people, stages, first deals, and what is not."""
    unread = _("this token may not read them")
    users = [
        (one.id, one.name, one.email, role_name(one.role), seen.our_people.get(one.person_id, ""))
        for one in seen.users or ()
    ]
    stages = [
        (one.id, one.funnel, one.name, stage_kind(one.kind), our_stage_name(seen.our_stages, one.stage_id))
        for one in seen.stages or ()
    ]
    deals = [
        (one.id, one.name, one.account, one.stage, exact_money(one.amount_minor, one.currency))
        for one in seen.deals or ()
    ]
    return Sheet(
        [signed_in(seen), *notes(seen), *filter(None, [lacking(seen)])],
        (
            Table(_("Users"), ("ID", _("name"), _("mail"), _("role"), _("here")), users, unread * (seen.users is None)),
            Table(
                _("Stages"),
                ("ID", _("funnel"), _("stage"), _("kind"), _("here")),
                stages,
                unread * (seen.stages is None),
            ),
            Table(
                _("First deals"),
                ("ID", _("deal"), _("account"), _("stage"), ">" + _("amount")),
                deals,
                unread * (seen.deals is None),
            ),
        ),
    )


# -- opening -----------------------------------------------------------------------------------------------------------


def _open(joining: Joining, name: str, person: str) -> None:
    """Read the CRM, start the hub that is joined to it, sign this device in, sync, and show the day."""
    with progress(_("Opening {name}").format(name=name)) as tell:
        _path, signed = joining.open(name, tell, person)
        account = opening.services()
        account.sync.run(tell)
    write(_("Signed in as {name}. Next time: cockpit connect {connection}").format(name=signed, connection=name))
    if opening.has_terminal():
        account.desk.database.close()
        opening.open_app("today")
