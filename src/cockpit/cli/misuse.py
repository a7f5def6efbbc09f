"""A line its verb cannot read: said in the reader's language, with the verb's own help as the next step."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from typer._click.exceptions import (  # the library raises these, and names them nowhere else
    BadOptionUsage,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer.core import TyperGroup

from cockpit.errors import BadUse
from cockpit.i18n import _, listed

T = TypeVar("T")


class Verbs(TyperGroup):
    """A group of commands, whose refusals are errors of ours and name the command that was called."""

    def make_context(self, *args: Any, **rest: Any) -> Any:
        return _said(lambda: super(Verbs, self).make_context(*args, **rest))

    def invoke(self, ctx: Any) -> Any:
        try:
            return _said(lambda: super(Verbs, self).invoke(ctx))
        except BadUse as error:
            called = (ctx.command_path, ctx.invoked_subcommand)
            error.facts.setdefault("command", " ".join(word for word in called if word))
            raise


def _said(work: Callable[[], T]) -> T:
    try:
        return work()
    except NoArgsIsHelpError:  # no refusal: the help itself
        raise
    except UsageError as error:
        facts = {"command": error.ctx.command_path} if error.ctx is not None else {}
        raise BadUse(_words(error), **facts) from error


def _words(error: UsageError) -> str:
    if isinstance(error, NoSuchOption):
        name = error.option_name
        if re.match(r"-[\d.,¥$€£]", name):
            return _("{word} is taken for an option. What begins with - is written last, after a --").format(word=name)
        near = listed(sorted(error.possibilities or ()))
        text = _("there is no option {name}; like it: {near}") if near else _("there is no option {name}")
        return text.format(name=name, near=near)
    if isinstance(error, MissingParameter) and error.param is not None:
        return _("{name} is missing").format(name=error.param.opts[0])
    if isinstance(error, BadOptionUsage):
        is_without = error.message.endswith("requires an argument.")
        text = _("{name} needs a value behind it") if is_without else _("{name} takes no value")
        return text.format(name=error.option_name)
    unknown = re.match(r"No such command '(.*?)'", error.message)
    if unknown:
        return _("there is no command {name}").format(name=unknown[1])
    extra = re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.message)
    if extra:
        return _("more words than it takes: {words}").format(words=extra[1])
    return error.format_message()
