"""Who this device belongs to: login, logout, wipe."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from time import sleep
from typing import TYPE_CHECKING, Annotated

import typer

from cockpit.cli import opening
from cockpit.cli.asking import typed
from cockpit.cli.output import Json, Plain, Sheet, progress, show, talk, write
from cockpit.credentials import VARIABLE
from cockpit.domain.text import clean_line
from cockpit.errors import BadUse, NotAllowed, NotSignedIn, Stopped, UntrustedHub
from cockpit.i18n import _
from cockpit.locations import locate, mark_tour, start_values

if TYPE_CHECKING:
    from pathlib import Path

    from cockpit.services.signing import SigningService, Waiting
    from cockpit.services.syncing import SyncService
    from cockpit.services.wiping import Unsent, Wiped


def add_to(tree: typer.Typer) -> None:
    """Register the verbs on the command tree."""
    tree.command(help=_("Sign this device in to a hub, or another device that shows a code."))(login)
    tree.command(help=_("End the sign-in of this device; the data stays."))(logout)
    tree.command(help=_("Remove the account's data, token and logs from this device."))(wipe)


# -- login ---------------------------------------------------------------------------------------------------------


def login(
    url: Annotated[
        str | None, typer.Argument(help=_("Address of the hub, for example https://hub.example.com."))
    ] = None,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help=_("Read the token from standard input."))] = False,
    token: Annotated[bool, typer.Option("--token", help=_("Type a token instead of being shown a code."))] = False,
    no_store: Annotated[
        bool, typer.Option("--no-store", help=_("Keep the token nowhere: sign in, sync once, sign out."))
    ] = False,
    moved: Annotated[bool, typer.Option("--moved", help=_("Yes, this hub has another address now."))] = False,
    approve: Annotated[
        str | None, typer.Option("--approve", help=_("Sign in the device that shows this code."), metavar="CODE")
    ] = None,
    deny: Annotated[
        str | None, typer.Option("--deny", help=_("Turn away the device that shows this code."), metavar="CODE")
    ] = None,
) -> None:
    if approve is not None or deny is not None:
        _decide(approve if approve is not None else deny or "", is_approved=approve is not None)
        return
    sync = opening.services().sync
    signing = sync.signing
    where = url or signing.hub_url()
    if not where:
        raise BadUse(_("Which hub? Name its address: cockpit login https://hub.example.com"))
    has_moved = moved or _agrees_to_move(signing, where)
    given = _token_of(is_asked=token, from_stdin=token_stdin)
    if given:
        with progress(_("Signing in")) as tell:
            tell(_("asking the hub"))
            name = signing.sign_in(where, given, remember=not no_store, has_moved=has_moved)
    else:
        name = _by_code(signing, where, remember=not no_store, has_moved=has_moved)
    mark_tour("due")
    if no_store:
        _sync_once(sync)
        write(_("Synced as {name}. The token was kept nowhere and is over.").format(name=name))
    else:
        write(_("Signed in as {name}. Run `cockpit sync`, then `cockpit`.").format(name=name))


def _agrees_to_move(signing: SigningService, where: str) -> bool:
    """Whether the hub may have another address than the pinned one: a person is asked, nobody else is."""
    try:
        signing.check_address(where)
    except UntrustedHub as error:
        if "pinned" not in error.facts or not sys.stdin.isatty():
            raise
        question = _("The data here comes from {pinned}. Is {host} the same hub at a new address?")
        pinned, host = (clean_line(str(error.facts[name])) for name in ("pinned", "host"))
        if not _confirmed(question.format(pinned=pinned, host=host)):
            raise
        return True
    return False


def _token_of(*, is_asked: bool, from_stdin: bool) -> str:
    """The token typed or piped in; empty when a code is to be shown instead."""
    if from_stdin or not sys.stdin.isatty():
        given = sys.stdin.readline().strip()
        if from_stdin and not given:
            raise BadUse(_("No token was given."))
        return given
    return typed(_("Token"), is_hidden=True) if is_asked else ""


def _by_code(signing: SigningService, where: str, *, remember: bool, has_moved: bool) -> str:
    """Show a code and wait until somebody approved it; the person's name."""
    waiting = signing.ask_code(where, has_moved=has_moved)
    if waiting is None:
        given = typed(_("Token"), is_hidden=True) if sys.stdin.isatty() else ""
        if not given:
            raise BadUse(_("No token was given, and this hub shows no codes."))
        return signing.sign_in(where, given, remember=remember, has_moved=has_moved)
    talk(_told(waiting))
    return signing.wait(waiting, sleep, remember=remember, has_moved=has_moved)


