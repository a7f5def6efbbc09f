"""Gap chain: the target worked back to what each day needs, whether that can be done, and what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.widgets import Static

from cockpit.commands import Command
from cockpit.domain.periods import PeriodKind
from cockpit.i18n import _, ngettext, short_money, short_number
from cockpit.plain import plain
from cockpit.screens.period_view import PeriodView
from cockpit.services import chain_words as words
from cockpit.services.gap_words import why_not_agree
from cockpit.services.snapshots import ChainSnapshot, Tried
from cockpit.services.words import period_name
from cockpit.widgets.chain_table import PER_DAY, STANDING, ChainTable, LeverTable, ShortReps
from cockpit.widgets.footer import FooterKey
from cockpit.widgets.lines import Line, Lines, folded

if TYPE_CHECKING:
    from cockpit.services.container import Services


class ChainView(PeriodView):
    """The chain of `rep_id` (the viewer's own when None). Digits try levers, + and - move the rate of the focused line."""

    SCOPES = ("chain", "list")
    FOOTER = ("accept", "more", "less", "why", "period_previous", "period_next", "help", "back")

    snapshot: ChainSnapshot | None

    def __init__(
        self,
        rep_id: str | None = None,
        period: PeriodKind = "month",
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(period=period, id=id)
        self.add_class("board")
        self._rep_id = rep_id
        self._tried = Tried()

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        yield ChainTable(id="steps")
        yield Lines(id="checks")
        yield ShortReps(id="reps")
        yield LeverTable(id="levers")
        yield Lines(id="split")

    def title(self) -> str:
        return _("Gap chain")

    def fetch(self, services: Services) -> ChainSnapshot:
        return services.chain.load(self._rep_id, self.period, tried=self._tried, **self.past)

    def show(self, snapshot: ChainSnapshot) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one(ChainTable).show(snapshot)
        self.query_one("#checks", Lines).show(lambda width: check_lines(snapshot, width))
        self.set_class(bool(snapshot.team), "-team")
        self.query_one(ShortReps).show(snapshot)
        self.query_one(LeverTable).show(snapshot)
        self.query_one("#split", Lines).show(lambda width: split_lines(snapshot, width))

    def label_of(self, command: Command) -> str:
        return _("Into the week") if command.id == "accept" else super().label_of(command)

    def footer(self) -> Sequence[str | FooterKey]:
        """A team's chain is in nobody's week: no key for it there."""
        is_of_team = self.snapshot is not None and bool(self.snapshot.team)
        return [one for one in super().footer() if not (is_of_team and one == "accept")]

    def about(self) -> str | None:
        """The line under the cursor; for the levers what each day needs."""
        if self.snapshot is None:
            return None
        if self.snapshot.refusal:
            return self._named("target")
        focused = self.app.focused
        if isinstance(focused, ShortReps):
            return self._named(PER_DAY) if focused.cursor_key else None
        key = focused.cursor_key if isinstance(focused, ChainTable) else None
        if key is not None and key in STANDING:
            return f"{self.period}.{key}"
        return self._named(key or PER_DAY)

    def _named(self, line: str) -> str:
        return f"chain.{line}" if self.period == "month" else f"chain.{line}:{self.period}"

    def why_args(self) -> dict[str, Any]:
        rep_id = self._focused_rep or self._rep_id
        return {} if rep_id is None else {"rep_id": rep_id}

    @property
    def _focused_rep(self) -> str | None:
        """The rep under the cursor, while those who are short have the focus."""
        focused = self.app.focused
        return focused.cursor_key if isinstance(focused, ShortReps) else None

    def do_open(self) -> None:
        """That rep's chain, in the same period."""
        if self._focused_rep is not None:
            self.shell.open("chain", rep_id=self._focused_rep, period=self.period)

    def why_not(self, command: str) -> str | None:
        if command == "open" and self._focused_rep is None:
            return _("Move to a rep first.") if self.snapshot and self.snapshot.reps else _("Nothing opens here.")
        if command in ("more", "less"):
            return None if self._rate() else _("Move to a line with a rate first.")
        if command == "why" and self._tried:
            return _("Only the chain as it is can be explained: take back what is tried.")
        if command == "agree" and (reason := why_not_agree(self.snapshot.agreement if self.snapshot else None)):
            return reason
        if command == "accept" and self.snapshot is not None and self.snapshot.team:
            return _("A team's chain is in nobody's week: each rep writes his own.")
        if command == "accept" and (self.snapshot is None or self.snapshot.refusal):
            return self.snapshot.refusal if self.snapshot else _("Still loading; try again in a moment.")
        return super().why_not(command)

    def open_card(self, number: int) -> None:
        """Try a lever, or take it back."""
        levers = self.snapshot.levers if self.snapshot else ()
        if 1 <= number <= len(levers):
            self._tried = replace(self._tried, levers=self._tried.levers ^ {levers[number - 1].of})
            self.load()
        else:
            self.shell.say(_("There is no lever {number}.").format(number=number))

    def do_more(self) -> None:
        self._move(1)

    def do_less(self) -> None:
        self._move(-1)

    def _move(self, notches: int) -> None:
        if rate := self._rate():
            moves = dict(self._tried.moves)
            moves[rate] = moves.get(rate, 0) + notches
            kept = tuple((name, moved) for name, moved in sorted(moves.items()) if moved)
            self._tried = replace(self._tried, moves=kept)
            self.load()

    def _rate(self) -> str | None:
        """The rate of the line under the cursor, where it is known."""
        key = self.query_one(ChainTable).cursor_key
        lines = self.snapshot.lines if self.snapshot else ()
        line = next((line for line in lines if line.id == key), None)
        return line.rate.id if line and line.rate and line.rate.value is not None else None

    def do_agree(self) -> None:
        """Say yes to one's own target of this period."""
        period = self.period
        self.write(lambda services: services.targets.agree("", period))

    def do_accept(self) -> None:
        """As it stands on the screen, levers and hand moves included."""
        period, tried = self.period, self._tried
        self.write(lambda services: services.chain.write(period, tried=tried))


def answer(found: ChainSnapshot) -> str:
    """One sentence: what each day needs."""
    if not found.complete:
        return _("The first sync is still running: these figures are not whole yet.")
    if found.refusal:
        return found.refusal
    days = ngettext("{count} working day left", "{count} working days left", found.workdays_left)
    left = days.format(count=found.workdays_left)
    short = short_money(found.lines[0].short)
    if found.per_day is None:
        return _("{money} short, {left}").format(money=short, left=left)
    if found.lines[-1].short == 0:
        return _("{money} short: the open deals are enough for it, {left}").format(money=short, left=left)
    words_of = _("{money} short: {count} {name} a day, {left}")
    return words_of.format(money=short, count=short_number(found.per_day), name=found.lines[-1].name, left=left)


def facts(found: ChainSnapshot) -> str:
    """Whose, which period, from when the rates are, and why team or best is empty."""
    window = _("rates of {first} to {last}").format(first=f"{found.window_from:%m-%d}", last=f"{found.window_to:%m-%d}")
    parts = [*([found.team] if found.team else []), found.rep.spoken, f"[{period_name(found.period_kind)}]", window]
    parts += [text] if (text := words.tried_text(found)) else []
    return "\n".join(text for text in ("  ".join(parts), found.alone or found.alike, words.other_money(found)) if text)


def check_lines(found: ChainSnapshot, width: int) -> list[Line]:
    lines: list[Line] = []
    for text, is_bad in words.checks(found):
        lines += folded([("! " if is_bad else "  ", "warn"), (text, "")], width, 2)
    return lines


def split_lines(found: ChainSnapshot, width: int) -> list[Line]:
    if not found.days:
        return []
    return [*folded([(_("split: {days}").format(days=words.split_text(found)), "muted")], width, 2)]
