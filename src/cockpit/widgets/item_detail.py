"""The focused activity or person of a card, in a place of fixed size."""

from __future__ import annotations

from collections.abc import Sequence

from cockpit.i18n import _
from cockpit.services.snapshots import AgendaItem, ContactLine
from cockpit.services.words import decision_role, write_state
from cockpit.widgets.detail import PANE, Fact, columns, running
from cockpit.widgets.history import item_facts, item_title
from cockpit.widgets.lines import Lines
from cockpit.widgets.people import person_under, stance_words
from cockpit.widgets.signs import write_sign


class ItemDetail(Lines):
    """One fact a line in a pane, running text in a few lines."""

    def show_item(self, items: Sequence[AgendaItem], key: str | None) -> None:
        item = next((one for one in items if one.id == key), None)
        if item is None:
            self.show(lambda _width: ())
        else:
            self.show_facts(item_title(item), item_facts(item))

    def show_person(self, contacts: Sequence[ContactLine], key: str | None, phone: str) -> None:
        """The person of a row of the people, or the switchboard."""
        person = person_under(contacts, key)
        if person is None:
            self.show_facts(_("Switchboard") if phone else "", [Fact(_("phone"), phone)] if phone else [])
        else:
            self.show_facts(person.name, person_facts(person, phone))

    def show_facts(self, title: str, facts: Sequence[Fact]) -> None:
        self.show(
            lambda width: (
                columns(title, facts, width)
                if self.size.height >= PANE
                else running(title, facts, width, self.size.height)
            )
        )


def person_facts(person: ContactLine, switchboard: str) -> list[Fact]:
    """What is known of a person, in the order it is asked for. The switchboard's number is not the person's."""
    facts = [
        Fact(_("title"), person.title),
        Fact(_("decides"), decision_role(person.decision_role)),
        Fact(_("stance"), *stance_words(person.stance)),
        Fact(_("mobile"), person.mobile),
        Fact(_("phone"), person.phone if person.phone != switchboard else ""),
        Fact(_("email"), person.email),
    ]
    if person.write_state != "done":
        facts.append(Fact(_("sync"), write_state(person.write_state), write_sign(person.write_state).tone))
    return [fact for fact in facts if fact.text]