def _told(waiting: Waiting) -> str:
    return "\n".join(
        (
            _("Code: {code}").format(code=waiting.user_code),
            _("On a device that is signed in: cockpit login --approve {code}").format(code=waiting.user_code),
            _("Or ask whoever runs the hub:   cockpit hub approve {code} --as NAME").format(code=waiting.user_code),
            _("What this is: {page}").format(page=waiting.page),
            _("Waiting. The code is good for 15 minutes; Ctrl+C stops."),
        )
    )


def _decide(code: str, *, is_approved: bool) -> None:
    device = opening.services().sync.signing.decide(code, is_approved=is_approved)
    if is_approved:
        words = _("Signed in as you: {device}. Not yours? An administrator ends it: cockpit hub revoke.")
        write(words.format(device=device))
    else:
        write(_("Turned away: {device}.").format(device=device))


def _sync_once(sync: SyncService) -> None:
    """With a token that only this process knows; at the end nobody knows one."""
    try:
        with progress(_("Syncing")) as tell:
            tell(_("asking the hub"))
            sync.run(tell)
    finally:
        sync.signing.sign_out()


# -- logout --------------------------------------------------------------------------------------------------------


def logout() -> None:
    _database()
    signing = opening.services().sync.signing
    if os.environ.get(VARIABLE):
        raise NotAllowed(_("The token comes from {name}. Take it out of the environment.").format(name=VARIABLE))
    done = signing.sign_out()
    if not done.places:
        write(_("Nobody was signed in. The data is still here; `cockpit wipe` removes it."))
        return
    if not done.is_revoked:
        talk(_("The hub could not be told. An administrator ends the token there: cockpit hub revoke."))
    write(_("Signed out. The data is still here; `cockpit login` goes on, `cockpit wipe` removes it."))


# -- wipe ----------------------------------------------------------------------------------------------------------


def wipe(
    plain: Plain = False,
    as_json: Json = False,
    discard_unsent: Annotated[
        bool, typer.Option("--discard-unsent", help=_("Also remove changes that the hub does not have."))
    ] = False,
    with_backups: Annotated[bool, typer.Option("--with-backups", help=_("Also remove backups."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=_("Ask nothing when there is nothing unsent."))] = False,
) -> None:
    from cockpit.services import wiping

    database = _database()
    unsent = wiping.unsent_work(database)
    if not unsent.is_none and not discard_unsent:
        _ask_about(unsent, database)
    elif unsent.is_none and not yes and sys.stdin.isatty():
        _confirm_name(database, _("Everything here is at the hub too. Removing it from this device."))
    done = wiping.wipe(locate(), database, unsent, with_copies=with_backups)
    lines = [_("Removed: {path}").format(path=path) for path in done.removed]
    lines.append(_token_line(done))
    lines += [_("Still here, remove with --with-backups: {path}").format(path=path) for path in done.copies]
    lost = {name: value for name, value in asdict(unsent).items() if name != "ids"} if not unsent.is_none else None
    shape = {
        "version": 1,
        "account": database.stem,
        "removed": [str(path) for path in done.removed],
        "token_removed_from": list(done.token_places),
        "is_revoked": done.is_revoked,
        "copies": [str(path) for path in done.copies],
        "discarded": lost,
    }
    show(Sheet(lines), shape, as_json, False)


def _token_line(done: Wiped) -> str:
    if not done.token_places:
        return _("There was no token.")
    if done.is_revoked:
        return _("The token is gone, here and at the hub.")
    return _("The token is gone here. The hub could not be told: cockpit hub revoke ends it there.")


def _ask_about(unsent: Unsent, database: Path) -> None:
    """Raises NotAllowed unless a person at a terminal says that the unsent work may go."""
    if unsent.is_known:
        words = _(
            "{total} changes are not at the hub: {waiting} waiting, {conflicts} in conflict, {parked} refused."
            " Send them with `cockpit sync`, or keep them: `cockpit outbox export FILE`."
        ).format(total=unsent.total, waiting=unsent.waiting, conflicts=unsent.conflicts, parked=unsent.parked)
    else:
        words = _("The file cannot be read, so nobody can say what of it is unsent.")
    if not sys.stdin.isatty():
        raise NotAllowed(words + " " + _("Removing them too needs {option}.").format(option="--discard-unsent"))
    _confirm_name(database, words)


def _confirm_name(database: Path, words: str) -> None:
    talk(words)
    name = typed(_("Type the name of the account, {name}, to remove it").format(name=database.stem))
    if name != database.stem:
        raise Stopped()


def _database() -> Path:
    """The account's file. Raises NotSignedIn where there is none: it must not be made to be removed."""
    locations = locate()
    found = locations.database(start_values(locations).account)
    if not found.exists():
        raise NotSignedIn()
    return found


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        raise Stopped() from None
