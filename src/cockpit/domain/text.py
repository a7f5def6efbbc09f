"""The first wall against text from outside: control codes, bidi tricks and invisible signs are made visible.

Source of the list: docs/decisions on text safety; every inbound string (API, import, command line,
environment, error bodies) passes `clean` once at the edge.
"""

from __future__ import annotations

import re
import unicodedata

MAX_LENGTH = 10_000
"""Characters kept of one field; longer text is cut and says so nowhere else than in its length."""

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 except tab and newline, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi controls
    "\u00ad\u180e\u200b\u2060-\u2064\ufeff\u2028\u2029"  # invisible signs
    "\ufff9-\ufffb\U000e0000-\U000e007f"  # annotations, tags
    "\ud800-\udfff]"  # lone surrogates
)
_JOINER = re.compile("(?<![\u2600-\u27bf\U0001f000-\U0001faff\ufe0f])[\u200c\u200d]|\u200c")


def clean(text: str, limit: int = MAX_LENGTH) -> str:
    """`text` made inert: unsafe signs become U+FFFD, NFC, at most `limit` characters."""
    if text.isascii() and text.isprintable():
        return text[:limit]
    text = text.replace("\r\n", "\n")
    text = _UNSAFE.sub("\ufffd", text)
    text = _JOINER.sub("\ufffd", text)
    return unicodedata.normalize("NFC", text)[:limit]


def clean_line(text: str, limit: int = MAX_LENGTH) -> str:
    """`clean`, with line breaks and tabs folded to one space: for names and other single-line fields."""
    return " ".join(clean(text, limit).split())


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
