"""The tree of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from cockpit import __version__
from cockpit.cli import (
    admin,
    cards,
    conflicts,
    connecting,
    day,
    demo,
    forecasting,
    hub,
    metrics,
    nudging,
    outbox,
    planning,
    proving,
    settings,
    signing,
    targets,
    team,
)
from cockpit.cli import sync as sync_verbs
from cockpit.cli.misuse import Verbs
from cockpit.i18n import _
from cockpit.locations import LANGUAGES


def build(verb: str = "") -> typer.Typer:
    """The command tree in the language now set. With the verb that is called, no other is made ready."""
    tree = typer.Typer(
        cls=Verbs,
        help=_("Sales cockpit: who to visit, how far the month is, what is wrong and the key that fixes it."),
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @tree.callback(invoke_without_command=True)
    def start(
        context: typer.Context,
        version: Annotated[bool, typer.Option("--version", "-V", help=_("Print the version."))] = False,
        lang: Annotated[
            str, typer.Option("--lang", help=_("Language: auto, en or zh."), autocompletion=lambda: list(LANGUAGES))
        ] = "auto",
    ) -> None:
        if version:
            typer.echo(f"cockpit {__version__}")
            raise typer.Exit()
        if context.invoked_subcommand is None:
            from cockpit.cli.opening import open_app

            open_app("today")

    for module in (
        day,
        planning,
        cards,
        team,
        metrics,
        forecasting,
        sync_verbs,
        signing,
        connecting,
        proving,
        demo,
        admin,
    ):
        module.add_to(tree)
    tree.add_typer(outbox.group(), name="outbox")
    tree.add_typer(conflicts.group(), name="conflicts")
    tree.add_typer(targets.group(), name="targets")
    tree.add_typer(nudging.group(), name="nudge")
    tree.add_typer(hub.group(), name="hub")
    tree.add_typer(settings.group(), name="config")
    commands = [one for one in tree.registered_commands if one.callback is not None and one.callback.__name__ == verb]
    groups = [one for one in tree.registered_groups if one.name == verb]
    if commands or groups:
        tree.registered_commands, tree.registered_groups = commands, groups
    return tree
