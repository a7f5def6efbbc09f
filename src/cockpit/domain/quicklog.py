"""The one-line log: `v ht ok CFO yes to pilot #ROI sheet +cfo >fri 10 !66k s4y`.

First the kind (`v` visit, `c` call, `w` web), then the words of the account, then how it went (`ok`,
`half`, `no`, `absent`, `x`), then free text. Signs may stand anywhere after the kind: `@` when it happened,
`#` a need up to the next sign, `+` and `-` people for and against, `>` the next step, `!` the amount,
`s4` the stage. A sign counts where a word begins; after a Chinese sign it counts too when what follows can
be read. Full-width forms count as ASCII. Columns are 0-based positions in the line as typed.

Which words are the account cannot be known here: `words` lists the candidates, and `read_line` is called
again with the number of them that is the account.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

from cockpit.domain.amounts import Amount, read_amount
from cockpit.domain.entities import ActivityKind
from cockpit.domain.moments import Reading, read_moment
from cockpit.domain.text import clean_line, fold_width
from cockpit.errors import MalformedLog

Outcome = Literal["reached", "half", "missed", "absent", "cancelled"]
ProblemCode = Literal["too-long", "no-kind", "no-account", "no-need", "no-time", "no-next", "no-amount", "twice"]

MAX_LENGTH = 1_000
KINDS: dict[str, ActivityKind] = {
    **dict.fromkeys(("v", "visit", "拜访", "面访"), "visit"),
    **dict.fromkeys(("c", "call", "电话"), "call"),
    **dict.fromkeys(("w", "web", "线上"), "web"),
}
OUTCOMES: dict[str, Outcome] = {
    **dict.fromkeys(("ok", "达成"), "reached"),
    **dict.fromkeys(("half", "一半"), "half"),
    **dict.fromkeys(("no", "未达成"), "missed"),
    **dict.fromkeys(("absent", "未见"), "absent"),
    **dict.fromkeys(("x", "取消"), "cancelled"),
}
_KIND = re.compile(
    r" *(?P<word>visit|call|web|[vcw](?=[^\x00-\x7f]))(?= |$|[^\x00-\x7f])|"
    r" *(?P<zh>拜访|面访|电话|线上)| *(?P<letter>[vcw])(?= |$)",
    re.IGNORECASE | re.ASCII,
)
_NEXT_KIND = re.compile(r" *(visit|call|web|[vcw])(?= |$)| *(拜访|面访|电话|线上)", re.IGNORECASE | re.ASCII)
_STAGE = re.compile(r"s(?P<number>\d{1,2})(?P<answer>[yn])?(?= |$)", re.IGNORECASE | re.ASCII)
_WORD = re.compile(r"[^ ]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the line, `column` to `end`. `name` as in `services.snapshots.LogField`, or `text`."""

    name: str
    text: str
    column: int
    end: int


@dataclass(frozen=True, slots=True)
class Problem:
    code: ProblemCode
    column: int
    part: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """When, what, and the kind where one was typed."""

    reading: Reading
    kind: ActivityKind | None
    what: str


