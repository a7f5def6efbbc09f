"""Which of many lines a few typed letters mean: any part, pinyin initials, and near spelling when nothing else fits.

Made for a key press: one pass over texts that were folded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cockpit.domain.text import fold_width

LEAST_FUZZY = 3
"""Letters from which near spelling is tried: two are near everything."""
_NEAR_ENOUGH = 75.0
FIRST, LAST = 0x4E00, 0x9FFF
"""The Chinese signs that have initials here."""
INITIALS = Path(__file__).with_name("initials.txt")
"""Written by `scripts.initials`."""
_LAST_LATIN = 0x2E7F


class Haystack:
    """Folded lines. Making one takes some milliseconds for every thousand lines: make it once for the same lines."""

    def __init__(self, lines: Sequence[str]) -> None:
        text = "\n".join(line.replace("\n", " ") for line in lines).casefold()
        self._lines = text.split("\n") if lines else []
        if not text.isascii():
            first, second = (text.translate(_Initials(letters)).split("\n") for letters in _readings())
            self._lines = [
                line if line == one else f"{line} {one}" if one == two else f"{line} {one} {two}"
                for line, one, two in zip(self._lines, first, second)
            ]
        self._words: dict[str, list[int]] | None = None

    def learn_words(self) -> dict[str, list[int]]:
        """The words of the lines and where they are, for near spelling. Numbers are near everything and left out."""
        if self._words is None:
            found: dict[str, list[int]] = {}
            for place, line in enumerate(self._lines):
                for word in set(line.split()):
                    if len(word) >= LEAST_FUZZY and not word.isdigit():
                        found.setdefault(word, []).append(place)
            self._words = found
        return self._words

    def find(self, text: str) -> list[int]:
        """The places of the lines in which every word of `text` occurs; of those spelled nearly so when there is none."""
        words = fold_width(text).casefold().split()
        found = self._with(words, range(len(self._lines)))
        return found or self._near(words)

    def _with(self, words: Sequence[str], places: Sequence[int]) -> list[int]:
        lines = self._lines
        for word in words:
            places = [place for place in places if word in lines[place]]
        return list(places)

    def _near(self, words: Sequence[str]) -> list[int]:
        """Every word by itself: as it is, else by the words of the lines that are spelled like it."""
        places: Sequence[int] = range(len(self._lines))
        for word in words:
            exact = self._with([word], places) if len(words) > 1 else []
            near = exact or self._spelled_like(word)
            is_among_all = exact or len(places) == len(self._lines)
            places = near if is_among_all else sorted(set(near).intersection(places))
        return list(places)

    def _spelled_like(self, word: str) -> list[int]:
        """Where the words are that come nearest to `word`."""
        if len(word) < LEAST_FUZZY:
            return []
        from rapidfuzz import fuzz, process

        words = self.learn_words()
        near = process.extract(word, words.keys(), scorer=fuzz.partial_ratio, score_cutoff=_NEAR_ENOUGH, limit=None)
        best = max((score for _word, score, _place in near), default=0.0)
        found = [words[found] for found, score, _place in near if score >= best - 10]
        return found[0] if len(found) == 1 else sorted(set().union(*found))


class _Initials(dict[int, int | str]):
    """For `str.translate`: a Chinese sign becomes the initial of its first or second reading, a full-width sign its ASCII
    form. A name with signs of two readings is found by either."""

    def __init__(self, letters: str) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, code: int) -> int | str:
        self[code] = found = self._letter(code) if code > _LAST_LATIN else code
        return found

    def _letter(self, code: int) -> int | str:
        letter = self._letters[code - FIRST] if FIRST <= code <= LAST else "."
        return fold_width(chr(code)).casefold() if letter == "." else letter


@cache
def _readings() -> tuple[str, ...]:
    return tuple(INITIALS.read_text("ascii").split())
