"""Write the initials of Chinese signs that the filter searches by: `python -m scripts.initials`; a test compares.

The whole library takes 58 MiB of memory once it is loaded; the filter needs one letter a sign.
"""

from __future__ import annotations

import unicodedata

from pypinyin.constants import PINYIN_DICT

from cockpit.widgets.filtering import FIRST, INITIALS, LAST


def text() -> str:
    """Two lines, a letter for each sign from FIRST to LAST: of its usual reading, and of the next one with another
    initial. A full stop for a sign without a reading."""
    letters = [
        list(dict.fromkeys(unicodedata.normalize("NFD", one)[0] for one in PINYIN_DICT.get(code, ".").split(",")))
        for code in range(FIRST, LAST + 1)
    ]
    return "".join(found[0] for found in letters) + "\n" + "".join(found[:2][-1] for found in letters) + "\n"


if __name__ == "__main__":
    INITIALS.write_text(text(), "ascii")