@dataclass(frozen=True, slots=True)
class StageWish:
    """The `number`-th open stage of the deal's funnel; `is_confirmed` None while the milestone is not answered."""

    number: int
    is_confirmed: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A line as read. `problem` is the first part that could not be; the other parts are as good as they can be."""

    line: str
    kind: ActivityKind | None
    words: tuple[Part, ...]
    """The words outside any sign, in order: the account, then the outcome, then the text."""
    account: str
    outcome: Outcome | None
    text: str
    happened: Reading | None
    needs: tuple[str, ...]
    roles_for: tuple[str, ...]
    roles_against: tuple[str, ...]
    next_step: NextStep | None
    amount: Amount | None
    stage: StageWish | None
    parts: tuple[Part, ...]
    problem: Problem | None

    def checked(self) -> LogLine:
        """This line when all of it could be read. Raises MalformedLog with column, part and the code as detail."""
        if self.problem is not None:
            raise MalformedLog(self.problem.code, column=self.problem.column, part=self.problem.part)
        return self


def read_line(line: str, now: datetime, account_words: int | None = None) -> LogLine:
    """Read `line` at the local moment `now`. `account_words` says how many of the words are the account.

    Without it the account is what stands before the first outcome word, or one word. Never raises.
    """
    return _Reader(line, now).read(account_words)


def outcome_at(words: tuple[Part, ...]) -> int | None:
    """The position of the first outcome word after at least one word, None when there is none."""
    return next((n for n, word in enumerate(words) if n and fold_width(word.text).lower() in OUTCOMES), None)


class _Reader:
    """One pass over one line."""

    def __init__(self, line: str, now: datetime) -> None:
        self.line = line[:MAX_LENGTH]
        self.folded = fold_width(self.line)
        self.now = now
        self.words: list[Part] = []
        self.parts: list[Part] = []
        self.problem: Problem | None = None
        self.needs: list[str] = []
        self.roles: dict[str, list[str]] = {"+": [], "-": []}
        self.happened: Reading | None = None
        self.next_step: NextStep | None = None
        self.amount: Amount | None = None
        self.stage: StageWish | None = None
        if len(line) > MAX_LENGTH:
            self._refuse("too-long", MAX_LENGTH, MAX_LENGTH)

    def read(self, account_words: int | None) -> LogLine:
        found = _KIND.match(self.folded)
        kind: ActivityKind | None = None
        at = 0
        if found is None:
            self._refuse("no-kind", 0, len(self.folded.split(" ", 1)[0]))
        else:
            word = found["word"] or found["zh"] or found["letter"]
            kind, at = KINDS[word.lower()], found.end()
            self._part("what", at - len(word), at)
        signs = list(self._signs(at))
        self._take_words(at, signs[0] if signs else len(self.line))
        for column, end in pairwise([*signs, len(self.line)]):
            self._take_words(self._sign(column, end), end)
        return self._built(kind, account_words)

    def _built(self, kind: ActivityKind | None, account_words: int | None) -> LogLine:
        words = tuple(self.words)
        count = account_words if account_words is not None else (outcome_at(words) or 1)
        named, rest = words[:count], words[count:]
        outcome = OUTCOMES.get(fold_width(rest[0].text).lower()) if rest else None
        if outcome is not None:
            self._part("goal", rest[0].column, rest[0].end)
            rest = rest[1:]
        if not named and kind is not None:
            self._refuse("no-account", len(self.line.rstrip()), len(self.line))
        self.parts += [Part("account", w.text, w.column, w.end) for w in named]
        self.parts += [Part("result", w.text, w.column, w.end) for w in rest]
        return LogLine(
            line=self.line,
            kind=kind,
            words=words,
            account=_joined(named),
            outcome=outcome,
            text=_joined(rest),
            happened=self.happened,
            needs=tuple(self.needs),
            roles_for=tuple(self.roles["+"]),
            roles_against=tuple(self.roles["-"]),
            next_step=self.next_step,
            amount=self.amount,
            stage=self.stage,
            parts=tuple(sorted(self.parts, key=lambda part: part.column)),
            problem=self.problem,
        )

    def _signs(self, at: int) -> list[int]:
        """Columns where a sign stands."""
        return [n for n in range(at, len(self.folded)) if self._is_sign(n, n == at or self.folded[n - 1] == " ")]

    def _is_sign(self, at: int, is_word_start: bool) -> bool:
        sign, following = self.folded[at], self.folded[at + 1 : at + 2]
        if sign not in "#>@!+-sS":
            return False
        if not is_word_start:
            return not self.folded[at - 1].isascii() and self._is_readable_sign(sign, at)
        if sign in "sS":
            return _STAGE.match(self.folded, at) is not None
        if sign in "+-":
            return following not in ("", " ", "+", "-") and not following.isdecimal()
        if sign == ">" and following == " ":
            reading = read_moment(self.folded[at + 1 :], self.now)
            return reading is not None and reading.day is not None
        return following != " " and not (sign == "!" and not following)

    def _is_readable_sign(self, sign: str, at: int) -> bool:
        after = self.folded[at + 1 :]
        if sign == "#":
            return after[:1] not in ("", " ")
        if sign in ">@":
            return read_moment(after, self.now) is not None
        return sign == "!" and read_amount(after) is not None

    def _sign(self, column: int, end: int) -> int:
        """Take the part that begins with the sign at `column`; returns where its text begins again."""
        sign = self.folded[column].lower()
        if sign == "#":
            return self._take_need(column, end)
        if sign == ">":
            return self._take_next(column, end)
        if sign == "@":
            return self._take_time(column, end)
        if sign == "!":
            return self._take_amount(column, end)
        if sign == "s":
            return self._take_stage(column)
        return self._take_role(column, end)

    def _take_need(self, column: int, end: int) -> int:
        need = clean_line(self.line[column + 1 : end])
        if not need:
            self._refuse("no-need", column, end)
            return end
        self.needs.append(need)
        self._part("need", column, end)
        return end

    def _take_next(self, column: int, end: int) -> int:
        reading = read_moment(self.folded[column + 1 : end], self.now)
        if reading is None:
            self._refuse("no-next", column, end)
            return end
        if self.next_step is not None:
            self._refuse("twice", column, end)
            return end
        at = column + 1 + reading.length
        found = _NEXT_KIND.match(self.folded, at, end)
        kind: ActivityKind | None = None
        if found is not None:
            kind, at = KINDS[(found[1] or found[2]).lower()], found.end()
        self.next_step = NextStep(reading, kind, clean_line(self.line[at:end]))
        self._part("next", column, end)
        return end

    def _take_time(self, column: int, end: int) -> int:
        reading = read_moment(self.folded[column + 1 : end], self.now, is_past=True)
        if reading is None:
            self._refuse("no-time", column, self._word_end(column))
            return self._word_end(column)
        if self.happened is not None:
            self._refuse("twice", column, column + 1 + reading.length)
        self.happened = reading
        self._part("time", column, column + 1 + reading.length)
        return column + 1 + reading.length

    def _take_amount(self, column: int, end: int) -> int:
        amount = read_amount(self.folded[column + 1 : end])
        if amount is None:
            self._refuse("no-amount", column, self._word_end(column))
            return self._word_end(column)
        if self.amount is not None:
            self._refuse("twice", column, column + 1 + amount.length)
        self.amount = amount
        self._part("amount", column, column + 1 + amount.length)
        return column + 1 + amount.length

    def _take_stage(self, column: int) -> int:
        found = _STAGE.match(self.folded, column)
        assert found is not None
        if self.stage is not None:
            self._refuse("twice", column, found.end())
        answer = (found["answer"] or "").lower()
        self.stage = StageWish(int(found["number"]), {"y": True, "n": False}.get(answer))
        self._part("stage", column, found.end())
        return found.end()

    def _take_role(self, column: int, end: int) -> int:
        stop = min(self._word_end(column), end)
        role = clean_line(self.line[column + 1 : stop])
        if role:
            self.roles[self.folded[column]].append(role)
            self._part("person", column, stop)
        return stop

    def _take_words(self, at: int, end: int) -> None:
        for found in _WORD.finditer(self.folded, at, max(at, end)):
            text = clean_line(self.line[found.start() : found.end()])
            if text:
                self.words.append(Part("text", text, found.start(), found.end()))

    def _word_end(self, column: int) -> int:
        found = _WORD.match(self.folded, column)
        return found.end() if found else column + 1

    def _part(self, name: str, column: int, end: int) -> None:
        text = self.line[column:end].rstrip()
        self.parts.append(Part(name, clean_line(text), column, column + len(text)))

    def _refuse(self, code: ProblemCode, column: int, end: int) -> None:
        if self.problem is None:
            self.problem = Problem(code, column, clean_line(self.line[column:end]))


def _joined(words: tuple[Part, ...]) -> str:
    return " ".join(word.text for word in words)
