"""The pinyin of a name, by pypinyin, which is given only those of its phrases that stand in the name.

It would keep all 47,000 as lists of lists: 40 MiB in every process that saves a customer. The reading is the same, as a
phrase that does not stand in a text has no part in it.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import resources
from typing import Any

import msgspec

_LEAN = {"PYPINYIN_NO_PHRASES": "1", "PYPINYIN_NO_DICT_COPY": "1"}


def syllables(name: str) -> list[str]:
    """Without tones; a sign that is none of Chinese stands as it is."""
    from pypinyin import Style, lazy_pinyin
    from pypinyin.constants import PHRASES_DICT
    from pypinyin.seg.mmseg import seg

    phrases, longest = _phrases()
    parts = {name[at:end] for at in range(len(name)) for end in range(at + 2, min(at + longest, len(name)) + 1)}
    wanted = {part for part in parts if part in phrases and part not in PHRASES_DICT}
    if wanted:  # load_phrases_dict would give all of them again to what parts a text, with every name
        PHRASES_DICT.update({phrase: _read(phrases[phrase]) for phrase in wanted})
        seg.train(iter(wanted))
    found: list[str] = lazy_pinyin(name, style=Style.NORMAL, errors="default")
    return found


@cache
def _phrases() -> tuple[dict[str, Any], int]:
    """All phrases, their readings not yet unpacked, and the length of the longest."""
    found: dict[str, Any]
    try:
        kept = resources.files("pypinyin").joinpath("phrases_dict.json").read_bytes()
        found = msgspec.json.decode(kept, type=dict[str, msgspec.Raw])
    except (OSError, msgspec.MsgspecError):  # a version that keeps them in another way
        from pypinyin.phrases_dict import phrases_dict

        found = phrases_dict
    return found, max(map(len, found))


def _read(reading: Any) -> Any:
    return msgspec.json.decode(reading) if isinstance(reading, msgspec.Raw) else reading


def _import_lean() -> None:
    """pypinyin reads once, while it is imported, whether it is to take its phrases."""
    before = {name: os.environ.get(name) for name in _LEAN}
    os.environ.update(_LEAN)
    try:
        import pypinyin  # noqa: F401
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


_import_lean()
