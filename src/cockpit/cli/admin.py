"""`cockpit doctor`: what is wrong with this installation, and the command that mends it."""

from __future__ import annotations

import json
from dataclasses import asdict

import typer

from cockpit.cli.output import Json, Plain, write
from cockpit.i18n import _
from cockpit.locations import locate
from cockpit.plain import cells


def add_to(tree: typer.Typer) -> None:
    """Register the verb on the command tree."""
    tree.command(help=_("Name what is wrong and the command that mends it. Exit code 1 when something is."))(doctor)


def doctor(plain: Plain = False, as_json: Json = False) -> None:
    from cockpit.cli.checks import all_checks
    from cockpit.cli.crm_check import crm_checks

    checks = [*all_checks(locate()), *crm_checks(locate())]
    is_ok = all(check.status != "wrong" for check in checks)
    if as_json:
        listed = [{**asdict(check), "is_ok": check.status == "ok"} for check in checks]
        write(json.dumps({"version": 1, "is_ok": is_ok, "checks": listed}, ensure_ascii=False, indent=2))
    else:
        words = {"ok": _("ok"), "warning": _("warning"), "wrong": _("WRONG")}
        width = max(cells(word) for word in words.values())
        for check in checks:
            word = words[check.status]
            line = _("{name}: {detail}").format(name=check.name, detail=check.finding)
            write(f"{word}{' ' * (width - cells(word))}  {line}")
            if check.mend:
                write(f"{' ' * width}  -> {check.mend}")
    if not is_ok:
        raise typer.Exit(1)
