"""The first wall against text from outside: control codes, bidi tricks and invisible signs are made visible.

Source of the list: docs/decisions on text safety; every inbound string (API, import, command line,
environment, error bodies) passes `clean` once at the edge.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MAX_LENGTH = 10_000
"""Characters kept of one field; longer text is cut and says so nowhere else than in its length."""

MAX_DEPTH = 16
"""Levels of lists and objects inside one value; real ones have two."""

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 except tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2028\u2029\u2060-\u2065"  # invisible signs
    "\u206a-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd\U00013430-\U0001343f"  # of other scripts
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # of notation, tags, variants
    "\ud800-\udfff"  # lone surrogates
    "\u200c\u200d\ufe0e\ufe0f]"  # joiners and variants: kept inside a picture
)
_PICTURE = re.compile(
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u231a-\u2328\u232b-\u23ff\u2460-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_STORM = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{8})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
"""More marks over one sign than any script has: they are drawn over the lines above and below."""


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """`text` made inert: unsafe signs become U+FFFD, NFC, at most `limit` characters."""
    if text.isascii() and text.isprintable():
        return text[:limit]
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = _STORM.sub("\\1\ufffd", text)[:limit]
    return _UNSAFE.sub(_mark, text)


def clean_deep(value: Any, depth: int = MAX_DEPTH) -> Any:
    """JSON with every text in it cleaned, the names of its members too. Raises ValueError below `depth` levels."""
    if isinstance(value, str):
        return clean(value)
    if not isinstance(value, (list, dict)):
        return value
    if depth == 0:
        raise ValueError("values are nested too deep")
    if isinstance(value, list):
        return [clean_deep(item, depth - 1) for item in value]
    return {clean_line(str(name), 64): clean_deep(item, depth - 1) for name, item in value.items()}


def _mark(found: re.Match[str]) -> str:
    """U+FFFD, or the sign itself where it is part of a picture such as a family or a flag."""
    sign, text, at = found.group(), found.string, found.start()
    before = text[at - 1 : at]
    if sign == "\u200d":
        is_after = _PICTURE.match(before) or (before == "\ufe0f" and _PICTURE.match(text[at - 2 : at - 1]))
        return sign if is_after and _PICTURE.match(text, at + 1) else "\ufffd"
    if sign in ("\ufe0e", "\ufe0f"):
        is_key = before != "" and before in "0123456789#*" and text[at + 1 : at + 2] == "\u20e3"
        return sign if is_key or _PICTURE.match(before) else "\ufffd"
    return "\ufffd"


def clean_line(text: str, limit: int = MAX_LENGTH) -> str:
    """`clean`, with line breaks and tabs folded to one space: for names and other single-line fields."""
    if not text or (text.isascii() and text.isprintable() and "  " not in text and len(text) <= limit):
        return text.strip()
    return " ".join(clean(text, limit).split())


_FORMULA = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, full-width forms too."""


def as_cell(text: str) -> str:
    """`text` for a cell of a CSV file: with a quote before what a spreadsheet would run."""
    line = clean_line(text)
    return f"'{line}" if line.startswith(_FORMULA) else line


def fold_width(text: str) -> str:
    """`text` with full-width letters, digits and signs as their ASCII forms and every blank a space, sign for sign.

    The length stays the same, so that a position in the result is a position in what was typed.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_folded, text))


def _folded(sign: str) -> str:
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    if sign == "\uffe5":
        return "\u00a5"
    return " " if sign.isspace() else sign
