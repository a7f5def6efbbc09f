"""Build the command tree, run it, and turn every expected failure into words and an exit code.

0 done, 1 found something (problems, doctor) or leaves a KPI short (fill), 2 bad use, 3 open conflict, 4 hub or sign-in, 5 local data.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence

from cockpit import i18n
from cockpit.cli.opening import close_services, has_terminal, open_app
from cockpit.domain.text import clean
from cockpit.errors import BadUse, CockpitError, Stopped
from cockpit.locations import StartValues, locate, start_values

COMPLETING = "_COCKPIT_COMPLETE"
"""Set by the shell that asks what a word may become."""

MOST_SIGNS = 100_000
"""Of one word of the command line."""

log = logging.getLogger("cockpit")


def run(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code. Nothing expected ends in a traceback."""
    rest, lang = _language([clean(word, MOST_SIGNS) for word in arguments])
    if lang is not None:
        os.environ["COCKPIT_LANG"] = lang
    start = start_values(locate())
    i18n.set_language(start.lang)
    try:
        _refuse_language(start, is_asked=lang is not None)
        if (
            not rest and COMPLETING not in os.environ and has_terminal()
        ):  # the screens do not wait for the tree of verbs
            open_app("today")
            return 0
        from cockpit.cli.tree import build

        verb = next((word for word in rest if not word.startswith("-")), "")
        build("" if COMPLETING in os.environ else verb)(args=rest, prog_name="cockpit")
    except SystemExit as leaving:
        if leaving.code == Stopped.exit_code:  # typer's answer to Ctrl+C, which has no words
            return _say(Stopped())
        return leaving.code if isinstance(leaving.code, int) else 2
    except CockpitError as error:
        return _say(error)
    except KeyboardInterrupt:
        return _say(Stopped())
    except Exception as error:
        from cockpit.feedback import of_system
        from cockpit.logs import crash_report

        return _say(of_system(error) or crash_report(error))
    finally:
        close_services()
    return 0


def _language(arguments: list[str]) -> tuple[list[str], str | None]:
    """Take `--lang X` out of the line, wherever it stands: texts of the command tree depend on it."""
    rest: list[str] = []
    lang: str | None = None
    waiting = iter(arguments)
    for word in waiting:
        if word == "--lang":
            lang = next(waiting, "auto")
        elif word.startswith("--lang="):
            lang = word.partition("=")[2]
        else:
            rest.append(word)
    return rest, lang


def _refuse_language(start: StartValues, *, is_asked: bool) -> None:
    """A language we do not have: bad use as an option; from the environment a word about it, and English."""
    words = next((one.words for one in start.refused if one.key == "lang"), "")
    if words and is_asked:
        raise BadUse(f"--lang: {words}")
    if words and "COCKPIT_LANG" in os.environ:
        sys.stderr.write(clean(f"COCKPIT_LANG: {words}") + "\n")


def _say(error: CockpitError) -> int:
    from cockpit.feedback import notice_for

    notice = notice_for(error)
    body = i18n.labelled(notice.title, notice.body) if notice.body else notice.title
    sys.stderr.write(clean(f"{body}\n{notice.next_step}") + "\n")
    return notice.exit_code
