"""Commands that show something by themselves and have verbs: `cockpit targets`, `cockpit targets set`."""

from __future__ import annotations

from typing import Any

from cockpit.cli.misuse import Verbs
from cockpit.errors import BadUse
from cockpit.i18n import _


class Noun(Verbs):
    """An option in front of the verb is the noun's, and would say nothing to the verb: refused, not left out unsaid."""

    usual_verb = ""
    """What is meant where the first word is no verb."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if self.usual_verb and args[0] not in self.commands:
            args = [self.usual_verb, *args]
        for option in self.get_params(ctx):
            if option.name and getattr(ctx.get_parameter_source(option.name), "name", "") == "COMMANDLINE":
                words = _("{option} in front of {verb} would not count; `{line} --help` says what stands behind it")
                line = f"{ctx.command_path} {args[0]}"
                raise BadUse(words.format(option=option.opts[-1], verb=args[0], line=line))
        return super().resolve_command(ctx, args)
