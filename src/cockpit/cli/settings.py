"""`cockpit config`: where the settings are, what they are, and whether they can be used."""

from __future__ import annotations

import json
from pathlib import Path

import typer

from cockpit.cli.output import write
from cockpit.i18n import _
from cockpit.locations import locate


def group() -> typer.Typer:
    """The `config` verbs."""
    verbs = typer.Typer(help=_("The settings file."), no_args_is_help=True, rich_markup_mode=None)

    @verbs.command(help=_("Print the path of the settings file."))
    def path() -> None:
        write(str(locate().config_file))

    @verbs.command(help=_("Print the settings in use, as JSON."))
    def show() -> None:
        from cockpit.config import load_settings

        write(json.dumps(load_settings(locate()).model_dump(mode="json"), ensure_ascii=False, indent=2))

    @verbs.command(help=_("Check the settings file; names file, line and key of what is wrong."))
    def validate() -> None:
        from cockpit.config import load_settings

        locations = locate()
        load_settings(locations)
        write(_("{path} is fine.").format(path=_name(locations.config_file)))

    return verbs


def _name(path: Path) -> str:
    return str(path) if path.exists() else _("{path} (absent: defaults)").format(path=path)
