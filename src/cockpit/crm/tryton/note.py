"""A visit as a note: one `field: text` a line, further lines of a text moved in, and the marker with our id at the end.

    kind: visit
    status: held
    starts_at: 2026-11-22T02:00:00Z
    rep: Wang Fang #3
    result: They want an offer
      by Friday
    [ck:0192f0c1-...]

Tryton knows no visits. Notes cannot be changed there, so what is written is what is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from cockpit.domain.text import clean, clean_line
from cockpit.i18n import _

_REFS: Final = ("rep_id", "deal_id", "contact_id")
_NULL: Final = frozenset({"ends_at", "goal_result", *_REFS})
FIELDS: Final = (
    *("kind", "status", "starts_at", "ends_at", *_REFS, "subject", "goal", "goal_result", "agenda", "result"),
    *("reason", "next_step"),
)
_MARKER: Final = re.compile(r"\[ck:([\x21-\x5a\x5e-\x7e]{1,64})\]\s*\Z")


def marker(row_id: str) -> str:
    return f"[ck:{row_id}]"


def compose(row_id: str, values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """`names` of people by their id, for whoever reads the note."""
    lines = []
    for name in FIELDS:
        value = values.get(name)
        if value in (None, ""):
            continue
        text = clean(str(value)).replace("\n", "\n  ")
        if name in _REFS:
            text = f"{names.get(text, '') if name == 'rep_id' else ''} #{text}".lstrip()
        lines.append(f"{name.removesuffix('_id')}: {text}")
    return "\n".join([*lines, marker(row_id)])


def parse(message: str) -> tuple[str, dict[str, Any]]:
    """Our id and the values. Raises ValueError for a note that was not written so."""
    found = _MARKER.search(message)
    if found is None:
        raise ValueError(_("a note without a mark of ours at its end"))
    told: dict[str, str] = {}
    name = ""
    for line in message[: found.start()].rstrip("\n").split("\n"):
        label, colon, text = line.partition(": ")
        if line.startswith("  ") and name:
            told[name] += f"\n{clean(line[2:])}"
        elif colon:
            name = f"{label}_id" if f"{label}_id" in _REFS else label
            told[name] = clean(text)
        else:
            raise ValueError(_("a note that cannot be read: {line}").format(line=clean_line(line, 60)))
    if not {"kind", "status", "starts_at"} <= told.keys():
        raise ValueError(_("a note without kind, status and moment"))
    values: dict[str, Any] = {name: told.get(name) or (None if name in _NULL else "") for name in FIELDS}
    return found[1], {**values, **{name: _id(values[name]) for name in _REFS}}


def _id(text: str | None) -> str | None:
    return text.rpartition("#")[2] if text else None
