"""`cockpit config`: where the settings are, what each is and where it comes from, and whether they can be used."""

from __future__ import annotations

import json
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cockpit import clock
from cockpit.cli import opening
from cockpit.cli.misuse import Verbs
from cockpit.cli.output import Json, Sheet, Table, show, talk, write
from cockpit.errors import BadUse
from cockpit.i18n import _, listed
from cockpit.locations import Locations, locate

if TYPE_CHECKING:
    from cockpit.config import Found, Problem


def group() -> typer.Typer:
    """The `config` verbs."""
    verbs = typer.Typer(help=_("The settings file."), no_args_is_help=True, rich_markup_mode=None, cls=Verbs)
    verbs.command("path", help=_("Print the path of the settings file."))(path)
    verbs.command("show", help=_("Print every setting and where it comes from."))(show_settings)
    verbs.command("validate", help=_("Check the settings; names file, line and key of all that is wrong."))(validate)
    verbs.command(
        "exchange", help=_("The exchange rates given: show them, give one (USD 7.1034), or take one away (--drop).")
    )(exchange)
    verbs.command("schema", help=_("Print the JSON Schema of the settings file."))(schema)
    return verbs


def path() -> None:
    write(str(locate().config_file))


def show_settings(as_json: Json = False) -> None:
    from cockpit.config import Settings, load_settings, read

    locations = locate()
    found, settings = read(locations), load_settings(locations)
    rows: list[tuple[str, Any, str]] = []
    for key in Settings.model_fields:
        value = settings.model_dump(mode="json")[key]
        if isinstance(value, dict) and value:
            rows.extend((f"{key}.{name}", inner, found.origin(f"{key}.{name}")) for name, inner in value.items())
        else:
            # A value that was refused is in use no more: the default is.
            rows.append((key, value, "default" if value != found.values.get(key) else found.origin(key)))
    words = {"default": _("default"), "file": str(found.path), "environment": _("environment")}
    shown = [(key, json.dumps(value, ensure_ascii=False), words[origin]) for key, value, origin in rows]
    table = Table("", (_("Setting"), _("Set to"), _("From")), shown)
    shape = {"version": 1, "path": str(found.path), "settings": _shape(rows)}
    show(Sheet((), (table,)), shape, as_json, False)
    for problem in _unless_fatal(locations):
        talk(_sentence(found.path, problem))


def validate(as_json: Json = False) -> None:
    from cockpit.config import read

    locations = locate()
    found = read(locations)
    wrong = all_problems(found)
    if as_json:
        listed = [{"line": one.line, "key": one.key, "text": one.text, "is_fatal": one.is_fatal} for one in wrong]
        write(json.dumps({"version": 1, "path": str(found.path), "problems": listed}, ensure_ascii=False, indent=2))
    elif wrong:
        for one in wrong:
            talk(_sentence(found.path, one))
    else:
        write(_("{path} is fine.").format(path=_name(found.path)))
    if wrong:
        raise typer.Exit(2)


Currency = Annotated[str, typer.Argument(help=_("Three letters, such as USD; none: show the rates."))]
Rate = Annotated[str, typer.Argument(help=_("What one unit is worth in the other currency, such as 7.1034."))]
Into = Annotated[str, typer.Option(help=_("The currency all is converted into."), metavar="CURRENCY")]
On = Annotated[str, typer.Option("--on", help=_("The day of the rate; today where nothing is said."), metavar="DATE")]
Drop = Annotated[bool, typer.Option("--drop", help=_("Take the rate away: its money stands apart again."))]


def exchange(
    currency: Currency = "", rate: Rate = "", into: Into = "", on: On = "", drop: Drop = False, as_json: Json = False
) -> None:
    from cockpit.exchange import given_rates, rate_of, set_rate

    locations = locate()
    if drop and (rate or not currency):
        raise BadUse(_("--drop takes the currency alone: cockpit config exchange USD --drop"))
    if currency and not rate and not drop:
        raise BadUse(_("A rate is missing: cockpit config exchange {currency} 7.1034").format(currency=currency))
    if currency:
        today = clock.now().astimezone().date()
        given = opening.day(on) if on else today
        if given > today + timedelta(days=1):  # where the user is it may be tomorrow already
            raise BadUse(_("{day} is still ahead: a rate has been seen.").format(day=on))
        target = into or given_rates(locations).into or "CNY"
        set_rate(locations, currency, None if drop else rate_of(rate, target, given))
    rates = given_rates(locations).rates.values()
    rows = [(one.currency, one.text, one.into, one.on.isoformat()) for one in rates]
    records = [{"currency": one.currency, "rate": one.text, "into": one.into, "on": one.on} for one in rates]
    titles = (_("Currency"), ">" + _("Exchange rate"), _("Into"), _("Since day"))
    empty = _("No rate is given: money of each currency stands apart.")
    shape = {"version": 1, "path": str(locations.config_file), "rates": records}
    show(Sheet((), (Table("", titles, rows, empty),), records), shape, as_json, False)


def schema() -> None:
    from cockpit.config import Settings

    write(json.dumps(Settings.model_json_schema(), ensure_ascii=False, indent=2))


def all_problems(found: Found) -> list[Problem]:
    """What is wrong with the file and the environment, the keymap's clashes included."""
    from cockpit.commands import BY_ID
    from cockpit.config import Problem, by_line, problems
    from cockpit.keymap import keymap

    wrong = problems(found)
    keys = found.values.get("keymap")
    pairs = keys.items() if isinstance(keys, dict) else ()
    for name, key, holder in keymap((str(name), str(key)) for name, key in pairs).refused:
        near = get_close_matches(name, BY_ID, 3)
        if holder:
            text = _("{key} is the key of {holder}.").format(key=key, holder=holder)
        elif name in BY_ID:
            text = _("{key} cannot be a key here: digits press cards.").format(key=key or '""')
        elif near:
            text = _("No command has that name. Near: {names}.").format(names=listed(near))
        else:
            text = _("No command has that name. Allowed: {names}.").format(names=listed(BY_ID))
        wrong.append(Problem(found.line(f"keymap.{name}"), f"keymap.{name}", text, is_fatal=False))
    return by_line(wrong)


def _unless_fatal(locations: Locations) -> list[Problem]:
    from cockpit.config import read

    return [one for one in all_problems(read(locations)) if not one.is_fatal]


def place_of(file: Path, one: Problem) -> str:
    """File and line, or the variable of the environment."""
    return _("{path}, line {line}").format(path=file, line=one.line) if one.line.isdigit() else one.line


def _sentence(file: Path, one: Problem) -> str:
    return _("{place}, {key}: {text}").format(place=place_of(file, one), key=one.key, text=one.text)


def _shape(rows: list[tuple[str, Any, str]]) -> dict[str, dict[str, Any]]:
    return {key: {"value": value, "origin": origin} for key, value, origin in rows}


def _name(path: Path) -> str:
    return str(path) if path.exists() else _("{path} (absent: defaults)").format(path=path)
