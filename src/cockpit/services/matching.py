"""Which account is meant: by id, pinyin initials, any part of a name, or, when nothing else fits, near spelling. Which
funnel is meant: by id, name or part of one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from cockpit.domain.text import clean_line, fold_width
from cockpit.errors import AmbiguousName, UnknownName
from cockpit.i18n import _, listed, spoken
from cockpit.services.snapshots import Match
from cockpit.storage.reading import Reader, among, reader_of

if TYPE_CHECKING:
    from sqlmodel import Session

EXACT, PREFIX, INSIDE = 3.0, 2.0, 1.0
"""Whole numbers of a score: the whole name or id, the start of a search word, any part. Below 1: near spelling."""
_ROUGH, _NEAR_ENOUGH = 65.0, 55.0
_MAX_QUERY = 200
MOST_FOUND = 300
"""Matches read at most: nobody looks past them."""


class _Named(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def alias(self) -> str: ...


_Model = TypeVar("_Model", bound=_Named)


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: str
    name: str
    alias: str
    key: str
    tier: str

    def rank(self, query: str, words: Sequence[str]) -> float:
        """EXACT, PREFIX or INSIDE, plus up to 0.9 for how much of the name was typed."""
        name, alias = self.name.lower(), self.alias.lower()
        key = self.key or f"{name} {alias}"
        whole = query in (self.id.lower(), name, alias)
        starts = key.split()
        kind = EXACT if whole else PREFIX if all(any(s.startswith(w) for s in starts) for w in words) else INSIDE
        return kind + 0.9 * (1.0 if words[0] in starts else min(1.0, len(query) / max(len(name), 1)) * 0.8)

    def match(self, score: float) -> Match:
        return Match(id=self.id, name=self.name, alias=self.alias, tier=self.tier, score=score)


def find_accounts(source: Session | Reader, text: str, *, limit: int = 20, is_fuzzy: bool = True) -> tuple[Match, ...]:
    """Accounts that `text` may mean, best first. Every word of it must occur; near spelling only when none does so."""
    query = clean_line(fold_width(text), _MAX_QUERY).lower()
    words = query.split()
    if not words:
        return ()
    reader = reader_of(source)
    found = _with_words(reader, query, words)
    if found:
        scored = [candidate.match(candidate.rank(query, words)) for candidate in found]
        return tuple(sorted(scored, key=lambda m: (-m.score, m.name, m.id))[:limit])
    is_worth_it = is_fuzzy and (len(query) > 2 or not query.isascii())  # two letters are near everything
    return _near(reader, query, limit) if is_worth_it else ()


def best_class(matches: Sequence[Match]) -> tuple[Match, ...]:
    """The matches of the best kind there is: whole name before start of a word before any part. Never near ones."""
    sure = [match for match in matches if match.score >= INSIDE]
    if not sure:
        return ()
    top = int(max(match.score for match in sure))
    return tuple(match for match in sure if int(match.score) == top)


def one_account(source: Session | Reader, text: str) -> Match:
    """The one account meant. Raises UnknownName with near names, AmbiguousName with candidates."""
    matches = find_accounts(source, text)
    best = best_class(matches)
    if len(best) == 1:
        return best[0]
    if best:
        raise AmbiguousName(name=text, candidates=tuple(_label(m) for m in best[:8]))
    raise UnknownName(kind=_("account"), name=text, near=listed(_label(m) for m in matches[:5]) or "-")


def one_funnel(every: Collection[_Model], text: str) -> _Model:
    """The one funnel meant, of all there are. Raises UnknownName with their names, also where several fit."""
    name = clean_line(text, _MAX_QUERY).casefold()
    whole = [one for one in every if name in (one.id.casefold(), one.name.casefold(), one.alias.casefold())]
    found = whole or [one for one in every if name in one.name.casefold() or name in one.alias.casefold()]
    if not name or len(found) != 1:
        raise UnknownName(kind=_("funnel"), name=text, near=listed(spoken(f.name, f.alias) for f in every))
    return found[0]


def candidates_of(matches: Sequence[Match]) -> tuple[str, ...]:
    """How candidates are named to the user: name and id, so that either can be typed."""
    return tuple(_label(match) for match in matches[:8])


def _label(match: Match) -> str:
    return f"{match.name} ({match.id})"


_COLUMNS = "SELECT id, name, alias, search_key, tier FROM account"


def _with_words(reader: Reader, query: str, words: Sequence[str]) -> list[_Candidate]:
    """The first of those that fit: a letter or two fit thousands, and nobody looks past the best few hundred."""
    values: dict[str, Any] = {f"word_{place}": f"%{_escaped(word)}%" for place, word in enumerate(words)}
    inside = " AND ".join(f"(search_key LIKE :{name} ESCAPE '/' OR name LIKE :{name} ESCAPE '/')" for name in values)
    found = reader.rows(
        f"{_COLUMNS} WHERE ({inside}) OR lower(id) = :query ORDER BY CASE"
        " WHEN lower(name) = :query OR lower(alias) = :query OR lower(id) = :query THEN 0"
        " WHEN search_key LIKE :start ESCAPE '/' OR search_key LIKE :next_word ESCAPE '/' THEN 1"
        " ELSE 2 END, length(name) LIMIT :most",
        query=query,
        start=f"{_escaped(query)}%",
        next_word=f"% {_escaped(query)}%",
        most=MOST_FOUND,
        **values,
    )
    return [_Candidate(*row) for row in found]


def _escaped(text: str) -> str:
    """`text` for LIKE, where `%` and `_` stand for themselves."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def _near(reader: Reader, query: str, limit: int) -> tuple[Match, ...]:
    """Accounts spelled like `query`: a rough pass over all search keys, then the best of each one's words."""
    from rapidfuzz import fuzz, process

    keys = reader.rows("SELECT search_key, id FROM account")
    rough = process.extract(query, [key for key, _id in keys], scorer=fuzz.partial_ratio, limit=60, score_cutoff=_ROUGH)
    where, values = among("id", [keys[position][1] for _key, _score, position in rough])
    found = []
    for row in reader.rows(f"{_COLUMNS} WHERE {where}", **values):
        candidate = _Candidate(*row)
        score = max(fuzz.ratio(query, word) for word in (candidate.name.lower(), *candidate.key.split()))
        if score >= _NEAR_ENOUGH:
            found.append(candidate.match(score / 101))
    return tuple(sorted(found, key=lambda m: (-m.score, m.name, m.id))[:limit])
