"""What a person types at a terminal. Questions go to stderr."""

from __future__ import annotations

import getpass
import sys

import typer

from cockpit.errors import Stopped


def typed(question: str, *, is_hidden: bool = False) -> str:
    """What somebody types; asked again while it is nothing. Raises Stopped on Ctrl+C and at the end of the input.

    What is hidden is hidden before the question can be read: a secret pasted at once is not shown.
    """
    try:
        if not is_hidden:
            return str(typer.prompt(question, err=True)).strip()
        while not (found := getpass.getpass(f"{question}: ", stream=sys.stderr).strip()):
            pass
        return found
    except (typer.Abort, EOFError, KeyboardInterrupt):
        raise Stopped() from None
