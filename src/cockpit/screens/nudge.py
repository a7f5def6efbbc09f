"""Nudge: the words to a rep before they are sent, and afterwards how far they got and what they moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from cockpit.domain.entities import NUDGE_ANSWERS
from cockpit.i18n import _
from cockpit.plain import plain
from cockpit.screens.base import View
from cockpit.screens.fields import Field
from cockpit.services.nudge_words import budget_text
from cockpit.services.snapshots import NudgeDraft, NudgePage, Saved
from cockpit.widgets.lines import Lines
from cockpit.widgets.nudge_lines import page_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cockpit.commands import Command
    from cockpit.services.container import Services
    from cockpit.widgets.footer import FooterKey


class NudgeView(View):
    """One rep's nudge, by its id or the newest that is watched; the rep reads the same page and answers on it."""

    SCOPES = ("nudge", "list")

    snapshot: NudgePage | None

    def __init__(
        self,
        rep_id: str = "",
        nudge_id: str = "",
        *,
        is_new: bool = False,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.add_class("board")
        self._is_new = is_new
        self._rep_id, self._nudge_id = rep_id, nudge_id

    def compose(self) -> ComposeResult:
        yield Static(plain(""), id="answer", classes="answer")
        yield Static(plain(""), id="facts", classes="facts")
        yield Lines(id="page")

    def title(self) -> str:
        return _("Nudge and watch")

    def fetch(self, services: Services) -> NudgePage:
        return services.nudges.page(self._rep_id or None, self._nudge_id, is_new=self._is_new, **self.past)

    def show(self, snapshot: NudgePage) -> None:
        self.query_one("#answer", Static).update(plain(answer(snapshot)))
        self.query_one("#facts", Static).update(plain(facts(snapshot)))
        self.query_one("#page", Lines).show(lambda width: page_lines(snapshot, width))

    def footer(self) -> Sequence[str | FooterKey]:
        page = self.snapshot
        if page is None or page.line is not None:
            return ("why", "help", "back") if self._is_mine else ("new", "why", "help", "back")
        return ("open", "edit", "help", "back")

    def label_of(self, command: Command) -> str:
        return _("Send") if command.id == "open" else super().label_of(command)

    @property
    def _is_mine(self) -> bool:
        page = self.snapshot
        return page is not None and page.line is not None and page.viewer.id == page.line.rep_id

    def about(self) -> str | None:
        line = self.snapshot.line if self.snapshot else None
        return f"nudge:{line.id}" if line is not None else None

    def why_not(self, command: str) -> str | None:
        page = self.snapshot
        if command in ("open", "edit") and page is not None and page.line is not None:
            return _("It is sent; u takes it back.")
        if command in ("open", "edit") and (page is None or page.draft is None):
            return page.refusal if page is not None and page.refusal else _("Still loading; try again in a moment.")
        if command == "new" and page is not None and page.refusal:
            return page.refusal
        if command == "drop":
            return _("It is sent; u takes it back.")
        return super().why_not(command)

    def do_new(self) -> None:
        """One more to the same rep, about his next problem."""
        if self.snapshot is not None:
            self.shell.open("nudge", rep_id=self.snapshot.rep.id, is_new=True)

    def do_open(self) -> None:
        """Send it as it stands."""
        self._unless_spent(lambda page, draft: self.write(lambda services: self._send(services, page, draft.message)))

    def do_edit(self) -> None:
        """Change the words, then send them."""

        def then(page: NudgePage, draft: NudgeDraft) -> None:
            self.ask(
                _("Nudge to {name}").format(name=page.rep.spoken),
                [Field("message", _("Message"), draft.message, is_needed=True)],
                lambda services, values: self._send(services, page, values["message"]),
            )

        self._unless_spent(then)

    def _unless_spent(self, then: Callable[[NudgePage, NudgeDraft], None]) -> None:
        """Go on with what would be sent; where the week's nudges are used up only after a yes."""
        page = self.snapshot
        draft = page.draft if page is not None else None
        if page is None or draft is None:
            return
        if page.spent < page.budget:
            then(page, draft)
        else:
            question = _("{budget}. Send one more all the same?").format(budget=budget_text(page))
            self.confirm(question, lambda is_yes: then(page, draft) if is_yes else None)

    def _send(self, services: Services, page: NudgePage, message: str) -> Saved:
        """Saved, the page shows how it goes on."""
        card_id = page.draft.card_id if page.draft is not None else ""
        saved = services.nudges.send(page.rep.id, message, card_id, is_confirmed=page.spent >= page.budget)
        self._nudge_id, self._is_new = saved.id, False
        return saved

    def open_card(self, number: int) -> None:
        """For the lead a next step by its number; 1 ok, 2 not fair with a reason, 3 need help: the rep's answer."""
        page = self.snapshot
        line = page.line if page else None
        if page is not None and line is not None and 0 < number <= len(page.steps):
            nudge, step = line.id, page.steps[number - 1].step
            self.write(lambda services: services.nudges.follow(nudge, step))
            return
        if not self._is_mine or line is None or not 0 < number <= len(NUDGE_ANSWERS):
            self.shell.say(_("Only whom a nudge is for answers it: 1 all right, 2 not fair, 3 need help."))
            return
        nudge_id, said = line.id, NUDGE_ANSWERS[number - 1]
        if said == "not_fair":
            self.ask(
                _("Not fair"),
                [Field("reason", _("Reason"), is_needed=True)],
                lambda services, values: services.nudges.answer(nudge_id, said, values["reason"]),
            )
        else:
            self.write(lambda services: services.nudges.answer(nudge_id, said))


def answer(page: NudgePage) -> str:
    """Who to whom about what."""
    name = page.rep.spoken
    if page.line is not None:
        words = _("To {name} from {by}: {about}  {state}")
        return words.format(name=name, by=page.line.by, about=page.line.about, state=page.line.state_text)
    if page.draft is not None:
        return _("To {name}: {about}").format(name=name, about=page.draft.about)
    return page.refusal


def facts(page: NudgePage) -> str:
    """What can be pressed."""
    if page.line is None:
        return _("Enter sends it, e changes the words first.") if page.draft is not None else ""
    if page.viewer.id == page.line.rep_id:
        return _("Your answer: 1 all right, 2 not fair with a reason, 3 need help")
    if page.steps:
        return _("Not moved: 1 to 4 take a next step.")
    return _("The rep sees this same page and can answer: all right, not fair, need help.")
