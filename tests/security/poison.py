"""Hostile text in every place of a snapshot, and the reading of what a program writes to its terminal."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from itertools import count
from typing import Any, Literal, get_args, get_origin

from cockpit.domain.text import clean
from tests.security.payloads import PAYLOADS

KEPT = frozenset({"id", "key", "command", "entity"})
"""Text that the program gave itself, by the name of its field; so are ids and everything with a closed list of values."""


SHORT = tuple(payload for payload in PAYLOADS if len(payload) <= 500)
LONG = tuple(payload for payload in PAYLOADS if len(payload) > 500)


def words(start: int) -> Iterator[str]:
    """The short payloads without end, from one of them on: over as many starts each place has had each of them."""
    return (SHORT[number % len(SHORT)] for number in count(start))


def long_words(start: int) -> Iterator[str]:
    """The long ones: what is cut, measured and folded at length."""
    return (LONG[number % len(LONG)] for number in count(start))


def poison(value: Any, text: Iterator[str]) -> Any:
    """`value` with each text in it replaced by the next of `text`; what the program decides by is kept."""
    if isinstance(value, str):
        return next(text)
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value) if one.init and not _is_kept(type(value), one.name)]
        return replace(value, **{name: poison(getattr(value, name), text) for name in names})
    if isinstance(value, (tuple, list)):
        return type(value)(poison(item, text) for item in value)
    if isinstance(value, dict):
        return {name: poison(item, text) for name, item in value.items()}
    return value


@cache
def _is_kept(cls: type, name: str) -> bool:
    if name in KEPT or name.endswith(("_id", "_ids")) or name == "args":
        return True
    module = typing.sys.modules[cls.__module__]  # type: ignore[attr-defined]
    hint = typing.get_type_hints(cls, {**vars(module), **_late()}).get(name)
    return _has_literal(hint)


@cache
def _late() -> dict[str, Any]:
    """Names that modules import for the type checker alone."""
    import collections.abc
    import datetime

    return {**vars(datetime), **vars(collections.abc), "Any": Any}


def _has_literal(hint: Any) -> bool:
    return get_origin(hint) is Literal or any(_has_literal(part) for part in get_args(hint))


# -- what comes out --------------------------------------------------------------------------------------------------

DRAWING = re.compile(r"\x1b\[\d+;\d+H|\x1b\[[0-9;]*m")
"""What a frame is made of: the place of the cursor, colours."""
TERMINAL = re.compile(
    DRAWING.pattern + r"|\x1b\[\?(?:25|47|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048|7)[hl]"  # modes
    r"|\x1b\[\?(?:2026|2048)\$p"  # is there synchronised output, are there reports of size
    r"|\x1b\[>\d*u|\x1b\[<u|\x1b\[=\d+;\d+u|\x1b\[\?u"  # the keyboard
    r"|\x1b\[c|\x1b\[6n|\x1b\[\?996n|\x1b\[1;1H|\x1b\[H|\x1b\[\d* q|\x1b\[K|\x1b\[2J"
    r"|\x1b\]22;(?:default|pointer|text)\x07"  # the shape of the mouse
)
"""What a program may write besides text, from the first byte to the last."""


def leftovers(written: str, known: re.Pattern[str] = DRAWING) -> str:
    """Signs that are neither text nor a sequence known; empty when all is well."""
    rest = known.sub("", written)
    inert = clean(rest, limit=len(rest) + 1)
    return "".join(sorted({one for one, other in zip(rest, inert) if one != other})) if rest != inert else ""
